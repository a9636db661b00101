"""What an import would do, before it does it."""

from __future__ import annotations

from collections.abc import Iterator

from aicx_tui.cli.output import print_json, print_line
from aicx_tui.models.human import HumanDraft
from aicx_tui.services.importing import Preview
from aicx_tui.services.importing_columns import Columns
from aicx_tui.text import clean, fit

COLUMN_WIDTH = 28
SAMPLE_WIDTH = 100


def preview_lines(preview: Preview, columns: Columns) -> list[str]:
    """The preview for a person: columns, the first humans, problems."""
    return [*_columns(columns), "", *_samples(preview), *_counts(preview)]


def _columns(columns: Columns) -> Iterator[str]:
    for column, name in columns.fields.items():
        yield f"  {fit(column, COLUMN_WIDTH)}  → {clean(name)}"
    for column, reason in columns.ignored.items():
        yield f"  {fit(column, COLUMN_WIDTH)}  not used: {reason}"


def _samples(preview: Preview) -> Iterator[str]:
    for draft in preview.samples:
        yield f"  {fit(_sample(draft), SAMPLE_WIDTH).rstrip()}"
    if preview.samples:
        yield ""


def _sample(draft: HumanDraft) -> str:
    values = [str(value) for name, value in draft.body().items() if value and name != "tags"]
    return ", ".join([*values, *(f"{tag.id}={tag.value}" for tag in draft.tags)])


def _counts(preview: Preview) -> Iterator[str]:
    rows = "1 row" if preview.rows == 1 else f"{preview.rows:,} rows"
    if not preview.problem_count:
        yield f"{rows}, and no problem was found in them."
        return
    yield f"{rows}; {preview.problem_count:,} cannot be imported as they are:"
    for problem in preview.problems:
        yield f"  line {problem.row.line:,}: {clean(problem.words)}"
    if (more := preview.problem_count - len(preview.problems)) > 0:
        yield f"  … and {more:,} more"


def print_dry_run(preview: Preview, columns: Columns, *, as_json: bool) -> None:
    """Print what would be done as data; nothing is done."""
    if not as_json:
        for line in preview_lines(preview, columns):
            print_line(line)
        return
    print_json(
        {
            "columns": dict(columns.fields),
            "ignored": dict(columns.ignored),
            "rows": preview.rows,
            "problem_count": preview.problem_count,
            "problems": [
                {"line": problem.row.line, "error": problem.words} for problem in preview.problems
            ],
        }
    )
