"""The export of what a list shows: the marks if there are some, else all that match."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING

from aicx_tui.numerals import grouped

if TYPE_CHECKING:
    from aicx_tui.models.human import Human
    from aicx_tui.services.directory import Directory
    from aicx_tui.storage.query.tree import Query
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.list_state import ListFacts
    from aicx_tui.tui.screens.export import Exported
    from aicx_tui.tui.widgets.human_list import HumanList


def ask_for_export(app: AicxApp, directory: Directory, humans: HumanList, facts: ListFacts) -> None:
    """Ask where to, and write.

    Args:
        app: The console.
        directory: Who there is.
        humans: Shows who matches and who is marked.
        facts: How many those are.
    """
    from aicx_tui.tui.screens.export import (  # only when asked for
        Chosen,
        ExportScreen,
        toast,
    )

    ids, query = sorted(humans.table.marks), humans.asked
    matching = facts.shown if facts.is_counted else None
    total = len(ids) or (matching if query.text.strip() else facts.known)
    read: Callable[[], AsyncGenerator[Human]] = (
        (lambda: _by_id(directory, ids)) if ids else (lambda: _matching(directory, query))
    )

    def written(exported: Exported | None) -> None:
        if exported is not None:
            said = toast(exported, wanted=len(ids))
            app.notify(said, title="Exported", timeout=8)

    chosen = Chosen(
        said=_said(total, are_marked=bool(ids)),
        total=total,
        humans=read,
        tags=tuple(directory.tags.values()),
        columns=humans.arranged.columns,
    )
    app.push_screen(ExportScreen(chosen), written)


def _said(total: int | None, *, are_marked: bool) -> str:
    marked = "marked " if are_marked else ""
    if total is None:
        return "all humans that match"
    return f"1 {marked}human" if total == 1 else f"{grouped(total)} {marked}humans"


async def _by_id(directory: Directory, ids: list[str]) -> AsyncGenerator[Human]:
    """Those who are still known, in the order of their ids."""
    for human_id in ids:
        if human := await directory.human(human_id):
            yield human


async def _matching(directory: Directory, query: Query) -> AsyncGenerator[Human]:
    async for human in directory.walk(query):
        yield human
