"""Each state of the list reads differently."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aicx_tui.api.base import Platform
from aicx_tui.errors import AicxError, NotSignedInError, UnreachableError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import FeedPage, Human
from aicx_tui.services import directory as directory_module
from aicx_tui.services.directory import Directory
from aicx_tui.tui.keymap import Keymap
from aicx_tui.tui.list_state import ListFacts, ListState, notice, state_line

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


class Listed(Platform):
    """A platform that can list, without any network."""

    capabilities = frozenset({Capability.HUMANS_FEED})

    def __init__(self, *ids: str) -> None:
        self.ids = ids

    async def read_feed(self, cursor: str | None, /, *, limit: int = 1000) -> FeedPage:
        start = int(cursor or 0)
        ids = self.ids[start : start + limit]
        items = tuple(Human(id=human_id, fullname=human_id) for human_id in ids)
        total = len(self.ids) if cursor is None else None
        return FeedPage(items=items, next=str(start + len(ids)), total=total)


class ById(Platform):
    """A platform that reads one human at a time."""

    capabilities = frozenset({Capability.HUMANS_GET})


async def read(platform: Platform) -> Directory:
    directory = Directory(platform, clock=lambda: NOW - timedelta(seconds=12))
    async for _ in directory.refresh():
        pass
    return directory


async def test_states_are_told_apart_in_words() -> None:
    some, none, by_id = await read(Listed("a", "b")), await read(Listed()), await read(ById())
    problem = UnreachableError("No connection.", hint="Check the network.")
    signed_out = NotSignedInError("Who?", hint="Check the token.")
    cases: list[tuple[ListState, ListFacts, str, str]] = [
        (ListState.CONNECTING, facts(), "◐ connecting", "Connecting"),
        (ListState.LOADING, facts(none, reading=True), "◐ reading 0", "Reading"),
        (ListState.EMPTY, facts(none), "● 0 humans", "There are no humans yet"),
        (ListState.BY_ID, facts(by_id), "● 0 humans read by id", "Press i"),
        (ListState.NO_MATCH, facts(some, scarcest=("x", 0)), "● 2 humans", "“x” alone matches 0"),
        (ListState.FAILED, facts(error=problem), "! not connected", "Check the network"),
        (ListState.SIGNED_OUT, facts(error=signed_out), "! signed out", "Check the token"),
        (ListState.STALE, facts(some, shown=2, error=problem), "! 2 humans, not refreshed", ""),
        (ListState.READY, facts(some, shown=2), "● 2 humans, fresh 12s ago", ""),
    ]
    for state, known, header, said in cases:
        text = notice(known, keys=shown)
        assert known.state is state
        assert state_line(known, now=NOW, keys=shown).plain.startswith(header)
        assert said in (text.plain if text else "")
    seen = {
        (state_line(known, now=NOW, keys=shown).plain, str(notice(known, keys=shown)))
        for _, known, _, _ in cases
    }
    assert len(seen) == len(cases)


shown = Keymap({}).shown


def facts(
    directory: Directory | None = None,
    *,
    shown: int = 0,
    error: AicxError | None = None,
    reading: bool | None = None,
    scarcest: tuple[str, int] = ("", 0),
) -> ListFacts:
    return ListFacts(
        waiting="connecting",
        directory=directory,
        shown=shown,
        error=error,
        reading=directory is None and error is None if reading is None else reading,
        scarcest=scarcest,
    )


async def test_more_humans_than_memory_holds_are_said_to_be_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(directory_module, "MEMORY_LIMIT", 500)
    directory = await read(Listed(*(f"eu_{n}" for n in range(700))))
    assert len(directory) == 500
    known = facts(directory, shown=500)
    assert state_line(known, now=NOW, keys=shown).plain == "● the first 500 humans of 700"
