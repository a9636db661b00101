"""The words of `aicx profile` and `aicx aliases`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.options import code_option, noun, verb

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from aicx_tui.cli.grammar.options import Subparsers

PROVIDERS = ("google", "microsoft")
"""As `models.profile` has them, which costs pydantic to name."""


def add_profile(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    profile = noun(nouns, "profile", "who you are to the platform")
    _json(verb(profile, "profile.show"))
    changed = verb(profile, "profile.set")
    changed.add_argument("--name", metavar="TEXT", help="what colleagues read")
    changed.add_argument("--timezone", metavar="ZONE", help="by IANA, such as Asia/Manila")
    changed.add_argument("--language", metavar="TAG", help="by BCP 47, such as en or zh-Hant")
    _json(changed)
    password = verb(profile, "profile.password")
    password.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the present password and the new one from standard input, a line for each",
    )
    code_option(password)
    _json(password)
    two_factor = noun(profile, "two-factor", "a code by e-mail at every sign-in")
    for action_id in ("profile.two-factor-on", "profile.two-factor-off"):
        _confirmed(verb(two_factor, action_id))
    avatar = verb(profile, "profile.avatar")
    picture = avatar.add_mutually_exclusive_group(required=True)
    picture.add_argument("file", nargs="?", metavar="FILE", help="PNG, JPEG, WebP or GIF")
    picture.add_argument("--none", action="store_true", help="have no picture")
    _json(avatar)
    for action_id in ("profile.link", "profile.unlink"):
        added = verb(profile, action_id)
        added.add_argument("provider", choices=PROVIDERS, help="whose account")
        _confirmed(added)


def add_aliases(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    aliases = noun(nouns, "aliases", "the names that you speak under")
    _json(verb(aliases, "aliases.list"))
    created = verb(aliases, "aliases.create")
    created.add_argument("name", metavar="NAME", help="what customers read")
    created.add_argument("--avatar", metavar="FILE", help="PNG, JPEG, WebP or GIF")
    created.add_argument("--default", action="store_true", help="begin new conversations under it")
    _json(created)
    edited = verb(aliases, "aliases.edit")
    _alias(edited)
    edited.add_argument("--name", metavar="NAME", help="what customers read from now on")
    picture = edited.add_mutually_exclusive_group()
    picture.add_argument("--avatar", metavar="FILE", help="PNG, JPEG, WebP or GIF")
    picture.add_argument("--no-avatar", action="store_true", help="have no picture")
    default = edited.add_mutually_exclusive_group()
    default.add_argument(
        "--default", dest="default", action="store_true", default=None, help="make it the default"
    )
    default.add_argument(
        "--no-default", dest="default", action="store_false", help="let it be no default"
    )
    _json(edited)
    deleted = verb(aliases, "aliases.delete")
    _alias(deleted)
    deleted.add_argument("--yes", action="store_true", help="delete it without asking")
    _json(deleted)
    made_default = verb(aliases, "aliases.default")
    _alias(made_default)
    _json(made_default)


def _alias(added: ArgumentParser) -> None:
    added.add_argument("alias", metavar="ALIAS", help="its id or its name")


def _confirmed(added: ArgumentParser) -> None:
    added.add_argument(
        "--password-stdin",
        action="store_true",
        help="read your password from standard input, where it has to be given again",
    )
    code_option(added)
    _json(added)


def _json(added: ArgumentParser) -> None:
    added.add_argument("--json", action="store_true", help="print it as JSON")
