"""The words of `aicx contexts` and `aicx config`; their options are the settings of a context."""

from __future__ import annotations

from argparse import ArgumentParser, BooleanOptionalAction
from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.options import (
    complete_context_names,
    discard,
    json_form,
    noun,
    verb,
)
from aicx_tui.config import CONTEXT_SETTINGS

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers


def add_contexts(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    contexts = noun(nouns, "contexts", "the platforms that config.toml names")
    json_form(verb(contexts, "contexts.list"))
    added = verb(contexts, "contexts.add")
    added.add_argument("name", metavar="NAME", help="what to call it, such as acme-support")
    _settings(added, adding=True)
    added.add_argument("--use", action="store_true", help="use it from now on")
    _named(verb(contexts, "contexts.use"))
    shown = verb(contexts, "contexts.show")
    _named(shown, is_optional=True)
    json_form(shown)
    edited = verb(contexts, "contexts.edit")
    _named(edited)
    _settings(edited, adding=False)
    edited.add_argument(
        "--unset",
        action="append",
        default=[],
        choices=[_option(s.key) for s in CONTEXT_SETTINGS if not s.is_required],
        help="take this setting away",
    )
    removed = verb(contexts, "contexts.remove")
    _named(removed)
    discard(removed)


def add_config(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    config = noun(nouns, "config", "config.toml, in which everything is set")
    verb(config, "config.schema")
    verb(config, "config.path")


def _named(added: ArgumentParser, *, is_optional: bool = False) -> None:
    option = added.add_argument(
        "name", metavar="NAME", nargs="?" if is_optional else None, help="which context"
    )
    complete_context_names(option)


def _settings(added: ArgumentParser, *, adding: bool) -> None:
    """An option for each setting; what is not given stays as it is."""
    for setting in CONTEXT_SETTINGS:
        name = f"--{_option(setting.key)}"
        if setting.kind is bool:
            added.add_argument(name, action=BooleanOptionalAction, default=None, help=setting.help)
            continue
        added.add_argument(
            name,
            type=setting.kind,
            choices=setting.choices or None,
            required=adding and setting.is_required,
            metavar=None if setting.choices else "VALUE",
            help=setting.help,
        )


def _option(key: str) -> str:
    return key.replace("_", "-")
