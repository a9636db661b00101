"""Replies of Authentication URLs, the documents' own samples first: which would do, and why not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicx_tui.api.cx_genie import Answer
from aicx_tui.services.cx_genie import Identity
from aicx_tui.services.cx_genie_reply import Verdict, judged
from aicx_tui.services.phone_numbers import joined, split

NOBODY = "has nothing in it that tells users apart"

V1_SAMPLE: dict[str, Any] = {
    "status": True,
    "message": "Successfully!",
    "data": {
        "name": "Sample User",
        "phone_number": "090XXXXXXX",
        "country_code": "+84",
        "email": "sample@gmail.com",
        "avatar": "https://...",
        "label": "Your custom label for chat user",
    },
}
"""As the documents' page v1 prints it."""


def verdict_on(
    document: object, identity: Identity = Identity.EMAIL, *, status: int = 200
) -> Verdict:
    answer = Answer(
        status=status,
        headers=(("Content-Type", "application/json"),),
        body=json.dumps(document).encode(),
        is_cut=False,
        seconds=0.01,
    )
    return judged(answer, identity=identity)


def with_data(**data: object) -> dict[str, Any]:
    return V1_SAMPLE | {"data": V1_SAMPLE["data"] | data}


def failures(verdict: Verdict) -> dict[str, str]:
    return {finding.name: finding.found for finding in verdict.failed}


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("identity", [Identity.EMAIL, Identity.PHONE])
def test_the_first_sample_of_the_documents_would_do(identity: Identity, status: int) -> None:
    verdict = verdict_on(V1_SAMPLE, identity, status=status)
    assert verdict.would_do
    assert verdict.user is not None
    assert (verdict.user.name, verdict.user.country_code) == ("Sample User", "+84")


def test_the_first_sample_has_no_id_and_so_fails_where_users_are_told_apart_by_it() -> None:
    verdict = verdict_on(V1_SAMPLE, Identity.ID)
    assert failures(verdict) == {"data.id": "The identity field is missing or null."}
    assert "v1 sample has none" in verdict.failed[0].next_step
    assert verdict_on(with_data(id="42"), Identity.ID).would_do
    number = verdict_on(with_data(id=42), Identity.ID)
    assert number.would_do
    assert number.user is not None
    assert number.user.id == "42"


@pytest.mark.parametrize(
    ("document", "failed"),
    [
        ([V1_SAMPLE], {"JSON": "The body is a list, not an object."}),
        (
            V1_SAMPLE | {"status": "true"},
            {"status": "status is a text. Its message: Successfully!"},
        ),
        (
            {"status": False, "message": "The token has ended."},
            {
                "status": "status is false. Its message: The token has ended.",
                "data": "data is missing or null, not an object.",
            },
        ),
        (V1_SAMPLE | {"data": []}, {"data": "data is a list, not an object."}),
        (with_data(email="  "), {"data.email": "The identity field is empty."}),
        (with_data(email="\u200b\u3164"), {"data.email": f"The identity field {NOBODY}."}),
        (with_data(email="a\0"), {"data.email": "The identity field holds a control character."}),
        (with_data(name=7), {"data.name": "It is a number."}),
        (with_data(name="\ud800"), {"data.name": "It cannot be written as UTF-8."}),
        (with_data(email=["a@example.com"]), {"data.email": "It is a list."}),
    ],
    ids=[
        "list",
        "status-text",
        "status-false",
        "no-data",
        "empty",
        "unseen",
        "control",
        "name",
        "half",
        "wrong-type",
    ],
)
def test_what_keeps_a_chat_user_from_being_made_is_named(
    document: object, failed: dict[str, str]
) -> None:
    verdict = verdict_on(document)
    assert not verdict.would_do
    assert failures(verdict) == failed
    assert all(finding.next_step for finding in verdict.failed)


def test_a_refusal_by_its_status_is_told_without_reading_on() -> None:
    verdict = verdict_on(V1_SAMPLE, status=401)
    assert failures(verdict) == {"HTTP status": "401 Unauthorized, which tells of no user."}
    assert "header token" in verdict.failed[0].next_step


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)
DATA = st.dictionaries(st.sampled_from([*V1_SAMPLE["data"], "id", "other"]), JSON, max_size=8)


@given(
    body=st.binary(max_size=60)
    | st.builds(
        lambda status, data: json.dumps({"status": status, "data": data}).encode(),
        st.sampled_from([True, False, None, "true", 1]),
        DATA | JSON,
    ),
    identity=st.sampled_from(Identity),
    status=st.integers(100, 599),
    encoding=st.sampled_from(["", "gzip", "identity"]),
    location=st.text(max_size=30),
)
def test_whatever_comes_is_judged_and_only_a_user_who_can_be_found_would_do(
    body: bytes, identity: Identity, status: int, encoding: str, location: str
) -> None:
    headers = (("content-encoding", encoding), ("location", location))
    answer = Answer(status=status, headers=headers, body=body, is_cut=False, seconds=0.0)
    verdict = judged(answer, identity=identity)
    assert verdict.findings
    if verdict.would_do:
        assert 200 <= status < 300
        assert verdict.user is not None
        assert verdict.user.identity(identity).strip()
    else:
        assert all(finding.next_step for finding in verdict.failed)


def test_a_country_s_code_and_a_number_are_joined_and_taken_apart() -> None:
    assert joined("+84", "0901234567") == "+84901234567"
    assert joined("84", "901234567") == "+84901234567"
    assert joined("", "0901234567") == "0901234567"
    assert joined("+36", "+84901234567") == "+84901234567"
    assert joined("+84", "090XXXXXXX") == "+84 090XXXXXXX"
    assert split("+84901234567") == ("+84", "0901234567")
    assert split("090XXXXXXX") == ("", "090XXXXXXX")
