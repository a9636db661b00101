"""Which places get a new token, and giving it to them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError, UsageError
from aicx_tui.os_keyring import Slot
from aicx_tui.services.rotation_journal import RotationJournal, fingerprint
from aicx_tui.services.setup import Setup
from aicx_tui.services.target_records import Record, TargetRecords
from aicx_tui.services.target_registry import targets_of_context
from aicx_tui.services.targets import Outcome, Target, TargetResult, Told, update_targets
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
    lacking: bool = False,
) -> tuple[TargetResult, ...]:
    """Give targets the token in use, and keep what became of each.

    Nobody issues a token while one is asked. Where somebody did before, it gets that one: two
    runs, of which one waits at a slow target, both leave the latest. What is cut off stays noted.

    Args:
        setup: Whose credentials and files.
        context: Whose targets.
        targets: Which, in which order.
        token: The one that is in use as far as is known.
        told: Hears of each.
        lacking: Whether those are left alone that have it when it is their turn.

    Raises:
        AicxError: Another process issues a token and does not end.
    """
    from aicx_tui.services.target_updating import updated  # only where there are any

    records = TargetRecords(setup.home, context.name)
    print_, known = fingerprint(token), records.read()
    with suppress(AicxError):
        records.begin(
            [t for t in targets if not (lacking and has_it(t, known.get(t.name), print_))]
        )

    async def give(target: Target) -> TargetResult:
        async with RotationJournal(setup.home, context).turn():
            found = await setup.credentials.find(context)
            is_token = found is not None and found.slot is Slot.TOKEN
            in_use = found.secret if found is not None and is_token else token
            if lacking and has_it(target, records.of(target), fingerprint(in_use)):
                result = TargetResult(target, Outcome.VERIFIED, "It has the token already.")
            else:
                result = await updated(target, in_use)
            with suppress(AicxError):  # it is told nevertheless: the target has it, or not
                records.note(result, in_use)
            return result

    return await update_targets(targets, give, told=told)


def has_it(target: Target, record: Record | None, fingerprint: str) -> bool:
    """Whether a target had the token of a fingerprint when it was last heard of.

    One that was to get a token since, and of whose end nobody knows, may have another.
    """
    if record is None or record.kind != target.kind or record.is_due:
        return False
    return record.says_current(fingerprint)


def left_over(setup: Setup, context: Context) -> str:
    """Which targets were to get a token and have not, as a sentence; empty for none."""
    targets, records = targets_of(setup, context), TargetRecords(setup.home, context.name)
    known = [(target.name, records.of(target)) for target in targets]
    names = [n for n, r in known if r and (r.is_due or r.outcome is Outcome.FAILED)]
    return f"Not given the token yet: {', '.join(names)}." if names else ""
