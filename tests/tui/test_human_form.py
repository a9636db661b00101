"""The form of a human in the console: what is sent, what is warned of, what survives."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from aicx_tui.models.human import Human, HumanChanges, HumanDraft
from aicx_tui.tui.screens.human_form import HumanFormScreen
from aicx_tui.tui.widgets.human_table import HumanTable
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, console
from tests.tui.waiting import Gate, current, platform_of, sending_of


async def created(sandbox: SandboxPlatform, draft: HumanDraft) -> str:
    """A human of the test's own, the latest and so the first in the list."""
    platform = await sandbox.console()
    try:
        return await platform.create_human(draft)
    finally:
        await platform.aclose()


async def at_the_platform(sandbox: SandboxPlatform, human_id: str) -> Human:
    platform = sandbox.gateway()
    try:
        return (await platform.get_human(human_id)).human
    finally:
        await platform.aclose()


async def newest(sandbox: SandboxPlatform) -> Human:
    """The human that was created last."""
    platform = await sandbox.console()
    try:
        items = (await platform.read_feed(None))["items"]
        return (await platform.get_human(items[-1]["id"])).human
    finally:
        await platform.aclose()


def cursor_is_on(person: Person, name: str) -> bool:
    current = person.app.screen_stack[0].query_one(HumanTable).current
    return current is not None and current.fullname == name


async def goes_to(person: Person, field: str) -> None:
    """Put the focus on a field, as by Tab."""
    await person.waits_for(lambda: isinstance(person.app.screen, HumanFormScreen))
    for _ in range(10):
        focused = person.app.screen.focused
        if focused is not None and focused.id == field:
            return
        await person.presses("tab")
    raise AssertionError(person.screen)


async def types_into(person: Person, field: str, text: str) -> None:
    """Type a text in place of what a field holds."""
    await goes_to(person, field)
    await person.presses("ctrl+u" if field == "notes" else "end", "ctrl+u")
    await person.pastes(text)


async def test_a_human_is_created_and_shown(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access()) as person:
        await person.presses("n")
        await person.sees("New human", "Full name")
        await person.pastes("Ada Önd")
        await types_into(person, "email", "ada@example.com")
        await types_into(person, "access_token", "end-user-secret")
        assert "end-user-secret" not in person.screen
        await types_into(person, "notes", "two\nlines")
        await person.presses("ctrl+s")
        await person.sees("● 41 humans", "Ada Önd", "ada@example.com")
    human = await newest(own_sandbox)
    assert (human.fullname, human.email, human.notes) == (
        "Ada Önd",
        "ada@example.com",
        "two\nlines",
    )
    assert human.access_token == SecretStr("end-user-secret")
    assert (human.uid, human.phone_number, human.profile_pic_id) == (None, None, None)


