"""First paint against the hello program's: from the fork to content on the screen.

The clock starts just before the fork. It stops when the bytes arrive at the terminal's other end
with which the text behind the switch to the alternate screen, escape sequences taken out, first
has the awaited words: all of hello's text; the console's header and footer, so its whole frame;
of the first-run screen any word at all.

Each run has a terminal and an empty `AICX_HOME` of its own, and starts when no process of the run
before it is left. Both programs run in turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from benchmarks.programs import AICX, HELLO, SANDBOX
from benchmarks.report import Finding, Line, Samples, Unmeasured
from benchmarks.terminal import ENTERS_ALTERNATE_SCREEN, NothingShown, readable, terminal

PAIRS = 21
BUDGET = 1.4

HELLO_WORDS = re.compile(rb"Hello, world")
FRAME = re.compile(rb"sandbox.*help", re.DOTALL)
ANY_WORD = re.compile(rb"[A-Za-z]{3}")


def measure(pairs: int | None) -> Iterator[Line]:
    """The console on the sandbox, and as a new user without any settings meets it."""
    pairs = pairs or PAIRS
    yield _compared("first paint, aicx --sandbox", SANDBOX, FRAME, pairs)
    try:
        first_paint(AICX, ANY_WORD)
    except NothingShown as reason:
        yield Unmeasured(what="first paint, aicx", reason=str(reason), is_missed=False)
    else:
        yield _compared("first paint, aicx", AICX, ANY_WORD, pairs)


def is_painted(raw: bytes, words: re.Pattern[bytes]) -> bool:
    """Whether words have been painted on the alternate screen."""
    _, _, painted = raw.partition(ENTERS_ALTERNATE_SCREEN)
    return words.search(readable(painted)) is not None


def first_paint(command: Sequence[str], words: re.Pattern[bytes]) -> float:
    """Start a program, wait for its first paint and end it.

    Args:
        command: The program.
        words: What it paints.

    Returns:
        Milliseconds.

    Raises:
        NothingShown: It ended or fell silent without painting.
    """
    with terminal(command) as running:
        painted = running.shows(lambda raw: is_painted(raw, words))
        return (painted - running.started) * 1000


def _compared(what: str, command: Sequence[str], words: re.Pattern[bytes], pairs: int) -> Finding:
    own, reference = [], []
    for pair in range(pairs + 1):
        here, there = first_paint(command, words), first_paint(HELLO, HELLO_WORDS)
        if pair:  # the first only warms files and bytecode
            own.append(here)
            reference.append(there)
    return Finding(
        what=what,
        own=Samples(name="aicx", values=own),
        reference=Samples(name="hello", values=reference),
        budget=BUDGET,
    )
