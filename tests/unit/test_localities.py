"""Zones and languages to choose from, and codes as they are typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aicx_tui.errors import UsageError
from aicx_tui.numerals import grouped
from aicx_tui.services.codes import checked_code
from aicx_tui.services.localities import (
    babel_locale,
    checked_language,
    checked_zone,
    language_called,
    languages,
    offset_text,
    zone_of,
    zones,
)
from aicx_tui.tui.moments import absolute, ago, in_lists
from aicx_tui.tui.reader import Reader

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_zones_have_the_offset_of_the_day() -> None:
    listed = {zone.name: zone for zone in zones(NOW)}
    assert (listed["Asia/Kathmandu"].offset, listed["Asia/Kathmandu"].time) == ("+05:45", "17:45")
    assert listed["Europe/Paris"].offset == "+02:00"
    assert listed["America/St_Johns"].offset == "-02:30"
    assert "UTC" in listed
    assert not any(name.startswith("Etc/") for name in listed)
    assert offset_text(timedelta(hours=-9, minutes=-30)) == "-09:30"


@pytest.mark.parametrize("name", ["", "Asia/Nowhere", "../../etc/passwd", "/etc/passwd", "a\0b"])
def test_a_name_of_no_zone_is_none(name: str) -> None:
    assert zone_of(name) is None
    with pytest.raises(UsageError):
        checked_zone(name)


def test_languages_are_listed_in_their_own_words() -> None:
    listed = {language.tag: language for language in languages()}
    assert len(listed) == len(languages())
    assert (listed["zh-Hant"].own_name, listed["zh-Hant"].name) == (
        *("中文 (繁體)", "Chinese (Traditional)"),
    )
    assert listed["fil"].own_name == "Filipino"
    assert listed["zh-TW"].own_name == "中文 (繁體, 台灣)"
    assert {"pt-BR", "en-GB", "en-US", "zh-CN", "es-419"} < listed.keys()
    assert language_called("pt-BR") == "português (Brasil) · Portuguese (Brazil)"
    assert language_called("tlh") == "tlh"


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("en", "en"),
        ("de-Latn-DE", "de_DE"),
        ("zh-Hant-TW", "zh_Hant_TW"),
        ("zh-TW", "zh_Hant_TW"),
        ("tlh", "en"),
        ("../x", "en"),
    ],
)
def test_a_tag_has_the_nearest_locale(tag: str, locale: str) -> None:
    assert babel_locale(tag) == locale


def test_a_tag_that_is_none_is_refused() -> None:
    for tag in ("not a tag", "qx", "en-Xxxx", "en-XX"):
        with pytest.raises(UsageError):
            checked_language(tag)
    with pytest.raises(UsageError) as caught:
        checked_language("Filipino")
    assert caught.value.hint == "Is fil meant?"
    for tag in ("tlh", "fil", "pt-BR", "zh-Hant-TW", "es-419"):
        assert checked_language(tag) == checked_language(tag.lower()) == tag


def test_times_are_written_where_and_as_the_reader_is() -> None:
    reader = Reader()
    assert reader.follow(timezone="Europe/Berlin", language="de")
    assert not reader.follow(timezone="Europe/Berlin", language="de")
    assert absolute(NOW, reader=reader) == "01.07.2026, 14:00 GMT+2"
    assert ago(NOW, now=NOW + timedelta(hours=2), language=reader.language) == "vor 2 Stunden"
    fixed = Reader(UTC, is_fixed=True)
    assert not fixed.follow(timezone="Europe/Berlin", language="de")
    assert absolute(NOW, reader=fixed) == "1 Jul 2026, 12:00 UTC"


@pytest.mark.parametrize("typed", ["123456", " 123 456\n", "123-456", "\ufeff123456"])
def test_a_code_is_taken_as_mails_write_it(typed: str) -> None:
    assert checked_code(typed).get_secret_value() == "123456"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"])
def test_what_is_no_code_is_not_sent(typed: str) -> None:
    with pytest.raises(UsageError):
        checked_code(typed)


def test_every_language_writes_every_time_and_number_and_lists_never_cut_one() -> None:
    since = NOW - timedelta(days=800)
    for language in languages():
        reader = Reader()
        reader.follow(timezone="Asia/Kolkata", language=language.tag)
        assert "GMT+5:30" in absolute(NOW, reader=reader)
        said, cells = in_lists(reader.language)
        assert cells <= 15
        assert ago(since, now=NOW, language=said)
        assert grouped(1_234_567)
    Reader()


def test_a_list_is_english_where_a_language_takes_too_many_cells() -> None:
    assert in_lists("en_NG") == ("en_NG", 10)
    assert in_lists("de") == ("de", 14)
    assert in_lists("nl") == ("en", 0)


def test_numbers_follow_the_reader() -> None:
    reader = Reader()
    assert grouped(1_234_567) == "1,234,567"
    for tag, written in (("de", "1.234.567"), ("hi", "12,34,567"), ("fr", "1\u202f234\u202f567")):
        reader.follow(timezone="", language=tag)
        assert grouped(1_234_567) == written
    Reader()
    assert grouped(1_234_567) == "1,234,567"
