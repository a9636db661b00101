"""Maps what can go wrong in a call to the project's own errors, once for all platforms."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from pydantic import JsonValue, SecretStr, TypeAdapter, ValidationError

from aicx_tui.errors import (
    AicxError,
    ConflictError,
    CursorTooOldError,
    FieldProblem,
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
from aicx_tui.models.wire import ErrorEnvelope, WireError
from aicx_tui.text import clean

MAX_RETRY_AFTER = 60.0
"""Seconds; a platform that names a longer pause is asked again after this one."""

DEFAULT_RETRY_AFTER = 1.0
"""Seconds to wait where a 429 names no readable pause."""

GATEWAYS = (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
"""What a proxy says of a platform that may still be at work."""

WEB_PAGE = "web_page"
"""The code of an error whose body is a page for people; no platform of ours sends one."""

QUOTED_CHARACTERS = 200
"""How much of an unexpected body a message quotes."""

CHECK_ADDRESS = "Check the platform's address, and that no portal or proxy answers in its place."
CHECK_OUTCOME = "Read the record again before you repeat the change."


@dataclass(frozen=True, kw_only=True)
class Call:
    """What was asked, for messages that say what was and was not done."""

    method: str
    host: str
    secrets: tuple[SecretStr, ...] = ()
    """What was sent and must not be quoted, though a platform may echo it."""
    proxy: str | None = None
    usual_pause: float = DEFAULT_RETRY_AFTER
    """Seconds to wait where a 429 names no readable pause."""
    only_reads: bool = False
    """Whether nothing is changed, whatever the method."""

    def quote(self, remote: str) -> str:
        """Remote text as a message may hold it: harmless, short, without the credential."""
        for secret in self.secrets:
            remote = remote.replace(secret.get_secret_value(), "********")
        return " ".join(clean(remote)[:QUOTED_CHARACTERS].split()).rstrip(".")

    @property
    def writes(self) -> bool:
        """Whether a lost reply leaves the outcome open."""
        return self.method != "GET" and not self.only_reads

    def unanswered(self, reason: str, error: type[AicxError]) -> AicxError:
        """The error for a request that may have arrived but has no readable reply."""
        if self.writes:
            lost = OutcomeUnknownError(
                f"{reason} The change was sent and may or may not have been made.",
                hint=CHECK_OUTCOME,
            )
            lost.reason = reason
            return lost
        return error(reason, hint="Nothing was changed. Try again in a moment.")


def from_exception(error: Exception, call: Call, *, seconds: float) -> AicxError:
    """Map an exception of the HTTP library to what the caller can act on.

    Args:
        error: Anything that a request raised.
        call: What was asked.
        seconds: How long silence was borne, for the message.
    """
    host = call.host
    match error:
        case httpx.ReadTimeout() | httpx.WriteTimeout():
            return call.unanswered(f"{host} fell silent for {seconds:g} s.", TimedOutError)
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return UnreachableError(
                f"{host} did not accept a connection in time. Nothing was sent.",
                hint="Check the network and the platform's address, then try again.",
            )
        case httpx.ConnectError() | httpx.ProxyError():
            return _from_connect(error, call)
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
            return UsageError(
                f"The request to {host} cannot be put into words of HTTP. Nothing was sent.",
                hint="Check the address and the ids for signs that do not belong there.",
            )
        case httpx.RemoteProtocolError():
            return call.unanswered(
                f"{host} broke off its answer, or does not speak HTTP.", UnreachableError
            )
        case httpx.DecodingError():
            return call.unanswered(f"{host} sent a damaged answer.", NotTheApiError)
        case _:
            return call.unanswered(f"The connection to {host} broke.", UnreachableError)


def _from_connect(error: Exception, call: Call) -> AicxError:
    causes = list(_causes(error))
    if refused := next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None):
        return TlsError(
            f"The certificate of {call.host} was not accepted: {clean(refused.verify_message)}. "
            "Nothing was sent.",
            hint="If your company has its own authority, name its PEM file: ca_file of the "
            "context, or AICX_CA_FILE.",
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return TlsError(
            f"No secure connection to {call.host} could be agreed on. Nothing was sent.",
            hint="Check the port in the address: what listens there may not speak TLS.",
        )
    if call.proxy:
        return UnreachableError(
            f"No connection to {call.host} through the proxy {call.proxy}: {_reason(causes)}. "
            "Nothing was sent.",
            hint="Check the proxy's address, and whether the proxy asks for a sign-in.",
        )
    return UnreachableError(
        f"No connection to {call.host}: {_reason(causes)}. Nothing was sent.",
        hint="Check the network and the platform's address, then try again.",
    )


def _reason(causes: list[BaseException]) -> str:
    text = " ".join(str(cause).lower() for cause in causes)
    if "refused" in text or "all connection attempts failed" in text:
        return "nothing listens there"
    if "name or service" in text or "getaddrinfo" in text or "resolution" in text:
        return "no such host name"
    return "the network does not lead there"


def _causes(error: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__cause__ or following.__context__


def from_status(status: int, headers: Mapping[str, str], body: bytes, call: Call) -> AicxError:
    """Map an answer outside 2xx.

    Args:
        status: The HTTP status.
        headers: The reply's headers, names in lower case.
        body: The reply's body; read as the contract's error, else quoted as opaque text.
        call: What was asked.
    """
    said = _what_it_says(headers, body)
    error = _from_status(status, headers, call, said)
    error.code = said.code
    return error


def _from_status(status: int, headers: Mapping[str, str], call: Call, said: WireError) -> AicxError:
    words = call.quote(said.message)
    problems = [FieldProblem(call.quote(f.field), call.quote(f.message)) for f in said.fields]
    if known := _BY_STATUS.get(status):
        kind, sentence, hint = known
        return kind(_answered(call, status, words or sentence), hint=hint, problems=problems)
    match status:
        case 400 | 413 | 422:
            return InvalidFieldsError(
                _answered(call, status, words or "The values were refused; nothing was changed"),
                problems=problems,
                hint="Correct them and try again." if problems else "",
            )
        case 429:
            wait = retry_after(headers, usual=call.usual_pause)
            return RateLimitedError(
                f"{call.host} asks for a pause of {wait:.0f} s (429); nothing was changed.",
                retry_after=wait,
                hint=f"Try again in {wait:.0f} s.",
            )
        case _ if status in range(300, 400):
            return _from_redirect(headers, call, status)
        case HTTPStatus.BAD_GATEWAY if said.code not in ("", WEB_PAGE):
            # The platform itself says so, of the mail server or provider that it asked.
            return PlatformFailedError(_answered(call, status, words), hint="Try again later.")
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return PlatformFailedError(
                _answered(call, status, words or "The platform is not available now"),
                hint="Nothing was changed. Try again later.",
            )
        case _ if status >= 500:
            request = call.quote(headers.get("x-request-id", ""))
            failed = call.unanswered(
                _answered(call, status, words or "The platform failed", request=request),
                PlatformFailedError,
            )
            if isinstance(failed, OutcomeUnknownError):
                failed.is_over = status not in GATEWAYS
            return failed
        case _ if status in range(400, 500):
            return RefusedError(_answered(call, status, words or "The request was refused"))
        case _:
            return NotTheApiError(
                f"{call.host} answered with the unexpected status {status}.", hint=CHECK_ADDRESS
            )


_BY_STATUS: dict[int, tuple[type[AicxError], str, str]] = {
    401: (
        NotSignedInError,
        "The platform does not accept the sign-in",
        "Check the token: a newly issued one ends the one before.",
    ),
    403: (
        ForbiddenError,
        "This account may not do that",
        "Ask an admin, or use an account with another role.",
    ),
    404: (
        NotFoundError,
        "The platform knows nothing under these ids",
        "Check the id, and the ids of company and bot.",
    ),
    409: (ConflictError, "There is a conflict; nothing was changed", "Read the record again."),
    410: (
        CursorTooOldError,
        "The platform no longer knows where reading stopped",
        "Read everything again.",
    ),
    412: (
        OutdatedError,
        "There is a newer version of this record; nothing was changed",
        "Read it again and repeat the change on what it is now.",
    ),
}
"""What these statuses mean, where the platform does not say it itself."""


def _answered(call: Call, status: int, words: str, *, request: str = "") -> str:
    named = f", request {request}" if request else ""
    return f"{words} ({call.host}: {status}{named})."


def _from_redirect(headers: Mapping[str, str], call: Call, status: int) -> AicxError:
    target = headers.get("location", "")
    try:
        where = call.quote(urlsplit(target).netloc) or "another path"
    except ValueError:
        where = "an unreadable address"
    return NotTheApiError(
        f"{call.host} redirects to {where} ({status}). It was not followed, and the token was "
        "not sent there.",
        hint=CHECK_ADDRESS,
    )


def is_web_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a reply is HTML: a portal, a proxy's page or a wrong address."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml") or body.lstrip()[:1] == b"<"


def web_page(call: Call) -> AicxError:
    """The error for a page in place of the API's answer."""
    reason = f"{call.host} answered with a web page, not as the platform's API does."
    if call.writes:
        return call.unanswered(reason, NotTheApiError)
    return NotTheApiError(reason, hint=CHECK_ADDRESS)


