"""Humans and searches to try, made at random out of the same few names, so that they meet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from aicx_tui.models.human import Human, TagValue
from aicx_tui.storage.query.folding import fold
from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.storage.query.tree import (
    EVERYBODY,
    All,
    Either,
    Field,
    Has,
    HasTags,
    Node,
    Not,
    Query,
    Tagged,
    Text,
    TimeField,
    Within,
)

NOW = datetime(2025, 3, 31, 12, 30, tzinfo=UTC)
ZONE = UTC

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For tests on random humans and searches, which a busy machine is slow to make."""

TAG_NAMES = {
    "tag_m": "Merchant",
    "tag_s": "Merchant since",
    "tag_c": "Consent",
    "tag_e": "Émile=x",
    "tag_q": 'the "best" \\ ones',
    "tag_k": "会員",
}
"""Names of the tags that humans and searches have, by id."""

NAMES = (
    "Jane Doe",
    "jane",
    "Jane Őrsi",
    "Hans Straße",
    "Łukasz Wójcik",
    "山田 花子",
    "김민준",
    "محمد الأحمد",
    "Nguyễn Thị Ánh",
    "Zoë 👩‍👩‍👧",
    "ＡＢＣ Ltd",
    "O'Brien-Smith",
    '5" (five)',
    "100% _a_ \\ *",
    "a",
)
EMAILS = ("jane@example.com", "JANE.O@EXAMPLE.HU", "j+x_y@acme.co", "not an e-mail", "@")
PHONES = (
    "+36 (30) 123-4567",
    "+36301234567",
    "0036.30.1234567",
    "030/123 45 67",
    "（０３）1234-5678",
    "+1 555 0100 ext 7",
    "12",
    "n/a",
)
UIDS = ("f2067462-67d1-4688", "F2067462", "user:7", "٣٦", "007")
TAG_VALUES = ("Gold", "gold", "Silver", "GÖLD", "x y", '"=', "", "2025-01-31")
NOTES: tuple[JsonValue, ...] = (
    "Wants a refund.",
    "",
    "línea\nnueva",
    {"by": "Zoë"},
    ["a", 1],
    {},
    0,
    False,
)

_PRINTED = st.characters(exclude_categories=["Cs", "Cc"])
_ANY_TEXT = st.text(_PRINTED, max_size=8)


def _mostly(known: Iterable[str]) -> st.SearchStrategy[str | None]:
    """Known values mostly, and missing, empty and random ones."""
    return st.one_of(st.sampled_from([*known]), st.none(), st.just(""), _ANY_TEXT)


@cache
def _moments() -> st.SearchStrategy[datetime | None]:
    """Times around the ones that searches name, on their very edges too, in several zones."""
    days = st.integers(-800, 1).map(lambda n: NOW.replace(hour=0, minute=0) + timedelta(days=n))
    steps = st.sampled_from(
        [timedelta(), timedelta(microseconds=-1), timedelta(hours=12, minutes=30)]
    )
    zones = st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-3.5))])
    edges = st.builds(lambda day, step, z: (day + step).astimezone(z), days, steps, zones)
    anywhere = st.datetimes(datetime(1999, 1, 1), datetime(2026, 1, 1), timezones=zones)
    return st.one_of(edges, anywhere, st.none())


@cache
def humans() -> st.SearchStrategy[Human]:
    """Humans with everything that may be missing, empty, odd or the same as another's."""
    ids = st.one_of(
        st.integers(0, 999_999).map("eu_KM8dKoKB{:06}".format), st.text(_PRINTED, min_size=1)
    )
    tag = st.builds(
        TagValue,
        id=st.sampled_from([*TAG_NAMES, "tag_gone"]),
        value=st.one_of(st.sampled_from(TAG_VALUES), _ANY_TEXT),
    )
    return st.builds(
        Human,
        id=ids,
        fullname=_mostly(NAMES),
        email=_mostly(EMAILS),
        uid=_mostly(UIDS),
        phone_number=_mostly(PHONES),
        profile_pic_id=_mostly(["pic_1", "PIC_2"]),
        notes=st.one_of(st.none(), st.sampled_from(NOTES)),
        tags=st.lists(tag, max_size=3, unique_by=lambda tag: tag.id).map(tuple),
        created_at=_moments(),
        updated_at=_moments(),
    )


class Written(NamedTuple):
    """A tree and one way to write it."""

    text: str
    node: Node


@cache
def sorts() -> st.SearchStrategy[Sort]:
    """Every order there is."""
    keys = [key for key in SortKey if key is not SortKey.TAG]
    plain = st.builds(Sort, st.sampled_from(keys), st.booleans())
    by_tag = st.builds(Sort, st.just(SortKey.TAG), st.booleans(), st.sampled_from([*TAG_NAMES]))
    return plain | by_tag


@cache
def queries() -> st.SearchStrategy[Query]:
    """Searches with their text, to be read with `NOW`, `ZONE` and `TAG_NAMES`."""
    return st.builds(
        _query,
        st.one_of(_trees(), _trees(), _trees(), st.just(Written("", EVERYBODY))),
        st.none() | sorts(),
        st.booleans(),
        st.sampled_from(["", " ", "\t", "\N{IDEOGRAPHIC SPACE}"]),
    )


def _query(tree: Written, sort: Sort | None, is_first: bool, space: str) -> Query:
    if sort is None:
        return Query(tree.node, None, space + tree.text + space)
    key = f"tag:{_quote(TAG_NAMES[sort.tag_id])}" if sort.key is SortKey.TAG else sort.key.value
    written = f"sort:{'-' if sort.descending else ''}{key}"
    parts = [written, tree.text] if is_first else [tree.text, written]
    return Query(tree.node, sort, space + " ".join(parts) + space)


