"""Reads config.toml and says everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from aicx_tui.config import (
    ATTRIBUTES,
    COLOURS,
    CONSOLE_SETTINGS,
    CONTEXT_SETTINGS,
    GATEWAY_KEYS,
    NAME,
    RESERVED_NAMES,
    Config,
    Setting,
)
from aicx_tui.config_problems import Problems, not_among
from aicx_tui.config_values import values_of
from aicx_tui.errors import UsageError
from aicx_tui.settings import Context, SavedView

if TYPE_CHECKING:
    from aicx_tui.services.cx_genie import Profile
    from aicx_tui.services.targets import Target

_TABLES = ("context", "contexts", "views", "targets", "cx_genie", "console", "keys")


def config_path(home: Path) -> Path:
    """Where the configuration lies below the one place for files."""
    return home / "config.toml"


def read_config(path: Path, *, action_ids: tuple[str, ...]) -> Config:
    """Read the configuration; where there is no file, everything is at its default.

    Args:
        path: Of the file.
        action_ids: What can be given another key.

    Raises:
        UsageError: The file cannot be read or used; its problems are all named.
    """
    import tomllib  # only where there may be a file

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return Config(path=path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{path} cannot be read: {reason}.", hint="Mend or move it.") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}.", hint="Mend that line.") from None
    except (ValueError, RecursionError):  # thousands of digits or brackets
        raise UsageError(f"{path} is too deep or too long to read.", hint="Mend it.") from None
    return checked_config(document, path=path, action_ids=action_ids)


def checked_config(
    document: Mapping[str, object], *, path: Path, action_ids: tuple[str, ...]
) -> Config:
    """Check a parsed document.

    Raises:
        UsageError: With every problem, so that one look mends them all.
    """
    problems = Problems()
    problems.unknown(document, known=_TABLES, where="")
    tables = _table(document.get("contexts", {}), "contexts", problems)
    contexts = {
        name: context
        for name, table in tables.items()
        if (context := _context(name, table, problems)) is not None
    }
    _tell_apart(contexts, problems)
    views = _views(document, tuple(tables), problems)
    targets = _targets(document, tuple(tables), problems)
    profiles = _profiles(document, problems)
    console = _values(document.get("console", {}), CONSOLE_SETTINGS, "console", problems)
    keys = _table(document.get("keys", {}), "keys", problems)
    problems.unknown(keys, known=action_ids, where="keys.")
    for action_id, value in keys.items():
        if not isinstance(value, str):
            problems.add(f"keys.{action_id}", 'has to be text, such as "ctrl+r"')
    current = document.get("context", "")
    if not isinstance(current, str):
        problems.add("context", "has to be text")
    elif current and current not in {*tables, *RESERVED_NAMES}:
        problems.add("context", not_among(current, (*tables, *RESERVED_NAMES)))
    if problems.found:
        raise UsageError(
            f"{path} cannot be used as it is.",
            problems=problems.found,
            hint="Mend the file; `aicx config schema` says what it may hold.",
        )
    return Config(
        path=path,
        current=str(current),
        contexts=MappingProxyType(_coloured(contexts)),
        keys=MappingProxyType({name: str(value) for name, value in keys.items()}),
        views=MappingProxyType(views),
        targets=MappingProxyType(targets),
        cx_genie=MappingProxyType(profiles),
        **console,
    )


def checked_name(name: str) -> str:
    """Return the name of a context.

    Raises:
        UsageError: It is reserved, or could not be typed on a command line.
    """
    if name in RESERVED_NAMES:
        raise UsageError(f"“{name}” is there already and cannot be described anew.")
    if not NAME.fullmatch(name):
        raise UsageError(
            "A context's name has 1 to 40 letters, digits, dots, dashes and underscores, and "
            "starts with a letter or digit.",
            hint="Such as acme-support.",
        )
    return name


def _table(value: object, where: str, problems: Problems) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    problems.add(where, "has to be a table")
    return {}


def _views(
    document: Mapping[str, object], contexts: tuple[str, ...], problems: Problems
) -> dict[str, tuple[SavedView, ...]]:
    if "views" not in document:
        return {}
    from aicx_tui.config_views import views_of  # only where there are any

    return views_of(document["views"], contexts=contexts, problems=problems)


def _targets(
    document: Mapping[str, object], contexts: tuple[str, ...], problems: Problems
) -> dict[str, tuple[Target, ...]]:
    if "targets" not in document:
        return {}
    from aicx_tui.config_targets import targets_of  # only where there are any

    return targets_of(document["targets"], contexts=contexts, problems=problems)


def _profiles(document: Mapping[str, object], problems: Problems) -> dict[str, Profile]:
    if "cx_genie" not in document:
        return {}
    from aicx_tui.config_cx_genie import profiles_of  # only where there are any

    return profiles_of(document["cx_genie"], problems=problems)


def _context(name: str, value: object, problems: Problems) -> Context | None:
    before = len(problems.found)
    where = f"contexts.{name}"
    try:
        checked_name(name)
    except UsageError as error:
        problems.add(where, error.message)
    if not isinstance(value, Mapping):
        problems.add(where, "has to be a table")
        return None
    values = _values(value, CONTEXT_SETTINGS, where, problems)
    if values.get("kind") == "gateway":
        for key in GATEWAY_KEYS:
            if key not in value:
                problems.add(f"{where}.{key}", "is missing: a gateway cannot tell it")
    if len(problems.found) > before:
        return None
    return Context(name=name, **values)


def _tell_apart(contexts: Mapping[str, Context], problems: Problems) -> None:
    """Find production contexts that wear one colour, while there are colours enough."""
    production = [context for context in contexts.values() if context.production]
    worn: dict[str, str] = {}
    for context in production:
        other = worn.setdefault(context.colour, context.name) if context.colour else context.name
        if other != context.name and len(production) <= len(COLOURS):
            problems.add(
                f"contexts.{context.name}.colour",
                f"is that of {other}, and both are production: they could be mistaken",
            )


def _coloured(contexts: Mapping[str, Context]) -> dict[str, Context]:
    """Give production contexts without a colour one that no other wears."""
    worn = {context.colour for context in contexts.values() if context.production}
    free = (colour for colour in COLOURS if colour not in worn)
    return {
        name: replace(context, colour=next(free, COLOURS[0]))
        if context.production and not context.colour
        else context
        for name, context in contexts.items()
    }


def _values(
    value: object, settings: tuple[Setting, ...], where: str, problems: Problems
) -> dict[str, Any]:
    """Read the settings of a table, by attribute."""
    table = _table(value, where, problems)
    read = values_of(table, settings, where=where, problems=problems)
    return {ATTRIBUTES.get(key, key): value for key, value in read.items()}
