"""What is said to OpenCX of a human, and what is read out of a token that nobody verifies."""

from __future__ import annotations

import base64
import json
import shlex
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from aicx_tui.errors import UsageError
from aicx_tui.models.human import Human
from aicx_tui.services.vouching import (
    Vouch,
    expiry_of,
    left_of,
    parsed_overrides,
    parsed_rows,
    prefilled,
    preview,
)

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def token(claims: object) -> SecretStr:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return SecretStr(f"e30.{middle}.sig")


def test_only_what_was_given_is_sent() -> None:
    human = Human(id="eu_1", fullname="Jane Doe", email="jane@example.com", uid="4711")
    assert prefilled(human).body() == {"email": "jane@example.com", "name": "Jane Doe"}
    full = Vouch(
        email="jane@example.com",
        phone="+12",
        language="tl",
        custom_data={"plan": "gold"},
        overrides={"headers": {"x-tenant": "7"}, "body_params": {}},
    )
    assert full.body() == {
        "email": "jane@example.com",
        "phone": "+12",
        "language": "tl",
        "customData": {"plan": "gold"},
        "http_action_overrides": {"headers": {"x-tenant": "7"}},
    }


def test_all_that_cannot_be_meant_is_said_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        Vouch(
            email=" ",
            language="xx",
            avatar_url="javascript:alert(1)",
            custom_data={"seats": float("nan")},
            chat_context="\ud800",
            overrides={"cookies": {}, "headers": {"a": float("inf")}},
        ).body()
    assert [problem.field for problem in caught.value.problems] == [
        *("email", "language", "avatar_url", "overrides", "custom", "chat_context", "headers"),
    ]


def test_custom_data_is_rows_or_json() -> None:
    assert parsed_rows("plan=gold\n\nseats = 2=3 ", field="custom") == {
        "plan": "gold",
        "seats": "2=3",
    }
    assert parsed_rows('{"seats": 2}', field="custom") == {"seats": 2}
    for wrong in ("plan", "=x", "a=1\na=2", '{"a": ', "{" * 100_000):
        with pytest.raises(UsageError):
            parsed_rows(wrong, field="custom")
    assert parsed_overrides("") == {}
    with pytest.raises(UsageError):
        parsed_overrides('{"headers": 1}')


@given(st.text(max_size=30))
def test_the_request_can_be_given_to_a_shell(text: str) -> None:
    body = Vouch(email=f"{text}@example.com").body()
    words = shlex.split(preview("https://api.open.cx", body).replace("\\\n", " "))
    assert words[:4] == [
        *("curl", "--request", "POST", "https://api.open.cx/widget/authenticate-user"),
    ]
    assert json.loads(words[-1]) == body


@pytest.mark.parametrize(
    ("claims", "ends"),
    [
        ({"sub": {"type": "widget-contact"}, "exp": NOW.timestamp()}, NOW),
        ({"sub": {"type": "widget-contact"}}, None),
        ({"exp": "soon"}, None),
        ({"exp": True}, None),
        ({"exp": 1e300}, None),
        ({"exp": -1}, None),
        ([], None),
    ],
)
def test_a_token_says_when_it_ends_or_does_not(claims: object, ends: datetime | None) -> None:
    assert expiry_of(token(claims)) == ends


@given(st.text(max_size=40))
def test_no_token_is_too_odd_to_be_looked_at(text: str) -> None:
    assert expiry_of(SecretStr(text)) is None
    assert expiry_of(SecretStr(f"e30.{text}.x")) is None


def test_the_clock_runs_down() -> None:
    assert left_of(NOW + timedelta(seconds=65), NOW) == "it says that it ends in 1:05"
    assert left_of(NOW + timedelta(hours=2, minutes=3), NOW) == "it says that it ends in 2 h 3 min"
    assert left_of(NOW, NOW) == "it says that it has ended"
    assert "does not say" in left_of(None, NOW)
