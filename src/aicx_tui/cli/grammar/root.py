"""The words of the command line: which nouns and verbs there are, and what they take.

Nothing is run here and nothing heavy is imported, so that `aicx --help` answers at once.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.bulk import add_bulk
from aicx_tui.cli.grammar.contexts import add_config, add_contexts
from aicx_tui.cli.grammar.cx_genie import add_cx_genie
from aicx_tui.cli.grammar.humans import add_humans
from aicx_tui.cli.grammar.integrations import add_integrations
from aicx_tui.cli.grammar.open_cx import add_open_cx
from aicx_tui.cli.grammar.options import Parser, context_option, json_form, verb
from aicx_tui.cli.grammar.outbox import add_outbox
from aicx_tui.cli.grammar.profile import add_aliases, add_profile
from aicx_tui.cli.grammar.session import add_session
from aicx_tui.cli.grammar.snippets import add_snippets
from aicx_tui.cli.grammar.tags import add_tags
from aicx_tui.cli.grammar.token import add_token
from aicx_tui.cli.grammar.views import add_views
from aicx_tui.services.actions import ACTIONS

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers

DESCRIPTION = "A keyboard-first console for AI customer-experience platforms, Proto AICX first."

EPILOG = """\
Without a command the console opens.

environment:
  AICX_CONTEXT      the context to use, as --context does
  AICX_HOME         where all files live, config.toml among them
  AICX_KEYRING=off  keep secrets in memory only
  NO_COLOR          no colours

or, without a context:
  AICX_URL          the platform's root, or its /gateway; default https://api.proto.cx/gateway
  AICX_PLATFORM     gateway (default), console for a server with the console contract, or open-cx
  AICX_COMPANY_ID   company icon > General Settings
  AICX_BOT_ID       BUILD > SETTINGS > API
  AICX_TOKEN        Profile > API
  AICX_PROXY, AICX_CA_FILE, AICX_TIMEOUT (seconds)

exit codes:
  0 done, 1 failed, 2 wrong usage, 3 not signed in, 4 not found, 5 conflict,
  6 refused by the platform, 7 platform unreachable or not the API,
  8 outcome unknown, 9 partly failed, 130 interrupted, 141 the reader went away
"""

COMPLETED_SHELLS = ("bash", "zsh", "fish")


def parse(argv: Sequence[str]) -> Namespace:
    """Read a command line.

    Returns:
        `command` (None for the console), `sandbox`, `ephemeral`, `context`, `token_file`, and what
        the command takes.

    Raises:
        UsageError: It cannot be read.
    """
    parser = _parser()
    if "_ARGCOMPLETE" in os.environ:  # a shell asks what could be typed next
        import argcomplete

        argcomplete.autocomplete(parser)
    if argv[:1] == ["sandbox"]:
        return Namespace(command="sandbox", passed_on=list(argv[1:]))
    arguments = parser.parse_args(argv)
    if arguments.ephemeral and not arguments.sandbox:
        parser.error("--ephemeral needs --sandbox")
    if arguments.sandbox and arguments.context:
        parser.error("--sandbox and --context name two platforms")
    if arguments.command == "sandbox":
        parser.error("--sandbox goes before a command or alone; the command is: aicx sandbox")
    return arguments


def _parser() -> ArgumentParser:
    parser = Parser(
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
    context_option(parser)
    parser.add_argument(
        "--token-file", metavar="FILE", help="use the token in this file, for this run alone"
    )
    parser.add_argument(
        "--mirror-key-file",
        metavar="FILE",
        help="keep the key of the local copy in this file, where there is no keyring",
    )
    parser.set_defaults(command=None)
    nouns = parser.add_subparsers(title="commands", metavar="NOUN", parser_class=Parser)
    add_humans(nouns)
    add_tags(nouns)
    add_bulk(nouns)
    add_outbox(nouns)
    add_contexts(nouns)
    add_views(nouns)
    add_profile(nouns)
    add_aliases(nouns)
    add_snippets(nouns)
    add_open_cx(nouns)
    add_integrations(nouns)
    add_session(nouns)
    add_token(nouns)
    add_cx_genie(nouns)
    add_config(nouns)
    _add_sync(nouns)
    json_form(verb(nouns, "doctor.run"))
    verb(nouns, "completion.print").add_argument("shell", choices=COMPLETED_SHELLS)
    _add_sandbox(nouns)
    return parser


def _add_sync(nouns: Subparsers) -> None:
    added = verb(nouns, "humans.sync")
    added.add_argument(
        "--full", action="store_true", help="compare everybody, and not only who changed"
    )
    json_form(added)


def _add_sandbox(nouns: Subparsers) -> None:
    """The sandbox reads its own words; here it only has a name."""
    sandbox = nouns.add_parser("sandbox", help=ACTIONS["sandbox.run"].help, add_help=False)
    sandbox.set_defaults(command="sandbox")


def _version() -> str:
    from aicx_tui import __version__

    return f"aicx {__version__}"
