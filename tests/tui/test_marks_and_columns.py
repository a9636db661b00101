"""Marks and columns in the console, on a real sandbox."""

from __future__ import annotations

from collections import Counter
from contextlib import aclosing
from threading import Event
from typing import cast

import pytest

from aicx_tui.models.human import HumanDraft
from aicx_tui.services.access import ContextAccess
from aicx_tui.services.views import View, read_view
from aicx_tui.tui.screens.humans import HumansScreen
from aicx_tui.tui.widgets.marking import MarkingTable
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, console

HEADINGS = 3
"""The line of the headings: below header, border and search."""


def headings(person: Person) -> list[str]:
    width = person.app.screen_stack[0].query_one("#table").size.width
    return person.lines[HEADINGS][1 : width + 1].split()


async def test_marks_outlive_a_search_and_escape_clears_them_last(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("space", "space")
        await person.sees("2 marked · 400")
        await person.presses("slash", *"zzzz", "enter")
        await person.sees("Nobody matches", "2 marked, 2 not shown")
        await person.presses("escape")
        await person.sees("2 marked · 400", "Esc back")
        await person.presses("escape")
        await person.waits_for(lambda: "marked" not in person.screen)


async def test_all_that_match_a_search_are_marked(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("slash", *"ana", "enter", "a")
        await person.sees(" marked · ")
        shown = person.app.screen.query_one("#table", MarkingTable)
        assert person.lines[-2].count(f"{len(shown.marks)} marked · {len(shown.marks)} of 400")
        await person.presses("escape", "s", "n")
        await person.sees(f"{len(shown.marks)} marked · 400")


async def test_escape_gives_up_a_range_before_anything_else(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("space", "V", "down")
        await person.sees("2 in the range")
        await person.presses("escape")
        await person.sees("1 marked · 400")


async def test_letters_that_mark_are_text_in_the_search(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("slash", *"aVcAM", "space", "asterisk")
        await person.sees("aVcAM *")
        assert "marked" not in person.screen


async def test_columns_are_shown_hidden_ordered_and_widened(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with console(browsed_sandbox.own_access(), size=(160, 40)) as person:
        await person.presses("c")
        await person.sees("Columns", "✓ Name", "Merchant", "Enter apply · Esc back")
        await person.presses("j", "space", "down", "K", "K")  # no e-mail; the phone first
        await person.presses("right", "enter")
        await person.waits_for(
            lambda: headings(person) == ["Phone", "Name", "Created", "Updated", "↓"]
        )
        assert person.lines[HEADINGS].index("Name") - person.lines[HEADINGS].index("Phone") == 19
        await person.presses("c", "r", "escape")
        assert headings(person)[0] == "Phone"
        await person.presses("c", "r", "enter")
        await person.waits_for(lambda: headings(person)[:2] == ["Name", "E-mail"])


async def test_one_column_always_stays(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("c", "space", "j", "space", "j", "space", "j", "space", "j", "space")
        await person.sees("It is the last one: show another first.", "✓ Updated")
        await person.presses("enter")
        await person.waits_for(lambda: headings(person) == ["Updated", "↓"])


async def test_a_tag_becomes_a_column_and_an_order(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access(), size=(160, 40)) as person:
        await person.presses("s", "t")
        await person.sees("Sort by tag", "Merchant", "Consent")
        await person.types("consent")
        await person.presses("enter")
        await person.waits_for(lambda: "Sort by tag" not in person.screen)
        await person.presses("c", "end", "space", *["K"] * 20, "enter")
        await person.waits_for(lambda: headings(person)[0] not in ("Name", "Updated"))
        tag = headings(person)[0]
        await person.clicks(6, HEADINGS)
        await person.sees(f"{tag} ↑")
        await person.clicks(6, HEADINGS)
        await person.sees(f"{tag} ↓")


async def test_a_column_that_has_no_room_says_so(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access(), size=(80, 24)) as person:
        await person.presses("c")
        await person.sees("Columns")
        await person.presses("end", "space", *["K"] * 12, *["right"] * 30)
        await person.sees("no room")


async def test_columns_and_order_are_as_they_were_left(
    browsed_sandbox: SandboxPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[str] = []

    async def keep(_: object, view: str) -> None:
        left.append(view)

    async def kept(_: object) -> str | None:
        return left[-1] if left else None

    monkeypatch.setattr(ContextAccess, "remember", keep)
    monkeypatch.setattr(ContextAccess, "recall", kept)
    async with console(browsed_sandbox.access()) as person:
        await person.presses("c", "j", "space", "enter", "s", "d")
        await person.waits_for(lambda: "E-mail" not in headings(person))
    async with console(browsed_sandbox.access()) as person:
        assert "E-mail" not in headings(person)
        assert '"sort":"uid"' in left[-1]


def test_a_view_keeps_a_tags_order_and_the_columns() -> None:
    view = View(place="b", sort="tag", tag_id="t:1", columns=("name:30", "tag:t:1:"))
    assert read_view(view.written()) == view
    assert view.order.tag_id == "t:1"
    assert read_view('{"place": "b", "columns": ["name", 3]}') == View(place="b", columns=("name",))


async def test_a_pasted_list_marks_whom_it_names_and_keeps_the_rest(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with aclosing(await browsed_sandbox.console()) as platform:
        page = await platform.read_feed(None, limit=400)
    everybody = page["items"]
    emails = Counter((human.get("email") or "").casefold() for human in everybody)
    named = [h for h in everybody if emails[(h.get("email") or "").casefold()] == 1][:30]
    by_id = [h["id"] for h in everybody if h not in named][:5]
    pasted = "\n".join([*(str(h.get("email")) for h in named), *by_id, "nobody@example.com"])
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("slash", *"zzzz", "enter", "M")
        await person.pastes(pasted)
        await person.presses("enter")
        await person.sees("35 marked, 1 not found; what was not marked stays above.")
        assert "nobody@example.com" in person.screen
        await person.presses("escape")
        await person.sees("35 marked, 35 not shown")
        table = person.app.screen.query_one("#table", MarkingTable)
        assert set(table.marks) == {h["id"] for h in named} | set(by_id)
        await person.presses("M")
        await person.types(by_id[0])
        await person.presses("enter")
        await person.waits_for(lambda: "Mark humans" not in person.screen)
        assert len(table.marks) == 35


async def test_clearing_gives_up_what_is_being_marked(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("space")
        await person.sees("1 marked")
        directory = cast("HumansScreen", person.app.screen).directory
        assert directory is not None
        held = Event()
        directory.mirror.reader.ask(lambda: held.wait(30))
        await person.presses("a")
        await person.sees("marking …")
        await person.presses("A")
        await person.waits_for(lambda: "mark" not in person.lines[-2])
        held.set()
        await person.presses("space")
        await person.sees("1 marked")


async def test_a_name_of_several_humans_marks_none_of_them(own_sandbox: SandboxPlatform) -> None:
    client = own_sandbox.gateway()
    for _ in range(2):
        await client.create_human(HumanDraft(fullname="Twin", email="twins@example.com"))
    await client.aclose()
    async with console(own_sandbox.own_access()) as person:
        await person.presses("M")
        await person.pastes("twins@example.com")
        await person.presses("enter")
        await person.sees("0 marked, 1 of several humans", "2 humans have twins@example.com")
        assert not person.app.screen_stack[0].query_one("#table", MarkingTable).marks
