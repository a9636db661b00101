"""Every way in which a platform can misbehave ends in one distinct, harmless error."""

from __future__ import annotations

import gzip
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.http import HttpCore, Limits
from aicx_tui.api.proto_gateway import ProtoGateway
from aicx_tui.errors import (
    AicxError,
    ConflictError,
    CursorTooOldError,
    ForbiddenError,
    InvalidFieldsError,
    NotFoundError,
    NotSignedInError,
    NotTheApiError,
    OutcomeUnknownError,
    OutdatedError,
    PlatformFailedError,
    RateLimitedError,
    RefusedError,
    TimedOutError,
    TlsError,
    UnreachableError,
    UsageError,
)
from aicx_tui.models.human import HumanChanges, HumanDraft, TagValue
from tests.api.faulty import Answer, bomb, drip, faulty, json_reply, raw, reply, silence

CANARY = "sk_canary_5f0c2b7d"
QUICK = Limits(connect=1, read=0.3, total=1.5, patience=0.5)
HUMAN = json_reply(200, {"result": {"id": "eu_1", "fullname": "Jane"}})
GZIP = "Content-Encoding: gzip"
JSON = "Content-Type: application/json"


def gateway(root: str, limits: Limits = QUICK) -> ProtoGateway:
    http = HttpCore(root, credential=Credential.token(SecretStr(CANARY)), limits=limits)
    return ProtoGateway(http, company_id="acme", bot_id="bot")


async def read(platform: ProtoGateway) -> object:
    return await platform.get_human("eu_1")


async def create(platform: ProtoGateway) -> object:
    return await platform.create_human(HumanDraft(fullname="Jane"))


async def change(platform: ProtoGateway) -> object:
    return await platform.update_human("eu_1", HumanChanges(uid="u"))


async def assign(platform: ProtoGateway) -> object:
    await platform.assign_tags(["eu_1"], [TagValue(id="t", value="v")])
    return None


Call = Callable[[ProtoGateway], Awaitable[object]]

DAMAGED_GZIP = reply(200, b"\x1f\x8b\x08\x00damaged", JSON, GZIP)
CUT_GZIP = reply(200, gzip.compress(b'{"result": {"id": "eu_1"}}')[:-12], JSON, GZIP)
CUT_JSON = raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b'{"result": {"id"')
HTML = reply(200, b"<!doctype html><title>Sign in</title>", "Content-Type: text/html")
UNLABELLED_HTML = reply(200, b"  <html></html>")
SHORT = reply(200, b'{"result"', JSON, length=500)
DEEP = reply(200, b"[" * 100_000, JSON)
NOT_UTF8 = reply(200, b'{"result": {"id": "eu_\xff"}}', JSON)
NO_ID = json_reply(200, {"result": {}})
EMPTY = reply(204)
REDIRECT = reply(302, b"", "Location: https://elsewhere.example/login")
BROTLI = reply(200, b"xx", JSON, "Content-Encoding: br")

OWN_502 = json_reply(
    502,
    {"error": {"code": "provider_failed", "message": "Google cannot be reached.", "fields": []}},
)
FAULTS: list[tuple[str, Answer, type[AicxError], type[AicxError]]] = [
    # name, answer, error of a reading call, error of a writing call
    ("silence", silence, TimedOutError, OutcomeUnknownError),
    ("a byte now and then", drip(0.1), TimedOutError, OutcomeUnknownError),
    ("closed at once", raw(b""), UnreachableError, OutcomeUnknownError),
    ("garbage", raw(b"SSH-2.0-OpenSSH\r\n"), UnreachableError, OutcomeUnknownError),
    ("body shorter than said", SHORT, UnreachableError, OutcomeUnknownError),
    ("JSON cut off", CUT_JSON, NotTheApiError, OutcomeUnknownError),
    ("gzip cut off", CUT_GZIP, UnreachableError, OutcomeUnknownError),
    ("gzip damaged", DAMAGED_GZIP, NotTheApiError, OutcomeUnknownError),
    ("encoding not asked for", BROTLI, NotTheApiError, OutcomeUnknownError),
    ("bomb", bomb(64), NotTheApiError, OutcomeUnknownError),
    ("deep nesting", DEEP, NotTheApiError, OutcomeUnknownError),
    ("not UTF-8", NOT_UTF8, NotTheApiError, OutcomeUnknownError),
    ("nothing promised in it", NO_ID, NotTheApiError, OutcomeUnknownError),
    ("empty", EMPTY, NotTheApiError, OutcomeUnknownError),
    ("web page", HTML, NotTheApiError, OutcomeUnknownError),
    ("web page without a label", UNLABELLED_HTML, NotTheApiError, OutcomeUnknownError),
    ("redirect", REDIRECT, NotTheApiError, NotTheApiError),
    ("500", reply(500, b"oops"), PlatformFailedError, OutcomeUnknownError),
    ("502", reply(502, b"<html>"), PlatformFailedError, OutcomeUnknownError),
    ("502 of its own", OWN_502, PlatformFailedError, PlatformFailedError),
    ("503", reply(503), PlatformFailedError, PlatformFailedError),
    ("400", reply(400, b"no"), InvalidFieldsError, InvalidFieldsError),
    ("401", reply(401), NotSignedInError, NotSignedInError),
    ("403", reply(403), ForbiddenError, ForbiddenError),
    ("404", reply(404, b"<html>"), NotFoundError, NotFoundError),
    ("409", reply(409), ConflictError, ConflictError),
    ("410", reply(410), CursorTooOldError, CursorTooOldError),
    ("412", reply(412), OutdatedError, OutdatedError),
    ("413", reply(413), InvalidFieldsError, InvalidFieldsError),
    ("418", reply(418), RefusedError, RefusedError),
    ("422", json_reply(422, {"detail": "bad"}), InvalidFieldsError, InvalidFieldsError),
    ("429", reply(429, b"", "Retry-After: 30"), RateLimitedError, RateLimitedError),
]


