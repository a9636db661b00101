"""Reading humans by their ids, where a platform has no list of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

from aicx_tui.api.base import Platform
from aicx_tui.errors import (
    AicxError,
    ForbiddenError,
    NotSignedInError,
    UnsupportedError,
    UsageError,
)
from aicx_tui.models.human import Human
from aicx_tui.services.importing_files import normal, table_of
from aicx_tui.services.sync import AT_ONCE

STOPS_ALL = (NotSignedInError, ForbiddenError, UnsupportedError)
"""What would befall every other id too."""

_SEPARATES_CELLS = frozenset(',;\t"{ ')


async def import_by_id(
    platform: Platform, human_ids: Iterable[str], *, keep: Callable[[Human], Awaitable[None]]
) -> AsyncGenerator[tuple[str, AicxError | None], None]:
    """Read humans and yield each id, in order, with why it could not be read if so.

    At most 8 requests are in flight, and no more ids are taken than that; repeated ids are read
    once. Close the iterator where it is not read to its end: `contextlib.aclosing`.

    Args:
        platform: Where to read.
        human_ids: Whom.
        keep: Called with each human that was read.

    Raises:
        NotSignedInError: Nobody is signed in any more.
        ForbiddenError: This account may not read humans.
        UnsupportedError: The platform cannot read humans.
    """

    async def one(human_id: str) -> AicxError | None:
        try:
            await keep((await platform.get_human(human_id)).human)
        except STOPS_ALL:
            raise
        except AicxError as error:
            return error
        return None

    under_way: deque[tuple[str, asyncio.Task[AicxError | None]]] = deque()
    try:
        for human_id in dict.fromkeys(human_ids):
            if len(under_way) == AT_ONCE:
                first, task = under_way[0]
                yield first, await task
                under_way.popleft()
            under_way.append((human_id, asyncio.create_task(one(human_id))))
        while under_way:
            first, task = under_way[0]
            yield first, await task
            under_way.popleft()
    finally:
        for _, task in under_way:
            task.cancel()
        await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)


def ids_in(content: bytes) -> list[str]:
    """The ids that a file lists: one a line, or in the column `id` of a table.

    Raises:
        UsageError: It is neither.
    """
    lines = [line.strip() for line in content.decode("utf-8-sig", "replace").splitlines()]
    if all(line.isascii() and not set(line) & _SEPARATES_CELLS for line in lines):
        return [line for line in lines if line and normal(line) != "id"]
    table = table_of(content)
    column = next((name for name in table.columns if normal(name) == "id"), None)
    if column is None:
        raise UsageError(
            "The file has no column “id”. Nothing was sent.", hint="Or give one id a line."
        )
    found = (row.cells.get(column) for row in table.rows())
    return [value for value in found if isinstance(value, str) and value]