async def test_what_is_typed_ahead_goes_where_it_is_meant_for(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        await person.presses("n", *"Ada", "tab", *"jane", "tab", *"12", "ctrl+s")
        await person.sees("● 41 humans")
        await person.waits_for(lambda: cursor_is_on(person, "Ada"))
        await person.presses("e", "end", "B", "tab", "end", "B", "ctrl+s")
        await person.sees("AdaB")
        await person.waits_for(lambda: not isinstance(person.app.screen, HumanFormScreen))
    human = await newest(own_sandbox)
    assert (human.fullname, human.email, human.phone_number) == ("AdaB", "janeB", "12")


async def test_only_what_differs_is_sent_and_an_emptied_field_is_cleared(
    own_sandbox: SandboxPlatform,
) -> None:
    draft = HumanDraft(
        fullname="Jane", email="old@example.com", uid="u-1", access_token=SecretStr("kept")
    )
    human_id = await created(own_sandbox, draft)
    async with console(own_sandbox.own_access()) as person:
        await person.presses("e")
        await person.sees("Edit Jane", "As the platform has it now.")
        platform = own_sandbox.gateway()
        await platform.update_human(human_id, HumanChanges(uid="by another"))
        await platform.aclose()
        await types_into(person, "email", "")
        await types_into(person, "phone_number", "+63 917 123 4567")
        await person.presses("ctrl+s")
        await person.sees("+63 917 123 4567", "by another")
    human = await at_the_platform(own_sandbox, human_id)
    assert (human.email, human.phone_number) == (None, "+63 917 123 4567")
    assert (human.uid, human.access_token) == ("by another", SecretStr("kept"))


async def test_nothing_changed_is_said_and_nothing_is_sent(own_sandbox: SandboxPlatform) -> None:
    human_id = await created(own_sandbox, HumanDraft(fullname="  Jane ", uid=""))
    before = await at_the_platform(own_sandbox, human_id)
    async with console(own_sandbox.own_access()) as person:
        await person.presses("e")
        await person.sees("As the platform has it now.")
        await types_into(person, "email", " ")
        await person.presses("ctrl+s")
        await person.sees("Nothing is changed, so nothing was sent.")
        await types_into(person, "fullname", "")
        await person.presses("ctrl+s")
        await person.sees("! This is needed.")
    assert await at_the_platform(own_sandbox, human_id) == before


@pytest.mark.parametrize(
    ("token", "turns", "expected"),
    [("", False, "old"), ("new", False, "new"), ("", True, None)],
)
async def test_an_access_token_is_kept_replaced_or_cleared_and_never_shown(
    own_sandbox: SandboxPlatform, token: str, turns: bool, expected: str | None
) -> None:
    draft = HumanDraft(fullname="Jane", access_token=SecretStr("old"))
    human_id = await created(own_sandbox, draft)
    async with console(own_sandbox.own_access()) as person:
        await person.presses("e")
        await person.sees("Empty leaves it as it is.")
        await types_into(person, "uid", "u-9")
        if token:
            await types_into(person, "access_token", token)
            await person.sees("•••")
        if turns:
            await goes_to(person, "clears_token")
            await person.presses("space")
        await person.presses("ctrl+s")
        await person.sees("u-9", "fresh")
        await person.waits_for(lambda: not isinstance(person.app.screen, HumanFormScreen))
    kept = (await at_the_platform(own_sandbox, human_id)).access_token
    assert kept == (SecretStr(expected) if expected else None)


async def test_a_new_token_and_none_at_once_are_refused(own_sandbox: SandboxPlatform) -> None:
    await created(own_sandbox, HumanDraft(fullname="Jane"))
    async with console(own_sandbox.own_access()) as person:
        await person.presses("e")
        await types_into(person, "access_token", "new")
        await goes_to(person, "clears_token")
        await person.presses("space", "ctrl+s")
        await person.sees("! There is a new one above.")


async def test_what_the_platform_refuses_is_said_under_its_field(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access(), size=(80, 24)) as person:
        await person.presses("n")
        await person.sees("New human")
        await person.pastes("x" * 600)
        await types_into(person, "uid", "y" * 300)
        await person.presses("ctrl+s")
        await person.sees("! It is longer than 512", "! It is longer than 255")
        focused = person.app.screen.focused
        assert focused is not None and focused.id == "fullname"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("email", "jane@", "△ Odd: There must be something after the"),
        ("email", "jane", "△ Odd: An email address must have an @-sign."),
        ("phone_number", "+1 555", "△ Odd: no number in US is written so."),
        ("phone_number", "none", "△ Odd: this is no phone number."),
        ("phone_number", "0917 123 4567", "△ Not checked: it begins"),
        ("phone_number", "+999 1234", "△ Odd: no country has numbers that begin so."),
        ("email", "JANE@example.COM", "△ also Jane Doe · eu_"),
        ("uid", "u-1", "△ also Jane Doe · eu_"),
        ("phone_number", "(063)-917-1234567", "△ also Jane Doe · eu_"),
    ],
)
async def test_what_looks_odd_or_is_anothers_is_said_and_saved_all_the_same(
    own_sandbox: SandboxPlatform, field: str, typed: str, said: str
) -> None:
    draft = HumanDraft(
        fullname="Jane Doe", email="jane@example.com", uid="u-1", phone_number="063 917 1234567"
    )
    await created(own_sandbox, draft)
    async with console(own_sandbox.own_access()) as person:
        await person.presses("n")
        await person.sees("New human")
        await person.pastes("Ada Önd")
        await types_into(person, field, typed)
        await person.sees(said)
        await person.presses("ctrl+s")
        await person.sees("● 42 humans")
    assert getattr(await newest(own_sandbox), field) == typed


async def test_escape_while_saving_leaves_and_nothing_is_saved_twice(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        gate = Gate(platform_of(person), "create_human")
        await person.presses("n")
        await person.sees("New human")
        await person.pastes("Ada Önd")
        await person.presses("ctrl+s", "escape", "ctrl+s")
        await person.sees("Ada Önd", "It is in the outbox and goes out by itself. O shows it.")
        assert not isinstance(person.app.screen, HumanFormScreen)
        gate.open()
        await person.sees("● 41 humans")
        await person.waits_for(lambda: not sending_of(person).queue.waiting)
        outbox = sending_of(person).outbox
        assert outbox is not None and len(await outbox.history()) == 1


async def test_escape_while_deleting_leaves_and_deletes_once(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access()) as person:
        gate = Gate(platform_of(person), "delete_human")
        await person.presses("number_sign")
        await person.sees("for good")
        await person.pastes(current(person))
        await person.presses("ctrl+s")
        await gate.reached.wait()
        await person.presses("escape", "ctrl+s")
        await person.sees("It is in the outbox and goes out by itself.")
        gate.open()
        await person.sees("● 39 humans")
        outbox = sending_of(person).outbox
        assert outbox is not None and len(await outbox.history()) == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_is_said_while_typing_moves_no_field(
    own_sandbox: SandboxPlatform, size: tuple[int, int]
) -> None:
    async with console(own_sandbox.own_access(), size=size) as person:
        await person.presses("n")
        await person.sees("New human")

        def row_of(label: str) -> int:
            return next(at for at, line in enumerate(person.lines) if label in line)

        labels = ("New human", "Full name", "E-mail  ", "Phone  ", "UID  ")
        before = [row_of(label) for label in labels]
        await types_into(person, "phone_number", "+1 555")
        await person.sees("△ Odd: no number in US is written so.")
        assert [row_of(label) for label in labels] == before


async def test_a_warning_goes_when_what_it_was_for_does(own_sandbox: SandboxPlatform) -> None:
    await created(own_sandbox, HumanDraft(fullname="Jane Doe", email="jane@example.com"))
    async with console(own_sandbox.own_access()) as person:
        await person.presses("n")
        await types_into(person, "email", "jane@example.com")
        await person.sees("△ also Jane Doe")
        await types_into(person, "email", "jane2@example.com")
        await person.waits_for(lambda: "△" not in person.screen)
