"""What `aicx audit` does: the history of changes, the latest last."""

from __future__ import annotations

from argparse import Namespace

from pydantic import JsonValue

from aicx_tui.cli.command import OnOutbox
from aicx_tui.cli.naming import named
from aicx_tui.cli.outbox import check_seen, differences, local_time, moment, value_text
from aicx_tui.cli.output import print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.numerals import grouped
from aicx_tui.services.outbox_opening import OpenOutbox, Way
from aicx_tui.storage.audit import Entry
from aicx_tui.text import clean

MOST_CHARACTERS = 120
"""Of a value that is printed for people; --json has it whole."""


def prepare_list(arguments: Namespace) -> OnOutbox:
    """`audit`."""

    async def run(opened: OpenOutbox) -> None:
        check_seen(opened)
        latest = await opened.outbox.history(arguments.human, limit=arguments.limit)
        entries = latest[::-1]
        if arguments.form == "json":
            print_json([_document(entry) for entry in entries])
        elif arguments.form == "jsonl":
            for entry in entries:
                print_json(_document(entry), indent=None)
        else:
            for entry in entries:
                _print(entry, opened)
        narrate("1 entry." if len(entries) == 1 else f"{grouped(len(entries))} entries.")

    return OnOutbox(run, Way.LOOKING)


def _document(entry: Entry) -> dict[str, JsonValue]:
    return {
        "at": moment(entry.at),
        "who": entry.who,
        "human_id": entry.human_id,
        "name": entry.name,
        "change_id": entry.change_id,
        "kind": entry.kind,
        "differences": differences(entry.differences),
        "outcome": entry.outcome,
        "request_id": entry.request_id,
        "said": entry.said,
    }


def _print(entry: Entry, opened: OpenOutbox) -> None:
    whom = f"{entry.name} ({entry.human_id})"
    head = f"{local_time(entry.at)}  {entry.who}  {entry.kind} {whom}: {entry.outcome}"
    request = f"  request {entry.request_id}" if entry.request_id else ""
    print_line(clean(f"{head}{request}"))
    for told in entry.differences:
        values = (value_text(v, opened.directory.tag_names) for v in (told.before, told.after))
        before, after = (text[:MOST_CHARACTERS] for text in values)
        print_line(f"    {clean(named(told.field, opened))}: {before} → {after}")
    if entry.said:
        print_line(f"    {clean(named(entry.said, opened))}")
