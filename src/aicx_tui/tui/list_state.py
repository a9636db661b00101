"""What a list of humans is in, told apart: each state reads differently and says what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from aicx_tui.errors import (
    AicxError,
    BotNotChosenError,
    NotSignedInError,
    RateLimitedError,
    TimedOutError,
    UnreachableError,
)
from aicx_tui.numerals import grouped
from aicx_tui.text import clean
from aicx_tui.tui.moments import ago

if TYPE_CHECKING:
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.pace import Progress


BAR_CELLS = 10
"""Of the bar that shows how far a first reading is."""

Shown = Callable[[str], str]
"""How the keys of an action are written in this run."""


class ListState(StrEnum):
    """The states of a list."""

    CONNECTING = "connecting"
    LOADING = "loading"
    EMPTY = "empty"
    BY_ID = "by id"
    NO_MATCH = "no match"
    FAILED = "failed"
    SIGNED_OUT = "signed out"
    STALE = "stale"
    READY = "ready"


GONE = (UnreachableError, TimedOutError)
"""What says that a platform is not there."""


class Queue(NamedTuple):
    """What is in the outbox.

    Attributes:
        waiting: Changes that go out by themselves.
        needing: Those that somebody has to decide about.
        error: Why they cannot be sent now.
    """

    waiting: int = 0
    needing: int = 0
    error: AicxError | None = None

    @property
    def is_offline(self) -> bool:
        """Whether changes wait for a platform that is not there."""
        return self.waiting > 0 and isinstance(self.error, GONE)

    @property
    def said(self) -> str:
        """What waits, in words; empty where nothing does."""
        needing = (
            "! 1 change needs you"
            if self.needing == 1
            else f"! {grouped(self.needing)} changes need you"
        )
        waiting = "1 change" if self.waiting == 1 else f"{grouped(self.waiting)} changes"
        parts = (needing if self.needing else "", f"{waiting} waiting" if self.waiting else "")
        return ", ".join(filter(None, parts))


NOTHING_WAITS = Queue()


@dataclass(frozen=True, kw_only=True)
class ListFacts:
    """What the state of the list follows from.

    Attributes:
        waiting: What is being waited for until there is a directory.
        directory: The humans, once the platform is open.
        reading: Whether the platform is being read now.
        error: Why it could not be read the last time.
        progress: How far that is.
        shown: Rows that match.
        is_counted: Whether these are all.
        scarcest: The part of the search that excludes most, and how many humans it matches.
        queue: What is in the outbox.
        bulk: How far the bulk is that goes on, in words; empty where none does.
    """

    waiting: str
    directory: Directory | None = None
    reading: bool = True
    error: AicxError | None = None
    progress: Progress | None = None
    shown: int = 0
    is_counted: bool = True
    scarcest: tuple[str, int] = ("", 0)
    queue: Queue = NOTHING_WAITS
    bulk: str = ""

    @property
    def known(self) -> int:
        """Humans in the mirror."""
        return self.directory.count if self.directory is not None else 0

    @property
    def is_offline(self) -> bool:
        """Whether changes wait for a platform that is not there."""
        return self.queue.waiting > 0 and (isinstance(self.error, GONE) or self.queue.is_offline)

    @property
    def state(self) -> ListState:
        """The one state that these facts make."""
        if isinstance(self.error or self.queue.error, NotSignedInError):
            return ListState.SIGNED_OUT
        if self.error:
            return ListState.STALE if self.known else ListState.FAILED
        if self.directory is None:
            return ListState.CONNECTING
        if self.known and not self.shown:
            return ListState.NO_MATCH
        if self.reading:
            return ListState.LOADING
        if not self.known:
            return ListState.EMPTY if self.directory.is_listed else ListState.BY_ID
        return ListState.READY


def state_line(facts: ListFacts, *, now: datetime, keys: Shown) -> Content:
    """The state as a sign and words, and what waits in the outbox, for the header.

    Args:
        facts: What it follows from.
        now: The present.
        keys: How the keys of an action are written.
    """
    queue = facts.queue
    if facts.is_offline:
        known = f", {grouped(facts.known)} humans{_age(facts, now)}" if facts.known else ""
        return Content.assemble(("○", "$warning"), f" offline, {queue.said}{known}")
    line = _with_bulk(_freshness(facts, now=now, keys=keys), facts)
    if not queue.said:
        return line
    return Content.assemble(line, ", ", (queue.said, "$warning" if queue.needing else ""))


def _with_bulk(line: Content, facts: ListFacts) -> Content:
    """How far the bulk is: in place of what is well, behind what is not."""
    if not facts.bulk:
        return line
    is_well = facts.state in (ListState.READY, ListState.NO_MATCH, ListState.LOADING)
    if is_well:
        return Content.assemble(("◐", "$accent"), f" {facts.bulk}")
    return Content.assemble(line, f", {facts.bulk}")


def _freshness(facts: ListFacts, *, now: datetime, keys: Shown) -> Content:
    """The state of the list itself."""
    known = f"{grouped(facts.known)} {'human' if facts.known == 1 else 'humans'}"
    directory = facts.directory
    match facts.state:
        case ListState.SIGNED_OUT:
            return Content.assemble(
                ("!", "bold $error"), f" signed out: press {keys('session.sign-in')}"
            )
        case ListState.FAILED:
            return Content.assemble(("!", "bold $error"), f" {_why_failed(facts, keys)}")
        case ListState.STALE:
            return Content.assemble(
                ("!", "bold $warning"),
                f" {known}{_age(facts, now)}, not refreshed: press {keys('humans.refresh')}",
            )
        case ListState.CONNECTING:
            return Content.assemble(("◐", "$accent"), f" {facts.waiting}")
    if directory is None or (facts.reading and not directory.is_complete):
        return Content.assemble(("◐", "$accent"), f" {_how_far(facts)}")
    if not directory.is_listed:
        return Content.assemble(("●", "$success"), f" {known} read by id")
    fresh = ago(directory.fresh_at, now=now)
    if facts.reading:
        return Content.assemble(("◐", "$accent"), f" {known}, refreshing")
    return Content.assemble(("●", "$success"), f" {known}, fresh {fresh}")


def _why_failed(facts: ListFacts, keys: Shown) -> str:
    match facts.error:
        case RateLimitedError():
            return "asked to pause"
        case BotNotChosenError():
            return f"no bot chosen: press {keys('bots.switch')}"
    return "not connected"


def _age(facts: ListFacts, now: datetime) -> str:
    """How old the humans are that are shown although the platform could not be read."""
    fresh_at = facts.directory.fresh_at if facts.directory is not None else None
    return f" as of {ago(fresh_at, now=now)}" if fresh_at is not None else ""


def _how_far(facts: ListFacts) -> str:
    """A first reading: how many of how many, how fast, how long still."""
    progress = facts.progress
    if progress is None or not progress.total:
        return f"reading {grouped(facts.known)}"
    if progress.what != "reading":
        return f"{progress.what}: {grouped(facts.known)} humans"
    filled = round(min(progress.count / progress.total, 1) * BAR_CELLS)
    bar = "━" * filled + "─" * (BAR_CELLS - filled)
    return f"{bar} reading {progress.said()}"


def notice(facts: ListFacts, *, keys: Shown) -> Content | None:
    """What stands where rows would be, if there are none.

    Args:
        facts: What it follows from.
        keys: How the keys of an action are written.
    """
    match facts.state:
        case ListState.CONNECTING:
            return _text("◐", f"{facts.waiting.capitalize()} …", "Humans appear here.")
        case ListState.LOADING if not facts.known:
            return _text("◐", "Reading humans …", "They appear here as they come.")
        case ListState.EMPTY:
            return _text(
                "○", "There are no humans yet.", "Create one with: aicx humans create --fullname …"
            )
        case ListState.BY_ID:
            return _text(
                "○",
                "This platform has no list of humans.",
                f"Press {keys('humans.get')} to read some by their ids.",
            )
        case ListState.NO_MATCH:
            term, hits = facts.scarcest
            reason = f"“{clean(term)}” alone matches {grouped(hits)}." if term else ""
            return _text(
                "○",
                "Nobody matches.",
                f"{reason} {keys('console.back')} clears the search.".strip(),
            )
        case ListState.FAILED if isinstance(facts.error, BotNotChosenError):
            return _failure(facts.error, f"{keys('bots.switch')} chooses one for this run.")
        case ListState.FAILED if facts.error:
            return _failure(facts.error, f"Press {keys('humans.refresh')} to try again.")
        case ListState.SIGNED_OUT if facts.error and not facts.known:
            # First what helps: of a long hint, a small terminal shows the beginning alone.
            first = (
                f"{keys('session.sign-in')} signs in here, {keys('humans.refresh')} tries again."
            )
            said = f"{first} {clean(facts.error.hint)}".rstrip()
            return _text("!", clean(facts.error.message), said)
    return None


def _failure(error: AicxError, last: str) -> Content:
    return _text("!", clean(error.message), f"{clean(error.hint)} {last}".strip())


def _text(sign: str, title: str, next_step: str) -> Content:
    return Content.assemble((f"{sign} {title}", "bold"), "\n", (next_step, "$quiet"))
