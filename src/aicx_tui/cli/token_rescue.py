"""What a command does with a new token that the keyring does not take."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from aicx_tui.cli.asking import asked, can_ask
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import AicxError, KeyringUnavailableError
from aicx_tui.services.rotation_keeping import Stranded, give_up
from aicx_tui.services.token_places import FilePlace

CHOICES = (
    "r: try the keyring again (unlock it first) · s: show the token once · f: save it to a file"
)


class Rescuer:
    """Does not let go of a token before it is safe, where somebody can be asked.

    Args:
        place: The file that `--save-to` names; None for none.
        file_at: What a file that a person names is as a place.
    """

    def __init__(self, place: FilePlace | None, *, file_at: Callable[[Path], FilePlace]) -> None:
        self._place = place
        self._file_at = file_at

    async def __call__(self, stranded: Stranded) -> str:
        """Save it to the file that was named, else ask until it is safe.

        Returns:
            Where it is; empty where the keyring took it after all.

        Raises:
            KeyringUnavailableError: It is nowhere, and nobody can be asked.
        """
        if self._place is not None:
            try:
                await self._place.put(stranded.token)
            except AicxError as problem:
                narrate(problem.message)
            else:
                return self._place.name
        if not can_ask():
            return await give_up(stranded)
        narrate(
            "A new token was issued, and the one before is dead. The keyring did not take the new "
            f"one: {stranded.problem.message}"
        )
        while (place := await self._answered(stranded)) is None:
            continue
        return place

    async def _answered(self, stranded: Stranded) -> str | None:
        answer = (await asked(f"{CHOICES} >")).lower()
        try:
            if answer == "r":
                await stranded.retry()
                return ""
            if answer == "s":
                return await _shown(stranded)
            if answer == "f":
                place = self._file_at(Path(await asked("File:")))
                await place.put(stranded.token)
                return place.name
        except KeyringUnavailableError as problem:
            narrate(problem.message)  # what it advises, as signing out, would lose the token
        except AicxError as problem:
            narrate(f"{problem.message} {problem.hint}".rstrip())
        return None


async def _shown(stranded: Stranded) -> str | None:
    """Write the token to the terminal alone, never to where the output goes."""
    sys.stderr.write(stranded.token.get_secret_value() + "\n")
    sys.stderr.flush()
    answer = await asked("Is it noted? Type yes:")
    return "shown on the terminal once" if answer.lower() == "yes" else None
