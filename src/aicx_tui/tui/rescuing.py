"""Keeps a new token that no place took: the console is not left before it is safe."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from aicx_tui.credentials import Found
from aicx_tui.errors import AicxError
from aicx_tui.os_keyring import PROMPT_SECONDS
from aicx_tui.services.saved_tokens import SavedTokens
from aicx_tui.services.token_places import FilePlace, KeyringPlace
from aicx_tui.text import clean
from aicx_tui.tui.rotation_lines import SHOWN

if TYPE_CHECKING:
    from aicx_tui.services.rotation_keeping import Stranded
    from aicx_tui.settings import Context
    from aicx_tui.tui.screens.token_run import TokenRunScreen

WAYS = (
    ("r", "try the keyring again"),
    ("u", "unlock it: let it ask for its password"),
    ("s", "show the token once, to be noted"),
    ("f", "save it to a file, for its owner only"),
)


class Rescuing:
    """Asks a person where the token shall go, until it is somewhere.

    Args:
        screen: Over which it asks.
        context: Whose token.
        held: What signed in before.
    """

    def __init__(self, screen: TokenRunScreen, context: Context, held: Found | None) -> None:
        self._screen = screen
        self._context = context
        self._held = held
        self._stranded: Stranded | None = None
        self._answer: asyncio.Future[str] | None = None
        self._said = ""

    @property
    def is_waiting(self) -> bool:
        """Whether a token is kept nowhere but here."""
        return self._answer is not None and not self._answer.done()

    async def rescue(self, stranded: Stranded) -> str:
        """Wait until the token is safe.

        Returns:
            Where a person has it; empty where its place took it after all.
        """
        self._stranded, self._said = stranded, stranded.problem.message
        self._answer = asyncio.get_running_loop().create_future()
        self._screen.post_message(self._screen.IsStranded(stranded))
        return await self._answer

    def give_up(self) -> None:
        """Nobody is there any more; the journal says how it is had again, where that can be."""
        if self._answer is not None:
            self._answer.cancel()

    def lines(self, kept_nowhere: str) -> Iterator[Content]:
        """What happened, and what can be done."""
        yield Content.assemble(("! ", "bold $error"), (kept_nowhere, "bold"))
        yield Content.styled(clean(self._said, limit=400), "$quiet")
        for key, way in WAYS:
            yield Content.assemble(("  ", ""), (key, "bold $accent"), f"  {way}")

    def try_again(self) -> None:
        """Ask its place again."""
        if self._stranded is not None:
            self._attempt(self._stranded.retry(), "Trying again …")

    def unlock(self) -> None:
        """Ask the keyring and wait as long as somebody may type its password."""
        if self._stranded is None:
            return
        credentials = self._screen.aicx.setup.credentials
        place = KeyringPlace(self._context, credentials, patience=PROMPT_SECONDS)
        self._attempt(place.put(self._stranded.token), "Look for a window of the keyring …")

    def _attempt(self, work: Awaitable[None], said: str) -> None:
        self._say(said)
        self._screen.run_worker(self._attempted(work), group="rescuing", exclusive=True)

    async def _attempted(self, work: Awaitable[None]) -> None:
        try:
            await work
        except AicxError as problem:
            self._say(problem.message)  # what it advises, as signing out, would lose the token
        else:
            self._is_safe("")

    def show_once(self) -> None:
        """Show it, and ask whether it is noted."""
        from aicx_tui.tui.screens.token_once import TokenOnceScreen  # only when asked for

        if self._stranded is None:
            return

        def closed(is_noted: bool | None) -> None:
            if is_noted:
                self._is_safe(SHOWN)

        screen = TokenOnceScreen(self._context.name, self._stranded.token, asks=True)
        self._screen.app.push_screen(screen, closed)

    def ask_for_file(self, *, ahead: Callable[[FilePlace], None]) -> None:
        """Ask for a file and write the token there.

        Args:
            ahead: Takes the file where there is no new token yet.
        """
        from aicx_tui.tui.screens.token_forms import FileForm  # only when asked for

        token = self._stranded.token if self._stranded is not None else None

        def chosen(place: FilePlace | None) -> None:
            if place is not None and token is None:
                ahead(place)
            elif place is not None:
                self._is_safe(place.name)

        title = "Keep the new token in a file" if token is None else "Save the token to a file"
        form = FileForm(title, file_at=self._file_at, token=token)
        self._screen.app.push_screen(form, chosen)

    def _file_at(self, path: Path) -> FilePlace:
        """What a file that a person names is as a place for the token."""
        saved = SavedTokens(self._screen.aicx.setup.home)
        return FilePlace(path, saved=saved, held=self._held.secret if self._held else None)

    def _is_safe(self, place: str) -> None:
        self._stranded = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(place)

    def _say(self, text: str) -> None:
        self._said = text
        self._screen.show()
