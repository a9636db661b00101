"""The words of the command line: which nouns and verbs there are, and what they take.

Nothing is run here and nothing heavy is imported, so that `aicx --help` answers at once.
"""

from __future__ import annotations

from argparse import (
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from aicx_tui.errors import UsageError
from aicx_tui.services.actions import ACTIONS

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    Subparsers: TypeAlias = "_SubParsersAction[_Parser]"

DESCRIPTION = "A keyboard-first console for AI customer-experience platforms, Proto AICX first."

EPILOG = """\
Without a command the console opens.

environment:
  AICX_URL          the platform's root, or its /gateway; default https://api.proto.cx/gateway
  AICX_PLATFORM     gateway (default), or console for a server with the console contract
  AICX_COMPANY_ID   company icon > General Settings
  AICX_BOT_ID       BUILD > SETTINGS > API
  AICX_TOKEN        Profile > API
  AICX_HOME         where all files live
  AICX_PROXY, AICX_CA_FILE, AICX_TIMEOUT (seconds)

exit codes:
  0 done, 1 failed, 2 wrong usage, 3 not signed in, 4 not found, 5 conflict,
  6 refused by the platform, 7 platform unreachable or not the API,
  8 outcome unknown, 9 partly failed, 130 interrupted, 141 the reader went away
"""

CLEARABLE = ("email", "uid", "phone", "profile-pic-id", "access-token")
"""Fields that `--clear` takes, as their options are called."""


class _Parser(ArgumentParser):
    """Reports wrong usage like every other error."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", hint=f"See: {self.prog} --help")


def parse(argv: Sequence[str]) -> Namespace:
    """Read a command line.

    Returns:
        `command` (None for the console), `sandbox`, `ephemeral`, and what the command takes.

    Raises:
        UsageError: It cannot be read.
    """
    parser = _parser()
    if argv[:1] == ["sandbox"]:
        return Namespace(command="sandbox", passed_on=list(argv[1:]))
    arguments = parser.parse_args(argv)
    if arguments.ephemeral and not arguments.sandbox:
        parser.error("--ephemeral needs --sandbox")
    if arguments.command == "sandbox":
        parser.error("--sandbox goes before a command or alone; the command is: aicx sandbox")
    return arguments


def _parser() -> ArgumentParser:
    parser = _Parser(
        prog="aicx",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=_version())
    parser.add_argument(
        "--sandbox", action="store_true", help="use the embedded platform, started for this run"
    )
    parser.add_argument(
        "--ephemeral", action="store_true", help="with --sandbox: start afresh and keep nothing"
    )
    parser.set_defaults(command=None)
    nouns = parser.add_subparsers(title="commands", metavar="NOUN", parser_class=_Parser)
    humans = _noun(nouns, "humans", "end users' records")
    _humans_list(humans)
    _humans_get(humans)
    _humans_create(humans)
    _humans_update(humans)
    tags = _noun(nouns, "tags", "what humans are tagged with")
    _tags_list(tags)
    _tags_assign(tags)
    sandbox = nouns.add_parser("sandbox", help=ACTIONS["sandbox.run"].help, add_help=False)
    sandbox.set_defaults(command="sandbox")
    return parser


def _version() -> str:
    from aicx_tui import __version__

    return f"aicx {__version__}"


def _noun(nouns: Subparsers, name: str, explanation: str) -> Subparsers:
    noun = nouns.add_parser(name, help=explanation, description=f"Commands for {explanation}.")
    return noun.add_subparsers(title="verbs", metavar="VERB", required=True, parser_class=_Parser)


def _verb(verbs: Subparsers, action_id: str) -> ArgumentParser:
    """Add the verb of an action, explained in the registry's words."""
    action = ACTIONS[action_id]
    verb = verbs.add_parser(
        action.headless.split()[-1], help=action.help, description=action.help, allow_abbrev=False
    )
    verb.set_defaults(command=action_id)
    return verb


def _humans_list(verbs: Subparsers) -> None:
    verb = _verb(verbs, "humans.list")
    verb.add_argument(
        "query",
        nargs="?",
        default="",
        metavar="QUERY",
        help="words that must all occur in name, e-mail, phone, uid or id",
    )
    verb.add_argument("--limit", type=_positive, metavar="N", help="print at most so many")
    form = verb.add_mutually_exclusive_group()
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
    _reveal(verb)
    verb.set_defaults(form="table")


def _humans_get(verbs: Subparsers) -> None:
    verb = _verb(verbs, "humans.get")
    verb.add_argument("id", metavar="ID", help="such as eu_KM8dKoKB5HJN")
    _json(verb)
    _reveal(verb)


def _humans_create(verbs: Subparsers) -> None:
    verb = _verb(verbs, "humans.create")
    verb.add_argument("--fullname", required=True, metavar="TEXT")
    _fields(verb)
    _tags(verb, required=False)
    _json(verb)


def _humans_update(verbs: Subparsers) -> None:
    verb = _verb(verbs, "humans.update")
    verb.add_argument("id", metavar="ID")
    verb.add_argument("--fullname", metavar="TEXT")
    _fields(verb)
    verb.add_argument(
        "--clear", action="append", default=[], choices=CLEARABLE, help="empty this field"
    )
    _json(verb)


def _tags_list(verbs: Subparsers) -> None:
    _json(_verb(verbs, "tags.list"))


def _tags_assign(verbs: Subparsers) -> None:
    verb = _verb(verbs, "tags.assign")
    verb.add_argument(
        "--human", action="append", default=[], metavar="ID", help="may be given several times"
    )
    verb.add_argument("--ids-from", metavar="FILE|-", help="read ids from a file, one a line")
    _tags(verb, required=True)
    _json(verb)


def _fields(verb: ArgumentParser) -> None:
    verb.add_argument("--email", metavar="TEXT")
    verb.add_argument("--uid", metavar="TEXT", help="the id that your web app and webchat use")
    verb.add_argument("--phone", dest="phone_number", metavar="TEXT")
    verb.add_argument("--profile-pic-id", metavar="TEXT")
    verb.add_argument(
        "--access-token-stdin",
        action="store_true",
        help="read the end user's access token from standard input",
    )


def _tags(verb: ArgumentParser, *, required: bool) -> None:
    verb.add_argument(
        "--tag",
        dest="tags",
        action="append",
        type=_tag,
        default=None if required else [],
        required=required,
        metavar="ID=VALUE",
        help="a tag's id from Human > Settings and its value; may be given several times",
    )


def _json(verb: ArgumentParser) -> None:
    verb.add_argument("--json", action="store_true", help="print the platform's own object")


def _reveal(verb: ArgumentParser) -> None:
    verb.add_argument(
        "--reveal-access-token", action="store_true", help="print access tokens in clear"
    )


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise ArgumentTypeError("it has to be a whole number from 1 on")
    return number


def _tag(text: str) -> tuple[str, str]:
    tag_id, sign, value = text.partition("=")
    if not (sign and tag_id.strip()):
        raise ArgumentTypeError("a tag is given as ID=VALUE")
    return tag_id, value
