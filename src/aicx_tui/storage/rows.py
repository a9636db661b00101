"""Humans as the mirror's tables hold them, and back as lists show them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from aicx_tui.storage.query.folding import digits, fold
from aicx_tui.storage.record import Record

Document = Mapping[str, Any]
"""The platform's own object, its `access_token` taken out."""

END = "\x1f\x1f"
"""Ends every text that is searched, so that its last one or two letters begin a trigram too."""

_NOT_INDEXED = str.maketrans({"\x00": "\x1e", "\x1f": "\x1e"})
"""The index stops at NUL, and `END` must stay what it is."""

_OTHER_HALF = bytes(byte ^ 0x80 for byte in range(256))

_SECRET = "access_token"  # noqa: S105  # the name of a field

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_FIELDS = ("fullname", "email", "phone_number", "uid", "profile_pic_id")


class SearchRow(NamedTuple):
    """What is compared with a query, folded.

    Attributes:
        name: Each text ends in `END`, or is empty where the human has none.
        email: Likewise.
        phone: As written, then its digits.
        uid: Likewise.
        id: Likewise.
        codes: One code for each tag and one for each tag with its value.
        created: Microseconds since 1970; 0 where it is not known.
        updated: Likewise.
    """

    name: str
    email: str
    phone: str
    uid: str
    id: str
    codes: str
    created: int
    updated: int


def searched(text: str | None) -> str:
    """A text as it is searched."""
    if not text:
        return ""
    if text.isascii() and text.isprintable():
        return text.lower() + END
    folded = fold(text).translate(_NOT_INDEXED).encode("utf-8", "replace").decode()
    return folded + END


def keyed(text: str) -> str:
    """The text of a key, in an alphabet of its own.

    The index looks its trigrams up by a weak hash: hexadecimal digits and letters of names in one
    alphabet make it more than twice as slow to fill.
    """
    if text.isascii():
        return text.encode("ascii").translate(_OTHER_HALF).decode("latin-1")
    return "".join([chr(ord(character) ^ 0x80) for character in text])


def needle(text: str) -> str:
    """What is looked for in a text that is searched."""
    return searched(text).removesuffix(END)


def search_row(document: Document, *, codes: str) -> SearchRow:
    """What is searched of a human."""
    get = document.get
    phone = get("phone_number")
    written = searched(phone)
    if phone and (bare := digits(phone)) and bare != phone:
        written += bare + END
    return SearchRow(
        searched(get("fullname")),
        searched(get("email")),
        written,
        keyed(searched(get("uid"))),
        keyed(searched(document["id"])),
        codes,
        microseconds(document.get("created_at")),
        microseconds(document.get("updated_at")),
    )


def tag_values(document: Document) -> list[tuple[str, str]]:
    """The tags of a human and their values: also of the older list of bare ids."""
    tags: Sequence[Any] | None = document.get("tags")
    if not tags:
        return []
    return [(tag, "") if isinstance(tag, str) else (tag["id"], tag["value"] or "") for tag in tags]


def written(document: Document) -> str:
    """A document as the mirror keeps it: never with the end user's access token."""
    kept = document
    if _SECRET in document:
        kept = {name: value for name, value in document.items() if name != _SECRET}
    try:
        return orjson.dumps(kept).decode()
    except TypeError:  # half a character, or a number larger than any sane one
        return json.dumps(kept)


def record(text: str) -> Record:
    """A human as a list shows it.

    Args:
        text: A document as the mirror keeps it.
    """
    document = orjson.loads(text)
    return Record(
        document["id"],
        *[document.get(name) for name in _FIELDS],
        moment(document.get("created_at")),
        moment(document.get("updated_at")),
        dict(tag_values(document)),
    )


def moment(text: str | None) -> datetime | None:
    """A point in time as platforms write it; one without a zone is UTC, and no time is none."""
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def microseconds(text: str | None) -> int:
    """A point in time as the mirror orders it."""
    read = moment(text)
    return (read - _EPOCH) // _MICROSECOND if read else 0
