"""The tag editor: found by some letters, valued by kind, staged, applied."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from aicx_tui.errors import RefusedError
from aicx_tui.models.human import HumanDraft, TagValue
from aicx_tui.models.tag import TagDefinition
from aicx_tui.tui.screens.humans import HumansScreen
from aicx_tui.tui.screens.value_editor import ValueEditorScreen
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, console
from tests.tui.test_human_form import created
from tests.tui.waiting import Gate, beside, current, humans_of, platform_of

SIZES = [(80, 24), (120, 40)]


async def tag_ids(sandbox: SandboxPlatform) -> Mapping[str, str]:
    """The ids of the tags by their names."""
    async with beside(sandbox) as platform:
        return {tag.name: tag.id for tag in await platform.list_tags()}


async def tags_of(sandbox: SandboxPlatform, human_id: str) -> Mapping[str, str]:
    """What a human has at the platform, by the names of tags."""
    names = {tag_id: name for name, tag_id in (await tag_ids(sandbox)).items()}
    async with beside(sandbox) as platform:
        human = (await platform.get_human(human_id)).human
    return {names[tag.id]: tag.value for tag in human.tags}


async def jane(sandbox: SandboxPlatform, **tags: str) -> str:
    """Jane Doe with some tags, the first in the list."""
    ids = await tag_ids(sandbox)
    given = tuple(TagValue(id=ids[name], value=value) for name, value in tags.items())
    return await created(sandbox, HumanDraft(fullname="Jane Doe", tags=given))


async def opens(person: Person) -> None:
    await person.presses("t")
    await person.waits_for(lambda: isinstance(person.app.screen, ValueEditorScreen))


async def is_listing(person: Person) -> None:
    await person.waits_for(lambda: isinstance(person.app.screen, HumansScreen))


@pytest.mark.parametrize("size", SIZES)
async def test_one_human_is_tagged_by_a_few_keys(
    own_sandbox: SandboxPlatform, size: tuple[int, int]
) -> None:
    human_id = await jane(own_sandbox, Merchant="Silver")
    async with console(own_sandbox.own_access(), size=size) as person:
        gate = Gate(platform_of(person), "assign_tags")
        await person.presses("t", *"mer", "enter", *"gold", "enter", "enter")
        await is_listing(person)
        await person.sees("⇡Jane Doe", "1 change waiting")
        gate.open()
        await person.waits_for(lambda: "⇡" not in person.screen)
    assert await tags_of(own_sandbox, human_id) == {"Merchant": "Gold"}


async def test_what_one_human_has_is_shown_and_the_cursor_is_on_it(
    own_sandbox: SandboxPlatform,
) -> None:
    await jane(own_sandbox, Merchant="Silver", City="Győr", Consent="no")
    async with console(own_sandbox.own_access()) as person:
        await opens(person)
        await person.sees("Tags for Jane Doe", "choice  Silver", "text    Győr", "number  none")
        await person.presses(*"merch", "enter")
        await person.sees("Merchant  →", "● Silver  now", "○ Gold")
        await person.presses("enter")
        await person.sees("Merchant  →  Silver")
        await person.presses("enter")
        await person.sees("! Nothing would change: it is so already.")


async def test_several_tags_go_in_one_change_each_checked_by_its_kind(
    own_sandbox: SandboxPlatform,
) -> None:
    human_id = await jane(own_sandbox, City="Wien")
    async with console(own_sandbox.own_access()) as person:
        await opens(person)
        await person.presses(*"orders", "enter", *"many", "enter")
        await person.sees("! Orders takes a number, and “many” is not that.")
        await person.presses(*["backspace"] * 4, *"12", "enter")
        await person.presses(*"since", "enter", *"today", "enter")
        await person.presses(*"vip", "enter", "y", "enter")
        await person.sees("Orders          →  12", "Customer since  →  2026-11-20", "VIP")
        await person.presses(*"city", "enter", *"Graz", "enter")
        await person.presses(*"merch", "enter", *"platinum")
        await person.presses("enter")
        await person.sees("! Merchant takes one of its choices, and “platinum” is not")
        await person.presses("escape", "enter")
        await is_listing(person)
        await person.waits_for(lambda: "waiting" not in person.screen)
    assert await tags_of(own_sandbox, human_id) == {
        "City": "Graz",
        "Orders": "12",
        "Customer since": "2026-11-20",
        "VIP": "yes",
    }


async def test_up_and_down_change_the_day_and_its_name_is_said(
    own_sandbox: SandboxPlatform,
) -> None:
    await jane(own_sandbox)
    async with console(own_sandbox.own_access()) as person:
        await opens(person)
        await person.presses(*"since", "enter", "up")
        await person.sees("2026-11-20", "Friday, 20 November 2026")
        await person.presses("up", "up", "down")
        await person.sees("Saturday, 21 November 2026")
        await person.presses("enter")
        await person.sees("Customer since  →  2026-11-21")


async def test_a_tag_is_removed_and_what_is_staged_taken_back(
    own_sandbox: SandboxPlatform,
) -> None:
    human_id = await jane(own_sandbox, Merchant="Gold", City="Wien")
    async with console(own_sandbox.own_access()) as person:
        await opens(person)
        await person.presses(*"mer", "ctrl+x", *"ci", "ctrl+x")
        await person.sees("Merchant  →  remove", "City      →  remove")
        await person.presses("backspace")
        await person.waits_for(lambda: "City      →" not in person.screen)
        await person.presses(*"vip", "ctrl+x")
        await person.sees("! Jane Doe does not have VIP.")
        await person.presses("escape", "enter")
        await is_listing(person)
        await person.waits_for(lambda: "waiting" not in person.screen)
    assert await tags_of(own_sandbox, human_id) == {"City": "Wien"}


async def test_escape_asks_before_what_is_staged_is_lost(own_sandbox: SandboxPlatform) -> None:
    human_id = await jane(own_sandbox)
    async with console(own_sandbox.own_access()) as person:
        await opens(person)
        await person.presses(*"mer", "enter", *"gold", "enter", *"ci", "escape", "escape")
        await person.sees("! Not applied: Merchant. Esc again leaves, Enter applies.")
        await person.presses("ctrl+q")
        await person.sees("What is staged is not applied. ^q again quits.")
        await person.presses("escape")
        await is_listing(person)
        await opens(person)
        await person.presses("escape")
        await is_listing(person)
    assert await tags_of(own_sandbox, human_id) == {}


async def test_what_was_used_last_comes_first(own_sandbox: SandboxPlatform) -> None:
    await jane(own_sandbox)
    async with console(own_sandbox.own_access()) as person:
        await person.presses("t", *"vip", "enter", "y", "enter", "enter")
        await is_listing(person)
        await person.presses("t")
        await person.waits_for(lambda: "VIP " in first_tag(person))


def first_tag(person: Person) -> str:
    """The first row of the editor."""
    rows = [n for n, line in enumerate(person.lines) if "Type to find" in line]
    return person.lines[rows[0] + 2] if rows else ""


async def test_who_may_only_read_is_told_why_there_is_no_editor(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.access(person="viewer")) as person:
        await person.presses("t")
        assert isinstance(person.app.screen, HumansScreen)
        await person.presses("question_mark", *"assign tags")
        await person.sees("may read only")


async def test_a_platform_that_takes_no_tags_away_says_so(own_sandbox: SandboxPlatform) -> None:
    human_id = await jane(own_sandbox, Merchant="Gold")
    access = own_sandbox.access(kind="gateway")
    async with console(access, until="no list of humans") as person:
        await person.presses("i")
        await person.pastes(human_id)
        await person.presses("enter")
        await person.sees("Jane Doe")
        await person.presses("escape")
        await opens(person)
        await person.presses("ctrl+x")
        await person.sees("! This platform has no call that takes tags away.")


HOSTILE = ("[/]", "\x1b]0;x\x07\x1b[31mred", "\u202edlog", "👩‍👩‍👧 Győr", "w" * 300)


async def test_hostile_names_and_values_break_nothing(own_sandbox: SandboxPlatform) -> None:
    await jane(own_sandbox)
    async with console(own_sandbox.own_access()) as person:
        directory = humans_of(person).directory
        assert directory is not None
        kinds = ("text", "choice", "number", "date", "flag")
        for number, (name, kind) in enumerate(zip(HOSTILE, kinds, strict=True)):
            tag = TagDefinition.model_validate(
                {"id": f"h{number}", "name": name, "kind": kind, "choices": HOSTILE}
            )
            directory.tags[tag.id] = tag
        await opens(person)
        await person.sees("[/]", "red", "wwww")
        for letters in ("[/", "red", "dlog", "gy", "www"):
            await person.presses(*(_named(letter) for letter in letters), "enter")
            await person.sees("→")
            await person.presses("enter")  # stages the first choice, or says what is wrong
            await person.presses("escape", "backspace")
        assert "\x1b" not in person.screen
        assert "\u202e" not in person.screen
        assert current(person)


def _named(letter: str) -> str:
    return {"[": "left_square_bracket", "/": "slash"}.get(letter, letter)


async def test_the_cursor_goes_back_to_who_left_the_search_by_a_change_that_failed(
    own_sandbox: SandboxPlatform,
) -> None:
    human_id = await jane(own_sandbox, City="Wien")
    await created(own_sandbox, HumanDraft(fullname="Joe", tags=()))
    async with console(own_sandbox.own_access()) as person:
        await person.presses("slash", *"name:j -tag:Merchant", "enter", "end")
        while current(person) != human_id:
            await person.presses("up")
        gate = Gate(platform_of(person), "assign_tags", fails=RefusedError("Not today."))
        await person.presses("t", *"mer", "enter", *"gold", "enter", "enter")
        await gate.reached.wait()
        await person.waits_for(lambda: current(person) != human_id)
        gate.open()
        await person.sees("✗Jane Doe")
        await person.waits_for(lambda: current(person) == human_id)