@pytest.mark.parametrize("writes", [False, True], ids=["reading", "writing"])
@pytest.mark.parametrize("fault", FAULTS, ids=[name for name, *_ in FAULTS])
async def test_a_fault_is_one_error(
    fault: tuple[str, Answer, type[AicxError], type[AicxError]], writes: bool
) -> None:
    _, answer, when_reading, when_writing = fault
    async with faulty(answer) as platform:
        client = gateway(platform.url)
        with pytest.raises(AicxError) as caught:
            await (create(client) if writes else read(client))
        await client.aclose()
    assert type(caught.value) is (when_writing if writes else when_reading)
    assert CANARY not in caught.value.message + caught.value.hint
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("call", [create, assign], ids=["create", "assign"])
async def test_a_post_is_never_sent_again(call: Call) -> None:
    async with faulty(raw(b""), HUMAN) as platform:
        client = gateway(platform.url)
        with pytest.raises(OutcomeUnknownError):
            await call(client)
        await client.aclose()
    assert len(platform.requests) == 1


@pytest.mark.parametrize("call", [read, change], ids=["read", "change"])
@pytest.mark.parametrize("fault", [raw(b""), SHORT, reply(500), reply(503)])
async def test_a_repeatable_call_is_sent_again(call: Call, fault: Answer) -> None:
    async with faulty(fault, HUMAN) as platform:
        client = gateway(platform.url)
        await call(client)
        await client.aclose()
    assert len(platform.requests) == 2


async def test_a_change_that_depends_on_a_version_is_not_sent_again() -> None:
    async with faulty(raw(b""), HUMAN) as platform:
        http = HttpCore(platform.url, limits=QUICK)
        with pytest.raises(OutcomeUnknownError):
            await http.put("/x", {}, if_match='"1"')
        await http.aclose()
    assert len(platform.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 503])
async def test_a_lost_change_stays_unknown_whatever_is_answered_afterwards(status: int) -> None:
    async with faulty(raw(b""), reply(status)) as platform:
        client = gateway(platform.url)
        with pytest.raises(OutcomeUnknownError):
            await change(client)
        await client.aclose()


async def test_a_short_pause_is_waited_out() -> None:
    async with faulty(reply(429, b"", "Retry-After: 0"), HUMAN) as platform:
        client = gateway(platform.url)
        await read(client)
        await client.aclose()
    assert len(platform.requests) == 2


async def test_one_gate_holds_back_every_call_while_the_platform_wants_a_pause() -> None:
    async with faulty(reply(429, b"", "Retry-After: 30"), HUMAN) as platform:
        client = gateway(platform.url)
        for _ in range(3):
            with pytest.raises(RateLimitedError) as caught:
                await read(client)
            assert 0 < caught.value.retry_after <= 30
        await client.aclose()
    assert len(platform.requests) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("5", 5), ("-1", 1), ("abc", 1), ("999999999", 60), ("nan", 1), ("", 1)],
)
async def test_any_retry_after_is_read_within_bounds(header: str, seconds: float) -> None:
    async with faulty(reply(429, b"", f"Retry-After: {header}")) as platform:
        client = gateway(platform.url, Limits(total=1.5, attempts=1))
        with pytest.raises(RateLimitedError) as caught:
            await read(client)
        await client.aclose()
    assert caught.value.retry_after == seconds


async def test_the_token_goes_to_the_configured_origin_only() -> None:
    async with faulty(HUMAN) as elsewhere:
        target = f"Location: {elsewhere.url}/gateway/acme/bot/crm/human/eu_1"
        async with faulty(reply(302, b"", target)) as platform:
            client = gateway(platform.url)
            with pytest.raises(NotTheApiError, match="not sent there"):
                await read(client)
            await client.aclose()
    assert CANARY.encode() in platform.requests[0]
    assert elsewhere.requests == []


