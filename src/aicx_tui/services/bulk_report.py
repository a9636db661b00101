"""What became of each human of a bulk, as a sheet that no formula runs in."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable

from aicx_tui.services.exporting import BREATH
from aicx_tui.services.spreadsheet import safe_cell
from aicx_tui.services.whole_file import WholeFile
from aicx_tui.storage.bulks import BulkItem

HEADINGS = ("id", "fullname", "outcome", "reason")
"""The first is one that `aicx humans import --by-id` and `--ids-from` know."""


async def write_report(
    items: AsyncIterator[BulkItem],
    destination: WholeFile,
    *,
    told: Callable[[int], None] = lambda _count: None,
) -> int:
    """Write humans as they come and return how many; memory does not grow with them.

    Args:
        items: Whom to write.
        destination: Where; the file is there when all of it is on the disk.
        told: Called with the count now and then.

    Raises:
        AicxError: The disk or the mirror failed; nothing is written then.
    """
    count = 0
    with destination as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(HEADINGS)
        async for item in items:
            row = (item.human_id, item.name, item.state.value, item.said)
            writer.writerow(map(safe_cell, row))
            count += 1
            if count % BREATH == 0:
                told(count)
                await asyncio.sleep(0)
        await file.publish()
    return count
