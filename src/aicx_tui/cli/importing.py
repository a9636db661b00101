"""What `aicx humans import` does."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

from aicx_tui.cli.asking import agreed, can_ask
from aicx_tui.cli.command import Command, OnMirror
from aicx_tui.cli.output import print_json, print_json_lines, print_line, print_table
from aicx_tui.cli.progress import ProgressLine
from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.stopping import ended_as_by_ctrl_c
from aicx_tui.errors import FieldProblem, PartlyFailedError, UnsupportedError, UsageError
from aicx_tui.models.human import Human
from aicx_tui.numerals import grouped
from aicx_tui.services.actions import ACTIONS, refusal
from aicx_tui.services.directory import Directory
from aicx_tui.services.documents import masked
from aicx_tui.services.importing import Tally
from aicx_tui.services.importing_by_id import ids_in, import_by_id
from aicx_tui.services.importing_files import read_bytes
from aicx_tui.services.importing_plan import ImportPlan, planned
from aicx_tui.services.importing_preview import preview_lines
from aicx_tui.services.importing_report import checked_report
from aicx_tui.services.pace import Pace
from aicx_tui.services.session import Session
from aicx_tui.services.touched import Touched
from aicx_tui.settings import home
from aicx_tui.text import clean


def prepare_import(arguments: Namespace) -> Command:
    """`import FILE`: a preview, a question, then one human for each row."""
    asks = not (arguments.yes or arguments.dry_run)
    if asks and (arguments.file == "-" or not can_ask()):
        raise UsageError(
            "There is no terminal to ask on. Nothing was read or sent.",
            hint="See what would be done with --dry-run, then do it with --yes.",
        )
    chosen = dict(arguments.columns)
    report = checked_report(Path(arguments.report)) if arguments.report else None

    async def run(session: Session, touched: Touched) -> None:
        plan = await planned(session, read_bytes(arguments.file), chosen=chosen)
        if arguments.dry_run:
            _print_dry_run(plan, as_json=arguments.json)
            return
        is_anew = arguments.again or arguments.ephemeral
        with plan.journal(home(os.environ)) as journal:
            if not is_anew and journal.is_complete(plan.preview.rows):
                _say_done_before(plan.preview.rows, as_json=arguments.json)
                return
            if asks and not await _agreed(plan):
                narrate("Nothing was sent.")
                return
            if not asks and plan.columns.ignored:
                narrate(f"Not used: {', '.join(map(clean, plan.columns.ignored))}.")
            if is_anew:
                journal.forget()
            with ProgressLine("rows") as line, ended_as_by_ctrl_c():
                pace = Pace()
                ended = await plan.run(
                    journal,
                    report=report,
                    resends_unknown=arguments.resend_unknown,
                    created=touched.add_created,
                    told=lambda tally: line.show(pace.progress(tally.seen, plan.preview.rows)),
                )
        _print_tally(ended.tally, rows=ended.rows, as_json=arguments.json)
        narrate(ended.said())

    return run


def _print_dry_run(plan: ImportPlan, *, as_json: bool) -> None:
    """Print what would be done; nothing is done."""
    preview, columns = plan.preview, plan.columns
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


def _print_tally(tally: Tally, *, rows: int, as_json: bool) -> None:
    """Print the counts as data, where that is wanted."""
    if as_json:
        counts = {
            "rows": rows,
            "created": tally.created,
            "created_before": tally.done_before,
            "failed": tally.failed,
            "unknown": tally.unknown,
            "not_sent": rows - tally.seen,
        }
        print_json({**counts}, indent=None)


async def _agreed(plan: ImportPlan) -> bool:
    for line in preview_lines(plan.preview, plan.columns):
        narrate(line)
    rows = plan.preview.rows
    humans = "1 human" if rows == 1 else f"{grouped(rows)} humans"
    return await agreed(f"Import {humans} into {plan.session.context.name}?")


def _say_done_before(rows: int, *, as_json: bool) -> None:
    _print_tally(Tally(done_before=rows), rows=rows, as_json=as_json)
    each = "its row" if rows == 1 else f"each of its {grouped(rows)} rows"
    narrate(f"Already imported: an earlier run created a human for {each}.")
    narrate("  --again creates all of it once more.")


def prepare_import_by_id(arguments: Namespace) -> OnMirror:
    """`import FILE --by-id`: reads and prints humans, in the order of their ids."""
    given = ("columns", "report", "again", "resend_unknown", "dry_run")
    if any(getattr(arguments, name) for name in given):
        raise UsageError(
            "With --by-id humans are only read, and nothing is created.",
            hint="Leave --map, --report, --again, --resend-unknown and --dry-run away.",
        )

    async def run(session: Session, directory: Directory) -> None:
        able = session.platform.capabilities
        if reason := refusal(ACTIONS["humans.import-by-id"], session.context, able):
            raise UnsupportedError(f"{reason} Nothing was sent.")
        ids = list(dict.fromkeys(ids_in(read_bytes(arguments.file))))
        problems: list[FieldProblem] = []
        humans = _humans(session, directory, ids, problems)
        if arguments.json:
            count = await print_json_lines(humans, document=masked)
        else:
            count = await print_table(humans)
        said = f"{grouped(count)} of {grouped(len(ids))} humans were read."
        if problems:
            raise PartlyFailedError(said, problems=problems)
        narrate(said)

    return OnMirror(run)


async def _humans(
    session: Session, directory: Directory, ids: list[str], problems: list[FieldProblem]
) -> AsyncIterator[Human]:
    read: dict[str, Human] = {}

    async def keep(human: Human) -> None:
        await directory.keep([human])
        read[human.id] = human

    async with aclosing(import_by_id(session.platform, ids, keep=keep)) as outcomes:
        async for human_id, error in outcomes:
            if human := read.pop(human_id, None):
                yield human
            else:
                what = error.message if error else "The platform answered with another human."
                problems.append(FieldProblem(human_id, what))
