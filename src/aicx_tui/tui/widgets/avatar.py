"""The user's picture, in half blocks or as the terminal paints it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual import work
from textual.app import App
from textual.color import Color
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from aicx_tui.config import BY_TERMINAL, NO_IMAGES
from aicx_tui.errors import AicxError
from aicx_tui.models.capability import Capability
from aicx_tui.services.pictures import in_half_blocks
from aicx_tui.tui.profile_lines import picture_lines

if TYPE_CHECKING:
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.own_profile import OwnProfile

COLUMNS, LINES = 20, 10


def ground_of(app: App[None]) -> tuple[int, int, int]:
    """What stands behind what is transparent in a picture."""
    return Color.parse(app.theme_variables.get("background", "#000000")).rgb


class Avatar(Static):
    """Is there while a picture is; each is read once."""

    @dataclass
    class Pictured(Message):
        """The picture can be shown."""

        avatar_id: str
        content: Content
        painted: Widget | None = None

    def __init__(self) -> None:
        super().__init__("", id="picture", markup=False)
        self._pictures: dict[str, Content] = {}
        self._painted: dict[str, Widget] = {}
        self._wanted = ""

    def hide(self) -> None:
        """Show none."""
        self._wanted = ""
        self.display = False

    def show(self, own: OwnProfile | None) -> None:
        """Show the one that the profile has now."""
        avatar = own.profile.avatar_id if own is not None and own.profile is not None else None
        is_other = avatar != self._wanted
        self._wanted = avatar or ""
        self._paint()
        if own is not None and self._wanted and is_other and self._wanted not in self._pictures:
            self._read(own, self._wanted)

    def _paint(self) -> None:
        picture = self._pictures.get(self._wanted)
        self.display = picture is not None
        if picture is None:
            return
        painted = self._painted.get(self._wanted)
        for child in self.children:
            child.display = child is painted
        if painted is not None and painted.parent is None:
            self.mount(painted)
        self.update("" if painted is not None else picture)

    @work(exclusive=True, group="picture")
    async def _read(self, own: OwnProfile, avatar_id: str) -> None:
        images = cast("AicxApp", self.app).setup.config.images
        if own.account is None or not own.can(Capability.FILES) or images == NO_IMAGES:
            return
        ground = ground_of(self.app)
        try:
            content = await own.account.picture(avatar_id)
            cells = await in_half_blocks(content, columns=COLUMNS, lines=LINES, on=ground)
        except AicxError:
            return  # the line says that there is one
        painted = None
        if images == BY_TERMINAL:
            from aicx_tui.tui.widgets import terminal_picture  # loaded before the console ran

            painted = await asyncio.to_thread(terminal_picture.painted, content)
        self.post_message(self.Pictured(avatar_id, picture_lines(cells), painted))

    def on_avatar_pictured(self, message: Pictured) -> None:
        """Show it, where it is the one that is wanted by now."""
        self._pictures[message.avatar_id] = message.content
        if message.painted is not None:
            self._painted[message.avatar_id] = message.painted
        self._paint()
