"""Creating a human for each row of a file, each at most once however often it is tried."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from aicx_tui.api.base import Platform
from aicx_tui.errors import (
    AicxError,
    ForbiddenError,
    NotFoundError,
    NotSignedInError,
    OutcomeUnknownError,
    RateLimitedError,
    UnavailableError,
    UnsupportedError,
    UsageError,
)
from aicx_tui.models.human import HumanDraft
from aicx_tui.services.editing import create_human
from aicx_tui.services.importing_columns import Columns
from aicx_tui.services.importing_files import Row, TableFile
from aicx_tui.services.importing_journal import NOBODY_KNOWS, Journal, Outcome

AT_ONCE = 4
"""Humans created at the same time."""

PAUSES = 10
"""How often a row is sent again after a pause that the platform asked for."""

UNANSWERED = 5
"""Rows in a row whose outcome is unknown, after which no more are sent."""

BREATH = 100
"""Rows passed over between two turns of the event loop."""

SAMPLES = 3
PROBLEMS_KEPT = 20

CUT_OFF = (
    "An earlier run was cut off while it sent this row, so whether the human was created is "
    "unknown. It was not sent again."
)

STOPS_ALL = (
    NotSignedInError,
    ForbiddenError,
    UnsupportedError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
"""What is wrong with the whole import, and not with one row. Nothing was created."""


@dataclass(frozen=True)
class Rejection:
    """A row that no human is known to have been made of.

    Attributes:
        row: As it stands in the file.
        error: Why.
        outcome: `failed` where nothing was created, `unknown` where nobody knows.
    """

    row: Row
    error: AicxError
    outcome: Outcome

    @property
    def words(self) -> str:
        """Why, with what the platform says of each field."""
        fields = "; ".join(f"{p.field}: {p.message}" for p in self.error.problems)
        return f"{self.error.message} {fields}".strip()


@dataclass
class Tally:
    """How many rows came to what in this run; `done_before` were created by an earlier one."""

    created: int = 0
    done_before: int = 0
    failed: int = 0
    unknown: int = 0

    @property
    def seen(self) -> int:
        """Rows that are settled for this run."""
        return self.created + self.done_before + self.failed + self.unknown


@dataclass
class Preview:
    """What an import would do.

    Attributes:
        rows: How many there are.
        samples: The first humans.
        problems: The first rows that cannot be sent.
        problem_count: How many those are in all.
    """

    rows: int = 0
    samples: list[HumanDraft] = field(default_factory=list)
    problems: list[Rejection] = field(default_factory=list)
    problem_count: int = 0


def previewed(file: TableFile, columns: Columns) -> Preview:
    """Go through a file without sending anything.

    Raises:
        UsageError: The file cannot be read to its end.
    """
    preview = Preview()
    for row in file.rows():
        preview.rows += 1
        try:
            draft = columns.draft(row)
        except UsageError as error:
            preview.problem_count += 1
            if len(preview.problems) < PROBLEMS_KEPT:
                preview.problems.append(Rejection(row, error, Outcome.FAILED))
        else:
            if len(preview.samples) < SAMPLES:
                preview.samples.append(draft)
    return preview


class Import:
    """One run over a file.

    Args:
        platform: Where humans are created.
        file: The rows.
        columns: How rows become humans.
        journal: What became of them so far; it is entered.
        resends_unknown: Whether rows are sent again of which nobody knows if they were created.
        created: Called with each human that was created, and its id.
        rejected: Called with each row that was not created.
        told: Called with the counts now and then.

    Attributes:
        tally: The counts, also where the run ends in between.
    """

    def __init__(
        self,
        platform: Platform,
        *,
        file: TableFile,
        columns: Columns,
        journal: Journal,
        resends_unknown: bool = False,
        created: Callable[[str, HumanDraft], None] = lambda _id, _draft: None,
        rejected: Callable[[Rejection], None] = lambda _rejection: None,
        told: Callable[[Tally], None] = lambda _tally: None,
    ) -> None:
        self.tally = Tally()
        self._platform = platform
        self._file = file
        self._columns = columns
        self._journal = journal
        self._resends_unknown = resends_unknown
        self._created = created
        self._rejected = rejected
        self._told = told
        self._stopping = asyncio.Event()
        self._fault: AicxError | None = None
        self._unanswered = 0

    async def run(self) -> None:
        """Create what is not created yet.

        Cancelled, it sends no further row, waits for the answers to those that are under way, so
        that their outcomes are known, and passes the cancellation on.

        Raises:
            AicxError: The rest cannot be sent; `tally` says how far it came.
        """
        rows = self._file.rows()
        workers = [asyncio.create_task(self._work(rows)) for _ in range(AT_ONCE)]
        try:
            await asyncio.wait(workers)
        finally:
            self._stopping.set()
            await asyncio.wait(workers)
        for worker in workers:
            worker.result()
        if self._fault:
            raise self._fault

    async def _work(self, rows: Iterator[Row]) -> None:
        for row in rows:
            if self._stopping.is_set():
                return
            try:
                await self._take(row)
            except AicxError as fault:
                self._fault = self._fault or fault
                self._stopping.set()
            self._told(self.tally)

    async def _take(self, row: Row) -> None:
        outcome = self._journal.outcomes.get(row.line)
        if self.tally.seen % BREATH == 0:
            await asyncio.sleep(0)
        if outcome is Outcome.DONE:
            self.tally.done_before += 1
            return
        if outcome in NOBODY_KNOWS and not self._resends_unknown:
            self._reject(row, OutcomeUnknownError(CUT_OFF), Outcome.UNKNOWN)
            return
        try:
            draft = self._columns.draft(row)
        except UsageError as error:
            self._reject(row, error, Outcome.FAILED)
            return
        await self._create(row, draft)

    async def _create(self, row: Row, draft: HumanDraft) -> None:
        try:
            human_id = await self._sent(row.line, draft)
        except STOPS_ALL:
            await self._journal.record(row.line, Outcome.UNSENT)
            raise
        except OutcomeUnknownError as error:
            await self._journal.record(row.line, Outcome.UNKNOWN)
            self._reject(row, error, Outcome.UNKNOWN)
            self._unanswered += 1
            if self._unanswered >= UNANSWERED:
                raise
        except AicxError as error:
            await self._journal.record(row.line, Outcome.FAILED)
            self._reject(row, error, Outcome.FAILED)
        else:
            self.tally.created += 1
            self._unanswered = 0
            await self._journal.record(row.line, Outcome.DONE, human_id=human_id)
            self._created(human_id, draft)

    async def _sent(self, line: int, draft: HumanDraft) -> str:
        """Send a row, again after each pause that the platform asks for: then it did nothing."""
        pauses = 0
        while True:
            await self._journal.record(line, Outcome.SENDING)
            try:
                return await create_human(self._platform, draft)
            except RateLimitedError as refused:
                pauses += 1
                if pauses > PAUSES or self._stopping.is_set():
                    raise
                await self._journal.record(line, Outcome.UNSENT)
                await self._pause(refused)

    async def _pause(self, refused: RateLimitedError) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), refused.retry_after)
        except TimeoutError:
            return
        raise refused

    def _reject(self, row: Row, error: AicxError, outcome: Outcome) -> None:
        if outcome is Outcome.UNKNOWN:
            self.tally.unknown += 1
        else:
            self.tally.failed += 1
        self._rejected(Rejection(row, error, outcome))
