"""What a rotation works with, put together for a context; and what a start does about one.

Light until it is asked, since the console asks before it has loaded what talks to a platform.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aicx_tui.credentials import Credentials
from aicx_tui.errors import AicxError
from aicx_tui.os_keyring import SILENT_SECONDS
from aicx_tui.services.rotation_journal import RotationJournal
from aicx_tui.settings import Context

if TYPE_CHECKING:
    from aicx_tui.services.rotation_keeping import Means, Rescue, Step
    from aicx_tui.services.token_places import TokenPlace

Tell = Callable[[str], None]
"""Tells a person something; it waits for no answer."""


def means_for(
    context: Context,
    credentials: Credentials,
    home: Path,
    *,
    patience: float = SILENT_SECONDS,
    place: TokenPlace | None = None,
    rescue: Rescue | None = None,
    told: Callable[[Step], None] | None = None,
    known_human: str = "",
) -> Means:
    """What a rotation in a context works with.

    Args:
        context: Whose token.
        credentials: The secrets of this run.
        home: The one place for files.
        patience: Seconds that the keyring may take.
        place: Where the token goes; the keyring without it.
        rescue: What is done with a token that no place takes.
        told: Is told each step.
        known_human: The id of a human that the platform has.
    """
    from aicx_tui.services.rotation_keeping import Means, give_up
    from aicx_tui.services.token_places import KeyringPlace

    return Means(
        context=context,
        credentials=credentials,
        journal=RotationJournal(home, context),
        place=place or KeyringPlace(context, credentials, patience=patience),
        told=told or (lambda _: None),
        rescue=rescue or give_up,
        known_human=known_human,
    )


async def take_up_if_cut_off(
    context: Context, credentials: Credentials, home: Path, *, tell: Tell
) -> None:
    """Wait until no process replaces the token of a context, and finish what was cut off.

    What was found is told, and why nothing could be found out; nothing is raised, since what
    signs in may work anyway.
    """
    journal = RotationJournal(home, context)
    if context.source != "config" or not journal.exists:
        return
    from aicx_tui.services.rotation import take_up

    try:
        if (found := await take_up(means_for(context, credentials, home))) is not None:
            tell(f"{found.message} {found.hint}".rstrip())
    except AicxError as problem:
        tell(f"{problem.message} {problem.hint}".rstrip())
