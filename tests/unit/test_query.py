"""The search language: what a person types, and what it means."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicx_tui.errors import QueryError, UsageError
from aicx_tui.models.human import Human
from aicx_tui.storage.query.folding import digits, fold
from aicx_tui.storage.query.parser import parse
from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.storage.query.tree import (
    EVERYBODY,
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_TERMS,
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
from tests.query_evaluator import in_order, matches, sort_value
from tests.query_samples import NOW, TAG_NAMES, UNHURRIED, ZONE, humans, queries, sorts

A, B, C = Text("a"), Text("b"), Text("c")


def read(text: str) -> Query:
    return parse(text, now=NOW, zone=ZONE, tags=TAG_NAMES)


def refusal(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", EVERYBODY),
        (" \t\n\N{IDEOGRAPHIC SPACE}", EVERYBODY),
        ("a", A),
        ("a b", All((A, B))),
        ('"a  b"', Text("a  b")),
        (r'"5\" (five) \\ \n"', Text(r'5" (five) \ \n')),
        ('"OR"', Text("OR")),
        ("or", Text("or")),
        ("ＡＢＣ 山田", All((Text("ＡＢＣ"), Text("山田")))),
        ("jane@example.com", Text("jane@example.com")),
        ("http://x.example/?q=1", Text("http://x.example/?q=1")),
        ("12:30", Text("12:30")),
        (":", Text(":")),
        ('O"Brien', Text('O"Brien')),
        ("+36(30)123-4567", Text("+36(30)123-4567")),
        ("(030) 123", All((Text("030"), Text("123")))),
        ("a OR b", Either((A, B))),
        ("a b OR c", Either((All((A, B)), C))),
        ("a OR b OR c", Either((A, B, C))),
        ("(a OR b) c", All((Either((A, B)), C))),
        ("((a)) (b c)", All((A, B, C))),
        ("(a OR b) OR c", Either((A, B, C))),
        ("-a", Not(A)),
        ("-(a b)", Not(All((A, B)))),
        ("-(a OR b) c", All((Not(Either((A, B))), C))),
        ('-"a b"', Not(Text("a b"))),
        ("--a", Not(Not(A))),
        ("-5", Not(Text("5"))),
        ("-+36", Not(Text("+36"))),
        ("-", Text("-")),
        ("a - b", All((A, Text("-"), B))),
        ("(--)", Text("--")),
        ("a-b", Text("a-b")),
    ],
)
def test_words_texts_brackets_and_signs(text: str, node: Node) -> None:
    assert read(text).where == node


@pytest.mark.parametrize(
    ("spellings", "field"),
    [
        ("name fullname Name ＮＡＭＥ", Field.NAME),
        ("email mail e-mail E-Mail", Field.EMAIL),
        ("phone phone_number tel", Field.PHONE),
        ("uid", Field.UID),
        ("id ID", Field.ID),
        ("picture profile_pic_id", Field.PICTURE),
        ("notes note", Field.NOTES),
    ],
)
def test_every_spelling_of_a_field(spellings: str, field: Field) -> None:
    for spelling in spellings.split():
        assert read(f"{spelling}:x").where == Text("x", field)
        assert read(f'{spelling}:"x y"').where == Text("x y", field)
        assert read(f"-{spelling}:x").where == Not(Text("x", field))
        assert read(f"has:{spelling}").where == Has(field, True)
        assert read(f"no:{spelling}").where == Has(field, False)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("tag:Merchant", Tagged("Merchant")),
        ("tag:merchant", Tagged("merchant")),
        ("tag:tag_m", Tagged("tag_m")),
        ("tag:Merchant=Gold", Tagged("Merchant", "Gold")),
        ("tag:Merchant=a=b", Tagged("Merchant", "a=b")),
        ('tag:"Merchant since"', Tagged("Merchant since")),
        ('tag:"Merchant since"=2025', Tagged("Merchant since", "2025")),
        ('tag:"Merchant since"="Value two"', Tagged("Merchant since", "Value two")),
        ('tag:Merchant=""', Tagged("Merchant", "")),
        ('tag:"emile=X"', Tagged("emile=X")),
        ("-tag:Consent", Not(Tagged("Consent"))),
        ("(tag:Consent=yes)", Tagged("Consent", "yes")),
        ("has:tags", HasTags(True)),
        ("has:tag", HasTags(True)),
        ("no:tags", HasTags(False)),
        ("no:tag", HasTags(False)),
    ],
)
def test_tags(text: str, node: Node) -> None:
    assert read(text).where == node


def test_any_tag_is_taken_while_tags_are_not_known() -> None:
    query = parse("tag:Anything sort:-tag:other", now=NOW, zone=ZONE, tags=None)
    assert query == Query(Tagged("Anything"), Sort(SortKey.TAG, True, "other"), query.text)


def test_where_other_tags_may_be_too_an_unknown_name_is_an_id() -> None:
    known = {"t-1": "Tier"}
    query = parse("tag:t-2 sort:tag:tier", now=NOW, zone=ZONE, tags=known, takes_ids=True)
    assert query == Query(Tagged("t-2"), Sort(SortKey.TAG, False, "t-1"), query.text)
    query = parse("sort:tag:t-2", now=NOW, zone=ZONE, tags=known, takes_ids=True)
    assert query.sort == Sort(SortKey.TAG, False, "t-2")


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "start", "end"),
    [
        ("2025-01-31", at(2025, 1, 31), at(2025, 2, 1)),
        ("2025-1-9", at(2025, 1, 9), at(2025, 1, 10)),
        ("2025-12", at(2025, 12, 1), at(2026, 1, 1)),
        ("2025", at(2025, 1, 1), at(2026, 1, 1)),
        ("２０２５", at(2025, 1, 1), at(2026, 1, 1)),
        ('"2025"', at(2025, 1, 1), at(2026, 1, 1)),
        (">2025-01-31", at(2025, 2, 1), None),
        (">=2025-01-31", at(2025, 1, 31), None),
        ("<2025-01-31", None, at(2025, 1, 31)),
        ("<=2025-01-31", None, at(2025, 2, 1)),
        (">2024", at(2025, 1, 1), None),
        ("<=2024-02", None, at(2024, 3, 1)),
        ("today", at(2025, 3, 31), at(2025, 4, 1)),
        ("Yesterday", at(2025, 3, 30), at(2025, 3, 31)),
        ("<yesterday", None, at(2025, 3, 30)),
        ("2025-01-01..2025-01-31", at(2025, 1, 1), at(2025, 2, 1)),
        ("2024..2025-01", at(2024, 1, 1), at(2025, 2, 1)),
        ("2025-01-01..", at(2025, 1, 1), None),
        ("..yesterday", None, at(2025, 3, 31)),
        ("7d", at(2025, 3, 24, 12, 30), None),
        ("<7d", at(2025, 3, 24, 12, 30), None),
        ("<=7d", at(2025, 3, 24, 12, 30), None),
        (">7d", None, at(2025, 3, 24, 12, 30)),
        (">=7d", None, at(2025, 3, 24, 12, 30)),
        ("36h", at(2025, 3, 30, 0, 30), None),
        ("2w", at(2025, 3, 17, 12, 30), None),
        ("1m", at(2025, 2, 28, 12, 30), None),
        ("13M", at(2024, 2, 29, 12, 30), None),
        ("1y", at(2024, 3, 31, 12, 30), None),
    ],
)
def test_times(value: str, start: datetime | None, end: datetime | None) -> None:
    assert read(f"created:{value}").where == Within(TimeField.CREATED, start, end)
    assert read(f"updated:{value}").where == Within(TimeField.UPDATED, start, end)


@pytest.mark.parametrize(
    ("zone", "day", "start", "end"),
    [
        ("Asia/Manila", "2025-01-31", at(2025, 1, 30, 16), at(2025, 1, 31, 16)),
        ("Europe/Budapest", "2025-03-30", at(2025, 3, 29, 23), at(2025, 3, 30, 22)),
        ("America/Sao_Paulo", "2018-11-04", at(2018, 11, 4, 3), at(2018, 11, 5, 2)),
        ("Pacific/Kiritimati", "today", at(2025, 3, 31, 10), at(2025, 4, 1, 10)),
    ],
)
def test_days_begin_and_end_where_the_reader_is(
    zone: str, day: str, start: datetime, end: datetime
) -> None:
    query = parse(f"created:{day}", now=NOW, zone=ZoneInfo(zone))
    assert query.where == Within(TimeField.CREATED, start, end)


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("sort:name", Sort(SortKey.NAME, False)),
        ("sort:-name", Sort(SortKey.NAME, True)),
        ("sort:e-mail", Sort(SortKey.EMAIL, False)),
        ("sort:tel", Sort(SortKey.PHONE, False)),
        ("sort:uid", Sort(SortKey.UID, False)),
        ("sort:-id", Sort(SortKey.ID, True)),
        ("sort:created", Sort(SortKey.CREATED, False)),
        ("sort:-updated", Sort(SortKey.UPDATED, True)),
        ("sort:tag:Merchant", Sort(SortKey.TAG, False, "tag_m")),
        ('sort:-tag:"merchant SINCE"', Sort(SortKey.TAG, True, "tag_s")),
        ("sort:tag:tag_k", Sort(SortKey.TAG, False, "tag_k")),
    ],
)
def test_orders_stand_anywhere_outside_brackets(text: str, sort: Sort) -> None:
    assert read(text) == Query(EVERYBODY, sort, text)
    assert read(f"a {text} b").where == All((A, B))
    assert read(f"{text} a OR b").where == Either((A, B))
    assert read(f"(a OR b) {text}").sort == sort
    assert read("a").sort is None


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('jane "doe', '"', "This quote is not closed."),
        ('name:"', '"', "This quote is not closed."),
        ("a OR", "OR", "Something is missing after OR."),
        ("a OR OR b", "OR", "Something is missing after OR."),
        ("OR a", "OR", "Something is missing before OR."),
        ("a OR sort:name", "OR", "Something is missing after OR."),
        ("a (b c", "(", "This bracket is not closed. Write ) where the terms within it end."),
        ("(", "(", "This bracket is not closed."),
        ("-(", "(", "This bracket is not closed."),
        ("a)", ")", "This bracket closes nothing."),
        ("a ()", "()", "There is nothing between these brackets."),
        ("-OR", "-", "Something is missing after this minus."),
        ("-( -( ) )", "( )", "There is nothing between these brackets."),
        ("a tag:", "tag:", "tag: wants the name of a tag, as in tag:Merchant"),
        ("tag:Merchant=", "tag:Merchant=", "tag: wants a value, as in tag:Merchant=Gold"),
        ('tag:""', '""', "A tag has a name."),
        ("tag:Mer", "Mer", "There is no tag Mer. Did you mean tag:Merchant?"),
        ("tag:Mrechant=x", "Mrechant", "There is no tag Mrechant. Did you mean tag:Merchant?"),
        ('tag:"merchant sinse"', '"merchant sinse"', 'Did you mean tag:"Merchant since"?'),
        ("tag:zzz", "zzz", 'There are Merchant, "Merchant since", Consent'),
        ("name:", "name:", "name: wants what to look for, as in name:jane."),
        ("name: jane", "name:", "name: wants what to look for"),
        ('name:""', '""', "Write a word, or no:name for those without one."),
        ('""', '""', "There is nothing to look for here."),
        ("\u0301", "\u0301", "There is nothing to look for here."),
        ("nmae:x", "nmae:", "There is no field nmae. Did you mean name:?"),
        ("tags:x", "tags:", "There is no field tags. Did you mean tag:?"),
        ("zzz:x", "zzz:", "There are name, email, phone, uid, id, picture, notes, created,"),
        ("has:", "has:", "has: wants a field, as in has:phone, or has:tags."),
        ("no:fone", "fone", "There is no field fone. Did you mean no:phone?"),
        ("has:zzz", "zzz", "Write has: with name, email, phone, uid, id, picture, notes or tags."),
        ("has:tag:Merchant", "tag:Merchant", "For one tag, write tag:Name;"),
        ("no:tag:Merchant", "tag:Merchant", "For one tag, write -tag:Name;"),
        ("created:", "created:", "created: wants a date, as in created:2025-01, or created:7d."),
        ("created:>", ">", "A date is missing here. Write 2025-01-31"),
        ("created:31.01.2025", "31.01.2025", "31.01.2025 is no date. Write 2025-01-31"),
        ("created:2025-02-30", "2025-02-30", "2025-02-30 is not in the calendar."),
        ("created:0001", "0001", "The year 0001 is out of reach."),
        ("created:99999y", "99999y", "99999y is longer ago than any record."),
        ("created:..", "..", "A range wants a day on one side at least"),
        ("created:7d..", "7d..", "A range goes from day to day, not by ages."),
        ("created:2025..2024", "2025..2024", "This range ends before it begins."),
        ("sort:", "sort:", "sort: wants what to order by"),
        ("sort:nmae", "nmae", "A list cannot be ordered by nmae. Did you mean sort:name?"),
        ("sort:notes", "notes", "A list cannot be ordered by notes."),
        ("sort:-", "-", "A list cannot be ordered by nothing. Write sort:name"),
        ("sort:tag:", "sort:tag:", "sort: wants the name of a tag"),
        ("sort:tag:Mer", "Mer", "Did you mean sort:tag:Merchant?"),
        ("sort:id a sort:id", "sort:id", "There is an order already."),
        ("(sort:id)", "sort:id", "An order stands outside brackets"),
        ("-sort:id", "sort:id", "An order stands outside brackets"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_write(
    text: str, place: str, message: str
) -> None:
    error = refusal(text)
    assert isinstance(error, UsageError)
    assert text[error.start : error.end] == place
    assert message in error.message


def test_without_tags_none_is_named_instead() -> None:
    with pytest.raises(QueryError, match=r"There is no tag x\. None are known yet\."):
        parse("tag:x", now=NOW, zone=ZONE, tags={})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), f"go {MAX_DEPTH} deep"),
        ("-" * (MAX_DEPTH + 1) + "a", f"go {MAX_DEPTH} deep"),
        ("-(" * 300, f"go {MAX_DEPTH} deep"),
        ("a " * (MAX_TERMS + 1), f"at most {MAX_TERMS} terms"),
        (" OR ".join("a" * (MAX_TERMS + 1)), f"at most {MAX_TERMS} terms"),
        ("a" * (MAX_CHARACTERS + 1), "1,001 characters; 1,000 are read"),
        ("(" * 10_000 + ")" * 10_000, "20,000 characters"),
        ("-" * 200_000, "200,000 characters"),
        ('"' * 200_000, "200,000 characters"),
    ],
)
def test_what_is_too_much_is_refused_calmly(text: str, message: str) -> None:
    assert message in refusal(text).message


def test_what_is_just_not_too_much_is_read() -> None:
    assert read("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH).where == A
    assert read("a " * MAX_TERMS).where == All((A,) * MAX_TERMS)
    assert read("a" * MAX_CHARACTERS).where == Text("a" * MAX_CHARACTERS)


# What random searches have in common.


@UNHURRIED
@given(queries())
def test_what_a_tree_was_written_as_is_read_as_that_tree(query: Query) -> None:
    assert read(query.text) == query


@UNHURRIED
@given(st.text(max_size=60) | st.text('()-"OR :=.<>0129dwtagshno\\,é', max_size=40))
def test_anything_is_read_or_refused_at_a_place_within_it(text: str) -> None:
    try:
        assert read(text).text == text
    except QueryError as error:
        assert 0 <= error.start <= error.end <= len(text)
        assert error.message.endswith((".", "?"))


@UNHURRIED
@given(queries(), st.data())
def test_a_search_is_read_or_refused_after_each_key(query: Query, data: st.DataObject) -> None:
    typed = query.text[: data.draw(st.integers(0, len(query.text)))]
    try:
        read(typed)
    except QueryError as error:
        assert error.start <= error.end <= len(typed)


# What searches find.

JANE = Human.model_validate(
    {
        "id": "eu_KM8dKoKB5HJN",
        "fullname": "Jane Őrsi",
        "email": "jane.o@example.hu",
        "phone_number": "+36 (30) 123-4567",
        "uid": "",
        "notes": {"by": "Zoë"},
        "tags": [{"id": "tag_m", "value": "Gold"}, {"id": "tag_c"}],
        "created_at": "2025-01-31T23:59:59Z",
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "orsi JANE",
        '"jane ő"',
        "3630123",
        "+36 30 1234567",
        "phone:30-12",
        "id:km8",
        "notes:zoe",
        "no:uid has:notes no:picture has:tags",
        "tag:MERCHANT=gold",
        "tag:tag_m",
        'tag:Consent=""',
        "-tag:Consent=yes",
        "created:2025-01",
        "created:..2025-01-31",
        "-updated:2025",
        "-updated:<2025",
        "nobody OR jane",
        "-(jane nobody)",
    ],
)
def test_what_finds_jane(text: str) -> None:
    assert matches(read(text).where, JANE, TAG_NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "jane -orsi",
        '"őrsi jane"',
        "name:3630123",
        "phone:jane",
        "zoe",
        "has:uid",
        "no:tags",
        "tag:Merchant=Gol",
        "created:>2025-01-31",
        "updated:2025",
        "jane nobody",
    ],
)
def test_what_does_not_find_jane(text: str) -> None:
    assert not matches(read(text).where, JANE, TAG_NAMES)


@UNHURRIED
@given(humans(), queries())
def test_a_human_is_in_a_search_or_in_its_opposite(human: Human, query: Query) -> None:
    found = matches(query.where, human, TAG_NAMES)
    assert matches(Not(query.where), human, TAG_NAMES) is not found


@UNHURRIED
@given(humans())
def test_everybody_is_found_by_each_of_their_values(human: Human) -> None:
    for name, value in (("name", human.fullname), ("email", human.email), ("uid", human.uid)):
        if value and fold(value):
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            assert matches(read(f'{name}:"{escaped}"').where, human, TAG_NAMES)


@UNHURRIED
@given(st.lists(humans(), max_size=6), sorts())
def test_an_order_turned_round_keeps_those_without_the_value_last(
    listed: list[Human], sort: Sort
) -> None:
    up = [sort_value(h, Sort(sort.key, False, sort.tag_id)) for h in in_order(listed, sort)]
    missing = sum(not value for value in up)
    assert not any(up[len(up) - missing :])
    present = [str(value) if isinstance(value, str) else value for value in up if value]
    assert present == sorted(present, reverse=sort.descending)


def test_digits_written_in_full_width_are_digits() -> None:
    assert digits("（０３）1234-5678") == "0312345678"
