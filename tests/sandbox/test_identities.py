"""Accounts elsewhere: linked, signed in by and unlinked, by grants that a provider gives once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.sandbox.conftest import as_person
from tests.sandbox.granting import (
    LINKS,
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
from tests.sandbox.issuer import CLIENT_ID, CLIENT_SECRET, Issuer, Said
from tests.sandbox.postgresql import PostgresqlServer
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import ME, SIGN_IN
from tests.sandbox.test_refusals import refused
from tests.sandbox.test_repeating import new_key

TENANT = "9c4f2a1e-0b3d-4c5e-8f60-718293a4b5c6"


@pytest.fixture(scope="module")
def google() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def microsoft() -> Iterator[Issuer]:
    with Issuer("/common/v2.0", announced="/{tenantid}/v2.0") as issuer:
        yield issuer


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "two processes"])
def sandbox(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    google: Issuer,
    microsoft: Issuer,
) -> Iterator[SandboxProcess]:
    file = oidc_file(tmp_path_factory.mktemp("oidc"), google=google, microsoft=microsoft)
    words = ["--humans", "0", "--oidc", str(file)]
    if request.param == "sqlite":
        started = SandboxProcess("--ephemeral", *words)
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        if request.param == "two processes":
            words += ["--workers", "2"]
        started = SandboxProcess(*words, database=server.new_database())
    with started as running:
        yield running


@pytest.fixture
def agent(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    """With a session of its own and nothing linked."""
    with signed_in(sandbox, "agent") as client:
        for provider in ("google", "microsoft"):
            client.delete(f"{LINKS}/{provider}")
        yield client


@pytest.fixture
def viewer(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    with signed_in(sandbox, "viewer") as client:
        client.delete(f"{LINKS}/google")
        yield client


@pytest.fixture
def anybody(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    with somebody(sandbox) as client:
        yield client


@pytest.fixture
def subject() -> str:
    return new_key()


def test_the_platform_tells_whose_accounts_sign_in(anybody: httpx.Client) -> None:
    told = anybody.get("/console/v1/capabilities").json()["result"]
    assert told["oidc"] == ["google", "microsoft"]


def test_a_linked_account_signs_in_until_it_is_unlinked(
    agent: httpx.Client, anybody: httpx.Client, google: Issuer, subject: str
) -> None:
    token = google.token(google.claims(subject))
    assert link(agent, google, "google", token).json() == {"result": {"status": "done"}}
    (shown,) = linked(agent)
    assert (shown["provider"], shown["email"]) == ("google", f"{subject}@elsewhere.example")
    answer = sign_in_by(anybody, google, "google", token).json()["result"]
    assert set(answer) == {"status", "session"}
    headers = {"Authorization": f"Bearer {answer['session']['session']}"}
    account = anybody.get(ME, headers=headers).json()["result"]
    assert account["email"] == "agent@acme.example"
    assert agent.delete(f"{LINKS}/google").json() == {"result": None}
    assert linked(agent) == []
    reply = sign_in_by(anybody, google, "google", token)
    assert refused(reply, status=401, code="identity_unknown") == []
    reply = agent.delete(f"{LINKS}/google")
    assert refused(reply, status=404, code="identity_not_linked") == []


def test_what_a_person_enters_is_told_in_the_words_of_the_contract(
    anybody: httpx.Client, google: Issuer, microsoft: Issuer
) -> None:
    scopes = {"google": "openid email", "microsoft": "openid email profile"}
    for provider, issuer in (("google", google), ("microsoft", microsoft)):
        flow = begun(anybody, provider)
        assert set(flow) == {"flow", "user_code", "verification_uri", "interval", "expires_at"}
        assert flow["verification_uri"] == f"{issuer.origin}/enter"
        asked, form = issuer.asked[-1]
        assert (asked, form["client_id"]) == ("/device", CLIENT_ID)
        assert form["scope"] == scopes[provider]
        assert CLIENT_SECRET not in str(flow)


def test_an_account_of_microsoft_belongs_to_its_tenant(
    agent: httpx.Client, anybody: httpx.Client, microsoft: Issuer, subject: str
) -> None:
    issuer = f"{microsoft.origin}/{TENANT}/v2.0"
    claims = microsoft.claims(subject, iss=issuer, tid=TENANT, email=None)
    token = microsoft.token(claims | {"preferred_username": "bo@contoso.example"})
    assert link(agent, microsoft, "microsoft", token).status_code == 200
    assert [it["email"] for it in linked(agent)] == ["bo@contoso.example"]
    assert sign_in_by(anybody, microsoft, "microsoft", token).status_code == 200
    other = TENANT.replace("9", "8")
    elsewhere = claims | {"iss": f"{microsoft.origin}/{other}/v2.0", "tid": other}
    reply = sign_in_by(anybody, microsoft, "microsoft", microsoft.token(elsewhere))
    assert refused(reply, status=401, code="identity_unknown") == []


def test_the_e_mail_address_tells_nothing(
    agent: httpx.Client, anybody: httpx.Client, google: Issuer, subject: str
) -> None:
    mine = google.claims(subject, email="agent@acme.example", email_verified=True)
    assert link(agent, google, "google", google.token(mine)).status_code == 200
    for other in (new_key(), subject.upper(), f"{subject} "):
        token = google.token(mine | {"sub": other})
        reply = sign_in_by(anybody, google, "google", token)
        assert refused(reply, status=401, code="identity_unknown") == []
    renamed = google.token(mine | {"email": "somebody.else@acme.example"})
    assert sign_in_by(anybody, google, "google", renamed).status_code == 200


def test_an_account_belongs_to_one_user_and_a_user_has_one_of_each_provider(
    agent: httpx.Client, viewer: httpx.Client, google: Issuer, subject: str
) -> None:
    token = google.token(google.claims(subject))
    link(agent, google, "google", token)
    reply = link(viewer, google, "google", token)
    assert refused(reply, status=409, code="identity_taken") == []
    assert linked(viewer) == []
    reply = start(agent, "google", linking=True)
    assert refused(reply, status=409, code="provider_linked") == []
    assert len(linked(agent)) == 1


def test_of_two_users_that_link_one_account_at_once_one_does(
    agent: httpx.Client, viewer: httpx.Client, google: Issuer, subject: str
) -> None:
    token = google.token(google.claims(subject))
    clients = (agent, viewer)
    flows = [begun(client, "google", linking=True) for client in clients]
    for flow in flows:
        google.decide(flow["user_code"], token)
    with ThreadPoolExecutor(2) as pool:
        work = lambda it: answered(it[0], it[1], linking=True).status_code  # noqa: E731
        statuses = list(pool.map(work, zip(clients, flows, strict=True)))
    assert sorted(statuses) == [200, 409]
    assert len(linked(agent) + linked(viewer)) == 1


def test_of_two_accounts_that_one_user_links_at_once_one_is(
    agent: httpx.Client, google: Issuer
) -> None:
    flows = [begun(agent, "google", linking=True) for _ in range(2)]
    for flow in flows:
        google.decide(flow["user_code"], google.token(google.claims(new_key())))
    with ThreadPoolExecutor(2) as pool:
        work = lambda flow: answered(agent, flow, linking=True).status_code  # noqa: E731
        assert sorted(pool.map(work, flows)) == [200, 409]
    assert len(linked(agent)) == 1


def test_linking_wants_a_session(sandbox: SandboxProcess, anybody: httpx.Client) -> None:
    with as_person(sandbox, "agent") as by_token:
        for reply in (
            start(by_token, "google", linking=True),
            by_token.post(f"{LINKS}/poll", json={"flow": "fl_x"}),
            by_token.delete(f"{LINKS}/google"),
        ):
            assert refused(reply, status=403, code="fresh_session_required") == []
    for reply in (start(anybody, "google", linking=True), anybody.delete(f"{LINKS}/google")):
        assert refused(reply, status=401, code="token_missing") == []


def test_a_provider_that_there_is_not_is_said_so(
    agent: httpx.Client, anybody: httpx.Client
) -> None:
    for name in ("github", "../google", "Google"):
        for reply in (start(anybody, name), start(agent, name, linking=True)):
            assert refused(reply, status=404, code="provider_unknown") == []
    for body in ({}, {"provider": None}, {"provider": ""}):
        reply = anybody.post(f"{SIGN_IN}/oidc/start", json=body)
        assert refused(reply, status=422, code="invalid_fields") == ["provider"]


def test_nothing_is_answered_before_the_person_has_decided(
    anybody: httpx.Client, google: Issuer
) -> None:
    flow = begun(anybody, "google")
    statuses = {ask(anybody, flow).json()["result"]["status"] for _ in range(20)}
    assert "pending" in statuses
    assert statuses <= {"pending", "slow_down"}
    google.decide(flow["user_code"], Said(403, {"error": "access_denied"}))
    assert answered(anybody, flow).json() == {"result": {"status": "denied"}}
    assert refused(ask(anybody, flow), status=401, code="flow_unknown") == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("authorization_declined", "denied"),
        ("expired_token", "expired"),
    ],
)
def test_what_a_provider_says_ends_the_flow(
    anybody: httpx.Client, microsoft: Issuer, error: str, status: str
) -> None:
    flow = begun(anybody, "microsoft")
    microsoft.decide(flow["user_code"], Said(400, {"error": error}))
    assert answered(anybody, flow).json()["result"] == {"status": status}
    assert refused(ask(anybody, flow), status=401, code="flow_unknown") == []


def test_who_asks_too_early_is_told_so_and_the_provider_is_not_asked(
    anybody: httpx.Client, google: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google, "interval", 30)
    flow = begun(anybody, "google")
    google.decide(flow["user_code"], google.token(google.claims("anybody")))
    before = google.questions("/token")
    for _ in range(3):
        assert ask(anybody, flow).json()["result"] == {"status": "slow_down", "interval": 30}
    assert google.questions("/token") == before


def test_a_provider_that_wants_more_time_gets_it(
    anybody: httpx.Client, google: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = begun(anybody, "google")
    google.decide(flow["user_code"], Said(403, {"error": "slow_down"}))
    before = google.questions("/token")
    while google.questions("/token") == before:
        said = ask(anybody, flow).json()["result"]
    assert (said["status"], round(said["interval"], 1)) == ("slow_down", 5.0)
    # The next question comes too early by the interval that was named.
    assert ask(anybody, flow).json()["result"]["status"] == "slow_down"
    assert google.questions("/token") == before + 1


def test_a_flow_ends_with_the_time_that_the_provider_gives(
    anybody: httpx.Client, google: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google, "expires_in", 0.001)
    flow = begun(anybody, "google")
    google.decide(flow["user_code"], google.token(google.claims("anybody")))
    assert ask(anybody, flow).json() == {"result": {"status": "expired"}}
    assert refused(ask(anybody, flow), status=401, code="flow_unknown") == []


def test_a_flow_answers_once_however_many_ask_at_once(
    sandbox: SandboxProcess, agent: httpx.Client, google: Issuer, subject: str
) -> None:
    token = google.token(google.claims(subject))
    link(agent, google, "google", token)
    with somebody(sandbox) as client:
        flow = begun(client, "google")
        google.decide(flow["user_code"], token)
        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda _: answered(client, flow), range(8)))
        given = [reply for reply in replies if reply.status_code == 200]
        assert len(given) == 1
        assert given[0].json()["result"]["status"] == "done"
        for reply in (*replies, ask(client, flow)):
            if reply is not given[0]:
                refused(reply, status=401, code="flow_unknown")


def test_a_flow_is_good_for_the_session_that_began_it_and_for_linking_only(
    sandbox: SandboxProcess,
    agent: httpx.Client,
    viewer: httpx.Client,
    anybody: httpx.Client,
    google: Issuer,
    subject: str,
) -> None:
    flow = begun(agent, "google", linking=True)
    google.decide(flow["user_code"], google.token(google.claims(subject)))
    with signed_in(sandbox, "agent") as same_user:
        for client in (viewer, same_user):
            reply = ask(client, flow, linking=True)
            assert refused(reply, status=404, code="flow_unknown") == []
    assert refused(ask(anybody, flow), status=401, code="flow_unknown") == []
    assert refused(ask(agent, flow), status=401, code="flow_unknown") == []
    assert linked(viewer) == []
    assert answered(agent, flow, linking=True).json()["result"] == {"status": "done"}
    flow = begun(anybody, "google")
    reply = ask(agent, flow, linking=True)
    assert refused(reply, status=404, code="flow_unknown") == []


def test_a_flow_ends_with_its_session(agent: httpx.Client, google: Issuer) -> None:
    flow = begun(agent, "google", linking=True)
    google.decide(flow["user_code"], google.token(google.claims(new_key())))
    assert agent.post("/console/v1/sign-out").status_code == 200
    reply = ask(agent, flow, linking=True)
    assert refused(reply, status=401, code="session_unknown") == []
    del agent.headers["Authorization"]
    assert refused(ask(agent, flow), status=401, code="flow_unknown") == []


def test_a_flow_that_somebody_made_up_is_unknown(
    agent: httpx.Client, anybody: httpx.Client
) -> None:
    for flow in ("fl_x", "\u00e9", "fl_" + "x" * 200):
        reply = anybody.post(f"{SIGN_IN}/oidc/poll", json={"flow": flow})
        assert refused(reply, status=401, code="flow_unknown") == []
        reply = agent.post(f"{LINKS}/poll", json={"flow": flow})
        assert refused(reply, status=404, code="flow_unknown") == []


def test_nobody_begins_without_end(sandbox: SandboxProcess, google: Issuer) -> None:
    with somebody(sandbox) as client:
        replies = [start(client, "google") for _ in range(11)]
    assert [reply.status_code for reply in replies] == [200] * 10 + [429]
    refused(replies[-1], status=429, code="too_many_attempts")
    assert 1 <= int(replies[-1].headers["Retry-After"]) <= 60
