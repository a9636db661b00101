"""One human, as newly known as its platform can tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.errors import NotFoundError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import MASK, Human

if TYPE_CHECKING:
    from pydantic import SecretStr

    from aicx_tui.services.directory import Directory
    from aicx_tui.services.session import Session


async def one_human(session: Session, directory: Directory, human_id: str) -> Human:
    """Read a human; where the platform reads none by id, out of the local copy as it is now.

    Raises:
        NotFoundError: There is none with this id.
        AicxError: The platform could not be asked.
    """
    if Capability.HUMANS_GET in session.platform.capabilities:
        return (await session.platform.get_human(human_id)).human
    async for _ in directory.refresh():
        pass
    if human := await directory.human(human_id):
        return human
    raise NotFoundError(
        "There is nobody with this id. Nothing was done.",
        hint="See who there is: aicx humans list",
    )


def token_of(human: Human) -> SecretStr:
    """The access token of a human that was read from its platform.

    Raises:
        NotFoundError: There is none, or the platform does not tell it.
    """
    token = human.access_token
    if token is None or token.get_secret_value() in ("", MASK):
        raise NotFoundError(
            "This human has no access token that the platform tells. Nothing was done.",
            hint="Your role may not see it; or give the token yourself.",
        )
    return token
