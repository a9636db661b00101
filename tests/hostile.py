"""What a hostile customer or platform sends to act on a terminal, and how to tell that it did not.

Each payload carries a mark of its own, so that a test can see that the payload was shown at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from aicx_tui.text import MAX_COMBINING_MARKS, clean

MARK = "PWNED"

CLIPBOARD = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
"""How the console itself sets the clipboard."""


class Payload(NamedTuple):
    """A hostile string.

    Attributes:
        name: What it tries.
        mark: What is still to be read of it where it is shown; empty where nothing is.
        text: The string itself.
    """

    name: str
    mark: str
    text: str

    @property
    def start(self) -> str:
        """What a screen shows of it, up to its mark."""
        shown = clean(self.text)
        return shown[: shown.index(self.mark) + len(self.mark)] if self.mark else shown[:4]


_TEXTS = {
    "clears the screen and goes home": "\x1b[2J\x1b[1;1H§",
    "moves the cursor": "\x1b[13;37H§",
    "colours and blinks": "\x1b[31;5m§",
    "leaves the alternate screen": "\x1b[?1049l§",
    "asks for the cursor's place": "\x1b[6n§",
    "asks for the window's title": "\x1b[21t§",
    "sets the title, ended by BEL": "\x1b]0;§\x07",
    "sets the title, ended by ST": "\x1b]0;§\x1b\\",
    "sets the window's title only": "\x1b]2;§\x07",
    "links, ended by ST": "\x1b]8;;https://§.example/\x1b\\here\x1b]8;;\x1b\\",
    "links, ended by BEL": "\x1b]8;;https://§.example/\x07here\x1b]8;;\x07",
    "sets the clipboard, ended by BEL": "\x1b]52;c;UFdORUQ=\x07§",
    "sets the clipboard, ended by ST": "\x1b]52;c;UFdORUQ=\x1b\\§",
    "asks the terminal by DCS": "\x1bP+q§\x1b\\",
    "draws by APC": "\x1b_G§\x1b\\",
    "says something in private": "\x1b^§\x1b\\",
    "resets the terminal": "\x1bc§",
    "clears the screen by C1": "\x9b2J§",
    "sets the title by C1": "\x9d0;§\x9c",
    "asks the terminal by C1": "\x90+q§\x9c",
    "waits for what follows": "§\x1b",
    "NUL": "\x00§\x00",
    "BEL and BS": "\x07§\x08\x08\x08",
    "SO and SI": "\x0e§\x0f",
    "CAN and SUB": "\x1b[\x18§\x1a",
    "DEL": "§\x7f\x7f",
    "VT and FF": "\x0b§\x0c",
    "CR and LF": "§\rover\r\nbelow",
    "TAB": "\t§\t|",
    "bidirectional override": "\u202e§\u202c",
    "bidirectional isolate": "\u2066§\u2069",
    "line and paragraph separators": "\u2028§\u2029",
    "tag characters": "§" + "".join(chr(0xE0000 + ord(letter)) for letter in "quit"),
    "private use": "\ue000§\U000f0000\U00100000",
    "zero-width flood": "§" + "\u200b" * 200 + "\ufeff",
    "combining flood": "§e" + "\u0301" * 200,
    "closes markup": "[/]§",
    "closes markup of a name": "[/foo]§",
    "breaks markup": '[a="b]§',
    "quits by a click": "[@click=app.quit]§[/]",
    "writes a file by a click": "[@click=app.screenshot('pwned.svg','.')]§[/]",
    "links by markup": "[link=https://evil.example/]§[/link]",
    "colours by markup": "[bold red]§[/bold red]",
    "escapes a bracket": "\\[§\\",
    "300 characters": "§" + "x" * 293,
    "10,000 characters": "§" + "é" * 9_993,
    "only blanks": "  \u00a0\u3000 \u2003  ",
    "an emoji sequence": "§👩\u200d👩\u200d👧\u200d👦🏳️\u200d🌈",
    "formats": "§%s%n{0}{__class__}$(id)`id`",
}


def _payloads() -> Iterator[Payload]:
    for number, (name, template) in enumerate(_TEXTS.items()):
        mark = f"{MARK}{number:02}" if "§" in template else ""
        yield Payload(name, mark, template.replace("§", mark))


PAYLOADS = tuple(_payloads())

LONG_PAYLOADS = tuple(payload for payload in PAYLOADS if len(payload.text) >= 300)

SHORT_PAYLOADS = tuple(payload for payload in PAYLOADS if payload not in LONG_PAYLOADS)

MARKED = tuple(payload for payload in PAYLOADS if payload.mark)
"""Those that can be found again on a screen."""

LONE_SURROGATE = rb"\ud800"
"""Half a character, as the bytes of JSON can carry it; no string that is sent holds one."""


def in_groups(size: int, payloads: Sequence[Payload] = PAYLOADS) -> list[tuple[Payload, ...]]:
    """Payloads several at a time, for places that show one text; a long one stands alone."""
    short = [payload for payload in payloads if payload in SHORT_PAYLOADS]
    groups = [tuple(short[start : start + size]) for start in range(0, len(short), size)]
    return groups + [(payload,) for payload in payloads if payload in LONG_PAYLOADS]


def joined(group: Sequence[Payload]) -> str:
    """The texts of a group in one."""
    return " ".join(payload.text for payload in group)


_CONSOLES_OWN = re.compile(
    rb"\x1b\[[\d;]*m"  # colours
    rb"|\x1b\[\d+;\d+H"  # goes to a cell
    rb"|\x1b\[\?(?:25|7|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"  # its modes
    rb"|\x1b\[\?\d+\$p"  # asks for modes
    rb"|\x1b\[>\d*u|\x1b\[<u|\x1b\[=\d+;?\d*u"  # keys in full
    rb"|\x1b\[[HJ]"
    rb"|\x1b\]22;[a-z-]*(?:\x07|\x1b\\)"  # shape of the pointer
)
"""Control sequences that Textual writes of itself."""

_CONTROL = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Every control character but the ends of lines."""