@st.composite
def _trees(draw: st.DrawFn, depth: int = 2) -> Written:
    kinds = ["term", "not", "all", "all", "either", "either"] if depth else ["term"]
    kind = draw(st.sampled_from(kinds))
    if kind == "term":
        return draw(_leaves())
    pieces = st.builds(
        _perhaps_in_brackets, _trees(depth=depth - 1), st.sampled_from([False, False, True])
    )
    if kind == "not":
        tree = draw(pieces)
        return Written(f"-{_in_brackets(tree)}", Not(tree.node))
    several = draw(st.lists(pieces, min_size=2, max_size=3))
    return _side_by_side(several) if kind == "all" else _one_or_the_other(several)


def _perhaps_in_brackets(tree: Written, is_in_them: bool) -> Written:
    return Written(f"( {tree.text})", tree.node) if is_in_them else tree


def _side_by_side(trees: list[Written]) -> Written:
    nodes = [n for t in trees for n in (t.node.nodes if isinstance(t.node, All) else (t.node,))]
    return Written(" ".join(_in_brackets(tree) for tree in trees), All(tuple(nodes)))


def _one_or_the_other(trees: list[Written]) -> Written:
    nodes = [n for t in trees for n in (t.node.nodes if isinstance(t.node, Either) else (t.node,))]
    return Written(" OR ".join(tree.text for tree in trees), Either(tuple(nodes)))


def _in_brackets(tree: Written) -> str:
    """Brackets where the tree is looser than a term; `OR` needs none, since it binds weakest."""
    return f"({tree.text})" if isinstance(tree.node, All | Either) else tree.text


@cache
def _leaves() -> st.SearchStrategy[Written]:
    return st.one_of(_texts(), _texts(), _tagged(), _presence(), _times())


def _needles() -> st.SearchStrategy[str]:
    """Pieces of what humans have, in any case, and anything else that is not folded away."""
    known = st.sampled_from([*NAMES, *EMAILS, *PHONES, *UIDS, "eu_KM8dKoKB", "-", "OR"])
    pieces = st.builds(
        lambda text, a, b: text[a : a + b], known, st.integers(0, 8), st.integers(1, 6)
    )
    phones = st.text("0123456789+-() ./", min_size=1, max_size=6)
    anything = st.one_of(known, pieces, pieces.map(str.upper), phones, _ANY_TEXT)
    return anything.filter(lambda text: bool(fold(text)))


def _texts() -> st.SearchStrategy[Written]:
    fields = st.sampled_from(
        [("", None), ("", None), *_FIELD_PREFIXES.items()],
    )
    return st.builds(
        lambda needle, field, forced: Written(
            field[0] + _quote(needle, forced=forced), Text(needle, field[1])
        ),
        _needles(),
        fields,
        st.booleans(),
    )


_FIELD_PREFIXES: dict[str, Field | None] = {
    "name:": Field.NAME,
    "fullname:": Field.NAME,
    "EMAIL:": Field.EMAIL,
    "e-mail:": Field.EMAIL,
    "phone:": Field.PHONE,
    "tel:": Field.PHONE,
    "uid:": Field.UID,
    "id:": Field.ID,
    "picture:": Field.PICTURE,
    "notes:": Field.NOTES,
}


def _tagged() -> st.SearchStrategy[Written]:
    names = st.sampled_from([*TAG_NAMES, *TAG_NAMES.values(), "MERCHANT", "emile=X"])
    values = st.one_of(st.none(), st.sampled_from(TAG_VALUES), _ANY_TEXT)
    return st.builds(
        lambda name, value: Written(
            f"tag:{_quote(name)}" + ("" if value is None else f"={_quote(value)}"),
            Tagged(name, value),
        ),
        names,
        values,
    )


def _presence() -> st.SearchStrategy[Written]:
    fields = [(field.value, field) for field in Field] + [("mail", Field.EMAIL)]
    written = st.sampled_from(fields)
    return st.one_of(
        written.map(lambda field: Written(f"has:{field[0]}", Has(field[1], True))),
        written.map(lambda field: Written(f"no:{field[0]}", Has(field[1], False))),
        st.just(Written("has:tags", HasTags(True))),
        st.just(Written("no:tags", HasTags(False))),
    )


def _times() -> st.SearchStrategy[Written]:
    days = st.integers(-800, 1).map(lambda count: NOW.date() + timedelta(days=count))
    forms = st.sampled_from(["{}", ">{}", ">={}", "<{}", "<={}", "{}..", "..{}", "{}..{}"])
    fields = st.sampled_from(list(TimeField))
    ages = st.builds(_age, fields, st.integers(0, 900), st.sampled_from(["", "<", "<=", ">", ">="]))
    return st.one_of(st.builds(_in_days, fields, forms, days), ages)


def _in_days(field: TimeField, form: str, day: date) -> Written:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    after = start + timedelta(days=1)
    spans: dict[str, tuple[datetime | None, datetime | None]] = {
        "{}": (start, after),
        ">{}": (after, None),
        ">={}": (start, None),
        "<{}": (None, start),
        "<={}": (None, after),
        "{}..": (start, None),
        "..{}": (None, after),
        "{}..{}": (start, after),
    }
    return Written(f"{field}:{form.format(day, day)}", Within(field, *spans[form]))


def _age(field: TimeField, days: int, sign: str) -> Written:
    moment = NOW - timedelta(days=days)
    span = (None, moment) if sign.startswith(">") else (moment, None)
    return Written(f"{field}:{sign}{days}d", Within(field, *span))


def _quote(text: str, *, forced: bool = False) -> str:
    if not forced and text != "OR" and re.fullmatch(r"[a-zA-Z0-9@.+]+", text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
