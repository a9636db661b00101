"""A credential refused in the middle of the work: another is found, and the call goes on."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.http import HttpCore, Limits
from aicx_tui.credentials import Credentials
from aicx_tui.errors import NotSignedInError, OutcomeUnknownError
from aicx_tui.models.human import HumanDraft
from aicx_tui.os_keyring import Slot
from aicx_tui.services.access import ContextAccess
from aicx_tui.services.renewal import Renewal
from aicx_tui.services.signing_in import SignedIn, abandon, begin_by_password
from aicx_tui.settings import Context
from tests.api.faulty import FaultyPlatform, faulty, json_reply, reply
from tests.keyring.conftest import use
from tests.keyring.secret_service import SecretService
from tests.sandbox_platform import SandboxPlatform, mirrors_nowhere

OLD, NEW, NEWER = (Credential.token(SecretStr(text)) for text in ("old-1", "new-2", "newer-3"))
SESSION = Credential.session(SecretStr("session-4"))
REFUSED = json_reply(401, {"error": {"code": "token_unknown", "message": "Not valid"}})
DONE = json_reply(200, {"result": {"id": "eu_1"}})
PATIENCE = 30.0


@dataclass
class Person:
    """Signs in again with one credential after the other, and then no more.

    Attributes:
        gives: What is typed.
        asked: Why it was asked for, each time.
        may_answer: Set when it is typed.
        waiting: Counts the calls that wait for an answer.
    """

    gives: list[Credential] = field(default_factory=list)
    asked: list[NotSignedInError] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    @classmethod
    def at_once(cls, *gives: Credential) -> Person:
        person = cls(list(gives))
        person.may_answer.set()
        return person

    async def __call__(self, context: Context, refused: NotSignedInError) -> Credential:
        self.asked.append(refused)
        await self.may_answer.wait()
        if not self.gives:
            raise refused
        return self.gives.pop(0)

    async def is_waited_for(self, calls: int) -> None:
        for _ in range(calls):
            await self.waiting.acquire()


def context_at(url: str) -> Context:
    return Context(name="work", kind="console", root=url, company_id="c", bot_id="b")


def core(
    url: str, person: Person | None, *, used: Credential = OLD, limits: Limits | None = None
) -> HttpCore:
    """A client whose credential can be renewed, and whose keyring is off."""
    renewal = Renewal(context_at(url), Credentials({"AICX_KEYRING": "off"}), ask=person)

    async def renew(used: Credential, refused: NotSignedInError) -> Credential:
        if person is not None:
            person.waiting.release()
        return await renewal(used, refused)

    return HttpCore(url, credential=used, renew=renew, limits=limits)


def sent(platform: FaultyPlatform) -> list[str]:
    """The credential of each request, by its header."""
    pattern = re.compile(rb"(?im)^(?:x-sinitic-token|authorization): (.+?)\r$")
    found = [pattern.findall(request) for request in platform.requests]
    assert all(len(headers) == 1 for headers in found), "one credential a request"
    return [headers[0].decode() for headers in found]


class TestAPersonWhoSignsInAgain:
    async def test_lets_the_same_call_go_on(self) -> None:
        person = Person.at_once(NEW)
        async with faulty(REFUSED, DONE) as platform:
            http = core(platform.url, person)
            answer = await http.get("/x")
            await http.aclose()
        assert json.loads(answer.body)["result"] == {"id": "eu_1"}
        assert sent(platform) == ["old-1", "new-2"]
        assert len(person.asked) == 1

    @pytest.mark.parametrize("method", ["post", "put"])
    async def test_has_a_change_sent_anew_exactly_once(self, method: str) -> None:
        async with faulty(REFUSED, DONE) as platform:
            http = core(platform.url, Person.at_once(NEW))
            await getattr(http, method)("/x", {"fullname": "Jane"})
            await http.aclose()
        assert sent(platform) == ["old-1", "new-2"]
        first, second = (request.partition(b"\r\n\r\n")[2] for request in platform.requests)
        assert first == second == b'{"fullname":"Jane"}'

    async def test_has_a_change_that_is_lost_then_not_sent_again(self) -> None:
        async with faulty(REFUSED, reply(500), DONE) as platform:
            http = core(platform.url, Person.at_once(NEW))
            with pytest.raises(OutcomeUnknownError):
                await http.post("/x", {})
            await http.aclose()
        assert len(platform.requests) == 2

    async def test_may_give_a_session_for_a_token_and_only_that_is_sent(self) -> None:
        async with faulty(REFUSED, DONE) as platform:
            http = core(platform.url, Person.at_once(SESSION))
            await http.get("/x")
            await http.aclose()
        assert sent(platform) == ["old-1", "Bearer session-4"]

    async def test_may_do_so_between_two_attempts_of_another_call(self) -> None:
        async def fail(writer: asyncio.StreamWriter) -> None:
            http.credential = SESSION
            await reply(503)(writer)

        async with faulty(fail, DONE) as platform:
            http = core(platform.url, None)
            await http.get("/x")
            await http.aclose()
        assert sent(platform) == ["old-1", "Bearer session-4"]

    async def test_is_asked_again_where_that_is_refused_too(self) -> None:
        person = Person.at_once(NEW, NEWER)
        async with faulty(REFUSED, REFUSED, DONE) as platform:
            http = core(platform.url, person)
            await http.get("/x")
            await http.aclose()
        assert sent(platform) == ["old-1", "new-2", "newer-3"]
        assert len(person.asked) == 2

    async def test_has_all_the_time_there_is(self) -> None:
        """The deadline is of each sending; it does not run while somebody types."""
        person = Person([NEW])
        async with faulty(REFUSED, DONE) as platform:
            http = core(platform.url, person, limits=Limits(total=0.2))
            call = asyncio.create_task(http.get("/x"))
            await person.is_waited_for(calls=1)
            with pytest.raises(TimeoutError):  # several deadlines pass
                await asyncio.wait_for(asyncio.shield(call), 0.7)
            person.may_answer.set()
            await call
            await http.aclose()
        assert sent(platform) == ["old-1", "new-2"]

    async def test_is_asked_once_for_eight_calls_that_are_refused_at_once(self) -> None:
        person = Person([NEW])
        async with faulty(*[REFUSED] * 8, DONE) as platform:
            http = core(platform.url, person)
            calls = [asyncio.create_task(http.get(f"/{number}")) for number in range(8)]
            await person.is_waited_for(calls=8)
            person.may_answer.set()
            await asyncio.gather(*calls)
            await http.aclose()
        assert len(person.asked) == 1
        assert sorted(sent(platform)) == ["new-2"] * 8 + ["old-1"] * 8

    async def test_is_asked_on_though_the_call_that_asked_was_given_up(self) -> None:
        person = Person([NEW])
        async with faulty(REFUSED, REFUSED, DONE) as platform:
            http = core(platform.url, person)
            given_up = asyncio.create_task(http.get("/1"))
            await person.is_waited_for(calls=1)
            waiting = asyncio.create_task(http.get("/2"))
            await person.is_waited_for(calls=1)
            given_up.cancel()
            await asyncio.wait((given_up,))
            person.may_answer.set()
            await waiting
            await http.aclose()
        assert given_up.cancelled()
        assert len(person.asked) == 1


class TestNobodyWhoSignsInAgain:
    async def test_leaves_the_platforms_own_error(self) -> None:
        for ask in (Person.at_once(), None):
            async with faulty(REFUSED) as platform:
                http = core(platform.url, ask)
                with pytest.raises(NotSignedInError, match="Not valid"):
                    await http.post("/x", {})
                await http.aclose()
            assert sent(platform) == ["old-1"]

    async def test_is_asked_once_for_eight_calls_and_all_of_them_end(self) -> None:
        person = Person()
        async with faulty(REFUSED) as platform:
            http = core(platform.url, person)
            calls = [asyncio.create_task(http.get(f"/{number}")) for number in range(8)]
            await person.is_waited_for(calls=8)
            person.may_answer.set()
            ends = await asyncio.gather(*calls, return_exceptions=True)
            await http.aclose()
        assert all(isinstance(end, NotSignedInError) for end in ends)
        assert len(person.asked) == 1

    async def test_may_be_asked_at_the_next_call(self) -> None:
        person = Person.at_once()
        async with faulty(REFUSED, REFUSED, DONE) as platform:
            http = core(platform.url, person)
            with pytest.raises(NotSignedInError):
                await http.get("/x")
            person.gives.append(NEW)
            await http.get("/x")
            await http.aclose()
        assert len(person.asked) == 2


class TestTheKeyring:
    @pytest.fixture(autouse=True)
    def service(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretService]:
        with SecretService() as running:
            use(running, monkeypatch)
            yield running

    async def test_holds_what_another_console_stored_and_nobody_is_asked(self) -> None:
        async with faulty(REFUSED, DONE) as platform:
            context, person = context_at(platform.url), Person()
            here, there = Credentials({}), Credentials({})
            await keep(here, context, OLD)
            http = HttpCore(context.root, credential=OLD, renew=Renewal(context, here, ask=person))
            await keep(there, context, NEW)
            await http.get("/x")
            await http.aclose()
        assert sent(platform) == ["old-1", "new-2"]
        assert not person.asked

    async def test_holds_a_session_where_there_was_a_token(self) -> None:
        async with faulty(REFUSED, DONE) as platform:
            context = context_at(platform.url)
            here, there = Credentials({}), Credentials({})
            await keep(here, context, OLD)
            await keep(there, context, SESSION, slot=Slot.SESSION)
            http = HttpCore(context.root, credential=OLD, renew=Renewal(context, here, ask=None))
            await http.get("/x")
            await http.aclose()
        assert sent(platform) == ["old-1", "Bearer session-4"]

    async def test_holds_what_was_refused_so_a_person_is_asked(
        self, own_sandbox: SandboxPlatform
    ) -> None:
        bot = str(own_sandbox.announced["bot_id"])
        context = Context(name="work", kind="console", root=own_sandbox.url, bot_id=bot)
        credentials = Credentials({})
        await keep(credentials, context, OLD)
        access = ContextAccess(context, credentials, mirrors_nowhere(credentials))
        person = Person.at_once(Credential.token(SecretStr(own_sandbox.token())))
        access.ask = person
        session = await access.open()
        await session.identify()
        await session.aclose()
        assert session.account
        assert session.account.role == "admin"
        assert len(person.asked) == 1


async def keep(
    credentials: Credentials, context: Context, kept: Credential, *, slot: Slot = Slot.TOKEN
) -> None:
    place = await credentials.keep(context, slot, kept.secret, patience=PATIENCE)
    assert place == "Secret Service"


async def test_a_session_that_a_real_platform_ended_loses_no_change(
    own_sandbox: SandboxPlatform,
) -> None:
    context = Context(name="work", kind="console", root=own_sandbox.url, account="admin")
    admin = own_sandbox.announced["admin"]
    signed_in = await begin_by_password(
        context, email=admin["email"], password=SecretStr(admin["password"])
    )
    assert isinstance(signed_in, SignedIn)
    credentials = Credentials({"AICX_KEYRING": "off"})
    await credentials.keep(context, signed_in.slot, signed_in.secret, patience=PATIENCE)
    access = ContextAccess(signed_in.context, credentials, mirrors_nowhere(credentials))
    access.ask = person = Person.at_once(Credential.token(SecretStr(own_sandbox.token())))
    session = await access.open()
    await abandon(signed_in)
    human_id = await session.platform.create_human(HumanDraft(fullname="Jane"))
    read = await session.platform.get_human(human_id)
    await session.aclose()
    assert read.human.fullname == "Jane"
    assert len(person.asked) == 1


async def test_a_token_given_for_this_run_does_not_come_back_after_a_new_sign_in() -> None:
    async with faulty(REFUSED) as platform:
        context = context_at(platform.url)
        credentials = Credentials({"AICX_KEYRING": "off"}, token=(OLD.secret, "a file"))
        await credentials.keep(context, Slot.TOKEN, NEW.secret, patience=PATIENCE)
        found = await credentials.find(context)
    assert found is not None
    assert found.secret == NEW.secret
