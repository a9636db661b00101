"""Runs one headless command, on an open platform or on this machine alone."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable
from io import TextIOWrapper
from typing import TYPE_CHECKING, TypeAlias

from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import (
    INTERRUPTED_EXIT_CODE,
    AicxError,
    UnavailableError,
    UnreachableError,
    UsageError,
)
from aicx_tui.numerals import grouped
from aicx_tui.services.access import Access
from aicx_tui.services.action import Action
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.refusing import refuse_if_read_only, refuse_what_cannot_be
from aicx_tui.services.setup import Setup

if TYPE_CHECKING:
    from aicx_tui.cli.command import AnyCommand, Command, OnAccount, OnMirror, OnOutbox, OnTags
    from aicx_tui.services.session import Session
    from aicx_tui.services.touched import Touched

Prepare: TypeAlias = "Callable[[Namespace], AnyCommand]"
"""Reads a command's arguments, so that wrong ones are refused before anything is opened."""

OwnWay = Callable[[Namespace, Setup], Awaitable[None]]
"""Does a command that needs no open platform, or opens it in a way of its own."""


ON_A_CONTEXT = ("humans.", "tags.", "bulk.", "outbox.", "audit.", "profile.", "aliases.")
"""How the actions of commands begin that are given a context."""


def on_a_platform() -> dict[str, Prepare]:
    """The commands that work on an open platform, by action."""
    from aicx_tui.cli import (  # they load the API client layer
        changing,
        humans,
        importing,
        tag_definitions,
    )

    return {
        "humans.list": humans.prepare_list,
        "humans.get": humans.prepare_get,
        "humans.create": changing.prepare_create,
        "humans.update": changing.prepare_update,
        "humans.delete": changing.prepare_delete,
        "humans.sync": humans.prepare_sync,
        "humans.import": importing.prepare_import,
        "humans.import-by-id": importing.prepare_import_by_id,
        "tags.list": tag_definitions.prepare_list,
        "tags.define": tag_definitions.prepare_define,
        "tags.rename": tag_definitions.prepare_rename,
        "tags.delete": tag_definitions.prepare_delete,
        "tags.import": tag_definitions.prepare_import,
    }


def on_outbox() -> dict[str, Prepare]:
    """The commands on changes and their history, by action."""
    from aicx_tui.cli import (  # they load the API client layer
        history,
        outbox,
        outbox_deciding,
        undoing,
    )

    return {
        "outbox.list": outbox.prepare_list,
        "outbox.show": outbox.prepare_show,
        "outbox.edit": outbox_deciding.prepare_edit,
        "outbox.discard": outbox_deciding.prepare_discard,
        "outbox.retry": outbox_deciding.prepare_retry,
        "outbox.resolve": outbox_deciding.prepare_resolve,
        "outbox.send": outbox_deciding.prepare_send,
        "outbox.undo": undoing.prepare_undo,
        "outbox.redo": undoing.prepare_redo,
        "audit.list": history.prepare_list,
    }


def on_many() -> dict[str, Prepare]:
    """The commands that change many humans, by action."""
    from aicx_tui.cli import bulk_making, bulks  # they load the API client layer

    return {
        "tags.assign": bulk_making.prepare_assign,
        "tags.unassign": bulk_making.prepare_unassign,
        "humans.set-field": bulk_making.prepare_set_field,
        "bulk.list": bulks.prepare_list,
        "bulk.show": bulks.prepare_show,
        "bulk.pause": bulks.prepare_pause,
        "bulk.resume": bulks.prepare_resume,
        "bulk.cancel": bulks.prepare_cancel,
        "bulk.report": bulks.prepare_report,
    }


def on_oneself() -> dict[str, Prepare]:
    """The commands on the signed-in user itself, by action."""
    from aicx_tui.cli import aliases, profile  # they load the API client layer

    return {
        "profile.show": profile.prepare_show,
        "profile.set": profile.prepare_set,
        "profile.avatar": profile.prepare_avatar,
        "profile.password": profile.prepare_password,
        "profile.two-factor-on": profile.prepare_two_factor_on,
        "profile.two-factor-off": profile.prepare_two_factor_off,
        "profile.link": profile.prepare_link,
        "profile.unlink": profile.prepare_unlink,
        "aliases.list": aliases.prepare_list,
        "aliases.create": aliases.prepare_create,
        "aliases.edit": aliases.prepare_edit,
        "aliases.default": aliases.prepare_default,
        "aliases.delete": aliases.prepare_delete,
    }


