"""The platform modules against a real sandbox."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC

import pytest
from pydantic import SecretStr

from aicx_tui.api.base import Platform
from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.api.http import HttpCore
from aicx_tui.api.sign_in import sign_in
from aicx_tui.errors import (
    ConflictError,
    ForbiddenError,
    InvalidFieldsError,
    NotFoundError,
    NotSignedInError,
    NotTheApiError,
    OutcomeUnknownError,
    PlatformFailedError,
    RefusedError,
    UnsupportedError,
    UsageError,
)
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import HumanChanges, HumanDraft, TagValue
from aicx_tui.models.tag import TagChanges, TagDefinition, TagDraft
from tests.api.faulty import Answer, FaultyPlatform, faulty, json_reply, raw, reply
from tests.sandbox_platform import SandboxPlatform


@pytest.mark.parametrize("kind", ["gateway", "console"])
async def test_a_human_is_created_read_changed_and_tagged(
    own_sandbox: SandboxPlatform, kind: str
) -> None:
    console = await own_sandbox.console()
    platform: Platform = own_sandbox.gateway() if kind == "gateway" else console
    tag = (await console.list_tags())[0]
    draft = HumanDraft(
        fullname="Jane Őrsi", email="jane@example.hu", access_token=SecretStr("end-user")
    )
    human_id = await platform.create_human(draft)
    assert re.fullmatch(r"eu_[A-Za-z0-9]{12}", human_id)
    await platform.update_human(human_id, HumanChanges(uid="u-1", email=None))
    await platform.assign_tags([human_id], [TagValue(id=tag.id, value="Gold")])
    human = (await platform.get_human(human_id)).human
    assert (human.fullname, human.email, human.uid) == ("Jane Őrsi", None, "u-1")
    assert human.tags == (TagValue(id=tag.id, value="Gold"),)
    assert human.access_token == SecretStr("end-user")
    assert human.created_at and human.created_at.tzinfo is not None
    assert human.created_at.astimezone(UTC).microsecond == human.created_at.microsecond
    await platform.aclose()
    await console.aclose()


async def test_a_change_on_an_old_version_is_a_conflict(own_sandbox: SandboxPlatform) -> None:
    platform = await own_sandbox.console()
    human_id = await platform.create_human(HumanDraft(fullname="Jane"))
    _, first = await platform.get_human(human_id)
    await platform.update_human(human_id, HumanChanges(uid="a"), if_match=first)
    with pytest.raises(ConflictError):
        await platform.update_human(human_id, HumanChanges(uid="b"), if_match=first)
    assert (await platform.get_human(human_id)).human.uid == "a"
    await platform.aclose()


async def test_the_gateway_is_asked_for_nothing_undocumented() -> None:
    async with faulty(reply(200, b"{}")) as anything:
        gateway = SandboxPlatform(
            {
                "url": anything.url,
                "company_id": "c",
                "bot_id": "b",
                "admin": {"token": "t"},
            }
        ).gateway()
        for call in (
            gateway.read_feed(None),
            gateway.list_tags(),
            gateway.get_account(),
            gateway.sign_out(),
            gateway.update_human("eu_1", HumanChanges(uid="u"), if_match='"1"'),
            gateway.update_human("eu_1", HumanChanges(uid="u", notes=None)),
            gateway.create_human(HumanDraft(fullname="Jane", notes="hers")),
            gateway.delete_human("eu_1"),
            gateway.unassign_tags(["eu_1"], ["t"]),
            gateway.create_tag(TagDraft(name="Tier")),
            gateway.update_tag("t", TagChanges(name="Tier")),
            gateway.delete_tag("t"),
        ):
            with pytest.raises(UnsupportedError):
                await call
        await gateway.aclose()
        assert anything.requests == []


async def test_notes_are_written_and_cleared_where_the_platform_takes_them(
    own_sandbox: SandboxPlatform,
) -> None:
    platform = await own_sandbox.console()
    human_id = await platform.create_human(HumanDraft(fullname="Jane", notes="a\nb"))
    assert (await platform.get_human(human_id)).human.notes == "a\nb"
    await platform.update_human(human_id, HumanChanges(uid="u"))
    assert (await platform.get_human(human_id)).human.notes == "a\nb"
    await platform.update_human(human_id, HumanChanges(notes=None))
    assert (await platform.get_human(human_id)).human.notes is None
    await platform.aclose()


@pytest.mark.parametrize("answer", [reply(204), json_reply(200, {"result": None})])
async def test_a_human_is_deleted_by_one_request(answer: Answer) -> None:
    async with deleting_server(answer) as (platform, server):
        await platform.delete_human("eu_1", if_match='"7"')
        (_, sent) = server.requests
        assert sent.startswith(b"DELETE /console/v1/bots/bot/humans/eu_1 HTTP/1.1\r\n")
        assert b'\r\nif-match: "7"\r\n' in sent.lower()


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (json_reply(403, {}), ForbiddenError),
        (json_reply(404, {}), NotFoundError),
        (json_reply(412, {}), ConflictError),
        (json_reply(503, {}), PlatformFailedError),
        (raw(b""), OutcomeUnknownError),
    ],
)
async def test_deleting_is_never_repeated(answer: Answer, raised: type[Exception]) -> None:
    async with deleting_server(answer) as (platform, server):
        with pytest.raises(raised):
            await platform.delete_human("eu_1")
        assert len(server.requests) == 2


async def test_no_path_is_made_of_an_id_that_is_none() -> None:
    async with deleting_server(reply(204)) as (platform, server):
        with pytest.raises(UsageError):
            await platform.delete_human("../tags")
        assert len(server.requests) == 1


@asynccontextmanager
async def deleting_server(answer: Answer) -> AsyncIterator[tuple[ConsoleApi, FaultyPlatform]]:
    """A server of the console contract that can delete humans, and answers once so."""
    can = ["humans.delete", "humans.precondition"]
    told = {"installation_id": "i", "version": "1", "capabilities": can}
    async with faulty(json_reply(200, {"result": told}), answer) as server:
        platform = await ConsoleApi.open(HttpCore(server.url), company_id="c", bot_id="bot")
        yield platform, server
        await platform.aclose()


async def test_a_tag_is_defined_changed_taken_away_and_deleted(
    own_sandbox: SandboxPlatform,
) -> None:
    platform = await own_sandbox.console()
    draft = TagDraft(name="Tier", kind="choice", choices=("One", "Two"))
    tag = await platform.create_tag(draft, key="once")
    assert tag == TagDefinition(id=tag.id, name="Tier", kind="choice", choices=("One", "Two"))
    assert await platform.create_tag(draft, key="once") == tag
    changed = await platform.update_tag(tag.id, TagChanges(name="Level", colour="#123456"))
    assert (changed.name, changed.colour, changed.choices) == ("Level", "#123456", ("One", "Two"))
    assert (await platform.update_tag(tag.id, TagChanges(colour=None))).colour is None
    ids = [await platform.create_human(HumanDraft(fullname="Jane")) for _ in range(3)]
    await platform.assign_tags(ids, [TagValue(id=tag.id, value="One")])
    await platform.unassign_tags(ids[:1], [tag.id])
    assert (await platform.get_human(ids[0])).human.tags == ()
    assert await platform.delete_tag(tag.id) == 2
    assert tag.id not in {it.id for it in await platform.list_tags()}
    with pytest.raises(NotFoundError):
        await platform.delete_tag(tag.id)
    await platform.aclose()


async def test_a_name_that_is_taken_is_refused_by_field(own_sandbox: SandboxPlatform) -> None:
    platform = await own_sandbox.console()
    with pytest.raises(InvalidFieldsError) as caught:
        await platform.create_tag(TagDraft(name="merchant"))
    assert [problem.field for problem in caught.value.problems] == ["name"]
    await platform.aclose()


async def test_an_agent_defines_no_tags(browsed_sandbox: SandboxPlatform) -> None:
    platform = await browsed_sandbox.console(person="agent")
    with pytest.raises(ForbiddenError, match="Only an admin may define tags"):
        await platform.create_tag(TagDraft(name="Tier"))
    await platform.aclose()


async def test_nothing_of_tags_is_sent_where_the_platform_cannot_or_the_context_must_not() -> None:
    async with deleting_server(reply(200)) as (platform, server):
        platform.capabilities |= {Capability.TAGS_DEFINE}
        with pytest.raises(UsageError):
            await platform.delete_tag("../humans")
        with pytest.raises(UnsupportedError, match="sent twice"):
            await platform.create_tag(TagDraft(name="Tier"), key="once")
        platform._http.read_only = True
        for call in (
            platform.create_tag(TagDraft(name="Tier")),
            platform.update_tag("t", TagChanges(name="Tier")),
            platform.delete_tag("t"),
        ):
            with pytest.raises(RefusedError, match="read-only"):
                await call
        platform.capabilities = frozenset()
        for call in (
            platform.create_tag(TagDraft(name="Tier")),
            platform.update_tag("t", TagChanges(name="Tier")),
            platform.delete_tag("t"),
        ):
            with pytest.raises(UnsupportedError):
                await call
        with pytest.raises(UnsupportedError):
            await platform.unassign_tags(["eu_1"], ["t"])
        assert len(server.requests) == 1


async def test_the_feed_is_read_to_its_end_and_followed(own_sandbox: SandboxPlatform) -> None:
    platform = await own_sandbox.console()
    first = await platform.read_feed(None, limit=25)
    assert (len(first["items"]), first["total"]) == (25, 40)
    rest = await platform.read_feed(first["next"], limit=25)
    assert len(rest["items"]) == 15
    assert len({item["id"] for item in first["items"] + rest["items"]}) == 40
    created = await platform.create_human(HumanDraft(fullname="New"))
    assert [item["id"] for item in (await platform.read_feed(rest["next"]))["items"]] == [created]
    await platform.aclose()


async def test_who_is_signed_in_and_what_they_may(browsed_sandbox: SandboxPlatform) -> None:
    viewer = await browsed_sandbox.console(person="viewer")
    account = await viewer.get_account()
    assert (account.role, account.company.name) == ("viewer", "Acme Support")
    with pytest.raises(ForbiddenError):
        await viewer.create_human(HumanDraft(fullname="Jane"))
    await viewer.aclose()


async def test_a_session_by_password_ends_with_sign_out(browsed_sandbox: SandboxPlatform) -> None:
    agent = browsed_sandbox.announced["agent"]
    http = HttpCore(browsed_sandbox.url)
    with pytest.raises(NotSignedInError):
        await sign_in(http, email=agent["email"], password=SecretStr("wrong password"))
    await sign_in(http, email=agent["email"], password=SecretStr(agent["password"]))
    credential = http.credential
    platform = await ConsoleApi.open(
        http,
        company_id=str(browsed_sandbox.announced["company_id"]),
        bot_id=str(browsed_sandbox.announced["bot_id"]),
    )
    assert (await platform.get_account()).role == "agent"
    await platform.sign_out()
    http.credential = credential
    with pytest.raises(NotSignedInError):
        await platform.get_account()
    await platform.aclose()


async def test_what_is_not_there_is_not_found(browsed_sandbox: SandboxPlatform) -> None:
    gateway = browsed_sandbox.gateway()
    with pytest.raises(NotFoundError):
        await gateway.get_human("eu_000000000000")
    await gateway.aclose()
    for wrong in ({"company_id": "nobody"}, {"bot_id": "nothing"}):
        elsewhere = SandboxPlatform(dict(browsed_sandbox.announced) | wrong).gateway()
        with pytest.raises(NotFoundError):
            await elsewhere.get_human("eu_000000000000")
        await elsewhere.aclose()


async def test_refused_values_are_named_by_field(browsed_sandbox: SandboxPlatform) -> None:
    gateway = browsed_sandbox.gateway()
    with pytest.raises(InvalidFieldsError) as caught:
        await gateway.create_human(HumanDraft(fullname="x" * 10_000))
    assert [problem.field for problem in caught.value.problems] == ["fullname"]
    await gateway.aclose()


async def test_a_server_without_the_contract_is_told_apart() -> None:
    async with faulty(reply(404)) as other:
        http = HttpCore(other.url)
        with pytest.raises(NotTheApiError, match="console contract"):
            await ConsoleApi.open(http, company_id="c", bot_id="b")
        await http.aclose()


def test_every_missing_capability_has_its_words() -> None:
    platform = Platform.__dict__
    assert {"read_feed", "list_tags", "get_account"} <= set(platform)
    for capability in Capability:
        with pytest.raises(UnsupportedError) as caught:
            Nothing()._unsupported(capability)
        assert caught.value.message
        assert caught.value.hint


class Nothing(Platform):
    """A platform that can do nothing."""

    capabilities = frozenset()
