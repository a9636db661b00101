"""What a rotation works with, put together for a context; and what a start does about one.

Light until it is asked, since the console asks before it has loaded what talks to a platform.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aicx_tui.credentials import Credentials
from aicx_tui.errors import AicxError, UsageError
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
    told: Callable[[Step], object] | None = None,
    known_human: str = "",
    is_human_named: bool = False,
) -> Means:
    """What a rotation in a context works with.

    Args:
        context: Whose token.
        credentials: The secrets of this run.
        home: The one place for files.
        patience: Seconds that the keyring may take.
        place: Where the token goes; without it the keyring, or memory for the sandbox.
        rescue: What is done with a token that no place takes.
        told: Is told each step.
        known_human: The id of a human that the platform has.
        is_human_named: Whether a person named it.

    Raises:
        UsageError: The environment describes the context, and no place is given.
    """
    from aicx_tui.services.rotation_keeping import Means, give_up

    return Means(
        context=context,
        credentials=credentials,
        journal=RotationJournal(home, context),
        place=place or _own_place(context, credentials, patience),
        told=told or (lambda _: None),
        rescue=rescue or give_up,
        known_human=known_human,
        is_human_named=is_human_named,
    )


def _own_place(context: Context, credentials: Credentials, patience: float) -> TokenPlace:
    from aicx_tui.services.token_places import KeyringPlace, MemoryPlace

    if context.source == "environment":
        raise UsageError(
            "The token of this run comes from AICX_TOKEN, which aicx cannot change: a new one "
            "would be kept nowhere. Nothing was issued or replaced.",
            hint="Describe the platform as a context, whose token the keyring keeps: aicx contexts "
            "add NAME --kind … --url …, then aicx login --context NAME. Or let a command write it "
            "to a file: aicx token rotate --save-to FILE",
        )
    if context.source == "sandbox":
        return MemoryPlace(context, credentials)
    return KeyringPlace(context, credentials, patience=patience)


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
