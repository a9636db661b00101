"""A program in a real terminal that a person reads and types into."""

from __future__ import annotations

import re
import sys
import termios
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pexpect
import pyte
from wcwidth import wcwidth

from tests.cli.command import clean_environment

ROWS, COLUMNS = 40, 120
PATIENCE = 30
ENTERS_ALTERNATE_SCREEN, LEAVES_ALTERNATE_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"


class Screen(pyte.Screen):
    """Keeps what joins the character before it, where pyte drops the rest of the line."""

    def draw(self, data: str) -> None:
        for text, joining in _RUNS.findall(data):
            if text:
                super().draw(text)
            if joining and self.cursor.x:
                row, x = self.buffer[self.cursor.y], self.cursor.x - 1
                x -= not row[x].data  # the second half of a wide character
                row[x] = row[x]._replace(data=row[x].data + joining)


_JOINING = "".join(
    chr(code)
    for code in range(0x300, 0x1_0000)
    if wcwidth(chr(code)) == 0 and not 0xD800 <= code < 0xE000
)
_RUNS = re.compile(f"([^{re.escape(_JOINING)}]*)([{re.escape(_JOINING)}]*)")


class Terminal:
    """A program in a terminal that a person reads and types into.

    Args:
        words: The command line behind `aicx`.
        home: Where its files live.
        env: More of its environment.
        size: Rows and columns.
        folder: Where it is started.
    """

    def __init__(
        self,
        *words: str,
        home: Path,
        env: Mapping[str, str] | None = None,
        size: tuple[int, int] = (ROWS, COLUMNS),
        folder: Path | None = None,
    ) -> None:
        rows, columns = size
        terminal = {"AICX_HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.screen = Screen(columns, rows)
        self._lines = [""] * rows
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self.program: pexpect.spawn[bytes] = pexpect.spawn(
            sys.executable,
            ["-m", "aicx_tui", *words],
            env=_without_size(clean_environment(terminal | dict(env or {}))),
            dimensions=size,
            # In the child too: the parent may come to it only after the program has asked.
            preexec_fn=partial(termios.tcsetwinsize, 0, size),
            timeout=PATIENCE,
            cwd=str(folder) if folder else None,
        )
        self.program.delaybeforesend = None

    @property
    def pid(self) -> int:
        assert self.program.pid
        return self.program.pid

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def lines(self) -> list[str]:
        """What the screen shows; only lines that changed are read anew, since that is slow."""
        screen = self.screen
        for y in screen.dirty:
            row = screen.buffer[y]
            # The second cell of a wide character holds nothing.
            self._lines[y] = "".join(row[x].data for x in range(screen.columns))
        screen.dirty.clear()
        return self._lines

    def sees(self, *texts: str) -> None:
        def all_shown() -> bool:
            shown = self.text
            return all(text in shown for text in texts)

        self.waits_for(all_shown)

    def sees_no_more(self, text: str) -> None:
        self.waits_for(lambda: text not in self.text)

    def waits_for(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, self.text
            try:
                self._take(self.program.read_nonblocking(65_536, timeout=PATIENCE))
            except (pexpect.TIMEOUT, pexpect.EOF) as error:
                raise AssertionError(self.text) from error

    def types(self, text: str) -> None:
        self.program.send(text)

    def pastes(self, text: str) -> None:
        """What a terminal sends when a person pastes: all but ESC, which could end the paste."""
        pasted = text.replace("\x1b", "")
        self.program.send(f"\x1b[200~{pasted}\x1b[201~")

    def clicks(self, text: str) -> None:
        """Click on the end of a text, wherever the screen shows it."""
        for y, line in enumerate(self._cells()):
            for x in _places(text, line):
                place = f"{x + len(text)};{y + 1}"
                self.program.send(f"\x1b[<0;{place}M\x1b[<0;{place}m")

    def place_of(self, text: str) -> list[tuple[int, int]]:
        """The column and row of each cell where a text starts."""
        return [(x, y) for y, line in enumerate(self._cells()) for x in _places(text, line)]

    def _cells(self) -> list[str]:
        """The screen's lines, exactly one character for each cell."""
        return [
            "".join((row[x].data or " ")[0] for x in range(self.screen.columns))
            for row in (self.screen.buffer[y] for y in range(self.screen.lines))
        ]

    def ends(self) -> int:
        """Read to the end and return the exit code."""
        while True:
            try:
                self._take(self.program.read_nonblocking(65_536, timeout=PATIENCE))
            except pexpect.EOF:
                break
        self.program.close()
        code = self.program.exitstatus
        return code if code is not None else -(self.program.signalstatus or 0)

    def _take(self, data: bytes) -> None:
        self.raw += data
        self._stream.feed(data)


def _without_size(environment: dict[str, str]) -> dict[str, str]:
    """Readline leaves these to whatever pytest starts; they would go before the terminal's own."""
    return {name: v for name, v in environment.items() if name not in ("COLUMNS", "LINES")}


def _places(text: str, line: str) -> list[int]:
    return [x for x in range(len(line)) if line.startswith(text, x)]
