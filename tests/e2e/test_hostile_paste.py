"""Hostile text that a person pastes into a field: it is text there too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.hostile_console import Start, ends_unharmed
from tests.e2e.terminal import Terminal
from tests.hostile import MARK, PAYLOADS, SHORT_PAYLOADS, Payload, in_groups, joined
from tests.hostile_platform import HostilePlatform, human


def is_one_line(payload: Payload) -> bool:
    """Whether a field of one line takes all of it."""
    return len(payload.text.splitlines()) == 1


ONE_LINERS = tuple(payload for payload in PAYLOADS if is_one_line(payload))

OF_SEVERAL_LINES = tuple(payload for payload in PAYLOADS if not is_one_line(payload))

TYPED = 60
"""Characters of each that are pasted into the search, which takes 200."""


def test_what_is_pasted_into_the_search_is_searched_for_and_does_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    platform.humans = [human(0, "Jane")]
    terminal = start(size=(16, 240))
    terminal.sees("● 1 human", "│▌  Jane")
    groups = in_groups(3, [payload for payload in ONE_LINERS if payload in SHORT_PAYLOADS])
    for number, group in enumerate([*groups, *((payload,) for payload in OF_SEVERAL_LINES)]):
        taken = [p for p in group if MARK in p.text.splitlines()[0]]
        terminal.types("/")
        terminal.sees("Enter to the list")
        terminal.pastes("?".join([f"search{number}", *(p.text[:TYPED] for p in group)]))
        terminal.sees(f"│ search{number}?", *(payload.mark for payload in taken))
        terminal.clicks(MARK)
        terminal.types("\x1b")
        terminal.sees("│▌  Jane", "g go")
    ends_unharmed(terminal, tmp_path, typed=True)


CLEARS_FIELD = "\x05\x15"
"""Goes to the end and deletes what is before it."""


@pytest.mark.parametrize(
    ("keys", "title", "empty"),
    [
        ("\x10", "🔎", "Search for commands"),
        ("?", "─ Keys ─", "Type to find"),
        ("gc", "─ Switch context ─", "Type to find"),
        ("L", "─ Sign in to environment ─", f"E-mail{'':40}"),
    ],
    ids=["palette", "help", "contexts", "sign-in"],
)
def test_what_is_pasted_into_a_dialog_does_nothing(
    start: Start, tmp_path: Path, keys: str, title: str, empty: str
) -> None:
    terminal = start(size=(24, 160))
    terminal.sees("no humans yet")
    terminal.types(keys)
    for number, group in enumerate(in_groups(3, ONE_LINERS)):
        terminal.sees(title, empty)
        terminal.pastes(f"#{number}. {joined(group)} #{number}.")
        terminal.sees(f"#{number}.")  # at the start or at the end, whichever the field shows
        terminal.clicks(MARK)
        terminal.types(CLEARS_FIELD)
    terminal.sees(empty)
    terminal.types("\x1b")
    terminal.sees_no_more(title)
    ends_unharmed(terminal, tmp_path, typed=True)


def test_ids_that_are_pasted_are_asked_for_refused_and_do_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    platform.status = 404
    terminal = start(size=(24, 160))
    terminal.sees("not connected")
    terminal.types("i")
    terminal.sees("Go to humans by id")
    for group in in_groups(8):
        platform.said = group[:1]
        terminal.pastes(f"eu_1 {joined(group)}")
        terminal.types("\r")
        refused_with(terminal, group[0].mark)
    ends_unharmed(terminal, tmp_path, typed=True)


def refused_with(terminal: Terminal, mark: str) -> None:
    terminal.waits_for(lambda: mark in terminal.text.partition(" not; those stay above. ")[2])


def test_names_that_are_pasted_to_be_marked_are_looked_up_and_do_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    platform.humans = [human(number, "Jane") | {"id": f"eu_{number}"} for number in range(8)]
    terminal = start(size=(24, 160))
    terminal.sees(f"● {len(platform.humans)} humans")
    terminal.types("M")
    terminal.sees("─ Mark humans from a list ─")
    for number, group in enumerate(in_groups(8)):
        terminal.pastes(f"eu_{number}, {joined(group)}, {number}.#")
        terminal.types("\r")
        terminal.sees(f"{number}.#")
        terminal.sees("1 marked, ", " not found", "; what was not marked stays above.")
        terminal.clicks(MARK)
        terminal.types(CLEARS_FIELD)
        terminal.sees("ids, e-mails, uids or phones")
    terminal.types("\x1b")
    terminal.sees_no_more("─ Mark humans from a list ─")
    ends_unharmed(terminal, tmp_path, typed=True)
