"""Embed codes: who is known there, what is refused, and that no value gets out of its literal."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from aicx_tui.errors import UsageError
from aicx_tui.models.human import Human
from aicx_tui.services.embedding import in_dart, in_html, in_javascript
from aicx_tui.services.snippet_kinds import SnippetKind
from aicx_tui.services.snippets import Choices, snippet

JANE = Human(
    id="eu_1", fullname="Jane Doe", uid="4711", email="jane@example.com", phone_number="+6421 5550"
)
CHANNEL = Choices(channel="gw_1")
WITH_TOKEN = Choices(channel="gw_1", token=SecretStr("visitor-token"))

BREAKING_OUT = ("</script>", "<!--", '"', "'", "\\", "\n", "\u2028", "${x}", "]]>", "&quot;")

hostile = st.lists(st.one_of(st.sampled_from(BREAKING_OUT), st.text(max_size=4))).map("".join)
sayable = hostile.map(
    lambda text: "".join(c for c in text if c.isprintable() and not "\ud800" <= c <= "\udfff")
)


class Reading(HTMLParser):
    """What an HTML parser makes of an attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))


@given(st.one_of(hostile, st.text(st.characters(exclude_categories=()))))
def test_a_javascript_literal_is_exactly_its_text_and_ends_nothing(text: str) -> None:
    literal = in_javascript(text)
    assert json.loads(literal) == text
    assert literal.isascii()
    assert literal.isprintable()
    assert not set(literal[1:-1].replace('\\"', "")) & set("<>&'\"")


@given(sayable)
def test_an_html_attribute_is_exactly_its_text(text: str) -> None:
    reading = Reading()
    reading.feed(f"<p data-x={in_html(text)}>")
    assert reading.tags == [("p", [("data-x", text)])]
    assert in_html(text).isascii()


@given(sayable)
def test_a_dart_literal_is_exactly_its_text(text: str) -> None:
    literal = in_dart(text)
    assert literal.isascii()
    assert not re.search(r"(?<!\\)(\\\\)*[$']", literal[1:-1])
    said = re.sub(r"\\u\{([0-9a-f]+)\}|\\(.)", unescaped, literal[1:-1])
    assert said == text


def unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else found[2]


@pytest.mark.parametrize("text", ["\0", "a\nb", "\x85", "\ud800"])
def test_what_neither_html_nor_dart_can_say_is_refused(text: str) -> None:
    for write in (in_html, in_dart):
        with pytest.raises(UsageError, match="control character"):
            write(text)


@pytest.mark.parametrize("uid", [None, "", "   ", "\u200b\ufeff", "\n\t", "\u3000"])
def test_whom_nothing_tells_apart_gets_no_snippet(uid: str | None) -> None:
    nobody = JANE.model_copy(update={"uid": uid, "email": uid})
    kinds: tuple[SnippetKind, ...] = ("webchat", "open-cx", "cx-genie")
    for kind in kinds:
        with pytest.raises(UsageError, match="one and the same person"):
            snippet(kind, nobody, CHANNEL)
    with pytest.raises(UsageError, match="by the token alone"):
        snippet("cx-genie-mobile", JANE, CHANNEL)


def test_without_a_channel_it_is_said_where_to_find_it() -> None:
    with pytest.raises(UsageError) as caught:
        snippet("webchat", JANE, Choices(channel=" "))
    assert "Webchat > Settings" in caught.value.hint


def test_a_token_is_masked_where_the_code_is_shown() -> None:
    kinds: tuple[SnippetKind, ...] = ("open-cx", "cx-genie", "cx-genie-mobile")
    for kind in kinds:
        made = snippet(kind, JANE, WITH_TOKEN)
        assert made.is_secret
        assert "visitor-token" in made.code
        assert "visitor-token" not in made.shown
        assert "********" in made.shown
    assert not snippet("webchat", JANE, CHANNEL).is_secret


def test_the_code_of_proto() -> None:
    made = snippet("webchat", JANE, CHANNEL)
    assert 'humanUid: "4711"' in made.code
    assert "setHumanUid" not in made.code
    called = snippet("webchat", JANE, Choices(channel="gw_1", way="call", language="fil"))
    assert "humanUid:" not in called.code
    assert 'Proto.setHumanUid("4711"); Proto.show();' in called.code
    assert 'lang: "fil"' in called.code
    assert any("disagree" in note for note in made.notes)


def test_the_code_of_cx_genie() -> None:
    made = snippet("cx-genie", JANE, WITH_TOKEN)
    assert made.code == (
        "<script\n"
        '  src="https://widget.cxgenie.ai/widget.js"\n'
        '  data-aid="gw_1"\n'
        '  data-token="visitor-token"\n'
        '  data-lang="en"\n'
        '  data-user-id="4711"\n'
        '  data-email="jane@example.com"\n'
        '  data-name="Jane Doe"\n'
        '  data-phone-number="+6421 5550"\n'
        "></script>\n"
    )
    mobile = snippet("cx-genie-mobile", JANE, WITH_TOKEN)
    assert "botId: 'gw_1'" in mobile.code
    assert "userToken: 'visitor-token'" in mobile.code
