"""The words of `aicx integrations`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.options import json_form, noun, verb

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers


def add_integrations(nouns: Subparsers) -> None:
    """Add the noun and its verb."""
    integrations = noun(nouns, "integrations", "other vendors that know the same humans")
    json_form(verb(integrations, "integrations.list"))