async def test_what_is_sent_is_what_the_documents_name() -> None:
    async with faulty(HUMAN) as platform:
        client = gateway(platform.url)
        await create(client)
        await client.aclose()
    head, _, body = platform.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /gateway/acme/bot/crm/human HTTP/1.1\r\n")
    assert f"x-sinitic-token: {CANARY}".encode() in head.lower()
    assert b"content-type: application/json" in head.lower()
    assert body == b'{"fullname":"Jane"}'


@pytest.mark.parametrize(
    ("body", "ok"),
    [
        (b'{"success": true}', True),
        (b'{"success": True}', True),
        (b"{}", True),
        (b'{"success": False}', False),
        (b'{"success": false}', False),
    ],
)
async def test_success_is_read_leniently(body: bytes, ok: bool) -> None:
    async with faulty(reply(200, body, JSON)) as platform:
        client = gateway(platform.url)
        if ok:
            await assign(client)
        else:
            with pytest.raises(RefusedError):
                await assign(client)
        await client.aclose()


async def test_the_platforms_words_are_quoted_without_what_acts() -> None:
    error = {"error": {"code": "x", "message": "no\x1b[2J\nway", "fields": []}}
    async with faulty(json_reply(403, error)) as platform:
        client = gateway(platform.url)
        with pytest.raises(ForbiddenError) as caught:
            await read(client)
        await client.aclose()
    assert "no␛[2J⏎way" in caught.value.message


async def test_refused_fields_are_named() -> None:
    fields = [{"field": "email", "message": "too long"}]
    error = {"error": {"code": "invalid", "message": "Refused", "fields": fields}}
    async with faulty(json_reply(422, error)) as platform:
        client = gateway(platform.url)
        with pytest.raises(InvalidFieldsError) as caught:
            await create(client)
        await client.aclose()
    assert caught.value.problems == (("email", "too long"),)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.parametrize("call", [read, create, change, assign])
async def test_where_nothing_listens_nothing_was_sent(call: Call) -> None:
    client = gateway(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(UnreachableError, match=r"nothing listens there.*Nothing was sent"):
        await call(client)
    await client.aclose()


async def test_an_unknown_host_is_told_apart() -> None:
    client = gateway("https://no-such-host.invalid")
    with pytest.raises(UnreachableError, match="Nothing was sent"):
        await read(client)
    await client.aclose()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@asynccontextmanager
async def tls_platform(authority: trustme.CA, host: str) -> AsyncIterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    async with faulty(HUMAN, tls=context) as platform:
        yield platform.url


async def test_an_unknown_authority_is_refused(authority: trustme.CA) -> None:
    async with tls_platform(authority, "127.0.0.1") as url:
        client = gateway(url)
        with pytest.raises(TlsError, match=r"certificate.*Nothing was sent"):
            await read(client)
        await client.aclose()


async def test_a_configured_authority_is_trusted_for_its_host_only(
    authority: trustme.CA, tmp_path: Path
) -> None:
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    async with tls_platform(authority, "127.0.0.1") as url:
        client = ProtoGateway(HttpCore(url, ca_file=file), company_id="a", bot_id="b")
        assert (await client.get_human("eu_1")).human.fullname == "Jane"
        await client.aclose()
    async with tls_platform(authority, "other.example") as url:
        client = ProtoGateway(HttpCore(url, ca_file=file), company_id="a", bot_id="b")
        with pytest.raises(TlsError):
            await client.get_human("eu_1")
        await client.aclose()


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "empty.pem"
    file.write_text("nothing")
    with pytest.raises(UsageError, match="no certificate"):
        HttpCore("https://example.org", ca_file=file)


def test_a_proxy_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="proxy"):
        HttpCore("https://example.org", proxy="socks-what://x")


async def test_a_proxy_is_used_where_given_and_the_environments_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with faulty(HUMAN) as proxy, faulty(HUMAN) as platform:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        client = gateway(platform.url)
        await read(client)
        await client.aclose()
        assert (len(proxy.requests), len(platform.requests)) == (0, 1)
        http = HttpCore(platform.url, proxy=proxy.url)
        await http.get("/x")
        await http.aclose()
        assert (len(proxy.requests), len(platform.requests)) == (1, 1)


async def test_what_is_asked_after_closing_is_an_error_like_any_other() -> None:
    async with faulty() as platform:
        http = HttpCore(platform.url, limits=QUICK)
        await http.aclose()
        with pytest.raises(UnreachableError, match="was left meanwhile"):
            await http.get("/x")
        assert not platform.requests
