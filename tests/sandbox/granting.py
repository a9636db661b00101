"""What a console does about grants, for tests: begins them, asks, signs in and links."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.sandbox.issuer import CLIENT_ID, CLIENT_SECRET, Issuer
from tests.sandbox.process import PATIENCE, SandboxProcess
from tests.sandbox.signing_in import PROFILE, SIGN_IN

LINKS = f"{PROFILE}/identities"

_HOSTS = itertools.count(2)

Flow = dict[str, str]


def oidc_file(folder: Path, **issuers: Issuer) -> Path:
    """The file that tells the sandbox of its providers."""
    file = folder / "oidc.json"
    each = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    told = {name: {**each, "issuer": issuer.issuer} for name, issuer in issuers.items()}
    file.write_text(json.dumps(told))
    return file


def somebody(sandbox: SandboxProcess) -> httpx.Client:
    """A client at an address of its own, whose attempts are thus counted alone."""
    number = next(_HOSTS)
    transport = httpx.HTTPTransport(local_address=f"127.0.{number // 250}.{number % 250 + 2}")
    return httpx.Client(base_url=sandbox.url, transport=transport, timeout=PATIENCE)


@contextmanager
def signed_in(sandbox: SandboxProcess, role: str) -> Iterator[httpx.Client]:
    """A person's client, with a session of this moment."""
    person = sandbox.person(role)
    with somebody(sandbox) as client:
        reply = client.post(SIGN_IN, json={"email": person.email, "password": person.password})
        assert reply.status_code == 200, reply.text
        client.headers["Authorization"] = f"Bearer {reply.json()['result']['session']}"
        yield client


def start(client: httpx.Client, provider: str, *, linking: bool = False) -> httpx.Response:
    address = f"{LINKS}/start" if linking else f"{SIGN_IN}/oidc/start"
    return client.post(address, json={"provider": provider})


def begun(client: httpx.Client, provider: str, *, linking: bool = False) -> Flow:
    reply = start(client, provider, linking=linking)
    assert reply.status_code == 200, reply.text
    flow: Flow = reply.json()["result"]
    return flow


def ask(client: httpx.Client, flow: Flow, *, linking: bool = False) -> httpx.Response:
    """One question."""
    address = f"{LINKS}/poll" if linking else f"{SIGN_IN}/oidc/poll"
    return client.post(address, json={"flow": flow["flow"]})


def answered(client: httpx.Client, flow: Flow, *, linking: bool = False) -> httpx.Response:
    """Ask until there is more to say than to wait."""
    while True:
        reply = ask(client, flow, linking=linking)
        if reply.status_code != 200:
            return reply
        if reply.json()["result"]["status"] not in ("pending", "slow_down"):
            return reply


def linked(client: httpx.Client) -> list[dict[str, str]]:
    """The accounts elsewhere in somebody's profile."""
    found: list[dict[str, str]] = client.get(PROFILE).json()["result"]["identities"]
    return found


def link(client: httpx.Client, issuer: Issuer, provider: str, token: str) -> httpx.Response:
    flow = begun(client, provider, linking=True)
    issuer.decide(flow["user_code"], token)
    return answered(client, flow, linking=True)


def sign_in_by(client: httpx.Client, issuer: Issuer, provider: str, token: str) -> httpx.Response:
    flow = begun(client, provider)
    issuer.decide(flow["user_code"], token)
    return answered(client, flow)
