"""What follows once it is known who signs in: a session, or a code first."""

from __future__ import annotations

from sqlalchemy import Connection

from aicx_tui.sandbox import accounts, codes
from aicx_tui.sandbox.access import Platform, unauthorized
from aicx_tui.sandbox.accounts import Proven
from aicx_tui.sandbox.challenges import Purpose


def admit(platform: Platform, user: Proven) -> dict[str, object]:
    """Give a session, or where the user has a second factor the challenge of a code just sent.

    Args:
        platform: What is signed in to.
        user: As it was when it proved who it is.

    Raises:
        Refusal: The code could not be sent, or the user's password or second factor has changed
            since it was proved.
    """

    def confirm(connection: Connection) -> None:
        if accounts.proven(connection, user_id=user.id) != user:
            unauthorized("sign_in_failed", "The account has changed meanwhile. Sign in again.")

    if user.two_factor:
        return codes.send(platform, user, purpose=Purpose.SIGN_IN, confirm=confirm)
    with platform.database.writing() as connection:
        confirm(connection)
        return new_session(connection, user.id)


def new_session(connection: Connection, user_id: str) -> dict[str, object]:
    """A session of a user's, as it travels."""
    session, expires_at = accounts.start_session(connection, user_id=user_id)
    return {"session": session, "expires_at": expires_at}
