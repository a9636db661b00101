"""What single terms of a search mean: words, fields, tags, times and orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import NamedTuple

from aicx_tui.errors import QueryError
from aicx_tui.storage.query.folding import fold
from aicx_tui.storage.query.moments import read_span
from aicx_tui.storage.query.nearest import nearest
from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.storage.query.tag_names import tag_ids
from aicx_tui.storage.query.tree import Field, Has, HasTags, Node, Tagged, Text, TimeField, Within
from aicx_tui.storage.query.words import FIELDS, Term, Value, quoted, shortened

TAGS = "tags"
"""In `has:` and `no:`, beside the fields."""

_WITHOUT_ORDER = (Field.PICTURE, Field.NOTES)
SORTS: dict[str, SortKey] = {
    written: SortKey(field) for written, field in FIELDS.items() if field not in _WITHOUT_ORDER
} | {time: SortKey(time) for time in TimeField}
"""How people write what a list is ordered by, tags apart."""


class Known(NamedTuple):
    """What a term can refer to.

    Attributes:
        now: The present, aware.
        zone: Where days begin and end.
        tags: Names of tags by id; None where they are not known.
        takes_ids: Whether there may be other tags too, and a name may be the id of one.
    """

    now: datetime
    zone: tzinfo
    tags: Mapping[str, str] | None
    takes_ids: bool = False


def read_term(term: Term, known: Known) -> Node:
    """Read a term that is no order.

    Raises:
        QueryError: Its value is missing, or names nothing that is known.
    """
    match term.prefix:
        case "":
            return Text(_needle(term, "take the quotes out"))
        case "tag":
            return _tagged(term, known)
        case "has" | "no":
            return _has(term)
        case "created" | "updated":
            _want(term, term.value, f"a date, as in {term.prefix}:2025-01, or {term.prefix}:7d")
            span = read_span(term.value, now=known.now, zone=known.zone)
            return Within(TimeField(term.prefix), span.start, span.end)
        case prefix:
            field = FIELDS[prefix]
            _want(term, term.value, f"what to look for, as in {prefix}:{_EXAMPLES[field]}")
            return Text(_needle(term, f"no:{field} for those without one"), field)


_EXAMPLES = {
    Field.NAME: "jane",
    Field.EMAIL: "acme.com",
    Field.PHONE: "+36",
    Field.UID: "f2067462",
    Field.ID: "eu_KM8dKoKB5HJN",
    Field.PICTURE: "pic_1",
    Field.NOTES: "refund",
}


def read_sort(term: Term, known: Known) -> Sort:
    """Read an order.

    Raises:
        QueryError: Nothing can be ordered by what it names.
    """
    _want(term, term.value, "what to order by, as in sort:name, sort:-updated or sort:tag:Name")
    is_descending = term.value.text.startswith("-")
    if term.second is not None:
        _want(term, term.second, "the name of a tag, as in sort:tag:Merchant")
        tag_id = _known_tag(term.second, known, "sort:tag:")[0]
        return Sort(SortKey.TAG, is_descending, tag_id)
    written = term.value.text.removeprefix("-")
    if key := SORTS.get(fold(written)):
        return Sort(key, is_descending)
    similar = nearest(written, SORTS)
    instead = f"Did you mean sort:{similar}?" if similar else f"Write sort:{', sort:'.join(_KEYS)}"
    raise _refuse(
        f"A list cannot be ordered by {shortened(written) or 'nothing'}. {instead}"
        + ("" if similar else " or sort:tag:Name."),
        term.value,
    )


_KEYS = tuple(key.value for key in SortKey if key is not SortKey.TAG)


def _tagged(term: Term, known: Known) -> Tagged:
    _want(term, term.value, "the name of a tag, as in tag:Merchant, or has:tags for any")
    if not term.value.text:
        raise _refuse("A tag has a name. Write it, as in tag:Merchant.", term.value)
    _known_tag(term.value, known, "tag:")
    if term.second is None:
        return Tagged(term.value.text)
    _want(term, term.second, 'a value, as in tag:Merchant=Gold, or "" for the empty one')
    return Tagged(term.value.text, term.second.text)


def _known_tag(name: Value, known: Known, prefix: str) -> tuple[str, ...]:
    ids = tag_ids(name.text, known.tags)
    if ids or known.takes_ids:
        return ids or (name.text,)
    names = list((known.tags or {}).values())
    if similar := nearest(name.text, names):
        instead = f"Did you mean {prefix}{quoted(similar)}?"
    elif names:
        instead = f"There are {', '.join(quoted(shortened(n)) for n in names[:5])}"
        instead += " and others." if len(names) > 5 else "."
    else:
        instead = "None are known yet."
    raise _refuse(f"There is no tag {shortened(name.text)}. {instead}", name)


def _has(term: Term) -> Node:
    prefix, written = term.prefix, fold(term.value.text)
    is_wanted = prefix == "has"
    _want(term, term.value, f"a field, as in {prefix}:phone, or {prefix}:tags")
    if written in (TAGS, "tag"):
        return HasTags(is_wanted)
    if field := FIELDS.get(written):
        return Has(field, is_wanted)
    if written.startswith("tag:"):
        minus = "" if is_wanted else "-"
        raise _refuse(f"For one tag, write {minus}tag:Name; {prefix}:tags is any tag.", term.value)
    similar = nearest(written, (*FIELDS, TAGS))
    instead = (
        f"Did you mean {prefix}:{similar}?"
        if similar
        else f"Write {prefix}: with {', '.join(Field)} or {TAGS}."
    )
    raise _refuse(f"There is no field {shortened(term.value.text)}. {instead}", term.value)


def _needle(term: Term, otherwise: str) -> str:
    """The text to look for; one that folds to nothing would be found in everybody."""
    if fold(term.value.text):
        return term.value.text
    raise _refuse(f"There is nothing to look for here. Write a word, or {otherwise}.", term.value)


def _want(term: Term, value: Value, what: str) -> None:
    if value.is_missing:
        raise QueryError(
            f"{term.prefix}: wants {what}.", start=term.start, end=max(term.end, value.end)
        )


def _refuse(message: str, value: Value) -> QueryError:
    return QueryError(message, start=value.start, end=value.end)
