"""The targets that config.toml names for each context, in the order in which they get the token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from aicx_tui.config import RESERVED_NAMES, Config
from aicx_tui.errors import UsageError
from aicx_tui.services.targets import Target

if TYPE_CHECKING:
    import tomlkit

SECTION = "targets"
"""Its table in config.toml."""

Value = str | bool | float
"""What a setting is written as."""


def targets_of_context(config: Config, context: str) -> tuple[Target, ...]:
    """Those of a context."""
    return config.targets.get(context, ())


def chosen_targets(config: Config, context: str, names: Sequence[str]) -> tuple[Target, ...]:
    """Those of the given names, in that order; all in the order of config.toml where none is.

    Raises:
        UsageError: There is none of a name.
    """
    if not names:
        return targets_of_context(config, context)
    return tuple(dict.fromkeys(target_called(config, context, name) for name in names))


def target_called(config: Config, context: str, name: str) -> Target:
    """The one of a name.

    Raises:
        UsageError: There is none.
    """
    targets = {target.name.casefold(): target for target in targets_of_context(config, context)}
    if found := targets.get(name.strip().casefold()):
        return found
    nearest = get_close_matches(name.casefold(), targets, n=1, cutoff=0.5)
    meant = f" Is {targets[nearest[0]].name} meant?" if nearest else ""
    raise UsageError(
        f"{context} has no target “{name}”.{meant}",
        hint="See those there are: aicx token targets list",
    )


def add_target(
    path: Path, context: str, values: Mapping[str, Value], *, before: str = ""
) -> Config:
    """Add a target of a context, below the others or before one of them.

    Args:
        path: Of config.toml.
        context: Whose.
        values: Its settings as config.toml has them, name and kind among them.
        before: The target that it goes before.

    Raises:
        UsageError: Its name is taken, or a setting is missing or unusable; `problems` has all.
    """
    from aicx_tui.services.config_lists import append, insert, tables_of
    from aicx_tui.services.config_writing import changed

    name = str(values["name"])

    def add(document: tomlkit.TOMLDocument, config: Config) -> str | None:
        _check_context(config, context)
        targets = targets_of_context(config, context)
        if name.casefold() in {target.name.casefold() for target in targets}:
            raise UsageError(
                f"{context} has a target {name} already; it was left as it is.",
                hint="Choose another name, or remove that one first.",
            )
        if not before:
            return append(document, SECTION, context, values)
        place = targets.index(target_called(config, context, before))
        insert(tables_of(document, SECTION, context), place, values)
        return None

    return changed(path, add)


def remove_target(path: Path, context: str, name: str) -> Config:
    """Remove a target of a context; what it has of the token stays there.

    Raises:
        UsageError: There is none of that name.
    """
    from aicx_tui.services.config_lists import forget, tables_of
    from aicx_tui.services.config_writing import changed, text_without

    def remove(document: tomlkit.TOMLDocument, config: Config) -> str | None:
        target = target_called(config, context, name)
        place = targets_of_context(config, context).index(target)
        tables = tables_of(document, SECTION, context)
        text = text_without(tables[place], document)
        del tables[place]
        if not tables:
            forget(document, SECTION, context)
        return text

    return changed(path, remove)


def _check_context(config: Config, context: str) -> None:
    from aicx_tui.services.setup import unknown_context

    if context not in (*config.contexts, *RESERVED_NAMES):
        raise unknown_context(context, config)
