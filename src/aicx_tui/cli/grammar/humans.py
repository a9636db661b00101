"""The words of `aicx humans`."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError
from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.bulk import carried_out, whom
from aicx_tui.cli.grammar.options import (
    field_value,
    json_form,
    noun,
    positive,
    reveal,
    tag_values,
    verb,
)

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers

CLEARABLE = ("email", "uid", "phone", "profile-pic-id", "access-token")
"""Fields that `--clear` takes, as their options are called."""

SET_FOR_MANY = ("fullname", "email", "uid", "phone", "profile-pic-id")
"""Fields that many humans can be given the same value in."""

IMPORTED = ("fullname", "email", "uid", "phone_number", "profile_pic_id")
"""What a column of an imported file can be, apart from tags."""


def add_humans(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    humans = noun(nouns, "humans", "end users' records")
    _humans_list(humans)
    _humans_get(humans)
    _humans_create(humans)
    _humans_update(humans)
    _humans_set_field(humans)
    _humans_delete(humans)
    _humans_import(humans)


def _humans_list(verbs: Subparsers) -> None:
    added = verb(verbs, "humans.list")
    added.add_argument(
        "query",
        nargs="?",
        default="",
        metavar="QUERY",
        help="words that must all occur in name, e-mail, phone, uid or id",
    )
    added.add_argument(
        "--view",
        metavar="NAME",
        help="search for what a saved view does, and print its columns; JSON is always whole",
    )
    added.add_argument("--limit", type=positive, metavar="N", help="print at most so many")
    form = added.add_mutually_exclusive_group()
    form.add_argument("--json", dest="form", action="store_const", const="json", help="one array")
    form.add_argument(
        "--jsonl", dest="form", action="store_const", const="jsonl", help="one object a line"
    )
    form.add_argument(
        "--csv",
        dest="form",
        action="store_const",
        const="csv",
        help="for spreadsheets: cells that could run as formulas are quoted",
    )
    added.add_argument(
        "-o", "--output", metavar="FILE", help="write to a file, which is whole or not there"
    )
    added.add_argument("--force", action="store_true", help="replace the file if it is there")
    added.set_defaults(form="table", columns=())


def _humans_get(verbs: Subparsers) -> None:
    added = verb(verbs, "humans.get")
    added.add_argument("id", metavar="ID", help="such as eu_KM8dKoKB5HJN")
    json_form(added)
    reveal(added)


def _humans_create(verbs: Subparsers) -> None:
    added = verb(verbs, "humans.create")
    added.add_argument("--fullname", required=True, metavar="TEXT")
    _fields(added)
    tag_values(added, required=False)
    queue_option(added)


def _humans_update(verbs: Subparsers) -> None:
    added = verb(verbs, "humans.update")
    added.add_argument("id", metavar="ID")
    added.add_argument("--fullname", metavar="TEXT")
    _fields(added)
    added.add_argument(
        "--clear", action="append", default=[], choices=CLEARABLE, help="empty this field"
    )
    queue_option(added)


def _humans_set_field(verbs: Subparsers) -> None:
    added = verb(verbs, "humans.set-field")
    added.add_argument(
        "values",
        nargs="*",
        type=field_value,
        metavar="FIELD=VALUE",
        help=f"one of {', '.join(SET_FOR_MANY)}",
    )
    added.add_argument(
        "--clear",
        action="append",
        default=[],
        choices=[name for name in CLEARABLE if name in SET_FOR_MANY],
        help="empty this field",
    )
    whom(added)
    carried_out(added)


def _humans_delete(verbs: Subparsers) -> None:
    added = verb(verbs, "humans.delete")
    added.add_argument("id", metavar="ID")
    added.add_argument("--yes", action="store_true", help="delete it without asking")
    queue_option(added)


def queue_option(added: ArgumentParser) -> None:
    """Let a change wait that cannot be made now, and what became of it be printed as JSON."""
    added.add_argument(
        "--queue",
        action="store_true",
        help="if it cannot be made now, let it wait in the outbox; see: aicx outbox",
    )
    added.add_argument(
        "--json", action="store_true", help="print the human's id, or what was queued, as JSON"
    )


def _humans_import(verbs: Subparsers) -> None:
    added = verb(verbs, "humans.import")
    added.add_argument(
        "file", metavar="FILE|-", help="CSV with a header, or JSON Lines: one object a line"
    )
    added.add_argument(
        "--map",
        dest="columns",
        action="append",
        type=_column,
        default=[],
        metavar="COLUMN=FIELD",
        help=f"what a column is: {', '.join(IMPORTED)} or tag:NAME; nothing leaves it out",
    )
    consent = added.add_mutually_exclusive_group()
    consent.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and do nothing"
    )
    consent.add_argument("--yes", action="store_true", help="do it without asking")
    added.add_argument(
        "--report", metavar="FILE", help="write rows that failed there, to correct and import"
    )
    added.add_argument(
        "--resend-unknown",
        action="store_true",
        help="send rows again of which nobody knows if they were created",
    )
    added.add_argument(
        "--again", action="store_true", help="import everything once more, as if never done"
    )
    added.add_argument(
        "--by-id",
        dest="command",
        action="store_const",
        const="humans.import-by-id",
        default=SUPPRESS,
        help="read the humans whose ids the file lists, and create nothing",
    )
    added.add_argument(
        "--json", action="store_true", help="print counts, or the humans that were read, as JSON"
    )


def _column(text: str) -> tuple[str, str]:
    column, sign, name = text.rpartition("=")
    if not (sign and column):
        raise ArgumentTypeError("a column is given as COLUMN=FIELD")
    return column, name


def _fields(added: ArgumentParser) -> None:
    added.add_argument("--email", metavar="TEXT")
    added.add_argument("--uid", metavar="TEXT", help="the id that your web app and webchat use")
    added.add_argument("--phone", dest="phone_number", metavar="TEXT")
    added.add_argument("--profile-pic-id", metavar="TEXT")
    added.add_argument(
        "--access-token-stdin",
        action="store_true",
        help="read the end user's access token from standard input",
    )
