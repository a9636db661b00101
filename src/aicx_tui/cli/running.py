"""Runs a prepared command: on an open platform, its mirror, its outbox or the own account."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import AicxError, UnavailableError, UnreachableError
from aicx_tui.numerals import grouped
from aicx_tui.services.access import Access
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.refusing import refuse_if_read_only, refuse_what_cannot_be
from aicx_tui.services.setup import Setup

if TYPE_CHECKING:
    from aicx_tui.cli.command import AnyCommand, Command, OnAccount, OnMirror, OnOutbox, OnTags
    from aicx_tui.services.session import Session
    from aicx_tui.services.touched import Touched


def run_on(access: Access, command: AnyCommand, action_id: str, setup: Setup) -> None:
    """Run a command where an access leads to, and close that.

    Raises:
        AicxError: It failed; the message says what was and was not done.
    """
    from aicx_tui.cli.command import OnAccount, OnOutbox, OnTags
    from aicx_tui.cli.reader import write_numbers_in
    from aicx_tui.services.tag_defining import is_local

    write_numbers_in(access.context.language)
    try:
        is_own = isinstance(command, OnAccount) and command.is_local
        if not (isinstance(command, OnTags) or is_own) or not is_local(access):
            refuse_if_read_only(ACTIONS[action_id], access.context)
        if isinstance(command, OnOutbox):
            asyncio.run(_run_on_outbox(command, access, action_id))
        elif isinstance(command, OnAccount):
            asyncio.run(_run_on_account(command, access, setup))
        elif isinstance(command, OnTags):
            asyncio.run(_run_on_tags(command, access))
        else:
            asyncio.run(_run(command, access))
    finally:
        access.close()


async def _run_on_outbox(command: OnOutbox, access: Access, action_id: str) -> None:
    from aicx_tui.cli.naming import tags_by_name
    from aicx_tui.cli.stopping import ended_as_by_ctrl_c
    from aicx_tui.services.outbox_opening import open_outbox

    async with open_outbox(access, way=command.way) as opened:
        if opened.session is not None:
            opened.session.tell_of_pauses(narrate)
        action = ACTIONS[action_id]
        refuse_what_cannot_be(action, access.context, opened.capabilities, role=opened.role)
        try:
            with ended_as_by_ctrl_c():
                await command.run(opened)
        except AicxError as error:
            tags_by_name(error, opened)
            raise
        finally:
            if others := len(opened.others):
                said = (
                    "1 change that waited was"
                    if others == 1
                    else f"{grouped(others)} that waited were"
                )
                narrate(f"{said} sent too; see: aicx audit")


async def _run_on_account(command: OnAccount, access: Access, setup: Setup) -> None:
    from aicx_tui.cli.secrets import signs_in_anew
    from aicx_tui.services.open_account import open_account

    ask = signs_in_anew(command.password, code_from_stdin=command.code_from_stdin)
    async with open_account(access, setup, ask=ask) as opened:
        await command.run(opened)


async def _run_on_tags(command: OnTags, access: Access) -> None:
    from aicx_tui.services.tag_defining import open_tags

    async with open_tags(access) as opened:
        await command.run(opened)


async def _run(command: Command | OnMirror, access: Access) -> None:
    from aicx_tui.cli.command import OnMirror
    from aicx_tui.services.directory import open_directory
    from aicx_tui.services.touched import Touched

    try:
        session = await access.open()
    except (UnreachableError, UnavailableError) as error:
        if not isinstance(command, OnMirror) or not await _runs_offline(command, access, error):
            raise
        return
    session.tell_of_pauses(narrate)
    try:
        if isinstance(command, OnMirror):
            async with open_directory(access, session) as directory:
                await command.run(session, directory)
        else:
            touched = Touched()
            try:
                await command(session, touched)
            finally:
                await _keep(touched, access, session)
    finally:
        await session.aclose()


async def _runs_offline(command: OnMirror, access: Access, error: AicxError) -> bool:
    """Do a command with what was read of the platform before, if that is all of it."""
    from aicx_tui.services.directory import Directory

    known = await access.known_mirror() if command.offline is not None else None
    if known is None or command.offline is None:
        return False
    directory = Directory(known)
    try:
        await directory.look()
        if directory.is_complete:
            narrate(directory.as_of(error))
            await command.offline(directory)
        return directory.is_complete
    finally:
        await asyncio.to_thread(known.mirror.close)


async def _keep(touched: Touched, access: Access, session: Session) -> None:
    try:
        await touched.keep(access, session)
    except AicxError as error:  # the command itself has done what it should
        narrate(f"The local copy is not up to date: {error.message}")
