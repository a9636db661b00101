"""Pictures of users that another server names: fetched only when asked, and checked."""

from __future__ import annotations

from aicx_tui.api.pictures import fetch_picture
from aicx_tui.errors import UnsupportedError, UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.models.profile import MAX_FILE_BYTES
from aicx_tui.services.pictures import checked_picture
from aicx_tui.services.session import Session


async def avatar_stored(session: Session, address: str) -> str:
    """Fetch a picture, keep it on the platform, and return its id there.

    Raises:
        UnsupportedError: The platform keeps no pictures.
        UsageError: The address is none that may be asked, or there is no picture.
        AicxError: It could not be fetched or kept.
    """
    if Capability.FILES not in session.platform.capabilities:
        raise UnsupportedError("This platform has no call that stores pictures.")
    content = await fetch_picture(address, most=MAX_FILE_BYTES)
    try:
        checked_picture(content, name="avatar")
    except UsageError as error:
        said = " ".join(problem.message for problem in error.problems)
        raise UsageError(f"What its address gives is no picture: {said}") from None
    return (await session.profile.upload(content, name="avatar")).id
