"""Humans as the mirror's tables hold them, and back as lists show them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from aicx_tui.models.human import MASK, read_moment
from aicx_tui.storage.query.folding import digits, fold
from aicx_tui.storage.record import Record

Document = Mapping[str, Any]
"""The platform's own object, its `access_token` at most a mask."""

END = "\x01\x01"
"""Ends every text that is searched, so that its last one or two letters begin a trigram too.

No other character comes before it, so texts stay in their order.
"""

_NOT_INDEXED = str.maketrans({"\x00": "\x02", "\x01": "\x02"})
"""The index stops at NUL, and `END` must stay what it is."""

_ALPHABETS = {"id": 0x80, "uid": 0xA0}
"""What tells the characters of each kind of key from plain text, and from each other."""

_TRANSLATED = {
    column: bytes(byte ^ sign for byte in range(256)) for column, sign in _ALPHABETS.items()
}

_SECRET = "access_token"  # noqa: S105  # the name of a field

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SearchRow(NamedTuple):
    """What is compared with a query, folded.

    Attributes:
        name: Each text ends in `END`, or is empty where the human has none.
        email: Likewise.
        phone: As written, then its digits where there is more to it than those and a `+`.
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

    @property
    def words(self) -> tuple[str, ...]:
        """What the text index takes."""
        return (self.name, self.email, self.phone, self.uid, self.id, self.codes)


def searched(text: str | None) -> str:
    """A text as it is searched."""
    if not text:
        return ""
    if text.isascii() and text.isprintable():
        return text.lower() + END
    folded = fold(text)
    if not folded.isprintable():
        folded = folded.translate(_NOT_INDEXED).encode("utf-8", "replace").decode()
    return folded + END


def keyed(text: str, column: str) -> str:
    """The text of a key, in an alphabet of its own; twice gives the text again.

    The index looks its trigrams up by a weak hash: hexadecimal digits and letters of names in one
    alphabet make it more than twice as slow to fill, ids and uids in one by a fifth.

    Args:
        text: A searched text, or one that is keyed.
        column: `id` or `uid`.
    """
    if text.isascii():
        return text.encode("ascii").translate(_TRANSLATED[column]).decode("latin-1")
    sign = _ALPHABETS[column]
    return "".join([chr(ord(character) ^ sign) for character in text])


def needle(text: str) -> str:
    """What is looked for in a text that is searched."""
    return searched(text).removesuffix(END)


def field_text(text: str, name: str) -> str:
    """A field that is not searched as a rule, folded.

    Args:
        text: A document as the mirror keeps it.
        name: Of the field; what is no string counts as its JSON.
    """
    value = orjson.loads(text).get(name)
    if value is None:
        return ""
    return needle(
        value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    )


def tag_text(text: str, tag_id: str) -> str:
    """The value of a tag, folded; empty where the human has none.

    Args:
        text: A document as the mirror keeps it.
        tag_id: Of the tag.
    """
    return fold(dict(tag_values(orjson.loads(text))).get(tag_id, ""))


def search_row(document: Document, *, codes: str) -> SearchRow:
    """What is searched of a human."""
    get = document.get
    phone = get("phone_number")
    written = searched(phone)
    if phone and (bare := digits(phone)) != phone.removeprefix("+"):
        written += bare + END if bare else ""
    return SearchRow(
        searched(get("fullname")),
        searched(get("email")),
        written,
        keyed(searched(get("uid")), "uid"),
        keyed(searched(document["id"]), "id"),
        codes,
        microseconds(document.get("created_at")),
        microseconds(document.get("updated_at")),
    )


def tag_values(document: Document) -> list[tuple[str, str]]:
    """The tags of a human and their values: also of the older list of bare ids."""
    tags: Sequence[Any] | None = document.get("tags")
    if not tags:
        return []
    return [
        (tag, "") if isinstance(tag, str) else (tag["id"], tag.get("value") or "") for tag in tags
    ]


def written(document: Document) -> str:
    """A document as the mirror keeps it: never with the end user's access token itself."""
    kept = document
    if _SECRET in document:
        kept = {**document, _SECRET: None if document[_SECRET] is None else MASK}
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
    get = document.get
    return Record(
        document["id"],
        get("fullname"),
        get("email"),
        get("phone_number"),
        get("uid"),
        get("profile_pic_id"),
        read_moment(get("created_at")),
        read_moment(get("updated_at")),
        dict(tag_values(document)),
    )


def microseconds(text: str | None) -> int:
    """A point in time as the mirror orders it."""
    read = read_moment(text)
    return microseconds_of(read) if read else 0


def microseconds_of(read: datetime) -> int:
    """Microseconds since 1970."""
    since = read - _EPOCH  # not divided by a microsecond, which takes twice as long
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
