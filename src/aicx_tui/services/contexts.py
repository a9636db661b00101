"""Changes the contexts that config.toml describes."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import InlineTable

from aicx_tui.config import ATTRIBUTES, COLOURS, CONTEXT_SETTINGS, RESERVED_NAMES, Config
from aicx_tui.config_file import checked_name
from aicx_tui.errors import UsageError
from aicx_tui.services.config_lists import forget, text_without_list
from aicx_tui.services.config_writing import changed, put, text_with_below, text_without
from aicx_tui.services.setup import unknown_context
from aicx_tui.settings import Context, checked_ca_file

LISTS = ("views", "targets")
"""What config.toml keeps of a context beside its table."""

Value = str | bool | float
"""What a setting of a context is written as."""


def add_context(path: Path, name: str, values: Mapping[str, Value], *, use: bool = False) -> Config:
    """Add a context; the first one is used from then on.

    A production context without a colour gets one that no other wears.

    Raises:
        UsageError: The name is taken or unusable, or a value is.
    """
    checked_name(name)
    values = _usable_anywhere(values)

    def add(document: tomlkit.TOMLDocument, config: Config) -> str | None:
        if name in config.contexts:
            raise UsageError(
                f"There is a context {name} already; it was left as it is.",
                hint=f"Change it with: aicx contexts edit {name}, or choose another name.",
            )
        if use or not config.current:
            document["context"] = name
        settings = _with_colour(values, config)
        text = text_with_below(tomlkit.dumps({"contexts": {name: dict(settings)}}), document)
        contexts = document.setdefault("contexts", tomlkit.table(is_super_table=True))
        is_inline = isinstance(contexts, InlineTable)
        table = tomlkit.inline_table() if is_inline else tomlkit.table()
        table.update(settings)
        contexts[name] = table
        return None if is_inline else text

    return changed(path, add)


def use_context(path: Path, name: str) -> Config:
    """Use a context from now on, where none is named.

    Raises:
        UsageError: There is none of that name.
    """

    def use(document: tomlkit.TOMLDocument, config: Config) -> None:
        if name not in config.contexts and name != "sandbox":
            raise unknown_context(name, config)
        document["context"] = name

    return changed(path, use)


def edit_context(
    path: Path, name: str, values: Mapping[str, Value], *, unset: tuple[str, ...] = ()
) -> Config:
    """Change settings of a context and take others away.

    Raises:
        UsageError: There is none of that name, or a value is unusable.
    """
    values = _usable_anywhere(values)

    def edit(document: tomlkit.TOMLDocument, config: Config) -> None:
        table = _table_of(document, name, config)
        for key in unset:
            table.pop(key, None)
        wanted = {**table, **values}
        if wanted.get("production"):
            wanted = _with_colour(wanted, config, but=name)
        for key, value in wanted.items():
            if table.get(key) != value:
                put(table, key, value)
        _keep_apart(document)

    return changed(path, edit)


def remove_context(path: Path, name: str) -> Config:
    """Remove a context, its saved views and its targets.

    Raises:
        UsageError: There is none of that name.
    """

    def remove(document: tomlkit.TOMLDocument, config: Config) -> str | None:
        table = _table_of(document, name, config)
        if document.get("context") == name:
            del document["context"]
        text = text_without(table, document)
        contexts: Any = document["contexts"]
        del contexts[name]
        for section in LISTS:
            if forget(document, section, name):
                text = text_without_list(text, section, name)
        # Where fewer production contexts than colours are left, none need share one.
        return None if _keep_apart(document) else text

    return changed(path, remove)


def keep_theme(path: Path, theme: str) -> Config:
    """Start with other colours from now on."""

    def keep(document: tomlkit.TOMLDocument, config: Config) -> None:
        del config
        table = tomlkit.table()
        table.trivia.indent = "\n" if document.body else ""
        console: Any = document.setdefault("console", table)
        console["theme"] = theme

    return changed(path, keep)


def settings_of(context: Context) -> dict[str, Value]:
    """The settings of a context under their keys, without those at their defaults."""
    defaults = Context(name="", kind="gateway", root="")
    values: dict[str, Value] = {}
    for setting in CONTEXT_SETTINGS:
        attribute = ATTRIBUTES.get(setting.key, setting.key)
        value = getattr(context, attribute)
        if setting.is_required or value != getattr(defaults, attribute):
            values[setting.key] = str(value) if isinstance(value, Path) else value
    return values


def _usable_anywhere(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values, with a path that means the same wherever the next command is typed."""
    given = dict(values)
    if nan := [key for key, value in given.items() if value != value]:
        raise UsageError(f"{nan[0]} is not a number. Nothing was changed.")
    if name := given.get("ca_file"):
        try:
            given["ca_file"] = str(checked_ca_file(str(name), what="ca_file").absolute())
        except RuntimeError:  # a home folder of nobody
            raise UsageError("ca_file names a home folder that is not there.") from None
    return given


def _table_of(
    document: tomlkit.TOMLDocument, name: str, config: Config
) -> MutableMapping[str, Any]:
    if name in RESERVED_NAMES:
        raise UsageError(f"“{name}” is not described in config.toml and cannot be changed there.")
    if name not in config.contexts:
        raise unknown_context(name, config)
    contexts: Any = document["contexts"]
    table: MutableMapping[str, Any] = contexts[name]
    return table


def _with_colour(values: Mapping[str, Value], config: Config, *, but: str = "") -> dict[str, Value]:
    """The values, with a colour of its own for a production context.

    Where every colour is worn, more contexts can be production than there are colours; those
    share one, since without the mark they would pass for harmless.

    Raises:
        UsageError: Another production context wears that colour.
    """
    chosen = dict(values)
    if not chosen.get("production"):
        return chosen
    others = [c for c in config.contexts.values() if c.production and c.name != but]
    worn = {context.colour: context.name for context in others}
    free = [colour for colour in COLOURS if colour not in worn]
    colour = chosen.get("colour")
    if colour is None:
        before = config.contexts.get(but)
        usual = before.colour if before is not None and before.colour in free else ""
        chosen["colour"] = usual or (free or COLOURS)[0]
    elif isinstance(colour, str) and colour in worn and free:
        raise UsageError(
            f"{worn[colour]} is production and {colour} too: they could be mistaken for one "
            "another. Nothing was changed.",
            hint=f"Choose another --colour: {', '.join(free)}.",
        )
    return chosen


def _keep_apart(document: tomlkit.TOMLDocument) -> bool:
    """Let production contexts share no colour while one is free; whether any had to change."""
    tables: Any = document.get("contexts", {})
    production = [table for table in tables.values() if table.get("production")]
    free = [c for c in COLOURS if c not in {table.get("colour") for table in production}]
    worn: set[str] = set()
    has_changed = False
    for table in production:
        if table.get("colour") in worn and free:
            table["colour"] = free.pop(0)
            has_changed = True
        worn.add(str(table.get("colour", "")))
    return has_changed
