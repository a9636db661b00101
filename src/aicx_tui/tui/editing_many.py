"""The value editor for several humans: what is applied becomes a bulk, which is shown then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from aicx_tui.services.bulk import Wish
from aicx_tui.services.tagging import TAG, Held, Staged, Whom
from aicx_tui.tui.beginning import begin_bulk
from aicx_tui.tui.screens.value_editor import ValueEditorScreen

if TYPE_CHECKING:
    from aicx_tui.services.bulk import Preview
    from aicx_tui.services.field_words import Tags
    from aicx_tui.storage.bulks import Bulk
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.bulking import Bulking
    from aicx_tui.tui.editing_values import Editing
    from aicx_tui.tui.widgets.human_list import HumanList

ANY = "?"
"""A value that is wished for only to learn what they have now."""

SORTED_AT_MOST = 20_000
"""Humans that are put in an order within the time of a key."""


def marked(humans: HumanList) -> list[str]:
    """The ids of the marked humans, in the same order each time where that takes no time."""
    ids = list(humans.table.marks)
    return sorted(ids) if len(ids) <= SORTED_AT_MOST else ids


def edit_many(
    app: AicxApp,
    bulking: Bulking,
    editing: Callable[..., Editing],
    *,
    whom: Whom,
    entries: Tags,
    applied: Callable[[Staged], Awaitable[None]] | None = None,
) -> None:
    """Open the value editor.

    Args:
        app: The console.
        bulking: What makes and runs the bulk.
        editing: Makes what the editor works with, but for what follows from there being several.
        whom: Who is given values.
        entries: What can be given, by field.
        applied: Called when it was made.
    """
    tags = {tag.id: tag for tag in entries.values()}
    begun: list[Bulk] = []
    counted: tuple[Wish, Preview] | None = None

    async def held() -> Held:
        every = _wish(dict.fromkeys(entries, ANY))
        return (await bulking.preview(whom.ids, every)).held if entries else {}

    async def preview(staged: Staged) -> Preview:
        nonlocal counted
        counted = _wish(staged), await bulking.preview(whom.ids, _wish(staged))
        return counted[1]

    async def apply(staged: Staged) -> bool:
        wish = _wish(staged)
        known = counted[1] if counted is not None and counted[0] == wish else None
        bulk = await begin_bulk(app, bulking, whom, wish, tags=tags, known=known)
        if bulk is None:
            return False
        begun.append(bulk)
        if applied is not None:
            await applied(staged)
        return True

    def closed(_: bool | None) -> None:
        if begun:
            bulking.show(begun[0])

    known = partial(editing, whom=whom, entries=entries, known=None, held=held)
    app.push_screen(ValueEditorScreen(known(preview=preview, apply=apply)), closed)


def _wish(staged: Staged) -> Wish:
    return Wish(
        tags={f.removeprefix(TAG): v for f, v in staged.items() if f.startswith(TAG)},
        fields={f: value for f, value in staged.items() if not f.startswith(TAG)},
    )
