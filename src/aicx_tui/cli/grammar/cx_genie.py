"""The words of `aicx cx-genie`; the options of `profiles add` are the settings of a profile."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.options import field_value, json_form, noun, positive, verb
from aicx_tui.config_cx_genie import PROFILE_SETTINGS

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers

DEFAULT_PORT = 8790


def add_cx_genie(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    cx_genie = noun(nouns, "cx-genie", "CX Genie's custom authentication")
    profiles = noun(cx_genie, "profiles", "the Authentication URLs that are known")
    json_form(verb(profiles, "cx-genie.profiles-list"))
    _add(verb(profiles, "cx-genie.profiles-add"))
    _named(verb(profiles, "cx-genie.profiles-remove"))
    _check(verb(cx_genie, "cx-genie.check"))
    _sync(verb(cx_genie, "cx-genie.sync-users"))
    _serve(verb(cx_genie, "cx-genie.serve"))


def _named(added: ArgumentParser) -> None:
    added.add_argument("name", metavar="NAME", help="which profile")


def _add(added: ArgumentParser) -> None:
    added.add_argument("name", metavar="NAME", help="what to call it, such as shop")
    added.add_argument(
        "--header-token-stdin",
        action="store_true",
        help="read the header token from a line of standard input; else it is asked for",
    )
    for setting in PROFILE_SETTINGS:
        added.add_argument(
            f"--{setting.key.replace('_', '-')}",
            dest=f"of_profile_{setting.key}",
            type=setting.kind,
            choices=setting.choices or None,
            required=setting.is_required,
            metavar=None if setting.choices else "VALUE",
            help=setting.help,
        )


def _check(added: ArgumentParser) -> None:
    _named(added)
    added.add_argument(
        "--user-token-stdin",
        action="store_true",
        help="read the user's token from a line of standard input; else it is asked for",
    )
    _fields(added)
    added.add_argument("--json", action="store_true", help="print reply and findings as one object")


def _fields(added: ArgumentParser) -> None:
    added.add_argument(
        "--field",
        dest="fields",
        action="append",
        default=[],
        type=field_value,
        metavar="NAME=VALUE",
        help="what the profile sends besides the token; may be given several times",
    )


def _sync(added: ArgumentParser) -> None:
    _named(added)
    source = added.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--user-tokens",
        metavar="FILE",
        help="a token on each line, or JSON Lines with access_token and the fields; - is stdin",
    )
    source.add_argument(
        "--user-token-stdin", action="store_true", help="one token, a line of standard input"
    )
    _fields(added)
    added.add_argument(
        "--with-avatars",
        action="store_true",
        help="fetch the pictures too, by HTTPS, from no private address, up to 2 MB each",
    )
    added.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and change nothing"
    )
    added.add_argument(
        "--yes", action="store_true", help="do not ask; needed where there is no terminal"
    )
    added.add_argument("--json", action="store_true", help="print one object a line")


def _serve(added: ArgumentParser) -> None:
    added.add_argument(
        "name", metavar="NAME", help="the profile whose header token callers have to send"
    )
    added.add_argument("--host", default="127.0.0.1", help="address to serve (%(default)s)")
    added.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help="port to serve (%(default)s); 0 takes any free one",
    )
    added.add_argument(
        "--allow-remote",
        action="store_true",
        help="serve other machines too; needs --tls-cert and --tls-key",
    )
    added.add_argument("--tls-cert", metavar="FILE", help="certificate chain, PEM")
    added.add_argument("--tls-key", metavar="FILE", help="its private key, PEM")
    added.add_argument(
        "--behind-proxy",
        metavar="ADDRESS",
        default="",
        help="believe X-Forwarded-For of a reverse proxy at this address or network, such as "
        "127.0.0.1",
    )
    added.add_argument(
        "--user-tokens",
        metavar="FILE",
        help="JSON Lines of access_token and human_id: whom to answer for, where the platform "
        "cannot find a human by its token",
    )
    added.add_argument(
        "--calls-per-minute",
        type=positive,
        default=600,
        metavar="N",
        help="from one address; more are asked to pause (%(default)s)",
    )
