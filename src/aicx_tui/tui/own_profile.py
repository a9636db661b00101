"""What the console knows of the signed-in user, for as long as it is at one platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.models.capability import Capability
from aicx_tui.services.own_account import OwnAccount
from aicx_tui.tui.own_changes import OwnChanges

if TYPE_CHECKING:
    from aicx_tui.models.profile import Alias, Profile
    from aicx_tui.services.session import Session
    from aicx_tui.tui.app import AicxApp


class OwnProfile:
    """The user's own account at an open platform, and what was read of it.

    Args:
        app: The console.
        session: The platform.

    Attributes:
        account: What reads and changes it; None where the platform has no profiles.
        profile: As it was read last; None before.
        aliases: Likewise.
        providers: Accounts elsewhere that may be linked.
        changes: What is on its way to the platform.
    """

    def __init__(self, app: AicxApp, session: Session) -> None:
        self.session = session
        self.account: OwnAccount | None = None
        self.profile: Profile | None = None
        self.aliases: tuple[Alias, ...] | None = None
        self.providers: tuple[str, ...] = ()
        self.changes = OwnChanges(app)
        if self.can(Capability.PROFILE_EDIT):
            ask = app.sign_ins.ask_again
            self.account = OwnAccount(session, app.setup.credentials, ask=ask)

    def can(self, capability: Capability) -> bool:
        """Whether the platform can do something."""
        return capability in self.session.platform.capabilities

    async def read_profile(self) -> None:
        """Read the profile alone, as it is after what is on its way.

        Raises:
            AicxError: The platform did not say.
        """
        if self.account is not None:
            async with self.changes.turn:
                self.profile = await self.account.read()

    async def read(self) -> None:
        """Read the profile and the aliases.

        Raises:
            AicxError: The platform did not say; what was read before stays.
        """
        if self.account is None:
            return
        if self.can(Capability.PROFILE_IDENTITIES) and not self.providers:
            self.providers = await self.account.providers()
        await self.read_profile()
        if self.can(Capability.PROFILE_ALIASES):
            self.aliases = await self.account.aliases.read()
