"""What `aicx humans import` does."""

from __future__ import annotations

import asyncio
import os
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path

from aicx_tui.cli.asking import agreed, can_ask
from aicx_tui.cli.command import Command, OnMirror
from aicx_tui.cli.import_ending import Rejected, print_tally, say_or_raise
from aicx_tui.cli.import_preview import preview_lines, print_dry_run
from aicx_tui.cli.output import print_json_lines, print_table
from aicx_tui.cli.progress import ProgressLine
from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.stopping import ended_as_by_ctrl_c
from aicx_tui.errors import AicxError, FieldProblem, PartlyFailedError, UnsupportedError, UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.actions import ACTIONS, refusal
from aicx_tui.services.directory import Directory
from aicx_tui.services.documents import masked
from aicx_tui.services.importing import Import, Tally, previewed
from aicx_tui.services.importing_by_id import ids_in, import_by_id
from aicx_tui.services.importing_columns import Columns, matched
from aicx_tui.services.importing_files import TableFile, read_bytes, table_of
from aicx_tui.services.importing_journal import Journal, journal_path
from aicx_tui.services.importing_report import checked_report
from aicx_tui.services.pace import Pace
from aicx_tui.services.session import Session
from aicx_tui.services.touched import Touched
from aicx_tui.services.whole_file import WholeFile
from aicx_tui.settings import home


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
        _refuse_if_unable(session, "humans.import")
        file = table_of(read_bytes(arguments.file))
        columns = matched(file.columns, chosen=chosen, tags=await _tags(session))
        preview = previewed(file, columns)
        if arguments.dry_run:
            print_dry_run(preview, columns, as_json=arguments.json)
            return
        is_anew = arguments.again or arguments.ephemeral
        with Journal(journal_path(home(os.environ), file.digest, session.context)) as journal:
            if not is_anew and journal.is_complete(preview.rows):
                _say_done_before(preview.rows, as_json=arguments.json)
                return
            if asks and not await _agreed(preview_lines(preview, columns), preview.rows, session):
                narrate("Nothing was sent.")
                return
            if is_anew:
                journal.forget()
            source = _Source(session, file, columns, journal, preview.rows)
            await _import(source, arguments, report, touched)

    return run


@dataclass(frozen=True)
class _Source:
    """What is imported where."""

    session: Session
    file: TableFile
    columns: Columns
    journal: Journal
    rows: int


async def _import(
    source: _Source, arguments: Namespace, report: WholeFile | None, touched: Touched
) -> None:
    fault, is_stopped = None, False
    with ExitStack() as stack:
        rejected = Rejected(stack.enter_context(report) if report else None)
        progress = stack.enter_context(ProgressLine("rows"))
        pace = Pace()
        stack.enter_context(ended_as_by_ctrl_c())
        importing = Import(
            source.session.platform,
            file=source.file,
            columns=source.columns,
            journal=source.journal,
            resends_unknown=arguments.resend_unknown,
            created=touched.add_created,
            rejected=rejected.add,
            told=lambda tally: progress.show(pace.progress(tally.seen, source.rows)),
        )
        try:
            await importing.run()
        except asyncio.CancelledError:
            is_stopped = True
        except AicxError as error:
            fault = error
        if report:
            await report.publish()
    print_tally(importing.tally, rows=source.rows, as_json=arguments.json)
    say_or_raise(importing.tally, rejected, rows=source.rows, fault=fault, is_stopped=is_stopped)


def _refuse_if_unable(session: Session, action_id: str) -> None:
    if reason := refusal(ACTIONS[action_id], session.context, session.platform.capabilities):
        raise UnsupportedError(f"{reason} Nothing was sent.")


async def _tags(session: Session) -> tuple[TagDefinition, ...] | None:
    if Capability.TAGS_LIST not in session.platform.capabilities:
        return None
    return await session.platform.list_tags()


async def _agreed(lines: list[str], rows: int, session: Session) -> bool:
    for line in lines:
        narrate(line)
    humans = "1 human" if rows == 1 else f"{rows:,} humans"
    return await agreed(f"Import {humans} into {session.context.name}?")


def _say_done_before(rows: int, *, as_json: bool) -> None:
    print_tally(Tally(done_before=rows), rows=rows, as_json=as_json)
    each = "its row" if rows == 1 else f"each of its {rows:,} rows"
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
        _refuse_if_unable(session, "humans.import-by-id")
        ids = list(dict.fromkeys(ids_in(read_bytes(arguments.file))))
        problems: list[FieldProblem] = []
        humans = _humans(session, directory, ids, problems)
        if arguments.json:
            count = await print_json_lines(humans, document=masked)
        else:
            count = await print_table(humans)
        said = f"{count:,} of {len(ids):,} humans were read."
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
