"""A provider that fails: said in clear words, nobody is let in, and what can go on goes on."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.sandbox.granting import (
    answered,
    ask,
    begun,
    link,
    linked,
    oidc_file,
    sign_in_by,
    signed_in,
    somebody,
    start,
)
from tests.sandbox.issuer import (
    CLIENT_ID,
    CLIENT_SECRET,
    DEVICE_CODE,
    Issuer,
    Said,
    key,
)
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import Data, turn_two_factor_on
from tests.sandbox.test_refusals import refused

SUBJECT = "somebody"
CONFIGURATION, KEYS = "/.well-known/openid-configuration", "/keys"

PAGE = Said(200, b"<html>Welcome to the hotel</html>", {"Content-Type": "text/html"})
FAILURES = {
    "500": (Said(500, {"error": "canary-from-outside"}), "answered with status 500"),
    "a page": (PAGE, "answered with something else than JSON"),
    "a list": (Said(200, [1]), "answered with something else than JSON"),
    "a redirect": (
        Said(302, b"", {"Location": "http://127.0.0.1/elsewhere"}),
        "sent the platform elsewhere",
    ),
    "too much": (Said(200, b" " * 600_000), "sent too much"),
    "a wrong length": (Said(200, b"{", {"Content-Length": "5000"}), "cannot be reached"),
}


@pytest.fixture
def google() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def sandbox(tmp_path: Path, google: Issuer) -> Iterator[SandboxProcess]:
    file = oidc_file(tmp_path, google=google)
    with SandboxProcess("--ephemeral", "--humans", "0", "--oidc", str(file)) as running:
        yield running


@pytest.fixture
def anybody(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    with somebody(sandbox) as client:
        yield client


def failed(reply: httpx.Response) -> str:
    assert refused(reply, status=502, code="provider_failed") == []
    assert "canary" not in reply.text
    return str(reply.json()["error"]["message"])


@pytest.mark.parametrize("failure", FAILURES)
def test_a_provider_that_fails_is_asked_again_when_it_is_back(
    failure: str, google: Issuer, anybody: httpx.Client, sandbox: SandboxProcess
) -> None:
    said, words = FAILURES[failure]
    sentence = f"Google {words}; nothing was changed. Try again in a moment."
    for place in (CONFIGURATION, "/device"):
        google.instead[place] = lambda: said
        assert failed(start(anybody, "google")) == sentence
        google.instead.clear()
    flow = begun(anybody, "google")
    for place in (KEYS, "/token"):
        google.instead[place] = lambda: said
        assert failed(answered(anybody, flow)) == sentence
        google.instead.clear()
    google.decide(flow["user_code"], google.token(google.claims(SUBJECT)))
    refused(answered(anybody, flow), status=401, code="identity_unknown")


def test_a_provider_that_is_gone_is_said_so(google: Issuer, sandbox: SandboxProcess) -> None:
    with signed_in(sandbox, "agent") as agent:
        flow = begun(agent, "google", linking=True)
        assert ask(agent, flow, linking=True).is_success
        google.__exit__(None, None, None)
        words = "Google cannot be reached"
        assert words in failed(answered(agent, flow, linking=True))
        assert words in failed(start(agent, "google", linking=True))
        assert linked(agent) == []


def test_a_provider_that_is_silent_is_not_waited_for_without_end(
    google: Issuer, anybody: httpx.Client
) -> None:
    flow, over = begun(anybody, "google"), threading.Event()

    def silence() -> Said:
        over.wait(60)
        return Said(500, b"")

    google.instead["/token"] = silence
    try:
        assert "Google did not answer within 5 seconds" in failed(answered(anybody, flow))
    finally:
        over.set()


ASTRAY: list[dict[str, object]] = [
    {"issuer": "https://accounts.google.com"},
    {"issuer": None},
    {"token_endpoint": None},
    {"token_endpoint": "http://example.com/token"},
    {"token_endpoint": "file:///etc/passwd"},
    {"jwks_uri": "http://user:password@127.0.0.1/keys"},
    {"device_authorization_endpoint": 7},
    {"device_authorization_endpoint": "http://[::"},
]


def test_a_configuration_that_leads_astray_is_not_followed(
    google: Issuer, anybody: httpx.Client
) -> None:
    good = json.loads(httpx.get(google.issuer + CONFIGURATION, trust_env=False).content)
    for changed in ASTRAY:
        said = Said(200, good | changed)
        google.instead[CONFIGURATION] = lambda: said  # noqa: B023  asked for within this round
        words = failed(start(anybody, "google"))
        assert "calls itself by another name" in words or "else than is specified" in words
    assert google.questions("/device") == 0


HARMFUL: list[dict[str, object]] = [
    {"device_code": None},
    {"device_code": ""},
    {"user_code": "A\x1b[2J"},
    {"user_code": ""},
    {"verification_url": "javascript:alert(1)"},
    {"verification_url": "http://example.com/enter"},
    {"verification_url": "https://example.com/\x1b[2J"},
    {"verification_url": None},
    {"expires_in": 0},
    {"expires_in": "soon"},
    {"interval": -1},
]


def test_a_grant_that_would_show_something_harmful_is_not_begun(
    google: Issuer, sandbox: SandboxProcess
) -> None:
    good = {
        "device_code": "x",
        "user_code": "ABCD",
        "verification_url": "https://example.com/enter",
        "expires_in": 10,
    }
    for changed in ({}, *HARMFUL):
        said = Said(200, good | changed)
        google.instead["/device"] = lambda: said  # noqa: B023  asked for within this round
        with somebody(sandbox) as client:
            reply = start(client, "google")
        if changed:
            assert "else than is specified" in failed(reply)
        else:
            assert reply.json()["result"]["interval"] == 5


def test_a_provider_that_refuses_our_secret_is_said_so(
    google: Issuer, anybody: httpx.Client
) -> None:
    flow = begun(anybody, "google")
    google.instead["/token"] = lambda: Said(401, {"error": "invalid_client"})
    assert "Google refused to answer, with status 401" in failed(answered(anybody, flow))
    google.instead["/device"] = lambda: Said(401, {"error": "invalid_client"})
    assert "Google refused to begin, with status 401" in failed(start(anybody, "google"))


def test_a_grant_whose_keys_cannot_be_read_is_begun_again(
    google: Issuer, anybody: httpx.Client
) -> None:
    flow = begun(anybody, "google")
    while not google.questions(KEYS):
        assert ask(anybody, flow).is_success
    google.instead[KEYS] = lambda: Said(500, b"")
    google.decide(flow["user_code"], google.token(google.claims(SUBJECT), signed_by="new"))
    assert failed(answered(anybody, flow)).endswith("nothing was changed. Begin again.")
    refused(ask(anybody, flow), status=401, code="flow_unknown")


def test_keys_that_cannot_be_used_do_no_harm(google: Issuer, anybody: httpx.Client) -> None:
    good = key("one").as_dict(private=False)
    odd: list[object] = [
        7,
        {"kty": "RSA"},
        {"kty": "RSA", "kid": "x", "n": "!", "e": "AQAB"},
        {"kty": "RSA", "kid": 7, "n": good["n"], "e": good["e"]},
        {"kty": "oct", "kid": "one", "k": "c2VjcmV0"},
        good | {"use": "enc", "kid": "enc"},
    ]
    google.instead[KEYS] = lambda: Said(200, {"keys": [*odd, good]})
    token = google.token(google.claims(SUBJECT))
    reply = sign_in_by(anybody, google, "google", token)
    assert refused(reply, status=401, code="identity_unknown") == []
    for keys in ({"keys": odd}, {"keys": None}, {}):
        said = Said(200, keys)
        google.instead[KEYS] = lambda: said  # noqa: B023  asked for within this round
        token = google.token(google.claims(SUBJECT), signed_by="new")
        reply = sign_in_by(anybody, google, "google", token)
        assert refused(reply, status=401, code="identity_refused") == []


@contextmanager
def kept(folder: Path, google: Issuer) -> Iterator[Data]:
    """A sandbox whose data a test reads and changes."""
    file = folder / "sandbox.db"
    words = ("--humans", "0", "--oidc", str(oidc_file(folder, google=google)))
    with SandboxProcess("--data", str(file), *words) as sandbox:
        yield Data(sandbox, file=file)


def test_linking_wants_a_fresh_sign_in_and_may_then_take_its_time(
    tmp_path: Path, google: Issuer
) -> None:
    with kept(tmp_path, google) as data, signed_in(data.sandbox, "agent") as agent:
        flow = begun(agent, "google", linking=True)
        data.change("UPDATE sessions SET started_at = '2020-01-01'")
        for reply in (
            start(agent, "google", linking=True),
            agent.delete("/console/v1/profile/identities/google"),
        ):
            assert refused(reply, status=403, code="fresh_session_required") == []
        google.decide(flow["user_code"], google.token(google.claims(SUBJECT)))
        assert answered(agent, flow, linking=True).json()["result"] == {"status": "done"}


def test_a_second_factor_is_asked_for_after_a_grant_too(tmp_path: Path, google: Issuer) -> None:
    token = google.token(google.claims(SUBJECT))
    with kept(tmp_path, google) as data, somebody(data.sandbox) as client:
        with signed_in(data.sandbox, "agent") as agent:
            assert link(agent, google, "google", token).is_success
        turn_two_factor_on(data.sandbox)
        answer = sign_in_by(client, google, "google", token).json()["result"]
        assert (set(answer), answer["status"]) == ({"status", "challenge"}, "done")
        code = data.sandbox.code_sent()
        body = {"challenge": answer["challenge"]["challenge"], "code": code}
        session = client.post("/console/v1/sign-in/verify", json=body).json()["result"]["session"]
        headers = {"Authorization": f"Bearer {session}"}
        assert client.get("/console/v1/me", headers=headers).is_success


def test_nothing_secret_of_a_grant_is_stored(tmp_path: Path, google: Issuer) -> None:
    token = google.token(google.claims(SUBJECT))
    with kept(tmp_path, google) as data, signed_in(data.sandbox, "agent") as agent:
        flow = begun(agent, "google", linking=True)
        written = data.written()
        assert link(agent, google, "google", token).is_success
        answer = sign_in_by(agent, google, "google", token).json()["result"]
        written += data.written()
    secrets = [flow["flow"], DEVICE_CODE, CLIENT_SECRET, token, token.split(".")[1]]
    for secret in [*secrets, answer["session"]["session"]]:
        assert secret.encode() not in written
    assert SUBJECT.encode() in written


GOOD = f'[google]\nclient_id = "{CLIENT_ID}"\nclient_secret = "canary-secret"\n'


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.toml", "[google", "is not TOML that can be read"),
        ("a.toml", b"\xff", "is not TOML that can be read"),
        ("a.json", GOOD, "is not JSON that can be read"),
        ("a.toml", GOOD.replace("google", "github"), "is wrong at github"),
        ("a.toml", GOOD.replace("client_id", "client"), "is wrong at google.client_id"),
        ("a.toml", GOOD.replace("client_secret", "secret"), "is wrong at google.secret"),
        ("a.toml", GOOD + "tenants = 7", "is wrong at google.tenants"),
        ("a.toml", GOOD + 'issuer = "http://example.com"', "must begin with https://"),
        ("a.toml", GOOD + 'issuer = "https://a:b@example.com"', "must begin with https://"),
        (
            "a.toml",
            GOOD.replace("google", "microsoft") + 'issuer = "https://example.com"',
            "is wrong: the issuer of microsoft must be https://HOST/TENANT/v2.0",
        ),
        ("a.toml", "google = 7", "is wrong at google"),
        ("a.json", "[]", "is wrong"),
    ],
)
def test_a_file_that_is_wrong_is_said_where(
    tmp_path: Path, name: str, content: str | bytes, words: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, said = ended("--oidc", str(file))
    assert code == 1
    assert said.startswith(f"aicx: {file} is ")
    assert words in said
    assert "canary" not in said


def test_a_file_that_is_missing_is_said_so(tmp_path: Path) -> None:
    code, said = ended("--oidc", str(tmp_path / "none.toml"))
    assert (code, "cannot be read: No such file" in said) == (1, True)


def test_a_file_may_be_toml_and_named_by_a_variable(
    tmp_path: Path, google: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "oidc.toml"
    file.write_text(f'{GOOD}issuer = "{google.issuer}"\n')
    monkeypatch.setenv("AICX_SANDBOX_OIDC", str(file))
    with SandboxProcess("--ephemeral", "--humans", "0") as sandbox, somebody(sandbox) as client:
        assert begun(client, "google")["verification_uri"] == f"{google.origin}/enter"


def ended(*words: str) -> tuple[int, str]:
    sandbox = SandboxProcess("--ephemeral", "--humans", "0", *words)
    try:
        return sandbox.ended()
    finally:
        sandbox.kill()
