"""Hostile text in every place of the console, in a real terminal: none of it acts.

A platform of the test's own says whatever a hostile customer or server could say.
"""

from __future__ import annotations

import base64
from pathlib import Path

from aicx_tui.text import clean
from tests.e2e.hostile_console import Start, cursor_is_on, ends_unharmed
from tests.e2e.terminal import Terminal
from tests.hostile import (
    CLIPBOARD,
    LONE_SURROGATE,
    LONG_PAYLOADS,
    MARK,
    MARKED,
    PAYLOADS,
    Payload,
    joined,
)
from tests.hostile_platform import GROUPS, HostilePlatform, everybody_is_hostile, human

# The list and the details


def test_every_payload_is_shown_in_list_details_and_json_and_clicked_and_none_acts(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    everybody_is_hostile(platform)
    terminal = start()
    terminal.sees(f"● {len(PAYLOADS)} humans", *(payload.mark for payload in MARKED))
    terminal.clicks(MARK)
    terminal.sees(f"eu_{len(PAYLOADS) - 1} ")
    terminal.types("\x1b[H")
    terminal.sees("eu_00 ")
    terminal.types("\r")
    for number, payload in enumerate(PAYLOADS):
        shows_human(terminal, number, payload, ("E-mail", "Tags"))
        if "click" in payload.name or "links" in payload.name:
            terminal.clicks(payload.mark)
        terminal.types("]")
    terminal.types("\r\x1b[C\x1b[C")
    for number, payload in reversed(list(enumerate(PAYLOADS))):
        shows_human(terminal, number, payload, ('"fullname"',))
        terminal.types("[")
    ends_unharmed(terminal, tmp_path)


def shows_human(terminal: Terminal, number: int, payload: Payload, names: tuple[str, ...]) -> None:
    """The details are of this human, and what can be read of the payload is in list and details."""
    names = names if payload not in LONG_PAYLOADS else names[:1]
    terminal.sees(f"eu_{number:02} ", *names)
    terminal.waits_for(lambda: terminal.text.count(payload.mark) > 3)


def test_every_payload_goes_to_the_clipboard_as_one_clean_line_and_is_told_in_a_toast(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    everybody_is_hostile(platform)
    terminal = start(size=(20, 120))
    terminal.sees(f"● {len(PAYLOADS)} humans")
    wanted: list[str] = []
    for payload in PAYLOADS:
        cursor_is_on(terminal, payload.start[:20])
        terminal.types("y")
        terminal.sees("─ Copy ─")
        terminal.types("e")
        wanted.append(clean(payload.text))
        terminal.waits_for(lambda: len(CLIPBOARD.findall(terminal.raw)) == len(wanted))
        terminal.sees_no_more("─ Copy ─")
        terminal.types("j")
    # On a busy machine a toast may be gone before what followed it is read.
    terminal.waits_for(lambda: b"Sent to the clipboard" in terminal.raw)
    copied = [base64.b64decode(sent).decode() for sent in CLIPBOARD.findall(terminal.raw)]
    assert copied == wanted
    assert all("\n" not in line for line in copied)
    ends_unharmed(terminal, tmp_path, copied=len(wanted))


# What the platform says of itself, and of what went wrong


def test_company_bot_and_person_stand_in_the_header_and_do_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    platform.bots = [{"id": f"bot-{number}", "name": "One"} for number in range(len(GROUPS))]
    terminal = start(size=(16, 240))
    terminal.sees("no humans yet")
    for number, group in enumerate(GROUPS):
        platform.said = group
        terminal.types("B")
        terminal.sees("Switch bot")
        terminal.types(f"bot-{number}\r")
        header_says(terminal, *(payload.mark for payload in group))
        terminal.sees_no_more("Switch bot")
        terminal.sees("no humans yet")
        terminal.clicks(MARK)
    ends_unharmed(terminal, tmp_path)


def header_says(terminal: Terminal, *marks: str) -> None:
    terminal.waits_for(lambda: all(mark in terminal.lines[0] for mark in marks))


def test_bots_are_picked_by_names_that_do_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    platform.bots = [{"id": p.text[:40], "name": p.text} for p in PAYLOADS]
    terminal = start(size=(62, 120))
    terminal.sees("no humans yet")
    terminal.types("B")
    terminal.sees("Switch bot", *(payload.mark for payload in MARKED))
    terminal.pastes(joined(GROUPS[0]))
    terminal.sees("Nothing is called so")
    terminal.types("\x1b")
    terminal.sees(MARKED[-1].mark)
    terminal.clicks("[@click=app.quit]")
    terminal.types("\r")
    terminal.sees("The bot id cannot be one")  # such an id goes into no address
    ends_unharmed(terminal, tmp_path)


def test_messages_of_the_platform_are_notices_and_refusals_that_do_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    terminal = start(size=(30, 90))
    terminal.sees("no humans yet")
    for group in GROUPS:
        first, platform.said = group[0].mark, group
        platform.status = 401
        terminal.types("r")
        terminal.sees("Sign in to environment", first)  # the reason
        terminal.types("jane@example.com\tpassword\r")
        terminal.sees("│  ! ", first)  # the refusal, and what is wrong with the field
        terminal.clicks(MARK)
        terminal.types("\x1b")
        terminal.sees("signed out: press L", first)
        terminal.clicks(MARK)
        platform.status = 422
        terminal.types("r")
        terminal.sees("not connected", first)
        terminal.clicks(MARK)
        terminal.types("i")
        terminal.sees("Go to humans by id")
        terminal.types("eu_nobody\r")
        terminal.sees("│  ! ", first)
        terminal.clicks(MARK)
        terminal.types("\x1b")
        terminal.sees_no_more("Go to humans by id")
    ends_unharmed(terminal, tmp_path)


def test_a_refresh_that_fails_tells_the_reason_in_a_toast_that_does_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    platform.humans = [human(0, "Jane")]
    terminal = start(size=(24, 100))
    terminal.sees("● 1 human")
    platform.status = 422
    for group in GROUPS:
        platform.said = group
        terminal.types("r")
        toast_says(terminal, group[0].mark)
    ends_unharmed(terminal, tmp_path)


def toast_says(terminal: Terminal, mark: str) -> None:
    terminal.waits_for(lambda: any(mark in line.rpartition("▌")[2] for line in terminal.lines))


def test_half_a_character_is_refused_with_the_whole_page_and_does_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    platform.page = (
        b'{"result": {"items": [{"id": "eu_1", "fullname": "half %s"}], "next": "n"}}'
        % (LONE_SURROGATE)
    )
    terminal = start(size=(24, 100))
    terminal.sees("not connected", "cannot be read")
    platform.status, platform.page = 422, b'{"error": {"message": "half %s"}}' % LONE_SURROGATE
    terminal.types("r")
    terminal.sees("half")
    ends_unharmed(terminal, tmp_path)
