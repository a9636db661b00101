"""Each state of the list reads differently."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aicx_tui.api.base import Platform
from aicx_tui.errors import AicxError, NotSignedInError, UnreachableError
from aicx_tui.models.capability import Capability
from aicx_tui.models.feed import FeedPage
from aicx_tui.services.directory import Directory
from aicx_tui.services.mirrors import OpenMirror
from aicx_tui.services.pace import READING, Progress
from aicx_tui.storage.mirror import Mirror
from aicx_tui.tui.keymap import Keymap
from aicx_tui.tui.list_state import ListFacts, ListState, notice, state_line

KEY = bytes(32)

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


class Listed(Platform):
    """A platform that can list, without any network."""

    capabilities = frozenset({Capability.HUMANS_FEED})

    def __init__(self, *ids: str) -> None:
        self.ids = ids

    async def read_feed(self, cursor: str | None, /, *, limit: int = 1000) -> FeedPage:
        start = int(cursor or 0)
        ids = self.ids[start : start + limit]
        return FeedPage(
            items=[{"id": human_id, "fullname": human_id} for human_id in ids],
            next=str(start + len(ids)),
            total=None if cursor else len(self.ids),
        )


class ById(Platform):
    """A platform that reads one human at a time."""

    capabilities = frozenset({Capability.HUMANS_GET})


async def read(platform: Platform, path: Path) -> Directory:
    opened = OpenMirror(Mirror(path, KEY), path.name)
    directory = Directory(opened, clock=lambda: NOW - timedelta(seconds=12))
    directory.platform = platform
    async for _ in directory.refresh():
        pass
    return directory


async def test_states_are_told_apart_in_words(tmp_path: Path) -> None:
    some = await read(Listed("a", "b"), tmp_path / "some.db")
    none, by_id = await read(Listed(), tmp_path / "none.db"), await read(ById(), tmp_path / "id.db")
    still = Directory(OpenMirror(Mirror(tmp_path / "still.db", KEY), "still"))
    still.platform = Listed()
    problem = UnreachableError("No connection.", hint="Check the network.")
    signed_out = NotSignedInError("Who?", hint="Check the token.")
    cases: list[tuple[ListState, ListFacts, str, str]] = [
        (ListState.CONNECTING, facts(), "◐ connecting", "Connecting"),
        (ListState.LOADING, facts(still, reading=True), "◐ reading 0", "Reading"),
        (ListState.EMPTY, facts(none), "● 0 humans", "There are no humans yet"),
        (ListState.BY_ID, facts(by_id), "● 0 humans read by id", "Press i"),
        (ListState.NO_MATCH, facts(some, scarcest=("x", 0)), "● 2 humans", "“x” alone matches 0"),
        (ListState.FAILED, facts(error=problem), "! not connected", "Check the network"),
        (ListState.SIGNED_OUT, facts(error=signed_out), "! signed out", "Check the token"),
        (
            ListState.STALE,
            facts(some, shown=2, error=problem),
            "! 2 humans as of 12s ago, not refreshed",
            "",
        ),
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


async def test_a_first_reading_says_how_far_it_is(tmp_path: Path) -> None:
    still = Directory(OpenMirror(Mirror(tmp_path / "still.db", KEY), "still"))
    progress = Progress(what=READING, count=250_000, total=1_000_000, rate=50_000, seconds_left=75)
    known = replace(facts(still, reading=True), progress=progress)
    assert state_line(known, now=NOW, keys=shown).plain == (
        "◐ ━━──────── reading 250,000 of 1,000,000, 25%, 50,000/s, 1:15 left"
    )


async def test_a_bulk_is_counted_in_place_of_what_is_well_and_behind_what_is_not(
    tmp_path: Path,
) -> None:
    some = await read(Listed("a", "b"), tmp_path / "some.db")
    bulk = "8,500 of 12,345 tagged"
    signed_out = NotSignedInError("Who?", hint="Check the token.")
    well = replace(facts(some, shown=2), bulk=bulk)
    ill = replace(well, error=signed_out)
    assert state_line(well, now=NOW, keys=Keymap({}).shown).plain == f"◐ {bulk}"
    assert state_line(ill, now=NOW, keys=Keymap({}).shown).plain == (
        f"! signed out: press L, {bulk}"
    )


async def test_the_days_of_a_search_are_those_of_the_context_where_no_profile_says_more(
    tmp_path: Path,
) -> None:
    directory = Directory(
        OpenMirror(Mirror(tmp_path / "own.db", KEY), "own", timezone="Asia/Tokyo")
    )
    await directory.look()
    assert directory.timezone == "Asia/Tokyo"
    await directory.keep_reader(timezone="Asia/Manila", language="tl")
    await directory.look()
    assert (directory.timezone, directory.language) == ("Asia/Manila", "tl")