def on_config() -> dict[str, OwnWay]:
    """The commands that read and change config.toml, by action."""
    from aicx_tui.cli import contexts  # it loads what edits TOML

    return {
        "contexts.list": contexts.list_contexts,
        "contexts.add": contexts.add,
        "contexts.use": contexts.use,
        "contexts.show": contexts.show,
        "contexts.edit": contexts.edit,
        "contexts.remove": contexts.remove,
        "config.schema": contexts.schema,
        "config.path": contexts.path,
    }


def on_views() -> dict[str, OwnWay]:
    """The commands that read and change saved views, by action."""
    from aicx_tui.cli import views  # it loads the search language

    return {
        "views.list": views.list_views,
        "views.save": views.save,
        "views.remove": views.remove,
    }


def on_sign_in() -> dict[str, OwnWay]:
    """The commands that open platforms in ways of their own, by action."""
    from aicx_tui.cli import doctor, session  # they load the API client layer

    return {
        "session.sign-in": session.login,
        "session.sign-out": session.logout,
        "session.who": session.whoami,
        "doctor.run": doctor.run,
    }


def on_the_token() -> dict[str, OwnWay]:
    """The commands on the personal access token, by action."""
    from aicx_tui.cli import targets, token, token_rotating  # they load the API client layer

    return {
        "token.status": token.status,
        "token.verify": token.verify,
        "token.issue": token_rotating.issue,
        "token.rotate": token_rotating.rotate,
        "token.set": token.set_token,
        "token.forget": token.forget,
        "token.targets-list": targets.list_targets,
        "token.targets-add": targets.add,
        "token.targets-remove": targets.remove,
        "token.targets-check": targets.check,
        "token.targets-update": targets.update,
        "token.targets-confirm": targets.confirm,
    }


def _own_way(command: str) -> OwnWay | None:
    if command.startswith(("contexts.", "config.")):
        return on_config()[command]
    if command.startswith("views."):
        return on_views()[command]
    if command.startswith("token."):
        return on_the_token()[command]
    return None if command.startswith(ON_A_CONTEXT) else on_sign_in()[command]


def _prepared(arguments: Namespace) -> AnyCommand:
    for prepares in (on_a_platform, on_outbox, on_many, on_oneself):
        if prepare := prepares().get(arguments.command):
            return prepare(arguments)
    raise LookupError(arguments.command)


def run(arguments: Namespace, setup: Setup) -> int:
    """Run a command and return its exit code.

    Raises:
        AicxError: It failed; the message says what was and was not done.
    """
    try:
        _write_utf8()
        if local := _own_way(arguments.command):
            asyncio.run(_awaited(local(arguments, setup)))
        else:
            name = "sandbox" if arguments.sandbox else setup.chosen_name(arguments.context)
            if getattr(arguments, "view", None):
                from aicx_tui.cli.views import take_view  # only where one is named

                take_view(arguments, setup.config, name)
            command = _prepared(arguments)
            access = setup.access(name, ephemeral=arguments.ephemeral)
            access.tell = narrate
            _run_on(access, command, arguments.command, setup)
        sys.stdout.flush()
    except KeyboardInterrupt:
        narrate(_interrupted(ACTIONS[arguments.command]))
        return INTERRUPTED_EXIT_CODE
    return 0


def _interrupted(action: Action) -> str:
    """What may have come of a command that a person ended."""
    if not action.mutates:
        return "Interrupted."
    where = f"aicx {'aliases list' if action.id.startswith('aliases.') else 'profile show'}"
    if not action.is_own:
        where = "aicx outbox list, or read the record again"
    return f"Interrupted. A change that was under way may have been made: look for it with {where}."


def _run_on(access: Access, command: AnyCommand, action_id: str, setup: Setup) -> None:
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


async def _awaited(work: Awaitable[None]) -> None:
    await work


async def _run_on_outbox(command: OnOutbox, access: Access, action_id: str) -> None:
    from aicx_tui.cli.naming import tags_by_name
    from aicx_tui.cli.stopping import ended_as_by_ctrl_c
    from aicx_tui.services.outbox_opening import open_outbox

    async with open_outbox(access, way=command.way) as opened:
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


def _write_utf8() -> None:
    """Data is UTF-8 whatever the locale, and line ends are written as they are."""
    if not isinstance(sys.stdout, TextIOWrapper):
        raise UsageError("Standard output is closed.", hint="Commands print their data there.")
    sys.stdout.reconfigure(encoding="utf-8", newline="")
