"""Which places get a new token."""

from __future__ import annotations

from collections.abc import Sequence

from aicx_tui.errors import UsageError
from aicx_tui.services.setup import Setup
from aicx_tui.services.target_registry import targets_of_context
from aicx_tui.services.targets import Target
from aicx_tui.settings import Context


def targets_of(setup: Setup, context: Context) -> tuple[Target, ...]:
    """The places that config.toml names for a context, in their order."""
    return targets_of_context(setup.config, context.name)


def chosen(targets: Sequence[Target], words: Sequence[str]) -> tuple[Target, ...]:
    """Those of the places that are meant.

    Args:
        targets: All there are.
        words: `all`, `none`, or names in the order in which they are to be done.

    Raises:
        UsageError: There is none of a name; nothing was issued.
    """
    if list(words) == ["all"]:
        return tuple(targets)
    if list(words) == ["none"]:
        return ()
    by_name = {target.name: target for target in targets}
    if unknown := [word for word in words if word not in by_name]:
        there = ", ".join(by_name) or "none"
        raise UsageError(
            f"There is no target {unknown[0]}; there are: {there}. Nothing was issued.",
            hint="See them: aicx token targets list",
        )
    return tuple(by_name[word] for word in dict.fromkeys(words))
