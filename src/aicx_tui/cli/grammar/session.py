"""The words of `aicx login`, `logout` and `whoami`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.options import code_option, discard, json_form, verb

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers


def add_session(nouns: Subparsers) -> None:
    """Add the three commands."""
    login = verb(nouns, "session.sign-in")
    login.add_argument("--email", metavar="TEXT", help="sign in by password, as this account")
    secret = login.add_mutually_exclusive_group()
    secret.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    secret.add_argument(
        "--token-file", dest="login_token_file", metavar="FILE", help="read the token from a file"
    )
    secret.add_argument(
        "--token-stdin", action="store_true", help="read the token from standard input"
    )
    secret.add_argument(
        "--oidc",
        choices=("google", "microsoft"),
        help="sign in with a linked account: shows a code and waits until it is allowed there",
    )
    code_option(login)
    login.add_argument("--json", action="store_true", help="print who signed in, as JSON")
    logout = verb(nouns, "session.sign-out")
    copy = logout.add_mutually_exclusive_group()
    copy.add_argument(
        "--keep-mirror", action="store_true", help="keep the local copy of the humans readable"
    )
    discard(copy)
    json_form(verb(nouns, "session.who"))
