"""Which places get a new token, and giving it to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aicx_tui.errors import UsageError
from aicx_tui.os_keyring import Slot
from aicx_tui.services.rotation_journal import RotationJournal
from aicx_tui.services.setup import Setup
from aicx_tui.services.target_records import TargetRecords
from aicx_tui.services.target_registry import targets_of_context
from aicx_tui.services.targets import Target, TargetResult, Told, update_targets
from aicx_tui.settings import Context

if TYPE_CHECKING:
    from pydantic import SecretStr


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


async def hand_out(
    setup: Setup,
    context: Context,
    targets: Sequence[Target],
    token: SecretStr,
    *,
    told: Told,
) -> tuple[TargetResult, ...]:
    """Give targets the token in use, and keep what became of each.

    Nobody issues a token meanwhile. Where somebody did before, they get that one: two runs, of
    which one waits at a slow target, both leave the latest.

    Args:
        setup: Whose credentials and files.
        context: Whose targets.
        targets: Which, in which order.
        token: The one that is in use as far as is known.
        told: Hears of each.

    Raises:
        AicxError: Another process issues a token and does not end.
    """
    async with RotationJournal(setup.home, context).turn():
        found = await setup.credentials.find(context)
        if found is not None and found.slot is Slot.TOKEN:
            token = found.secret
        noting = TargetRecords(setup.home, context.name).noting(token, told)
        return await update_targets(targets, token, told=noting)
