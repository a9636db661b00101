"""Tokens that count for nothing: each is refused with its reason, and nobody is let in."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.sandbox.granting import (
    LINKS,
    answered,
    begun,
    link,
    linked,
    oidc_file,
    sign_in_by,
    signed_in,
    somebody,
)
from tests.sandbox.issuer import CLIENT_ID, Issuer, key
from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_refusals import refused

SUBJECT = "linked-already"
TENANT = "9c4f2a1e-0b3d-4c5e-8f60-718293a4b5c6"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"


@pytest.fixture(scope="module")
def google() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def microsoft() -> Iterator[Issuer]:
    """Of organisations: whoever belongs to one may come in."""
    with Issuer("/organizations/v2.0", announced="/{tenantid}/v2.0") as issuer:
        yield issuer


@pytest.fixture(scope="module")
def sandbox(
    tmp_path_factory: pytest.TempPathFactory, google: Issuer, microsoft: Issuer
) -> Iterator[SandboxProcess]:
    file = oidc_file(tmp_path_factory.mktemp("oidc"), google=google, microsoft=microsoft)
    with (
        SandboxProcess("--ephemeral", "--humans", "0", "--oidc", str(file)) as running,
        signed_in(running, "admin") as admin,
    ):
        # A good token of these accounts would sign the admin in.
        assert link(admin, google, "google", google.token(google.claims(SUBJECT))).is_success
        token = microsoft.token(of_tenant(microsoft))
        assert link(admin, microsoft, "microsoft", token).is_success
        yield running


@pytest.fixture
def anybody(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    with somebody(sandbox) as client:
        yield client


@pytest.fixture
def agent(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    with signed_in(sandbox, "agent") as client:
        yield client


def of_tenant(issuer: Issuer, tenant: object = TENANT, **changed: object) -> dict[str, object]:
    good = {"iss": f"{issuer.origin}/{tenant}/v2.0", "tid": tenant}
    return issuer.claims(SUBJECT, **(good | changed))


def signing(**changed: object) -> Callable[[Issuer], str]:
    return lambda issuer: issuer.token(issuer.claims(SUBJECT, **changed))


def encoded(part: object) -> str:
    content = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unsigned(issuer: Issuer, alg: str = "none") -> str:
    return f"{encoded({'alg': alg, 'kid': 'one'})}.{encoded(issuer.claims(SUBJECT))}."


def by_public_key(issuer: Issuer) -> str:
    """HS256 with what everybody knows as its key."""
    public = key("one").as_pem(private=False)
    said = f"{encoded({'alg': 'HS256', 'kid': 'one'})}.{encoded(issuer.claims(SUBJECT))}"
    return f"{said}.{encoded(hmac.digest(public, said.encode(), 'sha256'))}"


def by_a_key_that_it_brings(issuer: Issuer) -> str:
    brought = key("brought")
    header = {"alg": "RS256", "kid": "one", "jwk": brought.as_dict(private=False)}
    return jwt.encode(header, issuer.claims(SUBJECT), brought)


def by_a_key_elsewhere(issuer: Issuer) -> str:
    header = {"alg": "RS256", "kid": "one", "jku": f"{issuer.origin}/keys"}
    return jwt.encode(header, issuer.claims(SUBJECT), key("brought"))


def by_a_secret(issuer: Issuer) -> str:
    header = {"alg": "HS256", "kid": "one"}
    secret = OctKey.import_key("canary-client-secret-canary-client-secret")
    return jwt.encode(header, issuer.claims(SUBJECT), secret, algorithms=["HS256"])


def with_another_payload(issuer: Issuer) -> str:
    header, _, signature = issuer.token(issuer.claims("somebody else")).split(".")
    return f"{header}.{encoded(issuer.claims(SUBJECT))}.{signature}"


def signed_by(name: str, kid: str = "one") -> Callable[[Issuer], str]:
    return lambda issuer: jwt.encode(
        {"alg": "RS256", "kid": kid}, issuer.claims(SUBJECT), key(name)
    )


def with_header(**header: object) -> Callable[[Issuer], str]:
    def made(issuer: Issuer) -> str:
        said = f"{encoded({'alg': 'RS256', 'kid': 'one'} | header)}."
        said += encoded(issuer.claims(SUBJECT))
        return f"{said}.{encoded(b'x' * 256)}"

    return made


NOT_SIGNED = "its signature is not the provider's"
NO_KEY = "its key is not one of the provider's"
FOR_ANOTHER = "it was issued for another application"
BY_ANOTHER = "it was issued by somebody else"

BAD: dict[str, tuple[Callable[[Issuer], str], str]] = {
    "wrong audience": (signing(aud="another-app"), FOR_ANOTHER),
    "no audience": (signing(aud=None), "it lacks aud"),
    "audience in another case": (signing(aud=CLIENT_ID.upper()), FOR_ANOTHER),
    "one more audience": (signing(aud=[CLIENT_ID, "another-app"]), FOR_ANOTHER),
    "audience that is none": (signing(aud={"x": 1}), FOR_ANOTHER),
    "wrong issuer": (signing(iss="https://accounts.google.com"), BY_ANOTHER),
    "no issuer": (signing(iss=None), "it lacks iss"),
    "one slash more": (lambda it: it.token(it.claims(SUBJECT, iss=it.issuer + "/")), BY_ANOTHER),
    "issuer in a list": (lambda it: it.token(it.claims(SUBJECT, iss=[it.issuer])), BY_ANOTHER),
    "no subject": (signing(sub=None), "it lacks sub"),
    "blank subject": (signing(sub=""), "it does not say whose it is"),
    "subject that is a number": (signing(sub=7), "it does not say whose it is"),
    "long subject": (signing(sub="x" * 256), "it does not say whose it is"),
    "expired": (signing(exp=int(time.time()) - 120), "it has expired"),
    "no expiry": (signing(exp=None), "it lacks exp"),
    "expiry that is a text": (signing(exp="never"), "it does not say until when it is valid"),
    "not yet valid": (signing(nbf=int(time.time()) + 600), "it is not valid yet"),
    "of the future": (signing(iat=int(time.time()) + 600), "it was issued in the future"),
    "of no time": (signing(iat=None), "it lacks iat"),
    "alg none": (unsigned, NOT_SIGNED),
    "alg None": (lambda it: unsigned(it, "None"), NOT_SIGNED),
    "no signature": (lambda it: unsigned(it, "RS256"), NOT_SIGNED),
    "HS256 with the public key": (by_public_key, NOT_SIGNED),
    "HS256 with the client's secret": (by_a_secret, NOT_SIGNED),
    "another algorithm": (with_header(alg="RS512"), NOT_SIGNED),
    "a critical header": (with_header(crit=["x"], x=1), NOT_SIGNED),
    "another key": (signed_by("two"), NOT_SIGNED),
    "unknown key": (signed_by("two", kid="two"), NO_KEY),
    "a key that it brings": (by_a_key_that_it_brings, NOT_SIGNED),
    "a key elsewhere": (by_a_key_elsewhere, NOT_SIGNED),
    "another payload": (with_another_payload, NOT_SIGNED),
    "payload that is a list": (
        lambda it: it.token(it.claims(SUBJECT)).split(".")[0] + "." + encoded([1]) + ".x",
        NOT_SIGNED,
    ),
    "no token": (lambda _: "", NOT_SIGNED),
    "no token at all": (lambda _: "a.b.c", NOT_SIGNED),
    "encrypted": (lambda _: "a.b.c.d.e", NOT_SIGNED),
    "not ASCII": (lambda _: "\u00e9.\u00e9.\u00e9", NOT_SIGNED),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_token_signs_nobody_in_and_links_nothing(
    case: str, sandbox: SandboxProcess, anybody: httpx.Client, google: Issuer
) -> None:
    make, why = BAD[case]
    reply = sign_in_by(anybody, google, "google", make(google))
    assert refused(reply, status=401, code="identity_refused") == []
    assert f"What Google answered cannot be trusted: {why}. Nobody" in told(reply)
    with signed_in(sandbox, "agent") as agent:
        reply = link(agent, google, "google", make(google))
        assert refused(reply, status=502, code="identity_refused") == []
        assert f"{why}. Nothing was linked." in told(reply)
        assert linked(agent) == []


def told(reply: httpx.Response) -> str:
    return str(reply.json()["error"]["message"])


FROM_MICROSOFT: dict[str, tuple[dict[str, object], str]] = {
    "no tenant": ({"tid": None}, "it does not say which tenant it comes from"),
    "tenant that is none": ({"tid": "common"}, "it does not say which tenant it comes from"),
    "another tenant's issuer": ({"tid": TENANT.replace("9", "8")}, BY_ANOTHER),
    "the template as issuer": ({"iss": "{tenantid}"}, BY_ANOTHER),
    "private people": ({"tenant": PERSONAL}, "it comes from a tenant that is not accepted here"),
}


@pytest.mark.parametrize("case", FROM_MICROSOFT)
def test_a_token_of_microsoft_is_of_the_tenant_that_it_says(
    case: str, anybody: httpx.Client, agent: httpx.Client, microsoft: Issuer
) -> None:
    changed, why = FROM_MICROSOFT[case]
    token = microsoft.token(of_tenant(microsoft, **changed))
    reply = sign_in_by(anybody, microsoft, "microsoft", token)
    assert refused(reply, status=401, code="identity_refused") == []
    assert f"What Microsoft answered cannot be trusted: {why}." in told(reply)
    refused(link(agent, microsoft, "microsoft", token), status=502, code="identity_refused")
    assert linked(agent) == []


def test_a_good_token_signs_in_after_all_the_bad_ones(
    anybody: httpx.Client, google: Issuer, microsoft: Issuer
) -> None:
    moment = int(time.time())
    for changed in (
        {},
        {"aud": [CLIENT_ID]},
        {"exp": moment - 30, "iat": moment + 30, "nbf": moment + 30},
        {"nonce": "nobody asked for one"},
        {"email": "\x1b[2J"},
    ):
        token = google.token(google.claims(SUBJECT, **changed))
        reply = sign_in_by(anybody, google, "google", token)
        assert reply.json()["result"]["status"] == "done"
    token = microsoft.token(of_tenant(microsoft))
    assert sign_in_by(anybody, microsoft, "microsoft", token).is_success


def test_a_key_of_one_tenant_signs_for_no_other(
    anybody: httpx.Client, microsoft: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {"issuer": f"{microsoft.origin}/{PERSONAL}/v2.0"}
    monkeypatch.setattr(microsoft, "extra_key", other)
    monkeypatch.setattr(microsoft, "published", [key("of a tenant")])
    token = microsoft.token(of_tenant(microsoft), signed_by="of a tenant")
    reply = sign_in_by(anybody, microsoft, "microsoft", token)
    assert refused(reply, status=401, code="identity_refused") == []
    assert "its key is for another tenant" in told(reply)


def test_new_keys_are_read_once_for_a_token_that_needs_one(
    anybody: httpx.Client, google: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = google.claims(SUBJECT)
    assert sign_in_by(anybody, google, "google", google.token(claims)).is_success
    monkeypatch.setattr(google, "published", [key("of tomorrow")])
    before = google.questions("/keys")
    for _ in range(2):
        token = google.token(claims, signed_by="of tomorrow")
        assert sign_in_by(anybody, google, "google", token).is_success
    assert google.questions("/keys") == before + 1
    reply = sign_in_by(anybody, google, "google", google.token(claims, signed_by="one"))
    assert refused(reply, status=401, code="identity_refused") == []
    assert google.questions("/keys") == before + 2


def test_an_e_mail_address_with_control_characters_is_not_shown(
    agent: httpx.Client, google: Issuer
) -> None:
    token = google.token(google.claims("with escapes", email="a\x1b[2J@b.example"))
    assert link(agent, google, "google", token).is_success
    assert [it["email"] for it in linked(agent)] == [None]
    assert agent.delete(f"{LINKS}/google").is_success


def test_a_token_counts_for_the_flow_that_got_it_only(
    anybody: httpx.Client, google: Issuer
) -> None:
    flow = begun(anybody, "google")
    google.decide(flow["user_code"], unsigned(google))
    refused(answered(anybody, flow), status=401, code="identity_refused")
    # The grant was used up, though it was good for nothing.
    google.decide(flow["user_code"], google.token(google.claims(SUBJECT)))
    refused(answered(anybody, flow), status=401, code="flow_unknown")
