"""How tags and their values read as lines of a dialog."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from aicx_tui.numerals import grouped
from aicx_tui.services.tagging import held_said
from aicx_tui.text import clean, fit

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition

MOST_NAME_CELLS = 24
KIND_CELLS = 6


def name_cells(tags: Iterable[TagDefinition]) -> int:
    """How wide the names of tags are, one below the other."""
    return min(max((cell_len(clean(tag.name)) for tag in tags), default=0), MOST_NAME_CELLS)


def tag_line(
    tag: TagDefinition,
    held: Sequence[tuple[str, int]] | None,
    *,
    of: int,
    cells: int,
    is_staged: bool,
    has_kind: bool = True,
) -> Content:
    """A tag, its kind and who has it now.

    Args:
        tag: Which.
        held: What they have now; None where that is not known yet.
        of: Humans in all.
        cells: Of the name.
        is_staged: Whether something is staged for it.
        has_kind: Whether its kind tells it from others.
    """
    now = "…" if held is None else clean(held_said(held, of=of), limit=200)
    return Content.assemble(
        ("✓ " if is_staged else "  ", "bold $accent"),
        fit(tag.name, cells),
        (f"  {tag.kind:<{KIND_CELLS}}  " if has_kind else "  ", "$quiet"),
        (now, "$quiet"),
    )


def value_line(value: str, held: Sequence[tuple[str, int]], *, of: int) -> Content:
    """A value to choose, and who has it now.

    Args:
        value: Which.
        held: What they have now of the tag.
        of: Humans in all.
    """
    count = dict(held).get(value, 0)
    now = (
        "" if not count else "now" if of == 1 else f"{grouped(count)} of {grouped(of)} have it now"
    )
    return Content.assemble(
        ("● " if count else "○ ", "$quiet"), clean(value, limit=200), "  ", (now, "$quiet")
    )
