"""What `aicx doctor` prints."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from itertools import groupby

from pydantic import JsonValue

from aicx_tui.cli.output import print_json, print_line
from aicx_tui.errors import AicxError, UsageError
from aicx_tui.services.doctor import run_checks
from aicx_tui.services.findings import Check
from aicx_tui.services.setup import Setup
from aicx_tui.text import clean

SIGNS = {"ok": "✓", "warning": "!", "failed": "✗"}

_INDENT = " " * 26
"""Where the second column starts."""


async def run(arguments: Namespace, setup: Setup) -> None:
    """`doctor`: looks at everything, says what is wrong, and what to do about it.

    Raises:
        AicxError: Something failed; it was printed.
    """
    checks = await run_checks(setup, named=_named(arguments, setup))
    failed = sum(check.status == "failed" for check in checks)
    if arguments.json:
        print_json({"ok": not failed, "checks": [_document(check) for check in checks]})
    else:
        for context, group in groupby(checks, key=lambda check: check.context):
            _print_group(context, list(group))
    sys.stdout.flush()
    if failed:
        raise AicxError(
            f"{failed} check{'' if failed == 1 else 's'} failed.",
            hint="" if arguments.json else "Below each is what to do.",
        )


def _named(arguments: Namespace, setup: Setup) -> str | None:
    """The only context to look at, if one is meant."""
    if arguments.sandbox:
        return "sandbox"
    named: str | None = arguments.context
    if named or not arguments.token_file:
        return named
    if chosen := setup.chosen_name(None):
        return chosen  # the token is for one context, and no other may be sent it
    raise UsageError(
        "A token is given, and no context that it is for.", hint="Name one with --context."
    )


def _document(check: Check) -> dict[str, JsonValue]:
    return {
        "name": check.name,
        "context": check.context,
        "status": check.status,
        "found": check.found,
        "next_step": check.next_step,
    }


def _print_group(context: str | None, checks: Sequence[Check]) -> None:
    print_line(f"\nContext {clean(context)}" if context else "This computer")
    for check, following in zip(checks, (*checks[1:], None), strict=True):
        sign = f"{SIGNS[check.status]} {check.status}"
        print_line(f"  {sign:<10} {check.name:<12} {clean(check.found)}")
        is_said_below = following and following.next_step == check.next_step
        if check.next_step and not is_said_below:
            print_line(f"{_INDENT}{clean(check.next_step)}")
