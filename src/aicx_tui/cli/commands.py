"""Finds what a headless command does, and does it."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable
from io import TextIOWrapper
from typing import TYPE_CHECKING, TypeAlias

from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.running import run_on
from aicx_tui.errors import (
    INTERRUPTED_EXIT_CODE,
    UsageError,
)
from aicx_tui.services.action import Action
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.setup import Setup

if TYPE_CHECKING:
    from aicx_tui.cli.command import AnyCommand

Prepare: TypeAlias = "Callable[[Namespace], AnyCommand]"
"""Reads a command's arguments, so that wrong ones are refused before anything is opened."""

PrepareBySetup: TypeAlias = "Callable[[Namespace, Setup], AnyCommand]"
"""Likewise, of a command that needs what the run stands on."""

OwnWay = Callable[[Namespace, Setup], Awaitable[None]]
"""Does a command that needs no open platform, or opens it in a way of its own."""


SYNC_USERS = "cx-genie.sync-users"

ON_A_CONTEXT = (
    *("humans.", "tags.", "bulk.", "outbox.", "audit.", "profile.", "aliases.", "snippets."),
    SYNC_USERS,
)
"""How the actions of commands begin that are given a context."""


def on_a_platform() -> dict[str, Prepare]:
    """The commands that work on an open platform, by action."""
    from aicx_tui.cli import (  # they load the API client layer
        changing,
        humans,
        importing,
        snippets,
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
        "snippets.webchat": snippets.prepare_snippet,
        "snippets.open-cx": snippets.prepare_snippet,
        "snippets.cx-genie": snippets.prepare_snippet,
        "snippets.cx-genie-mobile": snippets.prepare_snippet,
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


def on_users() -> dict[str, PrepareBySetup]:
    """The commands that bring users of elsewhere into a platform, by action."""
    from aicx_tui.cli import cx_genie_syncing  # it loads the API client layer

    return {"cx-genie.sync-users": cx_genie_syncing.prepare_sync}


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


def on_integrations() -> dict[str, OwnWay]:
    """The commands that call other vendors about the humans of a context, by action."""
    from aicx_tui.cli import integrations, open_cx  # they load the API client layer

    return {
        "open-cx.authenticate": open_cx.authenticate,
        "open-cx.check": open_cx.check,
        "integrations.list": integrations.list_integrations,
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


def on_cx_genie() -> dict[str, OwnWay]:
    """The commands on Authentication URLs that need no platform, by action."""
    from aicx_tui.cli import cx_genie  # it loads the API client layer

    return {
        "cx-genie.profiles-list": cx_genie.list_profiles,
        "cx-genie.profiles-add": cx_genie.add,
        "cx-genie.profiles-remove": cx_genie.remove,
        "cx-genie.check": cx_genie.check,
    }


def _own_way(command: str) -> OwnWay | None:
    if command.startswith(("contexts.", "config.")):
        return on_config()[command]
    if command.startswith("views."):
        return on_views()[command]
    if command.startswith(("open-cx.", "integrations.")):
        return on_integrations()[command]
    if command.startswith("token."):
        return on_the_token()[command]
    if command.startswith("cx-genie.") and command not in ON_A_CONTEXT:
        return on_cx_genie()[command]
    return None if command.startswith(ON_A_CONTEXT) else on_sign_in()[command]


def _prepared(arguments: Namespace, setup: Setup) -> AnyCommand:
    if prepare_by_setup := on_users().get(arguments.command):
        return prepare_by_setup(arguments, setup)
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
            command = _prepared(arguments, setup)
            access = setup.access(name, ephemeral=arguments.ephemeral)
            access.tell = narrate
            run_on(access, command, arguments.command, setup)
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


async def _awaited(work: Awaitable[None]) -> None:
    await work


def _write_utf8() -> None:
    """Data is UTF-8 whatever the locale, and line ends are written as they are."""
    if not isinstance(sys.stdout, TextIOWrapper):
        raise UsageError("Standard output is closed.", hint="Commands print their data there.")
    sys.stdout.reconfigure(encoding="utf-8", newline="")
