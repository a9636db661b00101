"""The pages of a platform's feed of humans, read ahead of who puts them into the mirror."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from aicx_tui.api.base import Platform
from aicx_tui.errors import NotTheApiError
from aicx_tui.models.feed import FeedPage

PAGES_AHEAD = 3
"""Pages that are there or on their way while one is being written."""


async def pages_from(
    platform: Platform, cursor: str | None, limit: int
) -> AsyncGenerator[FeedPage, None]:
    """The pages of the feed, the next ones on their way while one is being written.

    The last of them is empty, and says where the next sync goes on.

    Raises:
        NotTheApiError: A cursor came a second time, so there would be no end.
    """
    passed = {cursor}
    coming = deque([asyncio.create_task(platform.read_feed(cursor, limit=limit))])
    try:
        while True:
            while len(coming) < PAGES_AHEAD:
                coming.append(asyncio.create_task(_after(platform, coming[-1], limit)))
            page = await coming.popleft()
            if not page["items"]:
                yield page
                return
            if page["next"] in passed:
                raise NotTheApiError(
                    "The platform's feed of humans goes round in a circle; it was not read on.",
                    hint="Tell whoever runs the platform.",
                )
            passed.add(page["next"])
            yield page
    finally:
        for page_ahead in coming:
            page_ahead.cancel()
        await asyncio.gather(*coming, return_exceptions=True)


async def _after(platform: Platform, before: asyncio.Task[FeedPage], limit: int) -> FeedPage:
    """The page after one that may still be on its way; the last one again after that."""
    page = await asyncio.shield(before)
    if not page["items"]:
        return page
    return await platform.read_feed(page["next"], limit=limit)
