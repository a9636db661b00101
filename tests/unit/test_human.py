"""Humans as platforms send them, and as they are sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr, ValidationError

from aicx_tui.models.feed import FEED_ENVELOPE
from aicx_tui.models.human import (
    MASK,
    Human,
    HumanChanges,
    HumanDraft,
    TagValue,
)
from aicx_tui.services.documents import masked, revealed

SECRET = "end-user-secret"


def read(text: str) -> Human:
    return Human.model_validate_json(text)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("null", ()),
        ("[]", ()),
        ('[{"id": "a", "value": "b"}]', (TagValue(id="a", value="b"),)),
        ('[{"id": "a", "value": "b", "more": 1}]', (TagValue(id="a", value="b"),)),
        ('["a", "c"]', (TagValue(id="a"), TagValue(id="c"))),
    ],
)
def test_tags_are_read_in_every_documented_shape(tags: str, expected: tuple[TagValue, ...]) -> None:
    assert read(f'{{"id": "eu_1", "tags": {tags}}}').tags == expected


def test_unknown_keys_are_kept_in_the_document_only() -> None:
    human = read('{"id": "eu_1", "fullname": "Jane", "mood": "good", "document": 1}')
    assert human.document == {"id": "eu_1", "fullname": "Jane", "mood": "good", "document": 1}
    assert "mood" not in human.model_dump()


def test_the_id_may_come_under_its_other_name() -> None:
    assert read('{"human_id": "eu_1"}').id == "eu_1"


def test_a_moment_without_zone_is_utc() -> None:
    assert read('{"id": "1", "created_at": "2020-10-19T03:33:30.207384"}').created_at == datetime(
        2020, 10, 19, 3, 33, 30, 207384, tzinfo=UTC
    )


def test_the_access_token_shows_nowhere_unasked() -> None:
    human = read(f'{{"id": "eu_1", "access_token": "{SECRET}"}}')
    assert SECRET not in repr(human) + str(human) + str(human.document) + human.model_dump_json()
    assert masked(human)["access_token"] == MASK
    assert revealed(human)["access_token"] == SECRET
    assert masked(read('{"id": "1", "access_token": null}'))["access_token"] is None


@pytest.mark.parametrize(
    "text",
    [
        f'{{"access_token": "{SECRET}"}}',
        f'{{"id": "1", "access_token": ["{SECRET}"]}}',
        f'{{"id": "1", "fullname": ["{SECRET}"]}}',
    ],
)
def test_a_refused_record_is_not_quoted(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(text)
    assert SECRET not in str(caught.value)


def test_only_what_is_given_is_sent() -> None:
    assert HumanChanges(email=None, uid="u").body() == {"email": None, "uid": "u"}
    assert HumanChanges().body() == {}
    assert HumanDraft(fullname="Jane").body() == {"fullname": "Jane"}


def test_what_is_sent_has_the_secret_in_clear() -> None:
    draft = HumanDraft(
        fullname="Jane", access_token=SecretStr(SECRET), tags=(TagValue(id="a", value="b"),)
    )
    assert draft.body() == {
        "fullname": "Jane",
        "access_token": SECRET,
        "tags": [{"id": "a", "value": "b"}],
    }
    assert SECRET not in repr(draft)


def test_a_feed_page_tells_tombstones_from_humans() -> None:
    page = FEED_ENVELOPE.validate_json(
        '{"result": {"items": [{"id": "a", "deleted": true}, {"id": "b", "fullname": 7, "x": 1}], '
        '"next": "n"}}'
    )["result"]
    assert page["items"] == [{"id": "a", "deleted": True}, {"id": "b", "fullname": "7", "x": 1}]
