"""Takes a secret out of a text that others wrote, in whatever form they wrote it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pydantic import SecretStr

MASK = "********"

PIECE = 8
"""So many characters of a secret in a row are too many."""


def masked(text: str, secret: SecretStr) -> str:
    """The text without the secret, its usual encodings, and longer pieces of any of them."""
    for form in _forms(secret.get_secret_value()):
        text = _without(form, text)
    return text


def _forms(secret: str) -> Iterator[str]:
    plain = secret.encode()
    yield secret
    yield quote(secret, safe="")
    yield plain.hex()
    yield plain.hex().upper()
    for before in range(3):  # the letters of Base64 depend on what stands before
        skipped, held = (before * 8 + 5) // 6, ((before + len(plain)) * 8) // 6
        whole = b64encode(b"\0" * before + plain).decode()[skipped:held]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")


def _without(form: str, text: str) -> str:
    if len(form) <= PIECE:
        return text.replace(form, MASK) if form else text
    starts = range(len(form) - PIECE + 1)
    pieces = {form[start : start + PIECE] for start in starts}
    covered = [False] * len(text)
    for start in range(len(text) - PIECE + 1):
        if text[start : start + PIECE] in pieces:
            covered[start : start + PIECE] = [True] * PIECE
    if not any(covered):
        return text
    marked = "".join("\0" if hidden else sign for sign, hidden in zip(text, covered, strict=True))
    return re.sub("\0+", MASK, marked)
