"""A change of the own account whose reply was lost: it is found out, and said, what is so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from aicx_tui.errors import (
    AicxError,
    OutcomeUnknownError,
    PlatformFailedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from aicx_tui.api.console_profile import ConsoleProfile
    from aicx_tui.services.pictures import Picture

ReadT = TypeVar("ReadT")


async def read_after_loss(
    lost: OutcomeUnknownError,
    *,
    read: Callable[[], Awaitable[ReadT]],
    is_made: Callable[[ReadT], bool],
) -> ReadT:
    """Find out whether a change was made whose reply never came; return what was read then.

    Args:
        lost: How the change ended.
        read: Reads what it was about.
        is_made: Whether what was read is as the change wanted it.

    Raises:
        PlatformFailedError: The platform said that it failed, and the change was not made.
        OutcomeUnknownError: It was not made so far, or nothing could be read.
    """
    try:
        now = await read()
    except AicxError:
        raise lost from None
    if is_made(now):
        return now
    if lost.is_over:
        raise PlatformFailedError(
            f"{lost.reason} Read again just now: nothing was changed.", hint="Try again later."
        ) from lost
    raise OutcomeUnknownError(
        f"{lost.reason} Read again just now, it is as it was.",
        hint="If the platform is merely slow, the change may still come: look again in a moment.",
    ) from lost


async def stored(profile: ConsoleProfile, picture: Picture) -> str:
    """Send a picture and return its id; one that nothing names yet changes nothing.

    Raises:
        UnavailableError: No reply came.
    """
    try:
        return (await profile.upload(picture.content, name=picture.name)).id
    except OutcomeUnknownError as lost:
        raise UnavailableError(
            f"{lost.reason} That was of the picture alone; nothing was changed.",
            hint="Try again in a moment.",
        ) from lost