def unreadable(call: Call, error: ValidationError) -> AicxError:
    """The error for a successful status whose body is not what was promised."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the whole answer"
    reason = (
        "its JSON is cut off or damaged"
        if first["type"] == "json_invalid"
        else f"{call.quote(place)} is missing or of another type"
    )
    return call.unanswered(f"The answer of {call.host} cannot be read: {reason}.", NotTheApiError)


def retry_after(headers: Mapping[str, str], *, usual: float = DEFAULT_RETRY_AFTER) -> float:
    """Seconds to wait from `Retry-After`, as a number or a date, held between 0 and 60."""
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return usual
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (aware - datetime.now(UTC)).total_seconds()
    if not seconds >= 0:  # also false for nan
        return usual
    return min(seconds, MAX_RETRY_AFTER)


_JSON = TypeAdapter[JsonValue](JsonValue)


def _what_it_says(headers: Mapping[str, str], body: bytes) -> WireError:
    """Read the contract's error; else whatever text an unknown server sent."""
    if is_web_page(headers, body):
        return WireError(code=WEB_PAGE, message="the answer is a web page")
    try:
        return ErrorEnvelope.model_validate_json(body).error
    except ValidationError:
        pass
    try:
        other = _JSON.validate_json(body)
    except ValidationError:
        return WireError(code="", message=body[:QUOTED_CHARACTERS].decode(errors="replace"))
    if isinstance(other, dict):
        other = next((other[k] for k in ("message", "detail", "error") if k in other), "")
    return WireError(code="", message=other if isinstance(other, str) else "")
