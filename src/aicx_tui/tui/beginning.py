"""The beginning of a bulk: a last question where it is large."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aicx_tui.services.bulk_wish import title_of
from aicx_tui.text import clean
from aicx_tui.tui.screens.type_count import MANY, TypeCountScreen
from aicx_tui.tui.widgets.staging import preview_said, sample_lines

if TYPE_CHECKING:
    from aicx_tui.services.bulk import Preview, Wish
    from aicx_tui.services.field_words import Tags
    from aicx_tui.services.tagging import Whom
    from aicx_tui.storage.bulks import Bulk
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.bulking import Bulking


async def begin_bulk(
    app: AicxApp,
    bulking: Bulking,
    whom: Whom,
    wish: Wish,
    *,
    tags: Tags,
    known: Preview | None = None,
) -> Bulk | None:
    """Make a bulk, once its size was typed where it is large; None where it was not.

    Args:
        app: The console.
        bulking: What makes and runs it.
        whom: The humans.
        wish: What they are to have.
        tags: Definitions by id.
        known: What it would change, where that was found out already.

    Raises:
        AicxError: It was not made; nothing is sent.
    """
    names = {tag_id: tag.name for tag_id, tag in tags.items()}
    title = title_of(wish, len(whom.ids), tags=names)
    if len(whom.ids) > MANY:
        preview = known or await bulking.preview(whom.ids, wish)
        lines = [clean(title, limit=200), "", preview_said(preview), *sample_lines(preview, tags)]
        screen = TypeCountScreen(
            title.partition(":")[0], count=len(whom.ids), said="\n".join(lines)
        )
        answer = asyncio.get_running_loop().create_future()
        app.push_screen(screen, answer.set_result)
        if not await answer:
            return None
    return await bulking.make(whom.ids, wish, title=title)
