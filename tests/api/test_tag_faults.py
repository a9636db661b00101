"""A platform that misbehaves while tags are defined or taken away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.api.http import HttpCore
from aicx_tui.errors import AicxError, OutcomeUnknownError
from aicx_tui.models.account import PlatformCapabilities
from aicx_tui.models.capability import Capability
from aicx_tui.models.tag import TagChanges, TagDraft
from tests.api.faulty import Answer, faulty, json_reply, raw, reply
from tests.api.test_faults import CANARY, FAULTS, QUICK

TAG = json_reply(200, {"result": {"id": "t", "name": "Tier", "humans": 3}})
NOTHING = json_reply(200, {"result": None})


def console(root: str) -> ConsoleApi:
    able = tuple(capability.value for capability in Capability)
    server = PlatformCapabilities(installation_id="i", version="1", capabilities=able)
    http = HttpCore(root, credential=Credential.token(SecretStr(CANARY)), limits=QUICK)
    return ConsoleApi(http, company_id="acme", bot_id="bot", server=server)


async def create(platform: ConsoleApi) -> object:
    return await platform.create_tag(TagDraft(name="Tier"))


async def create_under_a_key(platform: ConsoleApi) -> object:
    return await platform.create_tag(TagDraft(name="Tier"), key="once")


async def update(platform: ConsoleApi) -> object:
    return await platform.update_tag("t", TagChanges(colour=None))


async def delete(platform: ConsoleApi) -> object:
    return await platform.delete_tag("t")


async def delete_under_a_key(platform: ConsoleApi) -> object:
    return await platform.delete_tag("t", key="once")


async def unassign(platform: ConsoleApi) -> object:
    await platform.unassign_tags(["eu_1"], ["t"])
    return None


Call = Callable[[ConsoleApi], Awaitable[object]]


@pytest.mark.parametrize("call", [create, update, delete])
@pytest.mark.parametrize("fault", FAULTS, ids=[name for name, *_ in FAULTS])
async def test_a_fault_is_one_error(
    fault: tuple[str, Answer, type[AicxError], type[AicxError]], call: Call
) -> None:
    _, answer, _, when_writing = fault
    async with faulty(answer) as platform:
        client = console(platform.url)
        with pytest.raises(AicxError) as caught:
            await call(client)
        await client.aclose()
    assert type(caught.value) is when_writing
    assert CANARY not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("call", [create, delete, unassign])
async def test_what_might_be_done_twice_is_sent_once(call: Call) -> None:
    async with faulty(raw(b""), TAG) as platform:
        client = console(platform.url)
        with pytest.raises(OutcomeUnknownError):
            await call(client)
        await client.aclose()
    assert len(platform.requests) == 1


@pytest.mark.parametrize("call", [create_under_a_key, update, delete_under_a_key])
@pytest.mark.parametrize("fault", [raw(b""), reply(500), reply(503)])
async def test_what_is_the_same_twice_is_sent_again(call: Call, fault: Answer) -> None:
    async with faulty(fault, TAG) as platform:
        client = console(platform.url)
        await call(client)
        await client.aclose()
    assert len(platform.requests) == 2


async def test_only_what_is_given_is_sent() -> None:
    async with faulty(TAG, TAG, NOTHING) as platform:
        client = console(platform.url)
        await create_under_a_key(client)
        await update(client)
        await unassign(client)
        await client.aclose()
    sent = [request.partition(b"\r\n\r\n") for request in platform.requests]
    assert [(head.split(b" HTTP")[0], body) for head, _, body in sent] == [
        (b"POST /console/v1/bots/bot/tags", b'{"name":"Tier"}'),
        (b"PATCH /console/v1/bots/bot/tags/t", b'{"colour":null}'),
        (
            b"POST /console/v1/bots/bot/humans/unassign_tags",
            b'{"human_ids":["eu_1"],"tag_ids":["t"]}',
        ),
    ]
    assert b"idempotency-key: once" in sent[0][0].lower()
