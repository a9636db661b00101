"""What is typed into the form of a human and not saved: asked about, or found again."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from aicx_tui.models.human import HumanChanges, HumanDraft
from aicx_tui.services.drafts import NEW, Drafts
from aicx_tui.tui.screens.human_form import HumanFormScreen
from aicx_tui.tui.screens.humans import HumansScreen
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, console
from tests.tui.test_damaged import access_with_a_copy
from tests.tui.test_human_form import created, goes_to, newest, types_into
from tests.tui.waiting import Gate, platform_of, sending_of


async def kept_draft(person: Person, human_id: str = NEW) -> dict[str, str] | None:
    """What the mirror holds of a form."""
    screen = person.app.screen_stack[0]
    assert isinstance(screen, HumansScreen) and screen.directory is not None
    draft = await Drafts(screen.directory.mirror).read(human_id)
    return None if draft is None else dict(draft.fields)


async def keeps(person: Person, fields: dict[str, str] | None, human_id: str = NEW) -> None:
    """Wait until exactly this is kept."""
    while await kept_draft(person, human_id) != fields:
        await person.presses()


async def is_listing(person: Person) -> None:
    await person.waits_for(lambda: isinstance(person.app.screen, HumansScreen))


async def test_leaving_with_something_unsaved_asks_first(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access()) as person:
        await person.presses("n", "escape")
        await is_listing(person)
        await person.presses("n")
        await person.sees("New human")
        await person.pastes("Ada")
        for stays in ("escape", "enter", "g"):
            await person.presses("escape")
            await person.sees("Leave without saving?")
            await person.presses(stays)
            await person.waits_for(lambda: "Leave without" not in person.screen)
            assert "Ada" in person.screen
        await keeps(person, {"fullname": "Ada"})
        await person.presses("escape", "l")
        await is_listing(person)
        await keeps(person, None)
        await person.presses("n")
        await person.sees("New human")
        assert "draft" not in person.screen


async def test_a_token_alone_is_asked_about_and_in_no_draft(own_sandbox: SandboxPlatform) -> None:
    human_id = await created(own_sandbox, HumanDraft(fullname="Jane"))
    async with console(own_sandbox.own_access()) as person:
        await person.presses("e")
        await types_into(person, "access_token", "end-user-secret")
        await types_into(person, "uid", "u-1")
        await keeps(person, {"uid": "u-1"}, human_id)
        await types_into(person, "uid", "")
        await keeps(person, None, human_id)
        await person.presses("escape")
        await person.sees("Leave without saving?")


async def test_a_form_that_was_lost_is_gone_on_with(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    async with console(access_with_a_copy(own_sandbox, tmp_path)) as person:
        await person.presses("n")
        await person.sees("New human")
        await person.pastes("Ada Önd")
        await types_into(person, "access_token", "end-user-secret")
        await types_into(person, "notes", "a\nb")
        await keeps(person, {"fullname": "Ada Önd", "notes": "a\nb"})
    async with console(access_with_a_copy(own_sandbox, tmp_path)) as person:
        await person.presses("n")
        await person.sees("Continued from a draft of 20 Nov 2026, 18:00 UTC.", "ctrl+z", "Ada Önd")
        await person.presses("ctrl+z")
        await person.waits_for(lambda: "Ada Önd" not in person.screen)
        await keeps(person, None)
        await person.pastes("Bo")
        await types_into(person, "uid", "u-2")
        await keeps(person, {"fullname": "Bo", "uid": "u-2"})
    async with console(access_with_a_copy(own_sandbox, tmp_path)) as person:
        await person.presses("n")
        await person.sees("Continued from a draft", "u-2")
        await types_into(person, "email", "bo@example.com")
        await person.waits_for(lambda: "Continued" not in person.screen)
        await person.presses("ctrl+z")  # as in an editor it would undo; it must not undo everything
        await person.sees("bo@example.com")
        await person.presses("ctrl+s")
        await person.sees("● 41 humans")
        await keeps(person, None)
        await person.presses("n")
        await person.sees("New human")
        assert "draft" not in person.screen
    human = await newest(own_sandbox)
    assert (human.fullname, human.uid, human.access_token) == ("Bo", "u-2", None)


async def test_what_is_saved_is_no_draft_any_more_while_the_platform_is_asked(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    human_id = await created(own_sandbox, HumanDraft(fullname="Jane"))
    async with console(access_with_a_copy(own_sandbox, tmp_path)) as person:
        Gate(platform_of(person), "update_human")
        create = Gate(platform_of(person), "create_human")
        await person.presses("e")
        await types_into(person, "uid", "u-1")
        await keeps(person, {"uid": "u-1"}, human_id)
        await person.presses("ctrl+s")
        await is_listing(person)
        await keeps(person, None, human_id)
        await person.presses("n")
        await person.sees("New human")
        await person.pastes("Ada Önd")
        await keeps(person, {"fullname": "Ada Önd"})
        await person.presses("ctrl+s")
        await person.sees("Saving …")
        await person.waits_for(lambda: sending_of(person).queue.waiting == 2)
        assert not create.reached.is_set()  # it stands behind what waits for its answer
        assert await kept_draft(person) is None
    async with console(access_with_a_copy(own_sandbox, tmp_path)) as person:
        await person.sees("● 42 humans", "Ada Önd")
        await person.presses("n")
        await person.sees("New human")
        assert "draft" not in person.screen
    assert (await newest(own_sandbox)).fullname == "Ada Önd"


async def test_what_the_platform_refuses_is_a_draft_again(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    async with console(access_with_a_copy(own_sandbox, tmp_path)) as person:
        await person.presses("n")
        await person.sees("New human")
        await person.pastes("Ada Önd")
        await types_into(person, "uid", "u" * 300)
        await person.presses("ctrl+s")
        await person.sees("! It is longer than 255")
        await keeps(person, {"fullname": "Ada Önd", "uid": "u" * 300})
        assert sending_of(person).queue.needing == 0


async def test_a_draft_lies_over_what_the_platform_has_by_now(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    draft = HumanDraft(fullname="Jane", uid="u-1", access_token=SecretStr("s"))
    human_id = await created(own_sandbox, draft)
    async with console(access_with_a_copy(own_sandbox, tmp_path)) as person:
        await person.presses("e")
        await types_into(person, "email", "typed@example.com")
        await keeps(person, {"email": "typed@example.com"}, human_id)
    platform = own_sandbox.gateway()
    await platform.update_human(human_id, HumanChanges(uid="u-by-another"))
    await platform.aclose()
    async with console(access_with_a_copy(own_sandbox, tmp_path)) as person:
        await person.presses("e")
        await person.sees("Continued from a draft", "typed@example.com", "u-by-another")
        await person.presses("ctrl+s")
        await is_listing(person)
    human = await newest(own_sandbox)
    assert (human.email, human.uid) == ("typed@example.com", "u-by-another")


async def test_quitting_keeps_what_was_typed_and_asks_where_it_cannot(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    async with console(access_with_a_copy(own_sandbox, tmp_path)) as person:
        await person.presses("n")
        await person.waits_for(lambda: isinstance(person.app.screen, HumanFormScreen))
        await person.pastes("Ada Önd")
        await person.presses("ctrl+q")
        assert person.app._exit
    async with console(access_with_a_copy(own_sandbox, tmp_path)) as person:
        await person.presses("n")
        await person.sees("Continued from a draft", "Ada Önd")
        await types_into(person, "access_token", "end-user-secret")
        await person.presses("ctrl+q")
        await person.sees("What you typed is not saved.", "^q again")
        assert not person.app._exit
        await goes_to(person, "fullname")
        await person.presses("ctrl+q")
        assert person.app._exit
