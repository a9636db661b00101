"""What was changed of a human from here, and what is on its way, as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from textual.content import Content

from aicx_tui.services.field_words import Tags
from aicx_tui.storage.audit import Entry
from aicx_tui.storage.changes import Change, Difference, Kind, State
from aicx_tui.text import clean
from aicx_tui.tui.change_words import SIGNS, VERBS, lines_of, reason, word
from aicx_tui.tui.moments import absolute
from aicx_tui.tui.reader import Reader

MOST_ENTRIES = 100
"""Entries of one human that are shown."""

SOMEBODY_ELSE = "Somebody else changed some of it meanwhile. Nothing was sent."
"""Why a change was in conflict once; which fields that were is known only while it is."""


def history_content(
    waiting: Sequence[Change],
    entries: Sequence[Entry],
    *,
    tags: Tags,
    reader: Reader,
    width: int,
) -> Content:
    """Changes that wait and those that are over, each the newest first.

    Args:
        waiting: The oldest first.
        entries: The newest first; what is beyond `MOST_ENTRIES` is said to be there.
        tags: Definitions by id.
        reader: Where times are shown, and how.
        width: Cells of a line.
    """
    if not waiting and not entries:
        return Content.styled("Nothing was changed from here yet.", "$quiet")
    blocks = [
        _block(
            (change.state, change.kind, change.who, absolute(_at(change.made_at), reader=reader)),
            lines_of(change.differences, tags, width=width),
            reason(change, tags),
            "",
        )
        for change in reversed(waiting)
    ]
    blocks += [
        _block(
            (one.outcome, Kind(one.kind), one.who, absolute(_at(one.at), reader=reader)),
            lines_of([Difference(*each) for each in one.differences], tags, width=width),
            SOMEBODY_ELSE if one.outcome == State.CONFLICT else one.said,
            one.request_id,
        )
        for one in entries[:MOST_ENTRIES]
    ]
    if len(entries) > MOST_ENTRIES:
        blocks.append(
            Content.styled(f"The latest {MOST_ENTRIES} are shown; there are more.", "dim")
        )
    return Content("\n\n").join(blocks)


def _block(
    what: tuple[str, Kind, str, str],
    differences: Sequence[Content],
    problem: str,
    request_id: str,
) -> Content:
    state, kind, who, at = what
    colour = "$success" if state == State.DONE else "$warning"
    lines = [
        Content.assemble((f"{SIGNS[state]} ", f"bold {colour}"), f"{VERBS[kind]}: {word(state)}"),
        Content.styled(f"{at} · {clean(who)}", "$quiet"),
        *differences,
    ]
    if problem:
        lines.append(Content.assemble(("! ", "bold $warning"), clean(problem)))
    if request_id:
        lines.append(Content.styled(f"Request {clean(request_id)}", "$quiet"))
    return Content("\n").join(lines)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
