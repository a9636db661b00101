"""What a user says of itself: read by anybody who is signed in, changed field by field."""

from __future__ import annotations

import httpx
import pytest

from aicx_tui.models.profile import Profile
from aicx_tui.models.wire import Envelope
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import ME, PROFILE, result_of
from tests.sandbox.test_refusals import CANARY, refused


def profile_of(client: httpx.Client) -> Profile:
    return Envelope[Profile].model_validate_json(client.get(PROFILE).content).result


def test_a_profile_tells_where_and_how_its_user_reads(
    admin: httpx.Client, agent: httpx.Client
) -> None:
    told = profile_of(admin)
    assert (told.name, told.email) == ("Ana Cruz", "admin@acme.example")
    assert (told.timezone, told.language) == ("Asia/Manila", "en")
    assert (told.avatar_id, told.two_factor, told.identities) == (None, False, ())
    assert profile_of(agent).timezone == "Europe/Stockholm"


def test_what_is_given_changes_and_the_rest_stays(viewer: httpx.Client) -> None:
    before = profile_of(viewer)
    changed = {"name": "Chidi O. عربي 👋", "timezone": "America/Argentina/Ushuaia"}
    reply = viewer.patch(PROFILE, json=changed)
    told = Envelope[Profile].model_validate_json(reply.content).result
    assert told == profile_of(viewer) == before.model_copy(update=changed)
    assert result_of(viewer.get(ME))["name"] == changed["name"]
    assert result_of(viewer.patch(PROFILE, json={})) == result_of(viewer.get(PROFILE))
    result_of(viewer.patch(PROFILE, json={"name": before.name, "timezone": before.timezone}))


@pytest.mark.parametrize(
    "language",
    ["en", "fil", "zh-Hant-TW", "es-419", "sr-Latn-RS", "de-CH-1996", "EN-gb"],
)
def test_languages_are_taken_as_bcp_47_writes_them(viewer: httpx.Client, language: str) -> None:
    assert result_of(viewer.patch(PROFILE, json={"language": language}))["language"] == language


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": " \u3000"}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": f"{CANARY}\x1b[2J"}, "name"),
        ({"name": f"{CANARY}\n"}, "name"),
        ({"timezone": None}, "timezone"),
        ({"timezone": ""}, "timezone"),
        ({"timezone": "Manila"}, "timezone"),
        ({"timezone": "asia/manila"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"timezone": "/usr/share/zoneinfo/UTC"}, "timezone"),
        ({"timezone": "localtime"}, "timezone"),
        ({"timezone": f"{CANARY}\x00"}, "timezone"),
        ({"timezone": "A" * 10_000}, "timezone"),
        ({"language": None}, "language"),
        ({"language": ""}, "language"),
        ({"language": "english!"}, "language"),
        ({"language": "klingon"}, "language"),
        ({"language": "en_GB"}, "language"),
        ({"language": "en-"}, "language"),
        ({"language": "e"}, "language"),
        ({"language": "en\n"}, "language"),
        ({"language": "ｅｎ"}, "language"),
        ({"language": "a-" * 5000}, "language"),
        ({"avatar_id": f"fi_{CANARY}"}, "avatar_id"),
        ({"avatar_id": 7}, "avatar_id"),
    ],
)
def test_a_field_that_cannot_be_is_named_and_nothing_changes(
    viewer: httpx.Client, body: dict[str, object], field: str
) -> None:
    before = profile_of(viewer)
    reply = viewer.patch(PROFILE, json={"name": "Other", "timezone": "UTC", **body})
    assert refused(reply, status=422, code="invalid_fields") == [field]
    assert profile_of(viewer) == before


def test_nobody_gives_itself_another_address_role_or_factor(viewer: httpx.Client) -> None:
    before = profile_of(viewer)
    body = {
        "email": "admin@acme.example",
        "role": "admin",
        "two_factor": True,
        "id": "us_x",
        "company_id": "x",
        "password_hash": "x",
        "token_hash": "x",
    }
    result_of(viewer.patch(PROFILE, json=body))
    assert profile_of(viewer) == before
    assert result_of(viewer.get(ME))["role"] == "viewer"


def test_a_change_under_one_key_is_done_once(viewer: httpx.Client) -> None:
    name = profile_of(viewer).name
    headers = {"Idempotency-Key": "once-and-for-all"}
    first = viewer.patch(PROFILE, json={"name": "Once"}, headers=headers)
    result_of(viewer.patch(PROFILE, json={"name": name}))
    assert viewer.patch(PROFILE, json={"name": "Once"}, headers=headers).json() == first.json()
    assert profile_of(viewer).name == name


def test_nobody_else_reads_a_profile(anonymous: httpx.Client, sandbox: SandboxProcess) -> None:
    refused(anonymous.get(PROFILE), status=401, code="token_missing")
    refused(anonymous.patch(PROFILE, json={"name": "x"}), status=401, code="token_missing")
