"""The definitions of tags in the console: the list, defining, changing, deleting, who may."""

from __future__ import annotations

from pathlib import Path

import pytest

from aicx_tui.credentials import Credentials
from aicx_tui.models.human import HumanDraft, TagValue
from aicx_tui.models.tag import TagDefinition, TagDraft
from aicx_tui.services.access import ContextAccess
from aicx_tui.services.mirrors import Mirrors
from aicx_tui.settings import context_from
from aicx_tui.storage.mirror import COUNTED
from aicx_tui.tui.screens.humans import HumansScreen
from aicx_tui.tui.tag_rows import having
from tests.hostile import PAYLOADS, what_acts_in_text
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, console
from tests.tui.waiting import Gate, beside, humans_of, platform_of

SIZES = [(80, 24), (120, 40)]


async def opens_definitions(person: Person) -> None:
    await person.presses("g", "d")
    await person.sees("─ Tag definitions", "who has it")


def row_of(person: Person, name: str) -> str:
    return next((line for line in person.lines if f" {name} " in line), "")


async def goes_to(person: Person, name: str) -> None:
    await person.presses("home")
    while person.app.screen._current.name != name:  # type: ignore[attr-defined]
        await person.presses("j")


async def tags_of(sandbox: SandboxPlatform) -> dict[str, TagDefinition]:
    async with beside(sandbox) as platform:
        return {tag.name: tag for tag in await platform.list_tags()}


@pytest.mark.parametrize("size", SIZES)
async def test_every_tag_is_listed_with_kind_choices_and_who_has_it(
    browsed_sandbox: SandboxPlatform, size: tuple[int, int]
) -> None:
    async with console(browsed_sandbox.own_access(), size=size) as person:
        directory = humans_of(person).directory
        assert directory is not None
        await opens_definitions(person)
        for tag in (await tags_of(browsed_sandbox)).values():
            count = await directory.count_tagged(tag.id)
            await person.waits_for(
                lambda tag=tag, count=count: having(count) in row_of(person, tag.name)  # type: ignore[misc]
            )
            assert f" {tag.kind} " in row_of(person, tag.name)
        assert "Gold · Silver" in row_of(person, "Merchant")
        await person.sees("n new", "e edit", "# delete", "● 400 humans, fresh now")
        await person.presses("escape")
        assert isinstance(person.app.screen, HumansScreen)


def test_many_are_counted_up_to_a_limit_that_is_said() -> None:
    assert [having(count) for count in (None, 0, 1, 2000, COUNTED)] == [
        *("…", "nobody", "1 human", "2,000 humans"),
        "10,000+ humans",
    ]


