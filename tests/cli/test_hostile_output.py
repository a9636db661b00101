"""Hostile text in what commands print, to data and to errors: none of it acts on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from aicx_tui.text import has_control_character
from tests.cli.command import Ended, aicx
from tests.hostile import (
    MARK,
    MARKED,
    PAYLOADS,
    SHORT_PAYLOADS,
    Payload,
    joined,
    what_acts_in_text,
)
from tests.hostile_platform import (
    GROUPS,
    HostilePlatform,
    everybody_is_hostile,
    hostile_platform,
)

Words = tuple[str, ...]

NARROWEST_COLUMN = 20

LINES_OF_PROBLEMS = 20
"""As many as are told at once."""

SHORT_MARKED = tuple(payload for payload in SHORT_PAYLOADS if payload.mark)

SERVER = {"kind": "console", "url": "https://aicx.example.com"}


@pytest.fixture
def platform() -> Iterator[HostilePlatform]:
    with hostile_platform() as hostile:
        yield hostile


def is_harmless(ended: Ended, *, is_exact: bool = False) -> None:
    """Nothing acts in either stream; rows of a spreadsheet may end in CR and LF."""
    assert what_acts_in_text(ended.out.replace("\r\n", "\n"), is_exact=is_exact) == []
    assert what_acts_in_text(ended.err) == []


def quotes(text: str, payloads: tuple[Payload, ...]) -> None:
    """Each can be read there, so that each could have acted."""
    missing = [payload.name for payload in payloads if payload.mark not in text]
    assert missing == []


# Humans and tags


@pytest.mark.parametrize(
    "words",
    [
        ("humans", "list"),
        ("humans", "list", "--csv"),
        ("humans", "list", "--json"),
        ("humans", "list", "--jsonl"),
        ("tags", "list"),
        ("tags", "list", "--json"),
    ],
    ids=" ".join,
)
def test_lists_hold_nothing_that_acts(platform: HostilePlatform, words: Words) -> None:
    everybody_is_hostile(platform)
    ended = aicx(*words, env=platform.environment)
    assert ended.code == 0
    assert len(ended.out.splitlines()) >= len(PAYLOADS)
    is_cut = len(words) == 2
    quotes(ended.out, tuple(p for p in MARKED if not is_cut or len(p.start) <= NARROWEST_COLUMN))
    is_harmless(ended, is_exact=words[-1] in ("--json", "--jsonl"))


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["fields", "json"])
def test_a_human_holds_nothing_that_acts(platform: HostilePlatform, form: Words) -> None:
    everybody_is_hostile(platform)
    tags = [{"id": f"tag-{number}", "value": p.text} for number, p in enumerate(PAYLOADS)]
    notes = [p.text for p in SHORT_PAYLOADS]
    platform.humans[0] |= {"tags": tags, "notes": notes, "id": "eu_1"}
    ended = aicx("humans", "get", "eu_1", *form, env=platform.environment)
    assert ended.code == 0
    quotes(ended.out, MARKED)
    is_harmless(ended, is_exact=bool(form))
    if form:
        assert ended.json()["notes"] == notes, "nothing was lost"
    else:
        assert all(ended.out.count(p.mark) >= 3 for p in SHORT_MARKED), "its note, its tag, a value"


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["line", "json"])
def test_the_id_of_a_new_human_does_nothing(platform: HostilePlatform, form: Words) -> None:
    platform.said = SHORT_PAYLOADS
    ended = aicx("humans", "create", "--fullname", "Jane", *form, env=platform.environment)
    assert ended.code == 0
    assert ended.out.count("\n") == 1
    quotes(ended.out, SHORT_MARKED)
    is_harmless(ended, is_exact=bool(form))
    if form:
        assert ended.json() == {"id": joined(SHORT_PAYLOADS)}


# Who is signed in, and what goes wrong


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["fields", "json"])
def test_who_is_signed_in_does_nothing(platform: HostilePlatform, form: Words) -> None:
    platform.said = SHORT_PAYLOADS
    ended = aicx("whoami", *form, env=platform.environment)
    assert ended.code == 0
    quotes(ended.out, SHORT_MARKED)
    is_harmless(ended, is_exact=bool(form))


def test_what_a_platform_says_of_an_error_does_nothing(platform: HostilePlatform) -> None:
    for group, status in zip(GROUPS, cycle((400, 401, 403, 404, 409, 422, 503)), strict=False):
        platform.said, platform.status = group, status
        ended = aicx("humans", "get", "eu_1", env=platform.environment)
        assert ended.code > 1
        assert ended.out == ""
        quotes(ended.err, group)
        is_harmless(ended)


# What config.toml says


def written_in(folder: Path, said: Mapping[str, Any]) -> dict[str, str]:
    """The environment in which config.toml says that."""
    (folder / "config.toml").write_text(tomlkit.dumps(said), encoding="utf-8")
    return {"AICX_HOME": str(folder)}


@pytest.mark.parametrize("what", ["contexts", "settings"])
def test_hostile_names_of_contexts_and_settings_are_refused_and_do_nothing(
    tmp_path: Path, what: str
) -> None:
    for start in range(0, len(PAYLOADS), LINES_OF_PROBLEMS):
        names = PAYLOADS[start : start + LINES_OF_PROBLEMS]
        named = {payload.text: SERVER for payload in names}
        contexts = named if what == "contexts" else {"acme": {**SERVER, **named}}
        ended = aicx("contexts", "list", env=written_in(tmp_path, {"contexts": contexts}))
        assert ended.code == 2
        assert ended.out == ""
        quotes(ended.err, tuple(payload for payload in names if payload.mark))
        is_harmless(ended)


@pytest.mark.parametrize("key", ["kind", "url", "company", "bot", "colour", "proxy", "account"])
def test_hostile_settings_of_contexts_are_refused_and_not_quoted(tmp_path: Path, key: str) -> None:
    refused = [p for p in PAYLOADS if key != "account" or has_control_character(p.text)]
    contexts = {
        f"acme-{number}": SERVER | {key: payload.text}
        for number, payload in enumerate(refused[:LINES_OF_PROBLEMS])
    }
    ended = aicx("contexts", "list", env=written_in(tmp_path, {"contexts": contexts}))
    assert ended.code == 2
    assert sum(f".{key}" in line for line in ended.err.splitlines()) == LINES_OF_PROBLEMS
    assert MARK not in ended.err
    is_harmless(ended)


@pytest.mark.parametrize("words", [("list", "--json"), ("show",), ("show", "--json")], ids=" ".join)
def test_a_hostile_account_does_nothing(tmp_path: Path, words: Words) -> None:
    accounts = tuple(p for p in SHORT_MARKED if not has_control_character(p.text))
    said = {"context": "acme", "contexts": {"acme": SERVER | {"account": joined(accounts)}}}
    ended = aicx("contexts", *words, env=written_in(tmp_path, said))
    assert ended.code == 0
    quotes(ended.out, accounts)
    is_harmless(ended, is_exact="--json" in words)
