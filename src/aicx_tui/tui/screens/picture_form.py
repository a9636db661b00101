"""A form with a field for a picture's file, which can be looked for and is seen before it goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static
from typing_extensions import override

from aicx_tui.config import NO_IMAGES
from aicx_tui.errors import UsageError
from aicx_tui.services.pictures import FIELD, Picture, in_half_blocks, read_picture
from aicx_tui.text import clean
from aicx_tui.tui.paths import full_path
from aicx_tui.tui.profile_lines import picture_lines
from aicx_tui.tui.screens.dialog import AnswerT
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.avatar import ground_of

if TYPE_CHECKING:
    from aicx_tui.tui.app import AicxApp

PICTURES = "PNG, JPEG, WebP or GIF, at most 2 MiB. ctrl+o looks for one."
TAKE_AWAY = "-"
"""Typed in place of a file, to have no picture."""

COLUMNS, LINES = 14, 6


async def picture_at(name: str) -> Picture:
    """The picture in a file as a person names it.

    Raises:
        UsageError: It is none.
    """
    return await read_picture(full_path(name))


class PictureFormScreen(FormScreen[AnswerT]):
    """A form of which one field names a picture's file."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "look_for_file", "Find a file", priority=True, show=False)
    ]

    @dataclass
    class Seen(Message):
        """The file that is named now holds a picture, or none that could be shown."""

        content: Content | None

    @override
    def below_fields(self) -> ComposeResult:
        self._preview = Static("", id="preview", markup=False)
        self._preview.display = False
        yield self._preview

    @on(Input.Changed, f"#{FIELD}")
    def _named(self, event: Input.Changed) -> None:
        """Show what is in the file, as far as one is named already."""
        if cast("AicxApp", self.app).setup.config.images != NO_IMAGES:
            self._see(event.value.strip())

    @work(exclusive=True, group="seeing")
    async def _see(self, name: str) -> None:
        try:
            picture = await picture_at(name) if name not in ("", TAKE_AWAY) else None
            seen = await self._seen(picture) if picture is not None else None
        except UsageError:
            seen = None  # that is said when it is to be sent
        self.post_message(self.Seen(seen))

    async def _seen(self, picture: Picture) -> Content:
        ground = ground_of(self.app)
        cells = await in_half_blocks(picture.content, columns=COLUMNS, lines=LINES, on=ground)
        size = f"{picture.kind}, {picture.width} × {picture.height} pixels"
        return Content.assemble(picture_lines(cells), ("\n" + clean(size), "$quiet"))

    def on_picture_form_screen_seen(self, message: Seen) -> None:
        """Show it, or nothing."""
        self._preview.display = message.content is not None
        if message.content is not None:
            self._preview.update(message.content)
            self._form.forget_problem(FIELD)
        self.on_resize()

    @property
    @override
    def _lines_around(self) -> int:
        return super()._lines_around + (LINES + 1 if self._preview.display else 0)

    def action_look_for_file(self) -> None:
        """Look through folders for the file."""
        if self._is_busy:
            return
        from aicx_tui.tui.screens.find_picture import FindPictureScreen  # only when asked for

        self.app.push_screen(FindPictureScreen(_folder_of(self._typed)), self._found)

    @property
    def _typed(self) -> str:
        return self.query_one(f"#{FIELD}", Input).value.strip()

    def _found(self, path: Path | None) -> None:
        if path is not None:
            field = self.query_one(f"#{FIELD}", Input)
            field.value = str(path)
            field.cursor_position = len(field.value)  # the file's name is at the end
            field.focus()


def _folder_of(typed: str) -> Path:
    """Where to look first: where what was typed so far lies, else at home."""
    home = full_path("~")
    try:
        path = full_path(typed) if typed else home
    except UsageError:
        path = home
    while not path.is_dir():
        path = path.parent
    return path
