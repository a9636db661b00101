"""Changes config.toml: comments and order stay, and nothing unusable is ever written."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomlkit
from filelock import FileLock, Timeout
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Item, Table

from aicx_tui.config import ATTRIBUTES, COLOURS, CONTEXT_SETTINGS, RESERVED_NAMES, Config
from aicx_tui.config_file import checked_config, checked_name, read_config
from aicx_tui.errors import AicxError, UsageError
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.setup import unknown_context
from aicx_tui.settings import Context, checked_ca_file

LOCK_SECONDS = 5.0
"""How long another console may be writing."""

Value = str | bool | float
"""What a setting of a context is written as."""

Change = Callable[[tomlkit.TOMLDocument, Config], str | None]
"""Changes the document, and returns its text where that keeps more than the document would."""

_ACTION_IDS = tuple(ACTIONS)

_BOM = "\ufeff"
"""What some editors of Windows write first."""

_FROM, _TO = "aicx:cut-from-here", "aicx:cut-to-here"
"""Comments that are never written: they mark a table in the text of a document."""


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
        text = _text_with(name, settings, document)
        contexts = document.setdefault("contexts", tomlkit.table(is_super_table=True))
        is_inline = isinstance(contexts, InlineTable)
        table = tomlkit.inline_table() if is_inline else tomlkit.table()
        table.update(settings)
        contexts[name] = table
        return None if is_inline else text

    return _changed(path, add)


def use_context(path: Path, name: str) -> Config:
    """Use a context from now on, where none is named.

    Raises:
        UsageError: There is none of that name.
    """

    def use(document: tomlkit.TOMLDocument, config: Config) -> None:
        if name not in config.contexts and name != "sandbox":
            raise unknown_context(name, config)
        document["context"] = name

    return _changed(path, use)


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
                _put(table, key, value)
        _keep_apart(document)

    return _changed(path, edit)


def remove_context(path: Path, name: str) -> Config:
    """Remove a context.

    Raises:
        UsageError: There is none of that name.
    """

    def remove(document: tomlkit.TOMLDocument, config: Config) -> str | None:
        table = _table_of(document, name, config)
        if document.get("context") == name:
            del document["context"]
        text = _text_without(table, document)
        contexts: Any = document["contexts"]
        del contexts[name]
        # Where fewer production contexts than colours are left, none need share one.
        return None if _keep_apart(document) else text

    return _changed(path, remove)


def keep_theme(path: Path, theme: str) -> Config:
    """Start with other colours from now on."""

    def keep(document: tomlkit.TOMLDocument, config: Config) -> None:
        del config
        table = tomlkit.table()
        table.trivia.indent = "\n" if document.body else ""
        console: Any = document.setdefault("console", table)
        console["theme"] = theme

    return _changed(path, keep)


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


def _put(table: MutableMapping[str, Any], key: str, value: object) -> None:
    """Set a key; a new one goes below the last one, above the comments on what follows."""
    if key in table or not isinstance(table, Table):
        table[key] = value
        return
    below = _taken_from_below(table)
    table[key] = value
    table.value.body.extend((None, item) for item in below)


def _taken_from_below(table: Table) -> list[Item]:
    """Take out the comments and empty lines behind the last key."""
    below: list[Item] = []
    while table.value.body and table.value.body[-1][0] is None:
        below.insert(0, table.value.body.pop()[1])
    return below


def _text_with(name: str, settings: Mapping[str, Value], document: tomlkit.TOMLDocument) -> str:
    """The text with a context below everything else, and an empty line between."""
    above = tomlkit.dumps(document)
    between = "" if not above or above.endswith("\n\n") else "\n"
    if above and not above.endswith("\n"):
        between = "\n\n"
    return above + between + tomlkit.dumps({"contexts": {name: dict(settings)}})


def _text_without(table: MutableMapping[str, Any], document: tomlkit.TOMLDocument) -> str | None:
    """The text without a table, but with the comments below it, which are on what follows.

    Returns:
        The text; None where the table has no lines of its own.
    """
    if not isinstance(table, Table):
        return None
    below = _taken_from_below(table)
    table.trivia.comment_ws, table.trivia.comment = " ", f"# {_FROM}"
    mark = tomlkit.comment(_TO)
    mark.trivia.indent = "\n"  # the last key may have no line end
    table.value.body.extend((None, item) for item in (mark, *below))
    text = tomlkit.dumps(document)
    if text.count(_FROM) != 1 or text.count(_TO) != 1:
        return None
    before = text[: text.rfind("\n", 0, text.index(_FROM)) + 1]
    after = text[text.index(_TO) + len(_TO) :].removeprefix("\n")
    if not before or before.endswith("\n\n"):
        after = after.removeprefix("\n")
    return before.removesuffix("\n") if before.endswith("\n\n") and not after else before + after


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


def _changed(path: Path, change: Callable[[tomlkit.TOMLDocument, Config], str | None]) -> Config:
    """Read, change, check and write, while no other console does."""
    with _held(path):
        config = read_config(path, action_ids=_ACTION_IDS)
        before = _text(path)
        is_crlf = "\r\n" in before and "\n" not in before.replace("\r\n", "")
        text = _text_after(
            change, before.replace("\r\n", "\n") if is_crlf else before, config, path
        )
        try:
            said = tomllib.loads(text.removeprefix(_BOM))
            changed = checked_config(said, path=path, action_ids=_ACTION_IDS)
        except UsageError as error:
            raise UsageError(
                "That cannot be used. Nothing was changed.",
                problems=error.problems,
                hint="`aicx config schema` says what there is.",
            ) from None
        _write(path, text.replace("\n", "\r\n") if is_crlf else text)
    return changed


def _text_after(change: Change, text: str, config: Config, path: Path) -> str:
    """The changed text, which is sure to say what the changed document says."""
    bare = text.removeprefix(_BOM)
    try:
        document = tomlkit.parse(bare)
        shorter = change(document, config)
        meant = document.unwrap()
        for written in (shorter, tomlkit.dumps(document)):
            if written is not None and _says(written, meant):
                return _BOM + written if text != bare else written
    except (TOMLKitError, ValueError, TypeError):
        pass  # it has ways of writing that tomlkit cannot change
    raise AicxError(
        f"{path} is written in a way that cannot be changed here. It is as it was.",
        hint="Change it with an editor, or write each context as a table: [contexts.NAME].",
    )


def _says(text: str, meant: Mapping[str, Any]) -> bool:
    """Whether a text says what is meant; a table of no contexts says nothing."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return {"contexts": {}} | said == {"contexts": {}} | dict(meant)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""


@contextmanager
def _held(path: Path) -> Iterator[None]:
    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout:
        raise AicxError(
            f"{path} is being changed by another console. It was left as it is.",
            hint="Try again in a moment.",
        ) from None
    except OSError as error:
        raise _unwritten(path, error) from None
    with lock:
        lock.release()  # once of the two times that it is held
        yield


def _write(path: Path, text: str) -> None:
    """Replace the file at once; a link to it, as dotfile managers make, stays a link."""
    target = path.resolve()
    try:
        with tempfile.NamedTemporaryFile(
            "wb", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            written = Path(file.name)
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritten(path, error) from None
    try:
        written.replace(target)  # only when it is closed: Windows replaces no open file
    except OSError as error:
        written.unlink(missing_ok=True)
        raise _unwritten(path, error) from None


def _unwritten(path: Path, error: OSError) -> AicxError:
    return AicxError(
        f"{path} could not be written: {error.strerror}. It is as it was.",
        hint="Check that there is room, and that the file may be written.",
    )
