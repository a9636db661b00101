"""The lines of the table of humans, each of exactly its width whatever the texts are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from aicx_tui.numerals import ENGLISH
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.text import MISSING, fit
from aicx_tui.tui.moments import ago
from aicx_tui.tui.widgets.human_columns import PlacedColumn, orders

if TYPE_CHECKING:
    from aicx_tui.storage.record import Record
    from aicx_tui.tui.widgets.row_list import Look

IN_FOCUS, OUT_OF_FOCUS = "▌", "▏"
"""The sign before the row at the cursor; colour alone would not tell."""

MARKED = "✓"
NOT_READ = "·"
THUMB = "▐"

GUTTER = 3
"""The cursor's sign, the mark, and how far a change is; mostly a blank."""

STYLES = ("heading", "row", "quiet", "sign", "cursor", "cursor-quiet", "cursor-sign", "thumb")


@dataclass(frozen=True, kw_only=True)
class LineMaker:
    """What all lines have in common.

    Attributes:
        width: Cells of a line; the last one is the scrollbar's.
        columns: Those that fit.
        styles: By the names in `STYLES`.
        has_focus: Whether the list is where keys go.
        language: How relative times are written, as Babel names it.
    """

    width: int
    columns: Sequence[PlacedColumn]
    styles: Mapping[str, Style]
    has_focus: bool
    language: str = ENGLISH

    def heading(self, sort: Sort) -> list[Segment]:
        """The titles, with the direction of the order beside one of them."""
        style = self.styles["heading"]
        titles = [
            (fit(column.title + _direction(column, sort), column.width) + " ", style)
            for column in self.columns
        ]
        return self._line([(" " * GUTTER, style), *titles], (" ", style))

    def row(self, record: Record | None, look: Look, *, now: datetime) -> list[Segment]:
        """The signs, a cell for each column, and the scrollbar's part of the line.

        Args:
            record: The human; None where it is not read yet.
            look: How the row stands out.
            now: The present, for relative times.
        """
        base = self.styles["cursor" if look.at_cursor else "row"]
        quiet = self.styles["cursor-quiet" if look.at_cursor else "quiet"]
        sign = (IN_FOCUS if self.has_focus else OUT_OF_FOCUS) if look.at_cursor else " "
        pieces = [(f"{sign}{MARKED if look.is_marked else ' '}{'' if look.sign else ' '}", base)]
        if look.sign:
            signed = self.styles["cursor-sign" if look.at_cursor else "sign"]
            pieces.append((look.sign, signed))
        for column in self.columns:
            value = column.value(record) if record is not None else None
            if value and isinstance(value, str):
                pieces.append((fit(value, column.width) + " ", base))
            else:
                said = (
                    ago(value, now=now, language=self.language)
                    if isinstance(value, datetime)
                    else MISSING
                )
                said = said if record is not None else NOT_READ
                pieces.append((fit(said, column.width) + " ", quiet))
        thumb = (THUMB, self.styles["thumb"]) if look.on_thumb else (" ", base)
        return self._line(pieces, thumb)

    def _line(self, pieces: list[tuple[str, Style]], last: tuple[str, Style]) -> list[Segment]:
        """Bring pieces to the width.

        Args:
            pieces: Texts that each end in a blank, and their styles.
            last: The last cell.
        """
        used = GUTTER + sum(column.width + 1 for column in self.columns)
        if used > self.width:
            return [Segment(" " * self.width, last[1])]
        text, style = pieces.pop()
        pieces.append(((text + " " * (self.width - used))[:-1], style))
        return [Segment(text, style) for text, style in [*pieces, last]]


def _direction(column: PlacedColumn, sort: Sort) -> str:
    if not orders(column.choice, sort):
        return ""
    return " ↓" if sort.descending else " ↑"
