"""The words of `aicx token targets`; the options of `add` are the settings of each kind."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.options import Parser, context_option, json_form, noun, verb
from aicx_tui.config_targets import COMMON, KINDS

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers
    from aicx_tui.config import Setting

KIND_HELP = {
    "env-file": "one key in an environment file of this machine",
    "github": "a secret of GitHub Actions, through gh",
    "vault": "a secret of HashiCorp Vault's key-value engine, version 2",
    "kubernetes": "one key of a secret in a cluster, through kubectl",
    "command": "a command of your own, which gets the token on standard input",
    "by-hand": "a place where a person has to do it",
}


def add_targets(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    targets = noun(nouns, "targets", "where else the token is used")
    json_form(verb(targets, "token.targets-list"))
    _add(verb(targets, "token.targets-add"))
    removed = verb(targets, "token.targets-remove")
    removed.add_argument("name", metavar="NAME", help="which target")
    checked = verb(targets, "token.targets-check")
    _named(checked)
    json_form(checked)
    updated = verb(targets, "token.targets-update")
    _named(updated)
    updated.add_argument(
        "--missing", action="store_true", help="only those not known to have the token in use"
    )
    updated.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and change nothing"
    )
    json_form(updated)
    confirmed = verb(targets, "token.targets-confirm")
    confirmed.add_argument("name", metavar="NAME", help="which target, of kind by-hand")


def _named(added: ArgumentParser) -> None:
    added.add_argument(
        "names", metavar="NAME", nargs="*", help="which, in this order; all if left away"
    )


def _add(added: ArgumentParser) -> None:
    kinds = added.add_subparsers(
        title="kinds", metavar="KIND", dest="kind", required=True, parser_class=Parser
    )
    for kind, settings in KINDS.items():
        words = KIND_HELP[kind]
        of_kind = kinds.add_parser(
            kind, help=words, description=f"Add {words}.", allow_abbrev=False
        )
        context_option(of_kind, again=True)
        of_kind.add_argument("name", metavar="NAME", help="what to call it, such as 'billing .env'")
        for setting in settings:
            _option(of_kind, setting)
        for setting in COMMON[2:]:  # name and kind are words of their own
            _option(of_kind, setting)
        of_kind.add_argument(
            "--before", metavar="NAME", default="", help="it gets the token before this one"
        )


def _option(added: ArgumentParser, setting: Setting) -> None:
    name = f"--{setting.key.replace('_', '-')}"
    if setting.kind is bool:
        dest = f"of_target_{setting.key}"
        added.add_argument(name, dest=dest, action="store_const", const=True, help=setting.help)
        return
    added.add_argument(
        name,
        dest=f"of_target_{setting.key}",
        type=setting.kind,
        choices=setting.choices or None,
        required=setting.is_required,
        metavar=None if setting.choices else "VALUE",
        help=setting.help,
    )
