"""The form of a human in the console: what is sent, what is warned of, what survives."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from aicx_tui.models.human import Human, HumanChanges, HumanDraft
from aicx_tui.tui.screens.human_form import HumanFormScreen
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, console


async def created(sandbox: SandboxPlatform, draft: HumanDraft) -> str:
    """A human of the test's own, the latest and so the first in the list."""
    platform = sandbox.gateway()
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
    assert (human.fullname, human.email, human.notes) == ("Ada Önd", "ada@example.com", "two\nlines")
    assert human.access_token == SecretStr("end-user-secret")
    assert (human.uid, human.phone_number, human.profile_pic_id) == (None, None, None)


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
