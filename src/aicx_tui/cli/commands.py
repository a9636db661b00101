"""Runs one headless command on an open platform."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Callable
from io import TextIOWrapper

from aicx_tui.cli import humans, tags
from aicx_tui.cli.command import Command
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import INTERRUPTED_EXIT_CODE, UsageError
from aicx_tui.services.access import Access
from aicx_tui.services.actions import ACTIONS

PREPARE: dict[str, Callable[[Namespace], Command]] = {
    "humans.list": humans.prepare_list,
    "humans.get": humans.prepare_get,
    "humans.create": humans.prepare_create,
    "humans.update": humans.prepare_update,
    "tags.list": tags.prepare_list,
    "tags.assign": tags.prepare_assign,
}
"""Reads a command's arguments, so that wrong ones are refused before anything is opened."""


def run(arguments: Namespace, access: Access) -> int:
    """Run a command and return its exit code.

    Raises:
        AicxError: It failed; the message says what was and was not done.
    """
    try:
        _write_utf8()
        command = PREPARE[arguments.command](arguments)
        asyncio.run(_run(command, access))
        sys.stdout.flush()
    except KeyboardInterrupt:
        changed = ACTIONS[arguments.command].mutates
        narrate(
            "Interrupted. A change that was under way may have been made: read the record again."
            if changed
            else "Interrupted."
        )
        return INTERRUPTED_EXIT_CODE
    finally:
        access.close()
    return 0


async def _run(command: Command, access: Access) -> None:
    session = await access.open()
    try:
        await command(session)
    finally:
        await session.aclose()


def _write_utf8() -> None:
    """Data is UTF-8 whatever the locale, and line ends are written as they are."""
    if not isinstance(sys.stdout, TextIOWrapper):
        raise UsageError("Standard output is closed.", hint="Commands print their data there.")
    sys.stdout.reconfigure(encoding="utf-8", newline="")
