"""CX Genie's custom authentication in the console: check a profile's URL, sync its users."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from aicx_tui.services.actions import ACTIONS

if TYPE_CHECKING:
    from aicx_tui.services.cx_genie import Profile
    from aicx_tui.services.cx_genie_checking import Asked
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.screens.cx_genie_sync import PlannedSync
    from aicx_tui.tui.screens.humans import HumansScreen


def cx_genie_commands(app: AicxApp, screen: HumansScreen) -> Iterator[SystemCommand]:
    """What the palette offers of each profile."""
    for profile in app.setup.config.cx_genie.values():
        check, sync = ACTIONS["cx-genie.check"], ACTIONS["cx-genie.sync-users"]
        yield SystemCommand(
            f"{check.title}: {profile.name}",
            check.help,
            partial(app.call_later, check_url, app, profile),
        )
        yield SystemCommand(
            f"{sync.title}: {profile.name}",
            sync.help,
            partial(app.call_later, sync_users, app, screen, profile),
        )


def check_url(app: AicxApp, profile: Profile) -> None:
    """Ask for a user's token, ask the URL about it, and show whether the reply would do."""
    from aicx_tui.tui.screens.cx_genie_check import CheckUrlScreen, VerdictScreen

    def shown(asked: Asked | None) -> None:
        if asked is not None:
            app.push_screen(VerdictScreen(profile, asked))

    app.push_screen(CheckUrlScreen(app.setup, profile), shown)


def sync_users(app: AicxApp, screen: HumansScreen, profile: Profile) -> None:
    """Ask for users, show what they mean for the humans of a list, and do it."""
    from aicx_tui.services.outbox_opening import OpenOutbox
    from aicx_tui.tui.screens.cx_genie_sync import SyncUsersScreen, UsersToSyncScreen

    if reason := app.places.refusal("cx-genie.sync-users"):
        app.notify(reason, title=ACTIONS["cx-genie.sync-users"].title, severity="warning")
        return
    outbox, directory, session = screen.sending.outbox, screen.directory, screen.session
    if outbox is None or directory is None or session is None:
        app.notify("The platform is not open yet.", severity="warning")
        return
    opened = OpenOutbox(outbox=outbox, directory=directory, session=session, role=session.role)

    def planned(plan: PlannedSync | None) -> None:
        if plan is None:
            return

        def ended(said: str | None) -> None:
            if said is not None:
                app.notify(said, title="Users synced", timeout=8)
            screen.read_anew()

        app.push_screen(SyncUsersScreen(profile, plan), ended)

    app.push_screen(UsersToSyncScreen(app.setup, profile, opened), planned)
