"""Defining several tags: what is done, what is not, and what a person is told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from aicx_tui.errors import InvalidFieldsError, OutcomeUnknownError, PartlyFailedError, UsageError
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.actions import ACTIONS, refusal
from aicx_tui.services.directory import Directory
from aicx_tui.services.local_tags import LocalTags
from aicx_tui.services.mirrors import OpenMirror
from aicx_tui.services.tag_catalogue import TagCatalogue
from aicx_tui.services.tag_defining import PlatformTags
from aicx_tui.services.tag_planning import Wish, planned
from aicx_tui.settings import Context
from aicx_tui.storage.mirror import Mirror
from tests.api.faulty import Answer, faulty, json_reply, raw
from tests.api.test_tag_faults import console

TIER = TagDefinition(id="t1", name="Tier", kind="choice", choices=("Gold",))
ONE = json_reply(200, {"result": {"id": "n", "name": "New"}})
NO = json_reply(422, {"error": {"code": "x", "message": "No", "fields": []}})
LISTED = json_reply(200, {"result": [TIER.model_dump(mode="json")]})


@pytest.mark.parametrize(
    ("wish", "after"),
    [
        (Wish(name="tier", colour="#ffffff"), TIER.model_copy(update={"colour": "#ffffff"})),
        (Wish(id="t1", name="Level"), TIER.model_copy(update={"name": "Level"})),
        (Wish(id="t1", kind="text"), TIER.model_copy(update={"kind": "text", "choices": ()})),
        (Wish(name="Tier", choices=(" A ",)), TIER.model_copy(update={"choices": ("A",)})),
        (Wish(name="New"), TagDefinition(id="", name="New")),
        (
            Wish(name="New", choices=("A",)),
            TagDefinition(id="", name="New", kind="choice", choices=("A",)),
        ),
    ],
)
def test_what_is_not_said_stays_as_it_is(wish: Wish, after: TagDefinition) -> None:
    (step,) = planned([wish], TagCatalogue((TIER,)))
    assert step.after == after


@pytest.mark.parametrize(
    ("wish", "fields"),
    [
        (Wish(name="a\x1bb"), ["name"]),
        (Wish(name="x" * 256, colour="red"), ["name", "colour"]),
        (Wish(name="New", kind="choice"), ["choices"]),
        (Wish(name="New", kind="choice", choices=("A", "a")), ["choices"]),
        (Wish(name="New", kind="choice", choices=("A", "")), ["choices"]),
        (Wish(name="New", kind="date", choices=("A",)), ["choices"]),
        (Wish(name="tier", is_new=True), ["name"]),
        (Wish(name="New", id="t1", is_new=True), ["id"]),
        (Wish(name="  ", is_new=True), ["name"]),
    ],
)
def test_all_that_is_wrong_is_named(wish: Wish, fields: list[str]) -> None:
    with pytest.raises(UsageError, match="Nothing was changed") as caught:
        planned([wish], TagCatalogue((TIER,)))
    assert [problem.field for problem in caught.value.problems] == fields


async def test_only_what_differs_is_sent() -> None:
    async with faulty(LISTED, ONE) as platform:
        client = console(platform.url)
        wishes = [Wish(name="tier"), Wish(name="New"), Wish(name="Tier 2", kind="date")]
        await PlatformTags(client).define(wishes)
        await client.aclose()
    bodies = [request.partition(b"\r\n\r\n")[2] for request in platform.requests]
    assert bodies == [b"", b'{"name":"New"}', b'{"name":"Tier 2","kind":"date"}']


@pytest.mark.parametrize(
    ("answers", "raised", "sent"),
    [
        ([NO], InvalidFieldsError, 2),
        ([raw(b"")], OutcomeUnknownError, 4),
        ([ONE, NO], PartlyFailedError, 3),
    ],
)
async def test_where_the_platform_refuses_the_rest_is_not_sent(
    answers: list[Answer], raised: type[Exception], sent: int
) -> None:
    async with faulty(LISTED, *answers) as platform:
        client = console(platform.url)
        wishes = [Wish(name="Tier"), *(Wish(name=name) for name in ("A", "B", "C"))]
        with pytest.raises(raised) as caught:
            await PlatformTags(client).define(wishes)
        await client.aclose()
    assert len(platform.requests) == sent
    if raised is PartlyFailedError:
        message = str(caught.value)
        assert "1 of the tags were defined, then “B” was not, or not surely" in message
        assert "2 are left" in message


async def test_an_open_console_sees_the_names_that_a_command_gives(tmp_path: Path) -> None:
    local = LocalTags(tmp_path, Context(name="acme", kind="gateway", root="https://x.example"))
    mirror = Mirror(tmp_path / "mirror.db", bytes(32))
    directory = Directory(OpenMirror(mirror, "mirror", local_tags=local))
    await directory.look()
    assert (directory.tags, directory.knows_all_tags) == ({}, False)
    await asyncio.to_thread(local.change, lambda tags: [TIER])
    await directory.look()
    assert directory.tag_names == {"t1": "Tier"}
    assert directory.catalogue.find("tier") == TIER
    local.path.write_text("damaged")
    await directory.look()
    assert directory.tags == {}, "humans are shown all the same"
    await asyncio.to_thread(mirror.close)


@pytest.mark.parametrize("action_id", ["tags.define", "tags.rename", "tags.delete", "tags.import"])
@pytest.mark.parametrize(
    ("role", "reason"),
    [
        ("", ""),
        ("admin", ""),
        ("agent", "Your role here is agent; only an admin may do this."),
        ("viewer", "Your role here is viewer, which may read only."),
    ],
)
def test_who_may_not_define_tags_is_told_why(action_id: str, role: str, reason: str) -> None:
    context = Context(name="acme", kind="console", root="https://x.example")
    assert refusal(ACTIONS[action_id], context, role=role) == reason
