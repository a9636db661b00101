"""What an import would do, in words for a person."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from aicx_tui.models.human import HumanDraft
from aicx_tui.numerals import grouped
from aicx_tui.services.importing import Preview
from aicx_tui.services.importing_columns import Columns
from aicx_tui.text import clean, fit

WIDEST_COLUMN = 28


def preview_lines(preview: Preview, columns: Columns, *, width: int = 102) -> list[str]:
    """What the columns are, the first humans, how many rows there are, and problems.

    Args:
        preview: What an import would do.
        columns: How rows become humans.
        width: Cells of a line; what customers wrote is cut there.
    """
    return [*_columns(columns, width - 2), "", *_samples(preview, width - 2), *_counts(preview)]


def _columns(columns: Columns, width: int) -> Iterator[str]:
    names = [*columns.fields, *columns.ignored]
    widest = min(max((cell_len(clean(name)) for name in names), default=0), WIDEST_COLUMN)
    for column, name in columns.fields.items():
        yield f"  {fit(column, widest)}  → {fit(name, width - widest - 4).rstrip()}"
    for column, reason in columns.ignored.items():
        yield f"  {fit(column, widest)}  not used: {reason}"


def _samples(preview: Preview, width: int) -> Iterator[str]:
    for draft in preview.samples:
        yield f"  {fit(_sample(draft), width).rstrip()}"
    if preview.samples:
        yield ""


def _sample(draft: HumanDraft) -> str:
    values = [str(value) for name, value in draft.body().items() if value and name != "tags"]
    return ", ".join([*values, *(f"{tag.id}={tag.value}" for tag in draft.tags)])


def _counts(preview: Preview) -> Iterator[str]:
    rows = "1 row" if preview.rows == 1 else f"{grouped(preview.rows)} rows"
    if not preview.problem_count:
        yield f"{rows}, and no problem was found in them."
        return
    yield f"{rows}; {grouped(preview.problem_count)} cannot be imported as they are:"
    for problem in preview.problems:
        yield f"  line {grouped(problem.row.line)}: {clean(problem.words)}"
    if (more := preview.problem_count - len(preview.problems)) > 0:
        yield f"  … and {grouped(more)} more"