async def test_enter_shows_who_has_the_tag(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await opens_definitions(person)
        await goes_to(person, "Customer since")
        await person.presses("enter")
        await person.sees('tag:"Customer since"', " of 400")
        assert isinstance(person.app.screen, HumansScreen)
        assert person.app.focused is person.app.screen.query_one("#table")


async def test_the_palette_goes_to_the_definitions(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("ctrl+p", *"tag def")
        await person.sees("Tag definitions")
        await person.presses("enter")
        await person.sees("─ Tag definitions", "who has it")


async def test_a_new_tag_is_listed_at_once_and_found_by_search_and_editor(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        await opens_definitions(person)
        await person.presses("n", *"Tier", "tab", "right", "tab")
        await person.types("Gold, Silver")
        await person.presses("tab")
        await person.pastes("#3a7d44")
        await person.presses("enter")
        await person.sees("Defined Tier")
        await person.waits_for(lambda: "nobody" in row_of(person, "Tier"))
        assert "Gold · Silver" in row_of(person, "Tier")
        assert "#3a7d44" in row_of(person, "Tier")
        tag = (await tags_of(own_sandbox))["Tier"]
        assert (tag.kind, tag.choices, tag.colour) == ("choice", ("Gold", "Silver"), "#3a7d44")
        await person.presses("enter")
        await person.sees("tag:Tier", "Nobody matches.")
        await person.presses("escape", "t", *"tier")
        await person.sees("Tier", "choice")


async def test_a_renamed_tag_is_renamed_in_the_columns_and_keeps_its_humans(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        await person.sees("Merchant")
        await opens_definitions(person)
        await goes_to(person, "Merchant")
        await person.waits_for(lambda: "human" in row_of(person, "Merchant"))
        having_it = row_of(person, "Merchant").split("choice")[1].split()[0]
        await person.presses("e", "end", *"s")
        await person.sees("● choice", "Gold")
        await person.presses("enter")
        await person.sees("Changed Merchants")
        await person.waits_for(lambda: f" {having_it} human" in row_of(person, "Merchants"))
        await person.presses("escape")
        await person.sees("Merchants")
        assert "Merchants" in await tags_of(own_sandbox)


async def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(
    own_sandbox: SandboxPlatform,
) -> None:
    before = await tags_of(own_sandbox)
    async with console(own_sandbox.own_access()) as person:
        await opens_definitions(person)
        await person.presses("n", *"merchant", "enter")
        await person.sees("! Another tag is called “merchant”.")
        await person.presses("end", *"s", "tab", "tab", *"gold", "ctrl+s")
        await person.sees("! Only the kind choice has them, and this is")
        await person.presses("tab", *"green", "enter")
        await person.sees("! It is written as #rrggbb", "merchants", "gold", "green")
        await person.presses("escape")
        await person.sees("who has it")
    assert await tags_of(own_sandbox) == before


async def test_what_the_platform_alone_refuses_is_said_at_its_field(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        await opens_definitions(person)
        await person.presses("n", *"Many", "tab", "right", "tab")
        await person.pastes("\n".join(str(number) for number in range(250)))
        await person.presses("ctrl+s")
        await person.waits_for(lambda: "! " in row_below(person, "Choices"))
    assert "Many" not in await tags_of(own_sandbox)


def row_below(person: Person, label: str) -> str:
    """What stands between a label and the next."""
    lines = person.lines
    start = next((n for n, line in enumerate(lines) if label in line), len(lines))
    end = next((n for n, line in enumerate(lines) if n > start and "Colour" in line), start)
    return "\n".join(lines[start:end])


async def test_a_tag_that_a_colleague_defined_meanwhile_is_not_overwritten(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        await opens_definitions(person)
        async with beside(own_sandbox) as platform:
            theirs = await platform.create_tag(TagDraft(name="Tier", kind="number"), key="")
        await person.presses("n", *"Tier", "enter")
        await person.sees("! Another tag is called “Tier”.")
        await person.presses("escape")
        await person.sees("Leave without saving?", "what was typed is lost")
        await person.presses("enter", "ctrl+q")
        await person.sees("What you typed is not saved.")
        await person.presses("escape", "l")
        await person.waits_for(lambda: " number " in row_of(person, "Tier"))
    assert (await tags_of(own_sandbox))["Tier"] == theirs


async def test_a_tag_is_deleted_once_its_name_was_typed_and_its_humans_lose_it(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        directory = humans_of(person).directory
        assert directory is not None
        tag = (await tags_of(own_sandbox))["Merchant"]
        count = await directory.count_tagged(tag.id)
        await opens_definitions(person)
        await goes_to(person, "Merchant")
        await person.presses("number_sign", *"Other", "ctrl+s")
        await person.sees(f"{count} humans have it and lose their values.", "! Nothing was deleted")
        assert "Merchant" in await tags_of(own_sandbox)
        await person.presses(*["backspace"] * 5, *"Merchant", "ctrl+s")
        await person.sees("Deleted Merchant", f"{count} humans had it.")
        person.app.clear_notifications()
        await person.waits_for(lambda: "Merchant" not in person.screen)
        await person.presses("escape")
        await person.sees("─ Humans", "● 40 humans, fresh now")
        assert "Merchant" not in person.screen
        assert "Merchant" not in await tags_of(own_sandbox)
        assert await directory.count_tagged(tag.id) == 0


async def test_what_is_not_waited_for_is_shown_by_the_list(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access()) as person:
        await opens_definitions(person)
        gate = Gate(platform_of(person), "create_tag")
        await person.presses("n", *"Tier", "enter")
        await gate.reached.wait()
        await person.presses("ctrl+q")
        await person.sees("A tag is being saved.", "^q again quits.")
        async with beside(own_sandbox) as platform:
            await platform.create_tag(TagDraft(name="Tier", kind="date"), key="")
        await person.presses("escape")
        await person.sees("Not waited for: the list shows whether it was saved.")
        await person.presses("escape")
        await person.waits_for(lambda: " date " in row_of(person, "Tier"))


async def test_the_console_ends_while_a_tag_is_being_saved(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access()) as person:
        await opens_definitions(person)
        gate = Gate(platform_of(person), "create_tag")
        await person.presses("n", *"Tier", "enter")
        await gate.reached.wait()
        await person.presses("ctrl+q", "ctrl+q")
    assert person.app.return_code == 0


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("agent", "Your role here is agent; only an admin may do this."),
        ("viewer", "Your role here is viewer, which may read only."),
    ],
)
async def test_who_may_not_define_tags_sees_them_and_why(
    browsed_sandbox: SandboxPlatform, who: str, reason: str
) -> None:
    async with console(browsed_sandbox.access(person=who)) as person:
        await opens_definitions(person)
        await person.sees("Merchant", reason)
        await person.presses("n", "e", "number_sign")
        assert "─ Tag definitions" in person.screen
        await person.presses("question_mark", *"delete a tag")
        await person.sees(reason)


def gateway_access(sandbox: SandboxPlatform, home: Path) -> ContextAccess:
    """The console's way to a gateway, with a folder for what it keeps."""
    environ = {"AICX_KEYRING": "off", **sandbox.environment(kind="gateway")}
    credentials = Credentials(environ)
    mirrors = Mirrors(home, credentials, key_file=home / "key")
    return ContextAccess(context_from(environ), credentials, mirrors)


async def test_of_a_gateway_the_names_on_this_machine_are_edited(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    merchant = (await tags_of(own_sandbox))["Merchant"]
    async with beside(own_sandbox) as platform:
        tags = [TagValue(id=merchant.id, value="Gold")]
        jane = await platform.create_human(HumanDraft(fullname="Jane Doe", tags=tags))
    access = gateway_access(own_sandbox, tmp_path)
    async with console(access, until="no list of humans") as person:
        await person.presses("i")
        await person.pastes(jane)
        await person.presses("enter")
        await person.sees("Jane Doe")
        await person.presses("escape")
        await opens_definitions(person)
        await person.sees("kept on this machine", "No tags are known here", "n names one here.")
        await person.presses("n", *"Shop", "enter")
        await person.pastes(merchant.id)
        await person.presses("enter")
        await person.sees("Defined Shop")
        await person.waits_for(lambda: "1 human" in row_of(person, "Shop"))
        await person.presses("n", *"Other", "enter")
        await person.pastes(merchant.id)
        await person.presses("enter")
        await person.sees("! Another tag has this id.")
        await person.presses("escape", "l", "e", "end", *"s", "enter")
        await person.waits_for(lambda: "1 human" in row_of(person, "Shops"))
        await person.presses("number_sign")
        await person.sees("1 human has it and keeps its value.")
        await person.types("Shops")
        await person.presses("ctrl+s")
        await person.sees("Forgot Shops", "No tags are known here")
    assert (await tags_of(own_sandbox))["Merchant"] == merchant


async def test_hostile_definitions_act_nowhere_and_stay_as_they_are(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        directory = humans_of(person).directory
        assert directory is not None
        directory.tags = {
            f"h{number}": TagDefinition(
                id=f"h{number}",
                name=payload.text,
                kind="choice",
                choices=(payload.text,),
                colour=payload.text,
            )
            for number, payload in enumerate(PAYLOADS)
        }
        await opens_definitions(person)
        for _ in PAYLOADS:
            await person.presses("e", "escape", "number_sign", "escape", "down")
            assert not what_acts_in_text(person.screen)


async def test_keys_may_be_typed_ahead(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("g", "d", "j", "j", "j", "e")
        await person.sees("Change Merchant")
        await person.presses("escape", "escape", "g", "d", "enter")
        await person.sees("tag:City")
        await person.presses("escape", "g", "d", "number_sign", *"xy")
        await person.sees("Delete City", " xy ")


async def test_help_begins_with_what_keys_do_here(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await opens_definitions(person)
        await person.presses("question_mark")
        await person.sees("─ Keys", "Who has it", "Define a tag")
        at = [
            next(number for number, line in enumerate(person.lines) if title in line)
            for title in (
                "Who has it",
                "Define a tag",
                "Change a tag",
                "Delete a tag",
                "acts elsewhere",
            )
        ]
        assert at == sorted(at)
        await person.presses(*"e", "enter")
        await person.sees("─ Change City")
