"""Asking for a sign-in: at once where somebody wants it, and never over what is typed into."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.screen import ModalScreen

from aicx_tui.errors import NotSignedInError
from aicx_tui.tui.widgets.search_input import is_typed_into

if TYPE_CHECKING:
    from aicx_tui.api.base import Credential
    from aicx_tui.services.session import Session
    from aicx_tui.services.signing_in import CodeAsked, SignedIn
    from aicx_tui.settings import Context
    from aicx_tui.tui.app import AicxApp


class SignIns:
    """Asks for sign-ins, and remembers the one that could not be asked for.

    Args:
        app: Over whose screens.
    """

    def __init__(self, app: AicxApp) -> None:
        self._app = app
        self._owed: tuple[str, NotSignedInError] | None = None

    async def ask(self, context: Context, refused: NotSignedInError | None) -> Credential:
        """Ask for a token or password over whatever is shown; called from workers.

        Args:
            context: Where.
            refused: Why it is asked for now; None where the person wants it.

        Raises:
            NotSignedInError: Nobody signed in; or it is asked for later, since a form is open.
        """
        if refused is not None and self._takes_keys:
            self._owe(context, refused)
            raise refused
        from aicx_tui.tui.screens.sign_in import SignInScreen  # needed only when asked for

        answer = asyncio.get_running_loop().create_future()
        dialog = SignInScreen(context, self._app.setup, refused=refused)
        self._app.push_screen(dialog, answer.set_result)
        signed_in = await answer
        if signed_in is None:
            raise refused or NotSignedInError(f"Nobody signed in to {context.name}.")
        credential: Credential = signed_in.credential
        return credential

    async def ask_again(self, session: Session, begun: CodeAsked | None) -> SignedIn:
        """Ask who is signed in for the password, over the form whose change needs that.

        Args:
            session: The open platform.
            begun: A sign-in that waits for its code only.

        Raises:
            NotSignedInError: It was not given.
        """
        from aicx_tui.tui.screens.again import AgainScreen  # needed only when asked for

        account = session.account
        email = account.email if account is not None else session.context.account
        answer = asyncio.get_running_loop().create_future()
        dialog = AgainScreen(session.context, email=email, begun=begun)
        self._app.push_screen(dialog, answer.set_result)
        signed_in: SignedIn | None = await answer
        if signed_in is None:
            raise NotSignedInError("You did not confirm that it is you. Nothing was changed.")
        return signed_in

    def taken_up(self) -> NotSignedInError | None:
        """Why a sign-in is owed, if one is; whoever asks for it owes it from now on."""
        owed, self._owed = self._owed, None
        return owed and owed[1]

    def catch_up(self) -> None:
        """Ask for the sign-in that is owed, once nothing is typed into any more."""
        access = self._app.places.access
        if self._owed is None or access is None or self._takes_keys:
            return
        if self._owed[0] == access.context.name:
            self._app.action_sign_in()
        else:
            self._owed = None

    def _owe(self, context: Context, refused: NotSignedInError) -> None:
        if self._owed is None:
            keys = self._app.keymap.shown("session.sign-in")
            said = f"{keys} signs in; it is asked for once this is closed. Nothing typed is lost."
            self._app.notify(said, title="Signed out", severity="warning")
        self._owed = context.name, refused

    @property
    def _takes_keys(self) -> bool:
        """Whether somebody may be typing what is not meant for another dialog."""
        screen = self._app.screen
        if getattr(screen, "awaits_platform", False):
            return False
        return isinstance(screen, ModalScreen) or is_typed_into(self._app.focused)
