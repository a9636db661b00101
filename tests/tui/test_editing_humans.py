"""Deleting a human and revealing a token in the console; forms where the platform is away."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from pydantic import SecretStr

from aicx_tui.models.human import HumanDraft
from aicx_tui.text import clean
from aicx_tui.tui.editing_humans import at_cursor
from aicx_tui.tui.screens.human_form import HumanFormScreen
from aicx_tui.tui.screens.humans import HumansScreen
from aicx_tui.tui.widgets.human_list import HumanList
from tests.api.faulty import Answer, FaultyPlatform, faulty, json_reply, reply, silence
from tests.sandbox_platform import SandboxPlatform, access_by
from tests.tui.console import Person, console
from tests.tui.test_human_form import at_the_platform, created, types_into
from tests.tui.waiting import Gate, current, humans_of, platform_of, sending_of

ENVIRON = {"AICX_COMPANY_ID": "acme", "AICX_BOT_ID": "bot", "AICX_TOKEN": "sk_1"}
JANE = {"id": "eu_1", "fullname": "Jane Doe", "email": None, "notes": {"kind": "list"}}


async def is_listing(person: Person) -> None:
    await person.waits_for(lambda: isinstance(person.app.screen, HumansScreen))


@asynccontextmanager
async def at_jane(*answers: Answer) -> AsyncIterator[tuple[Person, FaultyPlatform]]:
    """A console on a gateway where Jane was read by id; then the platform answers otherwise."""
    first = json_reply(200, {"result": JANE})
    async with faulty(first, *answers) as platform:
        access = access_by(ENVIRON | {"AICX_URL": platform.url})
        async with console(access, until="no list of humans") as person:
            await person.presses("i")
            await person.sees("Go to humans by id")
            await person.types("eu_1")
            await person.presses("enter")
            await person.sees("Jane Doe", "● 1 human")
            await is_listing(person)
            yield person, platform


async def test_the_local_copy_is_edited_where_the_platform_is_silent() -> None:
    async with at_jane(silence, json_reply(200, {"result": {"id": "eu_1"}})) as (person, platform):
        await person.presses("e")
        await person.sees("Edit Jane Doe", "The platform has not answered yet.")
        assert "Notes" not in person.screen.partition("Edit Jane")[2]
        await types_into(person, "uid", "u-1")
        await person.presses("ctrl+s")
        await is_listing(person)
        (sent,) = [r for r in platform.requests if r.startswith(b"PUT ")]
        assert json.loads(sent.partition(b"\r\n\r\n")[2]) == {"uid": "u-1"}


async def test_a_refusal_is_said_and_what_was_typed_stays() -> None:
    fields = [
        {"field": "email", "message": "Not like this"},
        {"field": "tags.0.id", "message": "No such tag"},
    ]
    said = {"error": {"code": "x", "message": "No.", "fields": fields}}
    jane = json_reply(200, {"result": JANE})
    async with at_jane(jane, json_reply(422, said)) as (person, _):
        await person.presses("e")
        await types_into(person, "email", "jane@example.com")
        await person.presses("ctrl+s")
        await person.sees("! Not like this", "tags.0.id: No such tag", "jane@example.com")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (json_reply(200, {"result": JANE}), "The platform does not tell it"),
        (json_reply(200, {"result": JANE | {"access_token": None}}), "has no access token"),
        (json_reply(200, {"result": JANE | {"access_token": "********"}}), "keeps it masked"),
        (json_reply(403, {}), "Your role may not see it."),
        (json_reply(404, {}), "knows nothing under these"),
    ],
)
async def test_a_token_that_cannot_be_revealed_is_said_to_be_so(answer: Answer, said: str) -> None:
    async with at_jane(answer) as (person, _):
        await person.presses("full_stop")
        await person.sees("Access token of Jane Doe", said)
        await person.presses("escape")
        await is_listing(person)


async def test_a_token_is_shown_until_closed_or_covered_and_kept_nowhere(
    own_sandbox: SandboxPlatform,
) -> None:
    secret = "end-user-secret"
    await created(own_sandbox, HumanDraft(fullname="Jane", access_token=SecretStr(secret)))
    async with console(own_sandbox.own_access()) as person:
        for covers in ("escape", "ctrl+l"):
            await person.presses("full_stop")
            await person.sees(secret)
            assert person.app.screen.get_selected_text() is None
            await person.presses(covers)
            if covers == "ctrl+l":
                await person.sees("Locked")
                await person.presses("enter")
            await is_listing(person)
            assert secret not in person.screen
        assert secret not in person.app.clipboard


async def test_deleting_takes_the_name() -> None:
    async with deleting_console() as (person, platform):
        await person.presses("number_sign")
        await person.sees("Delete Jane  [/]⏎Doe", "eu_1", "for good")
        await person.types("Jane")
        await person.presses("enter")
        await person.sees("ctrl+s: delete.")
        await person.presses("ctrl+s")
        await person.sees("! This is not its name, nor its id.", "Nobody was deleted.")
        assert not [r for r in platform.requests if r.startswith(b"DELETE ")]
        await person.types(" [/] Doe")
        await person.presses("ctrl+s")
        await person.sees("● 0 humans")
        (sent,) = [r for r in platform.requests if r.startswith(b"DELETE ")]
        assert sent.startswith(b"DELETE /console/v1/bots/bot/humans/eu_1 HTTP/1.1\r\n")


@asynccontextmanager
async def deleting_console() -> AsyncIterator[tuple[Person, FaultyPlatform]]:
    """A console on a server that can delete humans, with one human."""
    can = ["humans.get", "humans.feed", "humans.delete"]
    told = {"installation_id": "i", "version": "1", "capabilities": can}
    jane = {"id": "eu_1", "fullname": "Jane  [/]\nDoe", "updated_at": "2026-11-20T00:00:00+00:00"}
    page = {"items": [jane], "next": "1", "total": 1}
    end = {"items": [], "next": "1"}
    gone = {"items": [{"id": "eu_1", "deleted": True}], "next": "2"}
    answers = [{"result": told}, {"result": page}, {"result": end}]
    async with faulty(
        *(json_reply(200, answer) for answer in answers),
        json_reply(200, {"result": jane}),
        reply(204),
        json_reply(200, {"result": gone}),
        json_reply(200, {"result": {"items": [], "next": "2"}}),
    ) as platform:
        access = access_by(ENVIRON | {"AICX_URL": platform.url, "AICX_PLATFORM": "console"})
        async with console(access, until="● 1 human") as person:
            yield person, platform


async def test_what_cannot_be_done_says_why() -> None:
    async with at_jane(silence) as (person, _):
        await person.presses("number_sign")
        await is_listing(person)
        await person.presses("question_mark")
        await person.types("delete a human")
        await person.sees("This platform has no such call.")


async def test_a_read_only_context_changes_nobody(browsed_sandbox: SandboxPlatform) -> None:
    access = browsed_sandbox.own_access()
    access.context = replace(access.context, read_only=True)
    async with console(access) as person:
        await person.presses("e", "n", "number_sign")
        await is_listing(person)
        await person.presses("question_mark")
        await person.types("create a human")
        await person.sees("The context sandbox is read-only.")


async def test_hostile_names_are_edited_as_they_are(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access(), size=(80, 24)) as person:
        screen = person.app.screen
        assert isinstance(screen, HumansScreen)
        for _ in range(15):
            record = screen._table.current
            assert record is not None
            await person.presses("e")
            await person.waits_for(lambda: isinstance(person.app.screen, HumanFormScreen))
            await person.sees("As the platform has it now.")
            form = person.app.screen
            assert isinstance(form, HumanFormScreen)
            assert not form.is_unsaved
            assert clean(record.fullname or "")[:8] in person.screen
            for row in person.lines:
                assert not any(ord(character) < 32 for character in row)
            await person.presses("escape")
            await is_listing(person)
            await person.presses("down")


async def test_a_hostile_name_stays_while_another_field_is_changed(
    own_sandbox: SandboxPlatform,
) -> None:
    platform = await own_sandbox.console()
    items = (await platform.read_feed(None))["items"]
    await platform.aclose()
    hostile = [i["id"] for i in items if "\x1b" in (i["fullname"] or "")]
    before = await at_the_platform(own_sandbox, hostile[0])
    async with console(own_sandbox.own_access()) as person:
        await person.presses("slash")
        await person.types(f"id:{hostile[0]}")
        await person.presses("enter")
        await person.sees(" 1 of 40")
        await person.presses("e")
        await types_into(person, "uid", "u-1")
        await person.presses("ctrl+s")
        await is_listing(person)
    after = await at_the_platform(own_sandbox, hostile[0])
    assert (after.fullname, after.uid) == (before.fullname, "u-1")


async def test_a_human_created_a_moment_ago_is_found_before_the_list_knows_its_id(
    own_sandbox: SandboxPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console(own_sandbox.own_access()) as person:
        gate = Gate(platform_of(person), "create_human")
        await sending_of(person).queue_create(HumanDraft(fullname="Nora New"))
        await gate.reached.wait()
        await person.presses("slash", *"nora", "space", *"new", "enter")
        await person.sees("⇡Nora New", " 1 of 41")
        monkeypatch.setattr(HumanList, "list_humans", lambda *_, **__: None)  # none is shown anew
        gate.open()
        humans = humans_of(person)._list
        directory = humans.directory
        assert directory is not None
        was = current(person)
        await person.waits_for(lambda: directory.mirror.document(was).result(5) is None)
        assert current(person) == was
        human = at_cursor(humans, None)
        assert human is not None
        assert (human.fullname, human.id[:3]) == ("Nora New", "eu_")
