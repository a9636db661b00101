"""Bulks in the console: begun, watched, paused, left in the background, taken up again, told."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from aicx_tui.models.human import Human, TagValue
from aicx_tui.tui.screens.bulk import BulkScreen
from aicx_tui.tui.screens.type_count import TypeCountScreen
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, console
from tests.tui.test_damaged import access_with_a_copy
from tests.tui.test_tag_editor import is_listing, tag_ids
from tests.tui.waiting import Gate, beside, humans_of, platform_of

SIZES = [(80, 24), (120, 40)]

GOLD = (*"mer", "enter", *"gold", "enter")


async def is_shown(person: Person) -> None:
    await person.waits_for(lambda: isinstance(person.app.screen, BulkScreen))


async def how_many_have(sandbox: SandboxPlatform, name: str) -> Counter[str]:
    """The values of a tag at the platform, with how many humans have each."""
    tag_id = (await tag_ids(sandbox))[name]
    async with beside(sandbox) as platform:
        humans = [Human.model_validate(item) for item in (await platform.read_feed(None))["items"]]
    return Counter(tag.value for human in humans for tag in human.tags if tag.id == tag_id)


@pytest.mark.parametrize("size", SIZES)
async def test_all_marked_are_tagged_and_counted_before_and_after(
    own_sandbox: SandboxPlatform, size: tuple[int, int]
) -> None:
    before = await how_many_have(own_sandbox, "Merchant")
    have = f"{before.total()} of 40 have it: "
    changing = f"{40 - before['Gold']} would change, {before['Gold']} stay as they are"
    async with console(own_sandbox.own_access(), size=size) as person:
        await person.presses("a", "t")
        await person.sees("Tags for 40 humans", have)
        await person.presses(*GOLD)
        await person.sees("Merchant  →  Gold", changing, "Enter apply to 40")
        await person.presses("enter")
        await is_shown(person)
        tagged = f"✓ done: {40 - before['Gold']} tagged, {before['Gold']} were so already"
        await person.sees("Tag 40 humans: Merchant = Gold", tagged)
        await person.presses("escape")
        await is_listing(person)
        await person.presses("b")
        await person.sees("Bulks", "✓ done, ", f": {40 - before['Gold']} tagged")
        await person.sees("Tag 40 humans: Merchant = Gold · by Ana Cruz <admin@acme.example>")
        await person.presses("enter")
        await person.sees(tagged)
    assert await how_many_have(own_sandbox, "Merchant") == {"Gold": 40}


async def test_a_bulk_goes_on_in_the_background_and_the_header_says_how_far(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        gate = Gate(platform_of(person), "assign_tags")
        await person.presses("a", "t", *GOLD, "enter")
        await is_shown(person)
        await gate.reached.wait()
        await person.sees("p pause · Esc in the background")
        await person.presses("escape")
        await is_listing(person)
        await person.sees("◐ ", "of 40 tagged")
        await person.presses("b")
        await is_shown(person)
        await person.presses("escape")
        gate.open()
        await person.sees("Tag 40 humans: Merchant = Gold: done", "b shows it", "fresh now")
    assert await how_many_have(own_sandbox, "Merchant") == {"Gold": 40}


async def test_a_bulk_rests_goes_on_and_is_cancelled(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access()) as person:
        gate = Gate(platform_of(person), "assign_tags")
        await person.presses("a", "t", *GOLD, "enter")
        await gate.reached.wait()
        await is_shown(person)
        await person.sees("p pause")
        await person.presses("p")
        await person.sees("‖ paused:", "p go on")
        await person.presses("p")
        await person.sees("p pause")
        await person.presses("ctrl+x")
        await person.sees("What is done stays. ^x again cancels the rest.")
        await person.presses("ctrl+x")
        await person.sees("cancelled:")
        gate.open()


async def test_who_failed_is_told_exported_and_marked_again(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    async with console(own_sandbox.own_access()) as person:
        ids = await humans_of(person)._table._rows.ids(0, 1)
        async with beside(own_sandbox) as platform:
            for human_id in ids:
                await platform.delete_human(human_id)
        await person.presses("a", "t", *GOLD, "enter")
        await person.sees("! partly done: ", "2 failed", "✗ ", "m mark the 2")
        await person.presses("x")
        await person.sees("Export the report")
        await person.pastes(str(tmp_path / "report.csv"))
        await person.presses("enter")
        await person.sees("2 humans in")
        await is_shown(person)
        await person.presses("m")
        await is_listing(person)
        await person.sees("2 marked")
        assert set(humans_of(person)._table.marks) == set(ids)
        await person.presses("t", *GOLD, "enter")
        await person.sees("✗ failed: 0 tagged, 2 failed")
        await person.presses("escape")
        await is_listing(person)
        await person.presses("b")
        await person.sees("✗ failed, ", ": 0 tagged, 2 failed", "! partly done, ")
    rows = (tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == '"id","fullname","outcome","reason"'
    assert {row.split(",")[0].strip('"') for row in rows[1:]} == set(ids)


async def test_a_count_is_typed_before_very_many_are_changed() -> None:
    with SandboxProcess("--ephemeral", "--humans", "600") as process:
        sandbox = SandboxPlatform(process.announcement)
        async with console(sandbox.own_access()) as person:
            await person.presses("a")
            await person.sees("600 marked")
            await person.presses("t", *GOLD, "enter")
            await person.waits_for(lambda: isinstance(person.app.screen, TypeCountScreen))
            await person.sees("Tag 600 humans", "would change", "Type 600 to go on.")
            await person.presses(*"60", "enter")
            await person.sees("! Nothing was sent.", "That is not 600.")
            await person.presses("escape")
            await person.sees("Merchant  →  Gold", "Enter apply to 600")
            await person.presses("enter")
            await person.waits_for(lambda: isinstance(person.app.screen, TypeCountScreen))
            await person.presses(*"600", "enter")
            await is_shown(person)
            await person.sees("✓ done:")
        assert await how_many_have(sandbox, "Merchant") == {"Gold": 600}


async def test_fields_of_several_are_set_and_cleared(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access()) as person:
        await person.presses("space", "space", "space", "e")
        await person.sees("Fields for 3 humans")
        await person.presses("ctrl+x")
        await person.sees("! A human needs a name.")
        await person.presses(*"e-m", "enter", *"team", "enter")
        await person.sees("E-mail  →  team", "3 would change")
        await person.presses(*"phone", "ctrl+x")
        await person.sees("Phone   →  clear")
        await person.presses("enter")
        await person.sees("✓ done: 3 changed")
        ids = sorted(humans_of(person)._table.marks)
    async with beside(own_sandbox) as platform:
        read = [(await platform.get_human(human_id)).human for human_id in ids]
    assert {(human.email, human.phone_number) for human in read} == {("team", None)}


async def test_what_was_left_running_goes_on_at_the_next_start(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data.db"), "--humans", "40")
    with SandboxProcess(*data) as process:
        sandbox = SandboxPlatform(process.announcement)
        async with console(access_with_a_copy(sandbox, tmp_path / "home")) as person:
            gate = Gate(platform_of(person), "assign_tags")
            await person.presses("a", "t", *GOLD, "enter")
            await gate.reached.wait()
        gate.open()
        async with console(access_with_a_copy(sandbox, tmp_path / "home")) as person:
            await person.sees("Tag 40 humans: Merchant = Gold: done")
        assert await how_many_have(sandbox, "Merchant") == {"Gold": 40}


async def test_a_bulk_is_undone_and_redone_by_a_key_each(own_sandbox: SandboxPlatform) -> None:
    before = await how_many_have(own_sandbox, "Merchant")
    async with console(own_sandbox.own_access()) as person:
        await person.presses("a", "t", *GOLD, "enter")
        await person.sees("✓ done: ")
        await person.presses("escape")
        await is_listing(person)
        await person.presses("u")
        await person.sees("Undo: Tag 40 humans: Merchant = Gold", "✓ done: ")
        assert await how_many_have(own_sandbox, "Merchant") == before
        await person.presses("escape")
        await is_listing(person)
        await person.presses("ctrl+r")
        await person.sees("─ Tag 40 humans: Merchant = Gold", "✓ done: ")
        assert await how_many_have(own_sandbox, "Merchant") == {"Gold": 40}


async def test_whom_a_colleague_changed_meanwhile_is_tagged_too(
    own_sandbox: SandboxPlatform,
) -> None:
    tag_id = (await tag_ids(own_sandbox))["Merchant"]
    async with console(own_sandbox.own_access()) as person:
        await person.presses("slash", *"tag:Merchant=Gold", "enter", "a")
        ids = list(humans_of(person)._table.marks)
        assert len(ids) > 1
        async with beside(own_sandbox) as platform:
            await platform.assign_tags(ids[:1], [TagValue(id=tag_id, value="Silver")])
        await person.presses("t", *GOLD, "enter")
        await person.sees(f"✓ done: 1 tagged, {len(ids) - 1} were so already")
    assert (await how_many_have(own_sandbox, "Merchant"))["Gold"] == len(ids)


async def test_what_nobody_has_is_not_cleared_and_the_dialog_says_so(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        await person.presses("slash", *"no:uid", "enter", "space", "space", "e")
        await person.sees("Fields for 2 humans", "none")
        await person.presses(*"uid", "ctrl+x")
        await person.sees("! None of the 2 humans has UID.")
        await person.presses("enter")
        await person.sees("None of the 2 humans has UID. Any text.", "Enter add")


async def test_why_one_was_left_alone_names_the_tag(own_sandbox: SandboxPlatform) -> None:
    ids = await tag_ids(own_sandbox)
    async with console(own_sandbox.own_access()) as person:
        await person.presses("space", "space", "t", *GOLD, *"city", "enter", *"Wien", "enter")
        await person.presses("enter")
        await person.sees("✓ done: ")
        marked = list(humans_of(person)._table.marks)
        async with beside(own_sandbox) as platform:
            theirs = [TagValue(id=ids["City"], value="Theirs")]
            await platform.assign_tags(marked[:1], theirs)
        await person.presses("escape")
        await is_listing(person)
        await person.presses("u")
        await person.sees("! partly done: 1 changed, 1 skipped", "meanwhile: City is")
        assert ids["City"] not in person.screen
