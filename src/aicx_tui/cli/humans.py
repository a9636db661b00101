"""What `aicx humans` does."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

from aicx_tui.cli.command import Command, OnMirror
from aicx_tui.cli.output import (
    print_csv,
    print_fields,
    print_json,
    print_json_array,
    print_json_lines,
    print_table,
)
from aicx_tui.cli.progress import ProgressLine
from aicx_tui.cli.reader import write_numbers_in, zone_at
from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.stopping import ended_as_by_ctrl_c
from aicx_tui.errors import UnavailableError, UnreachableError, UsageError
from aicx_tui.models.human import Human
from aicx_tui.numerals import grouped
from aicx_tui.services.columns import Columns
from aicx_tui.services.directory import Directory
from aicx_tui.services.documents import masked, revealed
from aicx_tui.services.exporting import ExportForm, checked_destination, export
from aicx_tui.services.mirrors import IN_MEMORY, REBUILT
from aicx_tui.services.pace import Pace
from aicx_tui.services.session import Session
from aicx_tui.services.spreadsheet import Sheet
from aicx_tui.services.tag_catalogue import catalogue_of
from aicx_tui.services.touched import Touched
from aicx_tui.storage.query.parser import parse
from aicx_tui.storage.query.tree import Query


def prepare_list(arguments: Namespace) -> OnMirror:
    """`list [QUERY]`: prints who matches, or writes them to a file."""
    if arguments.output is not None:
        return prepare_export(arguments)
    if arguments.force:
        raise UsageError("--force is for a file.", hint="Name it: -o FILE.")
    text: str = arguments.query
    limit: int | None = arguments.limit
    form: str = arguments.form
    columns: Columns = arguments.columns
    read_query(text, None)  # so that what cannot be read is refused before anything is opened

    async def show(directory: Directory) -> None:
        cut = _Cut(directory.walk(read_query(text, directory)), limit)
        if form == "json":
            count = await print_json_array(cut.humans(), document=masked)
        elif form == "jsonl":
            count = await print_json_lines(cut.humans(), document=masked)
        elif form == "csv":
            count = await print_csv(cut.humans(), sheet=_sheet_of(directory, columns))
        else:
            zone = zone_at(directory, datetime.now().astimezone())
            names = directory.tag_names
            count = await print_table(cut.humans(), columns=columns, tags=names, zone=zone)
        narrate(_counted(count, cut))

    return _listing(show)


def prepare_export(arguments: Namespace) -> OnMirror:
    """`list [QUERY] -o FILE`."""
    text: str = arguments.query
    limit: int | None = arguments.limit
    form: ExportForm | Literal["table"] = arguments.form
    columns: Columns = arguments.columns
    if form == "table":
        raise UsageError("A file needs a form.", hint="Add --csv, --jsonl or --json.")
    read_query(text, None)
    destination = checked_destination(Path(arguments.output), replaces=arguments.force)

    async def write(directory: Directory) -> None:
        with ended_as_by_ctrl_c():
            query = read_query(text, directory)
            total = None if text.strip() else directory.count
            cut = _Cut(directory.walk(query), limit)
            total = min(total, limit) if total and limit else total
            sheet, pace = _sheet_of(directory, columns), Pace()
            with ProgressLine("humans") as line:

                def told(count: int) -> None:
                    line.show(pace.progress(count, total))

                humans = cut.humans()
                count = await export(humans, destination, form=form, sheet=sheet, told=told)
        narrate(f"{_counted(count, cut)} Written to {destination.path}.")

    return _listing(write)


def _listing(show: Callable[[Directory], Awaitable[None]]) -> OnMirror:
    """What shows humans: up to date, or else as they were when the platform was last read."""

    async def run(session: Session, directory: Directory) -> None:
        try:
            await brought_up_to_date(directory)
        except (UnreachableError, UnavailableError) as error:
            if not directory.is_complete or not directory.count:
                raise
            narrate(directory.as_of(error))
        await show(directory)

    return OnMirror(run, offline=show)


def prepare_sync(arguments: Namespace) -> OnMirror:
    """`sync`: brings the local copy up to date."""
    full: bool = arguments.full

    async def run(session: Session, directory: Directory) -> None:
        was_complete = directory.is_complete
        changed = await brought_up_to_date(directory, full=full)
        if arguments.json:
            print_json({"humans": directory.count, "changed": changed}, indent=None)
        humans = "1 human" if directory.count == 1 else f"{grouped(directory.count)} humans"
        since = f"{grouped(changed)} changed since the last time"
        narrate(f"{humans}, {since if was_complete else 'read for the first time'}.")
        if not directory.is_kept:
            narrate(directory.standing or IN_MEMORY)

    return OnMirror(run)


async def brought_up_to_date(directory: Directory, *, full: bool = False) -> int:
    """Read what changed, saying how far it is; return how many humans differ from before."""
    changed = 0
    with ProgressLine("humans") as line:
        async for progress in directory.refresh(full=full):
            changed = progress.changed
            line.show(progress)
    if directory.standing == REBUILT:
        narrate(REBUILT)
    await directory.locate()
    write_numbers_in(directory.language)
    return changed


def read_query(text: str, directory: Directory | None) -> Query:
    """What a search means; without the directory, any tag may be."""
    now = datetime.now().astimezone()
    zone = zone_at(directory, now)
    if directory is None or not directory.tags:
        return parse(text, now=now, zone=zone)
    takes_ids = not directory.knows_all_tags
    return parse(text, now=now, zone=zone, tags=directory.tag_names, takes_ids=takes_ids)


def _counted(count: int, cut: _Cut) -> str:
    humans = "1 human" if count == 1 else f"{grouped(count)} humans"
    return f"The first {humans}; there are more." if cut.is_cut else f"{humans}."


class _Cut:
    """The first humans of many, remembering whether there were more."""

    def __init__(self, humans: AsyncIterator[Human], limit: int | None) -> None:
        self._humans = humans
        self._limit = limit
        self.is_cut = False

    async def humans(self) -> AsyncIterator[Human]:
        count = 0
        async for human in self._humans:
            if count == self._limit:
                self.is_cut = True
                return
            yield human
            count += 1


def _sheet_of(directory: Directory, columns: Columns) -> Sheet:
    return Sheet(tuple(directory.tags.values()), columns)


def prepare_get(arguments: Namespace) -> Command:
    """`get ID`."""
    human_id: str = arguments.id
    document = revealed if arguments.reveal_access_token else masked

    async def run(session: Session, touched: Touched) -> None:
        human = (await session.platform.get_human(human_id)).human
        touched.read.append(human)
        if arguments.json:
            print_json(document(human))
            return
        names = {tag.id: tag.name for tag in (await catalogue_of(session)).tags}
        shown = document(human) | {"tags": None}
        fields = [(name, _text(value)) for name, value in shown.items() if name != "tags"]
        fields += [(f"tag:{names.get(tag.id, tag.id)}", tag.value) for tag in human.tags]
        print_fields(fields)

    return run


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