_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069\u2028\u2029]")

_HIDING = re.compile("[\ufeff\u200b\ue000-\uf8ff\U000e0000-\U0010ffff]")
"""What is not seen, or drawn in no known way."""

_FLOOD = re.compile(f"[\u0300-\u036f]{{{MAX_COMBINING_MARKS + 1},}}")


def what_acts(written: bytes, *, copied: int = 0, typed: bool = False) -> list[str]:
    """Whatever reached a terminal that is neither text nor the console's own control.

    Args:
        written: Every byte that the terminal got.
        copied: How often a person copied something.
        typed: Whether a person typed the payloads, who may type what is not seen. ESC cannot be
            pasted, so that one right behind a payload begins the console's own control.
    """
    acting = (p.text for p in PAYLOADS if _CONTROL.search(p.text))
    raw = (text.encode() for text in acting if not (typed and text.endswith("\x1b")))
    found = [f"{payload!r} arrived raw" for payload in raw if payload in written]
    if (times := len(CLIPBOARD.findall(written))) != copied:
        found.append(f"the clipboard was set {times} times")
    text = _CONSOLES_OWN.sub(b"", CLIPBOARD.sub(b"", written)).decode()
    return found + what_acts_in_text(text, is_exact=typed)


def what_acts_in_text(printed: str, *, is_exact: bool = False) -> list[str]:
    """The same of what a command printed, which has no control but ends of lines.

    Args:
        printed: Its output.
        is_exact: Whether it is exactly what was given, but for what a terminal acts on.
    """
    kinds = (_CONTROL, _REORDERING) if is_exact else (_CONTROL, _REORDERING, _HIDING, _FLOOD)
    hits = (hit for kind in kinds for hit in kind.finditer(printed))
    return sorted({f"{hit[0]!r} before {printed[hit.end() :][:12]!r}" for hit in hits})[:20]
