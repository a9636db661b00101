"""What is suggested while a search is typed; `|` is where the cursor stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicx_tui.storage.query.parser import parse
from aicx_tui.storage.query.suggestions import MOST, suggest, word_at
from tests.query_samples import NOW, TAG_NAMES, UNHURRIED, ZONE

VALUES = {"tag_m": ("Silver", "Gold", "Gold plus", "Old"), "tag_s": ("2025-01-31",)}
FIRST = ("tag:", "has:", "no:", "created:", "updated:", "sort:", "name:", "email:")


def suggested(typed: str) -> tuple[str, ...]:
    cursor = typed.index("|")
    text = typed.replace("|", "")
    return suggest(text, cursor, tags=TAG_NAMES, values=lambda tag_id: VALUES.get(tag_id, ()))


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("na|", ("name:",)),
        ("jane na|", ("name:",)),
        ("-(NA|", ("name:",)),
        ("na|me", ("name:",)),
        ("|", ("tag:", "has:", "no:", "created:", "updated:", "sort:", "name:", "email:")),
        ("jane |", ("tag:", "has:", "no:", "created:", "updated:", "sort:", "name:", "email:")),
        (
            "jane |  doe",
            ("tag:", "has:", "no:", "created:", "updated:", "sort:", "name:", "email:"),
        ),
        ("n|", ("no:", "name:", "notes:")),
        ("mer|", ("tag:Merchant", 'tag:"Merchant since"')),
        ("since|", ('tag:"Merchant since"',)),
        ("emi|", ('tag:"Émile=x"',)),
        ("has:p|", ("has:phone", "has:picture")),
        ("has:phone|", ()),
        ("no:t|", ("no:tags",)),
        ("created:to|", ("created:today",)),
        ("created:7|", ("created:7d",)),
        ("updated:>|", ("updated:>7d", "updated:>30d", "updated:>1y")),
        ("sort:na|", ("sort:name",)),
        ("sort:-na|", ("sort:-name",)),
        ("sort:up|", ("sort:updated",)),
        ("sort:-t|", ("sort:-tag:",)),
        ("sort:-tag:con|", ("sort:-tag:Consent",)),
        ("tag:mer|", ("tag:Merchant", 'tag:"Merchant since"')),
        ('tag:"Mer|', ("tag:Merchant", 'tag:"Merchant since"')),
        ("tag:会|", ("tag:会員",)),
        ("tag:the|", (r'tag:"the \"best\" \\ ones"',)),
        ("tag:Merchant=g|", ("tag:Merchant=Gold", 'tag:Merchant="Gold plus"')),
        ("tag:merchant=old|", ("tag:merchant=Gold", 'tag:merchant="Gold plus"')),
        ('tag:Merchant="Gold p|', ('tag:Merchant="Gold plus"',)),
        ('tag:"Merchant since"=|', ('tag:"Merchant since"=2025-01-31',)),
        ("tag:Consent=|", ()),
        ("name:ja|", ()),
        ("zzz|", ()),
    ],
)
def test_what_is_suggested(typed: str, texts: tuple[str, ...]) -> None:
    assert suggested(typed) == texts


def test_a_whole_tag_is_followed_by_others_like_it_and_by_its_values() -> None:
    assert suggested("tag:Merchant|") == (
        'tag:"Merchant since"',
        "tag:Merchant=Silver",
        "tag:Merchant=Gold",
        'tag:Merchant="Gold plus"',
        "tag:Merchant=Old",
    )


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("|", ""),
        ("ja|ne doe", "jane"),
        ("jane| doe", "jane"),
        ("jane |doe", "doe"),
        ("jane |  doe", ""),
        ('x tag:"Two wo|rds"=y', 'tag:"Two words"=y'),
        ('tag:"Two wo|', 'tag:"Two wo'),
        ("-(ja|ne) doe", "jane"),
        ("(a OR -na|)", "na"),
        ("-|", ""),
    ],
)
def test_the_word_at_the_cursor(typed: str, word: str) -> None:
    text = typed.replace("|", "")
    start, end = word_at(text, typed.index("|"))
    assert text[start:end] == word


@UNHURRIED
@given(st.text('()-"OR :=\\<>tagshnocreudpi|', max_size=30), st.data())
def test_suggestions_are_few_and_new_and_take_the_place_of_a_word(
    text: str, data: st.DataObject
) -> None:
    cursor = data.draw(st.integers(0, len(text)))
    start, end = word_at(text, cursor)
    assert 0 <= start <= cursor <= end <= len(text)
    found = suggest(text, cursor, tags=TAG_NAMES, values=lambda tag_id: VALUES["tag_m"])
    assert len(found) == len(set(found)) <= MOST
    assert text[start:end] not in found


@pytest.mark.parametrize(
    "typed", ["tag:|", "has:|", "no:|", "created:|", "updated:>|", "sort:|", "tag:Merchant=|"]
)
def test_every_whole_suggestion_can_be_read(typed: str) -> None:
    whole = [text for text in suggested(typed) if not text.endswith(":")]
    assert whole
    for text in whole:
        assert parse(text, now=NOW, zone=ZONE, tags=TAG_NAMES).text == text
