"""OpenCX as its documents show it, in old copies and new, and as a hostile server would be it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import JsonValue, SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.budget import Budget
from aicx_tui.api.http import HttpCore, Limits
from aicx_tui.api.open_cx import MOST_BYTES, OpenCx
from aicx_tui.errors import (
    AicxError,
    ForbiddenError,
    NotSignedInError,
    NotTheApiError,
    OutcomeUnknownError,
    RateLimitedError,
    UnsupportedError,
)
from aicx_tui.models.human import Human, HumanChanges, HumanDraft
from aicx_tui.models.open_cx import LANGUAGES
from aicx_tui.services.feed_pages import pages_from
from tests.api.faulty import Answer, FaultyPlatform, bomb, faulty, json_reply, reply

KEY = "ocx_live_canary"
QUICK = Limits(connect=1, read=0.5, total=1.5, patience=0.5, body=MOST_BYTES)
DATE = "Date: Sun, 22 Nov 2026 08:00:00 GMT"

JANE = {
    "id": "8f14e45f-ceea-4e6a-8d1b-2f1a6f9c2b11",
    "email": "jane@example.com",
    "phone_number": "+1234567890",
    "name": "Jane Doe",
    "custom_data": {"customKey": "customValue"},
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-02-01T00:00:00Z",
}
OLD = {"id": "1b", "email": None, "phone_number": None, "name": None, "custom_data": None}
"""A contact as copies of 2024 show it."""

SAMPLE: dict[str, JsonValue] = {
    "email": "john@example.com",
    "name": "John Doe",
    "avatar_url": "https://example.com/avatar.png",
    "phone": "+1234567890",
    "language": "en",
    "customData": {"customKey": "customValue"},
    "chat_context": "<string>",
    "http_action_overrides": {
        "query_params": {},
        "path_params": {},
        "body_params": {},
        "headers": {},
    },
}
"""The documents' own sample of a body."""


def open_cx(root: str, *, budget: Budget | None = None) -> OpenCx:
    credential = Credential.key(SecretStr(KEY))
    return OpenCx(HttpCore(root, credential=credential, limits=QUICK, budget=budget))


def asked(platform: FaultyPlatform) -> list[str]:
    """The first line of each request that came in."""
    return [request.split(b"\r\n")[0].decode() for request in platform.requests]


def sent(platform: FaultyPlatform) -> Any:  # noqa: ANN401  # whatever was sent
    return json.loads(platform.requests[-1].partition(b"\r\n\r\n")[2])


async def everybody(client: OpenCx, cursor: str | None = None) -> tuple[list[Human], str]:
    """All that a reading brings, and where the next one goes on."""
    humans: list[Human] = []
    following = ""
    async for page in pages_from(client, cursor, 1000):
        humans += [Human.model_validate(dict(item)) for item in page["items"]]
        following = page["next"]
    return humans, following


def page(items: list[Any], following: str | None) -> Answer:
    return json_reply(200, {"items": items, "next": following}, DATE)


async def test_an_empty_page_is_no_end_while_another_follows() -> None:
    pages = page([], "c/1"), page([], "c/2"), page([JANE], None)
    async with faulty(*pages) as platform:
        humans, _ = await everybody(open_cx(platform.url))
        assert [human.id for human in humans] == [JANE["id"]]
        assert len(platform.requests) == len(pages)


async def test_contacts_are_humans_and_the_next_reading_asks_what_changed() -> None:
    async with faulty(page([JANE], "c/1 &"), page([OLD], None), page([JANE], None)) as platform:
        client = open_cx(platform.url)
        humans, following = await everybody(client)
        jane, old = humans
        assert (jane.fullname, jane.email, jane.phone_number) == (
            *("Jane Doe", "jane@example.com", "+1234567890"),
        )
        assert jane.document["custom_data"] == {"customKey": "customValue"}
        assert (old.id, old.fullname, old.email) == ("1b", None, None)
        changed, later = await everybody(client, following)
        assert [human.id for human in changed] == [JANE["id"]]
        assert later == following  # the platform's clock did not move
        assert asked(platform) == [
            "GET /contacts HTTP/1.1",
            "GET /contacts?cursor=c%2F1+%26 HTTP/1.1",
            "GET /contacts?updated_after=2026-11-22T07%3A59%3A00Z HTTP/1.1",
        ]
        assert f"Authorization: Bearer {KEY}".encode() in platform.requests[0]


async def test_a_cursor_that_comes_again_ends_the_reading() -> None:
    async with faulty(page([JANE], "again")) as platform:
        with pytest.raises(NotTheApiError, match="circle"):
            await everybody(open_cx(platform.url))


async def test_what_is_written_is_wrapped_and_calls_the_phone_phone() -> None:
    contact = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+12"}
    draft = HumanDraft(fullname="Jane Doe", email="jane@example.com", phone_number="+12")
    async with faulty(json_reply(201, {"id": "c1"}), reply(200)) as platform:
        client = open_cx(platform.url)
        assert await client.create_human(draft) == "c1"
        assert sent(platform) == {"contact": contact}
        assert await client.update_human("c1", HumanChanges(phone_number="+34")) == "c1"
        assert sent(platform) == {"contact": {"phone": "+34"}}
        await client.delete_human("c1")
        assert asked(platform) == [
            "POST /contacts HTTP/1.1",
            "PATCH /contacts/c1 HTTP/1.1",
            "DELETE /contacts/c1 HTTP/1.1",
        ]


