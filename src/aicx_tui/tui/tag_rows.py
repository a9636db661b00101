"""How the definitions of tags read as rows of a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.content import Content

from aicx_tui.numerals import grouped
from aicx_tui.services.tag_values import choices_said
from aicx_tui.storage.mirror import COUNTED
from aicx_tui.text import MISSING, clean, fit
from aicx_tui.tui.tag_lines import KIND_CELLS

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition

COUNT_CELLS, COLOUR_CELLS = 14, 7

_COLOUR = re.compile("#[0-9A-Fa-f]{6}")


def having(count: int | None) -> str:
    """How many humans have a tag, counted up to `COUNTED`; None where that is not known yet."""
    if count is None:
        return "…"
    if count >= COUNTED:
        return f"{grouped(COUNTED - 1)}+ humans"
    return {0: "nobody", 1: "1 human"}.get(count, f"{grouped(count)} humans")


def tag_row(tag: TagDefinition, count: int | None, *, cells: int, is_wide: bool) -> Content:
    """Colour, name, kind, who has it and the choices.

    Args:
        tag: Which.
        count: How many humans have it; None where that is not known yet.
        cells: Of the name.
        is_wide: Whether there is room for the colour in letters, too.
    """
    colour = tag.colour if tag.colour and _COLOUR.fullmatch(tag.colour) else ""
    written = f"  {fit(tag.colour or MISSING, COLOUR_CELLS)}" if is_wide else ""
    return Content.assemble(
        ("■ ", colour) if colour else ("□ ", "$faint"),
        (fit(tag.name, cells), "bold"),
        (f"  {tag.kind:<{KIND_CELLS}}", "$quiet"),
        f"  {having(count):>{COUNT_CELLS}}",
        (written, "$quiet"),
        (f"  {clean(choices_said(tag), limit=200)}", "$quiet"),
    )


def no_tags(*, is_local: bool, is_read: bool, key: str, refused: str) -> Content:
    """What stands where rows would be.

    Args:
        is_local: Whether this machine keeps the definitions.
        is_read: Whether all that the platform has were read.
        key: Defines one.
        refused: Why that cannot be done; empty where it can.
    """
    if is_local:
        what = "○ No tags are known here: this platform has no call that lists them."
        then = f"Proto's web app shows their ids: Human > Settings. {key} names one here."
    elif is_read:
        what, then = "○ There are no tags yet.", f"{key} defines one."
    else:
        return _notice("◐ The tags were not read yet.", "They appear here as soon as they are.")
    return _notice(what, refused or then)


def _notice(what: str, then: str) -> Content:
    return Content.assemble((what, "bold"), "\n", (clean(then), "$quiet"))
