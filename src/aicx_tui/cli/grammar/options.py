"""What the words of several commands have in common."""

from __future__ import annotations

import os
from argparse import SUPPRESS, Action, ArgumentParser, ArgumentTypeError
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from aicx_tui.errors import AicxError, UsageError
from aicx_tui.services.actions import ACTIONS

if TYPE_CHECKING:
    from argparse import _MutuallyExclusiveGroup, _SubParsersAction

    Subparsers: TypeAlias = "_SubParsersAction[Parser]"


class Parser(ArgumentParser):
    """Reports wrong usage like every other error."""

    def error(self, message: str) -> NoReturn:
        """Raise what every wrong usage raises; a value is not repeated, it may be a secret."""
        hint = f"See: {self.prog} --help"
        unknown, sign, words = message.partition("unrecognized arguments: ")
        if sign and not unknown:
            names = [word.partition("=")[0] for word in words.split() if word.startswith("-")]
            message = f"not known here: {', '.join(names)}" if names else "more than is taken here"
            if any(not name.startswith("--") for name in names):
                hint = f"{hint}. A search that begins with - goes behind --, as in: -- -word"
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", hint=hint)


def noun(nouns: Subparsers, name: str, explanation: str) -> Subparsers:
    """Add a noun and return where its verbs go."""
    added = nouns.add_parser(name, help=explanation, description=f"Commands for {explanation}.")
    return added.add_subparsers(title="verbs", metavar="VERB", required=True, parser_class=Parser)


def verb(verbs: Subparsers, action_id: str) -> ArgumentParser:
    """Add the verb of an action, explained in the registry's words."""
    action = ACTIONS[action_id]
    added = verbs.add_parser(
        action.headless.split()[-1], help=action.help, description=action.help, allow_abbrev=False
    )
    added.set_defaults(command=action_id)
    context_option(added, again=True)
    return added


def context_option(parser: ArgumentParser, *, again: bool = False) -> None:
    """Let a context be named, before the noun or again behind the verb."""
    option = parser.add_argument(
        "--context",
        metavar="NAME",
        default=SUPPRESS if again else None,
        help="the context to use; see: aicx contexts list",
    )
    complete_context_names(option)


def complete_context_names(option: Action) -> None:
    """Let a shell complete the names of the contexts there are."""
    setattr(option, "completer", _context_names)  # noqa: B010  # argcomplete's own hook


def _context_names(**_: object) -> list[str]:
    from aicx_tui.config_file import config_path, read_config  # only where a shell asks
    from aicx_tui.settings import home

    try:
        config = read_config(config_path(home(os.environ)), action_ids=tuple(ACTIONS))
        return [*config.contexts, "sandbox"]
    except AicxError:
        return ["sandbox"]  # a broken file is said by the next command, not by a key


def tag_values(verb: ArgumentParser, *, required: bool) -> None:
    """Let tags be given with their values."""
    verb.add_argument(
        "--tag",
        dest="tags",
        action="append",
        type=_tag,
        default=None if required else [],
        required=required,
        metavar="TAG=VALUE",
        help="a tag's name or id, and its value; may be given several times",
    )


def code_option(verb: ArgumentParser) -> None:
    """Let the code that an account with two-factor authentication is sent be piped."""
    verb.add_argument(
        "--code-stdin",
        action="store_true",
        help="read the code by e-mail from standard input, where one is needed; a line of its own",
    )


def json_form(verb: ArgumentParser, what: str = "the platform's own object") -> None:
    """Let data be printed as JSON.

    Args:
        verb: Of which command.
        what: What is printed then.
    """
    verb.add_argument("--json", action="store_true", help=f"print {what}")


def discard(verb: ArgumentParser | _MutuallyExclusiveGroup) -> None:
    """Let changes that wait go with the local copy."""
    verb.add_argument(
        "--discard", action="store_true", help="let go of changes that wait in the outbox, too"
    )


def reveal(verb: ArgumentParser) -> None:
    """Let access tokens be printed in clear."""
    verb.add_argument(
        "--reveal-access-token", action="store_true", help="print access tokens in clear"
    )


def positive(text: str) -> int:
    """A whole number from 1 on."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise ArgumentTypeError("it has to be a whole number from 1 on")
    return number


def field_value(text: str) -> tuple[str, str]:
    """A field and what it is to hold."""
    name, sign, value = text.partition("=")
    if not (sign and name):
        raise ArgumentTypeError("a value is given as FIELD=VALUE")
    return name, value


def _tag(text: str) -> tuple[str, str]:
    tag_id, sign, value = text.partition("=")
    if not (sign and tag_id.strip()):
        raise ArgumentTypeError("a tag is given as TAG=VALUE")
    return tag_id, value
