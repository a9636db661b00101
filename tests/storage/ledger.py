"""What was meant to be changed, held against the platform, the outbox, the history, the mirror."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aicx_tui.api.base import Platform
from aicx_tui.errors import AicxError
from aicx_tui.models.human import HumanChanges, HumanDraft
from aicx_tui.services.outbox import Outbox
from aicx_tui.services.sending import Sender
from aicx_tui.storage.audit import Entry
from aicx_tui.storage.changes import LOCAL, Change, Kind, State
from aicx_tui.storage.mirror import Mirror
from tests.storage.syncing import at_the_platform, in_the_mirror, synced

TURNS = 1_000
"""How often it is tried to send all that waits, before a test gives up."""


@dataclass
class Ledger:
    """Changes as they were meant, each with a value that no other has.

    Attributes:
        meant: The value of each, and what it is for: a human's id and a field, or a new human.
    """

    meant: dict[str, tuple[str, str]] = field(default_factory=dict)

    async def queue(self, outbox: Outbox, human_id: str, name: str, value: str) -> None:
        """Mean a change and queue it.

        Args:
            outbox: Where.
            human_id: Whose; empty for a new human.
            name: The field.
            value: What nobody else has.
        """
        self.meant[value] = (human_id, name)
        await queued(outbox, human_id, name, value)


async def queued(outbox: Outbox, human_id: str, name: str, value: str) -> Change:
    """A change in the outbox."""
    if not human_id:
        return await outbox.create(HumanDraft(fullname=f"New {value}", uid=value))
    return await outbox.update(human_id, HumanChanges.model_validate({name: value}))


async def sent_in_the_end(platform: Platform, mirror: Mirror) -> None:
    """Send all that waits, however often the platform cannot be asked."""
    for _ in range(TURNS):
        try:
            async for _ in Sender(platform, mirror).run():
                pass
        except AicxError:
            continue
        return
    raise AssertionError(f"After {TURNS} turns something still waits.")


async def counted(
    meant: Mapping[str, tuple[str, str]], platform: Platform, mirror: Mirror
) -> Counter[str]:
    """How many changes became what, once it is sure that everything agrees.

    Args:
        meant: As in a ledger.
        platform: Read by nothing that is tested.
        mirror: With its outbox, in which nothing waits to be sent.
    """
    outbox = Outbox(mirror, who="")
    changes = {_value_of(change): change for change in await outbox.listed(tuple(State))}
    assert changes.keys() <= meant.keys()
    history: dict[str, list[Entry]] = {}
    for entry in await outbox.history():
        history.setdefault(entry.change_id, []).append(entry)
    humans = [
        (await platform.get_human(human_id)).human for human_id in await at_the_platform(platform)
    ]
    made = Counter(human.uid for human in humans)
    fields = {(h.id, name): getattr(h, name) for h in humans for name in ("email", "uid")}
    for value, (human_id, name) in meant.items():
        change = changes.get(value)
        if change is None:
            assert made[value] == 0, f"{value} was made and nobody knows of it"
            assert fields.get((human_id, name)) != value, f"{value} is there unknown"
            continue
        _check_history(change, history.get(change.id, []))
        if change.kind is Kind.CREATE:
            _check_made(change, made[value])
    _check_last(list(changes.values()), fields)
    await synced(platform, mirror)
    here = {i: text for i, text in in_the_mirror(mirror).items() if not i.startswith(LOCAL)}
    assert here == await at_the_platform(platform)
    unknown = {"never queued": sum(value not in changes for value in meant)}
    return Counter(unknown) + Counter(str(change.state) for change in changes.values())


def _check_history(change: Change, entries: Sequence[Entry]) -> None:
    assert change.state not in (State.PENDING, State.SENDING), change
    assert entries, f"{change.id} has no history"
    assert entries[0].outcome == change.state
    assert [entry.outcome for entry in entries].count("done") == (change.state is State.DONE)


def _check_made(change: Change, times: int) -> None:
    if change.state is State.DONE:
        assert times == 1, change
    else:
        assert change.state is State.UNKNOWN or times == 0, change
        assert times <= 1, change


def _check_last(changes: Sequence[Change], fields: Mapping[tuple[str, str], str | None]) -> None:
    """What the platform has is what was done last."""
    last: dict[tuple[str, str], str] = {}
    for change in changes:
        if change.kind is Kind.UPDATE and change.state is State.DONE:
            last |= {(change.human_id, name): value for name, value in change.body.items()}
    for key, value in last.items():
        assert fields[key] == value, key


def _value_of(change: Change) -> str:
    return str(
        change.body["uid"] if change.kind is Kind.CREATE else next(iter(change.body.values()))
    )