async def test_what_no_contact_has_and_no_document_shows_is_never_sent() -> None:
    async with faulty(reply(200)) as platform:
        client = open_cx(platform.url)
        with pytest.raises(UnsupportedError, match="no way to empty a field"):
            await client.update_human("c1", HumanChanges(email=None))
        with pytest.raises(UnsupportedError, match="has no uid"):
            await client.create_human(HumanDraft(fullname="Jane", uid="4711"))
        with pytest.raises(UnsupportedError, match="no call that reads one contact"):
            await client.get_human("c1")
        assert platform.requests == []


@pytest.mark.parametrize(
    ("status", "answer", "contact"),
    [
        (201, {"token": "jwt"}, None),
        (200, {"token": "jwt", "contact": {"id": "c1"}}, "c1"),
        (200, {"token": "jwt", "contact": {"id": "c1", "more": 1}, "more": []}, "c1"),
        (200, {"token": "jwt", "contact": None}, None),
    ],
)
async def test_old_and_new_answers_to_the_documents_sample(
    status: int, answer: object, contact: str | None
) -> None:
    async with faulty(json_reply(status, answer)) as platform:
        vouched = await open_cx(platform.url).authenticate(SAMPLE)
        assert vouched.token.get_secret_value() == "jwt"
        assert (vouched.contact.id if vouched.contact else None) == contact
        assert asked(platform) == ["POST /widget/authenticate-user HTTP/1.1"]
        assert sent(platform) == SAMPLE


def error_dto(status: int, message: object) -> Answer:
    return json_reply(status, {"statusCode": status, "message": message, "error": "Error"})


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (error_dto(401, "Unauthorized"), NotSignedInError, "Unauthorized"),
        (error_dto(403, "Forbidden resource"), ForbiddenError, "Forbidden resource"),
        (error_dto(500, ["not", "a text"]), OutcomeUnknownError, "The platform failed"),
        (error_dto(429, "Too many"), RateLimitedError, "a pause of 60 s"),
        (reply(502, b"<html>bad gateway"), OutcomeUnknownError, "502"),
        (reply(200, b"<html>sign in"), OutcomeUnknownError, "web page"),
        (json_reply(200, {"token": {"jwt": 1}}), OutcomeUnknownError, "cannot be read"),
        (json_reply(200, {"token": ""}), OutcomeUnknownError, "cannot be read"),
        (json_reply(200, {"token": 7}), OutcomeUnknownError, "cannot be read"),
        (json_reply(200, {"token": "a\x1b]0;b"}), OutcomeUnknownError, "cannot be read"),
        (json_reply(200, {"token": "a b"}), OutcomeUnknownError, "cannot be read"),
        (json_reply(200, {"contact": {"id": "c1"}}), OutcomeUnknownError, "token"),
        (json_reply(200, []), OutcomeUnknownError, "cannot be read"),
        (json_reply(200, {"token": "x" * 5_000_000}), OutcomeUnknownError, "larger than 4 MiB"),
        (bomb(5), OutcomeUnknownError, "larger than 4 MiB"),
    ],
)
async def test_a_hostile_answer_ends_in_an_error_that_holds_no_key(
    answer: Answer, kind: type[AicxError], said: str
) -> None:
    async with faulty(answer) as platform:
        budget = Budget(100)
        with pytest.raises(kind) as caught:
            await open_cx(platform.url, budget=budget).authenticate(SAMPLE)
        assert said in caught.value.message
        words = f"{caught.value.message}{caught.value.hint}"
        assert KEY not in words
        assert "change was sent" not in words
        assert "record" not in words
        assert len(platform.requests) == 1


async def test_the_key_does_not_follow_a_redirect() -> None:
    async with faulty(json_reply(200, {"token": "jwt"})) as elsewhere:
        away = reply(307, b"", f"Location: {elsewhere.url}/widget/authenticate-user")
        async with faulty(away) as platform:
            with pytest.raises(NotTheApiError, match="was not followed"):
                await open_cx(platform.url).authenticate(SAMPLE)
            with pytest.raises(NotTheApiError, match="was not followed"):
                await everybody(open_cx(platform.url))
        assert elsewhere.requests == []


async def test_a_budget_that_is_used_up_is_waited_for_and_said() -> None:
    async with faulty(json_reply(200, {"token": "jwt"})) as platform:
        budget, told = Budget(2, within=0.2, what="api.open.cx"), list[str]()
        budget.tell = told.append
        client = open_cx(platform.url, budget=budget)
        for _ in range(5):
            await client.authenticate(SAMPLE)
        assert len(platform.requests) == 5
        assert told
        assert told[0].startswith("api.open.cx takes 2 requests in 0 s; going on in ")


def test_there_are_56_languages() -> None:
    assert len(LANGUAGES) == len(set(LANGUAGES)) == 56
