"""Whether a reply of an Authentication URL would do for CX Genie, one look after the other.

The documents name the fields of a good reply and nothing of a bad one: neither HTTP statuses nor
what `status: false` leads to. So every finding says what was seen, and only what keeps a chat user
from being made fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from aicx_tui.api.cx_genie import MOST_BYTES, Answer
from aicx_tui.services.cx_genie import ChatUser, Identity
from aicx_tui.services.duplicates import compared
from aicx_tui.services.findings import Check
from aicx_tui.text import clean, has_control_character, has_half_character

_TEXTS = ("email", "phone_number", "country_code", "name", "avatar", "label")
"""Fields of `data` besides `id`; the documents show each as a text."""

_COUNTRY_CODE = re.compile(r"\+[1-9]\d{0,3}")

SHOWN = 80
"""Characters of a value that a finding quotes."""


@dataclass(frozen=True)
class Verdict:
    """What was found of a reply.

    Attributes:
        findings: In the order in which they were looked for; what could not be is not there.
        user: Whom the reply is about; None where that cannot be read.
    """

    findings: tuple[Check, ...]
    user: ChatUser | None = None

    @property
    def would_do(self) -> bool:
        """Whether CX Genie could make a chat user of it, by what is documented."""
        return self.user is not None and not self.failed

    @property
    def failed(self) -> tuple[Check, ...]:
        """What keeps it from that."""
        return tuple(check for check in self.findings if check.status == "failed")


def judged(answer: Answer, *, identity: Identity) -> Verdict:
    """Look at a reply.

    Args:
        answer: As it came.
        identity: The field that it is to be found by.
    """
    findings = [_status(answer)]
    if findings[0].status == "failed":
        return Verdict(tuple(findings))
    document = _document(answer)
    if isinstance(document, Check):
        return Verdict((*findings, document))
    findings.append(Check("JSON", "ok", "The body is one JSON object."))
    findings += _envelope(document)
    data = document.get("data")
    if not isinstance(data, dict):
        found = f"data is {_kind(data)}, not an object."
        hint = "Put the user's fields into data, as the documents show."
        return Verdict((*findings, Check("data", "failed", found, hint)))
    findings += [_identity(data, identity), *_fields(data)]
    return Verdict(tuple(findings), _user(data))


def _status(answer: Answer) -> Check:
    status = answer.status
    try:
        words = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        words = str(status)
    if 200 <= status < 300:
        return Check("HTTP status", "ok", f"{words}. The documents name none.")
    if 300 <= status < 400:
        return Check("HTTP status", "failed", _redirected(answer, words), _USE_THE_LAST)
    hint = "Answer with 200 where the token is good."
    if status == HTTPStatus.UNAUTHORIZED or status == HTTPStatus.FORBIDDEN:
        hint = "Check header token and header style, and whether the user's token is still good."
    return Check("HTTP status", "failed", f"{words}, which tells of no user.", hint)


_USE_THE_LAST = "Give CX Genie the address that answers itself."


def _redirected(answer: Answer, words: str) -> str:
    try:
        where = clean(urlsplit(answer.header("location")).netloc)[:SHOWN] or "another path"
    except ValueError:
        where = "an address that cannot be read"
    return f"{words}, to {where}. It was not followed, and neither token was sent there."


def _document(answer: Answer) -> Mapping[str, object] | Check:
    """The body as one object, or why it is none."""
    encoding = answer.header("content-encoding").strip().lower()
    if encoding not in ("", "identity"):
        said = f"The body is packed as {clean(encoding)[:SHOWN]}, which nobody asked for."
        hint = "Send it as it is. It was not unpacked: a small one may fill the memory."
        return Check("JSON", "failed", said, hint)
    if answer.is_cut:
        said = f"The body is longer than {MOST_BYTES // 1024 // 1024} MiB and was not read on."
        return Check("JSON", "failed", said, "Answer with the user's few fields and no more.")
    if not answer.body.strip():
        return Check("JSON", "failed", "The body is empty.", "Answer with one JSON object.")
    kind = answer.header("content-type").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml") or answer.body.lstrip()[:1] == b"<":
        hint = "Check the address; a sign-in page or a proxy may answer in its place."
        return Check("JSON", "failed", "The body is a web page.", hint)
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return Check("JSON", "failed", "The body is not JSON.", "Answer with one JSON object.")
    if not isinstance(document, dict):
        said = f"The body is {_kind(document)}, not an object."
        return Check("JSON", "failed", said, "Answer with one JSON object.")
    return document


def _envelope(document: Mapping[str, object]) -> Iterator[Check]:
    status, message = document.get("status"), document.get("message")
    if status is True:
        yield Check("status", "ok", "status is true.")
    else:
        said = "false" if status is False else _kind(status)
        words = f" Its message: {clean(message)[:SHOWN]}" if isinstance(message, str) else ""
        hint = "It has to be the JSON value true. What CX Genie makes of another is not documented."
        yield Check("status", "failed", f"status is {said}.{words}", hint)
    if isinstance(message, str):
        yield Check("message", "ok", "message is a text.")
    else:
        hint = "The documents show a text; whether it may be missing is not said."
        yield Check("message", "warning", f"message is {_kind(message)}.", hint)


def _identity(data: Mapping[str, object], identity: Identity) -> Check:
    value = data.get(identity)
    name = f"data.{identity}"
    is_number = identity is Identity.ID and isinstance(value, int) and not isinstance(value, bool)
    if is_number:
        hint = "Whether a number may stand there is not documented; a text surely may."
        return Check(name, "warning", "The identity field is a number.", hint)
    if not isinstance(value, str):
        hint = "The chosen identify method needs it as a text."
        if identity is Identity.ID and value is None:
            hint += " CX Genie's own v1 sample has none; choose another method, or send it."
        return Check(name, "failed", f"The identity field is {_kind(value)}.", hint)
    if has_control_character(value.strip()) or has_half_character(value):
        hint = "No platform keeps such an identity."
        return Check(name, "failed", "The identity field holds a control character.", hint)
    if not compared(identity.field, value):
        is_empty = not value.strip()
        said = "is empty" if is_empty else "has nothing in it that tells users apart"
        hint = "Everybody with such a one could become one chat user."
        return Check(name, "failed", f"The identity field {said}.", hint)
    return Check(name, "ok", "The identity field is a text.")


def _fields(data: Mapping[str, object]) -> Iterator[Check]:
    for name in _TEXTS:
        value = data.get(name)
        if value is not None and not isinstance(value, str):
            hint = "The documents show a text."
            yield Check(f"data.{name}", "failed", f"It is {_kind(value)}.", hint)
        elif value and has_half_character(value):
            hint = "It names half of a character, such as \\ud83d alone. Send whole ones."
            yield Check(f"data.{name}", "failed", "It cannot be written as UTF-8.", hint)
    code, phone, avatar = (data.get(name) for name in ("country_code", "phone_number", "avatar"))
    if isinstance(code, str) and code.strip() and not _COUNTRY_CODE.fullmatch(code.strip()):
        yield Check("data.country_code", "warning", "It is no +NN.", "Such as +84.")
    if isinstance(phone, str) and phone and not phone.startswith("+") and not code:
        hint = "Send country_code too, such as +84: a number without one is nobody's abroad."
        yield Check("data.phone_number", "warning", "It has no country code.", hint)
    if isinstance(avatar, str) and avatar and not avatar.startswith("https://"):
        yield Check("data.avatar", "warning", "It is no https:// address.", "Serve it by HTTPS.")


def _user(data: Mapping[str, object]) -> ChatUser:
    texts = {name: value for name in _TEXTS if isinstance(value := data.get(name), str)}
    user_id = data.get("id")
    has_id = isinstance(user_id, str | int) and not isinstance(user_id, bool)
    return ChatUser(id=str(user_id).strip() if has_id else "", **texts)


def _kind(value: object) -> str:
    match value:
        case None:
            return "missing or null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"
