"""A search's humans in order: a page at once, and the rest while a person looks at that."""

from __future__ import annotations

from array import array
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError, MirrorError
from aicx_tui.storage.query.planner import Plan, places
from aicx_tui.storage.rows import record

if TYPE_CHECKING:
    from aicx_tui.storage.database import Connection
    from aicx_tui.storage.record import Record
    from aicx_tui.storage.thread import DataThread

SLOT = "search"
"""What a search and its counting are to their threads: each takes the place of the last."""

PAGE = 64
"""Rows that are read together: hardly more than a screen has, since each may cost a page of the
file."""

PAGES_KEPT = 60
"""Pages kept in memory: a few thousand rows around wherever one scrolls."""

MOST_TRIES = 3
"""How often a page is read that fails; without end would be asked for with each paint."""

GRACE_SECONDS = 0.004
"""How long painting waits for a page: it mostly comes in a tenth of it, and a second paint would
come two frames later."""

PLACES_AT_ONCE = 5_000
"""Humans whose ids are read in one go, after which somebody else may ask for something."""

Page = Sequence["Record | None"]
"""None stands for a human that is gone since the places were collected."""


class Results:
    """Implements `Rows` over the mirror.

    Made on the data thread; read on the thread that paints.

    Args:
        thread: Where the database is read.
        connection: Used on that thread only.
        first: The first places, and whether there are no others.
        on_change: Called on the data thread when more is known than before.

    Attributes:
        is_counted: Whether these are all.
        counting: The search for the others, while there is one.
        problem: Why some rows could not be read; they stay unread.
    """

    def __init__(
        self,
        thread: DataThread,
        connection: Connection,
        *,
        first: tuple[Sequence[int], bool],
        on_change: Callable[[Results], None],
    ) -> None:
        places_found, self.is_counted = first
        self._places = array("q", places_found)
        self._thread = thread
        self._connection = connection
        self._on_change = on_change
        self._pages: OrderedDict[int, Page] = OrderedDict()
        self._asked: dict[int, Future[Page]] = {}
        self._rows_of: dict[tuple[str, bool], Future[int | None]] = {}
        self._place_of: dict[str, int] = {}
        self._failures: Counter[int] = Counter()
        self._is_dropped = False
        self.counting: Future[None] | None = None
        self.problem: AicxError | None = None
        self._pages[0] = self._read_page(0)

    @property
    def total(self) -> int:
        """Rows that can be gone to."""
        return len(self._places)

    def at(self, row: int) -> Record | None:
        """A row; None where it is not read yet, and then it is asked for."""
        number, within = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None or 0 < len(page) <= within:  # or read before more places were known
            page = self._awaited(number)
        else:
            self._pages.move_to_end(number)
        return page[within] if page is not None and within < len(page) else None

    def place_in_mirror(self, human_id: str) -> int | None:
        """Where the mirror has a human who is among the rows that are kept."""
        row = self._row_kept(human_id)
        return None if row is None else self._places[row]

    def place_of(self, human_id: str) -> int | None:
        """The row of a human; None where it is not in the result, or not known yet."""
        row = self._row_kept(human_id)
        if row is not None:
            return row
        question = human_id, self.is_counted
        coming = self._rows_of.get(question)
        if coming is None:
            coming = self._rows_of[question] = self._thread.ask(lambda: self._row_of(human_id))
        with suppress(CancelledError, AicxError):
            try:
                return coming.result(10 * GRACE_SECONDS)
            except NotYet:
                coming.add_done_callback(self._arrived)
        return None

    def is_looking_for(self, human_id: str) -> bool:
        """Whether it may still turn out where a human is whose row is not known."""
        coming = self._rows_of.get((human_id, self.is_counted))
        return not self.is_counted or (coming is not None and not coming.done())

    def _row_kept(self, human_id: str) -> int | None:
        for number, page in reversed(self._pages.items()):
            for within, human in enumerate(page):
                if human is not None and human.id == human_id:
                    return number * PAGE + within
        return None

    async def ids(self, first: int = 0, last: int | None = None) -> Sequence[str]:
        """The ids of the humans from one row to another, both included; to the end without it.

        Raises:
            MirrorError: Another search took this one's place before everybody was found, or the
                mirror cannot be read.
        """
        from asyncio import shield, wait, wrap_future  # the thread that paints has them loaded

        if last is None and self.counting is not None:
            await wait([shield(wrap_future(self.counting))])
        if last is None and not self.is_counted:
            raise MirrorError(
                "Another search came before everybody was found who matched. Nobody was marked.",
                hint="Do it again once the list says how many there are.",
            )
        end = len(self._places) if last is None else last + 1
        found: list[str] = []
        for start in range(first, end, PLACES_AT_ONCE):
            wanted = self._places[start : min(start + PLACES_AT_ONCE, end)]
            found += await wrap_future(self._thread.ask(partial(self._ids_of, wanted)))
        return found

    def drop(self) -> None:
        """Tell nothing more: another search took its place."""
        self._is_dropped = True

    def _awaited(self, number: int) -> Page | None:
        """A page that was not read yet, if it comes at once."""
        coming = self._asked.get(number)
        if coming is None:
            coming = self._asked[number] = self._thread.ask(lambda: self._read_page(number))
            coming.add_done_callback(self._arrived)
        try:
            self._keep(number, coming.result(GRACE_SECONDS))
        except NotYet:
            return None
        except (CancelledError, AicxError) as error:
            return self._tried_again(number, error)
        return self._pages[number]

    def _tried_again(self, number: int, error: BaseException) -> Page | None:
        """A page after a failure: what gives up a search may hit a page that is read beside it."""
        del self._asked[number]
        self._failures[number] += 1
        if self._failures[number] < MOST_TRIES:
            return self._awaited(number)
        self.problem = error if isinstance(error, AicxError) else None
        self._keep(number, [])
        return []

    def _arrived(self, _: object) -> None:
        if not self._is_dropped:
            self._on_change(self)

    def _keep(self, number: int, page: Page) -> None:
        self._asked.pop(number, None)
        self._pages[number] = page
        if len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)

    # On the data thread

    def _read_page(self, number: int) -> Page:
        wanted = self._places[number * PAGE : (number + 1) * PAGE]
        found = dict(
            self._connection.execute(
                f"SELECT place, document FROM humans WHERE place IN ({_marks(wanted)})",  # noqa: S608
                wanted.tolist(),
            ).fetchall()
        )
        return [record(found[place]) if place in found else None for place in wanted]

    def _row_of(self, human_id: str) -> int | None:
        place = self._place_of.get(human_id)
        by_place = "SELECT place FROM humans WHERE place = ? AND id = ?"
        found = self._connection.execute(by_place, (place, human_id)).fetchone()
        if found is None:  # slow before everybody was read: until then there is no index of ids
            by_id = "SELECT place FROM humans WHERE id = ?"
            found = self._connection.execute(by_id, (human_id,)).fetchone()
        if found is None:
            return None
        self._place_of[human_id] = found[0]
        with suppress(ValueError):
            return self._places.index(found[0])
        return None

    def _ids_of(self, wanted: Sequence[int]) -> list[str]:
        found = dict(
            self._connection.execute(
                f"SELECT place, id FROM humans WHERE place IN ({_marks(wanted)})",  # noqa: S608
                list(wanted),
            ).fetchall()
        )
        return [found[place] for place in wanted if place in found]

    # On the thread that counts

    def complete(self, connection: Connection, plan: Plan) -> None:
        """Find all the places; an interrupt leaves the result as it was."""
        found = array("q", places(connection, plan.every))
        if not self._is_dropped:
            if found[: len(self._places)] != self._places:  # somebody changed meanwhile
                self._pages, self._asked = OrderedDict(), {}
            self._places = found
            self.is_counted = True
            self._on_change(self)


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
