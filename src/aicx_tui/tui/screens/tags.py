"""The definitions of tags: what there is, who has it, and for admins defining them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from typing_extensions import override

from aicx_tui.errors import AicxError
from aicx_tui.services.tag_defining import Definitions, definitions_of
from aicx_tui.storage.query.words import quoted
from aicx_tui.text import clean
from aicx_tui.tui.defining_tags import (
    DEFINE,
    DELETE,
    EDIT,
    ask_for_definition,
    ask_whether_to_delete,
    why_not,
)
from aicx_tui.tui.keys import binding
from aicx_tui.tui.list_state import Queue
from aicx_tui.tui.screens.place import PlaceScreen
from aicx_tui.tui.tag_lines import name_cells
from aicx_tui.tui.tag_rows import no_tags, tag_row

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.services.directory import Directory
    from aicx_tui.tui.keymap import Keymap
    from aicx_tui.tui.screens.humans import HumansScreen

ACTION_IDS = {"define": DEFINE, "edit": EDIT, "delete": DELETE}

WIDE = 100
"""Cells from which on a colour is written out, too."""


class TagList(OptionList):
    """The rows; Enter shows who has one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "who has it", key_display="Enter"),
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]


class TagsScreen(PlaceScreen):
    """Lists the tags of a context as the local copy knows them.

    Args:
        humans: The list of the humans that have them.
        keymap: The keys that hold in this run.
    """

    AUTO_FOCUS = "#definitions"

    BINDINGS: ClassVar[list[BindingType]] = [
        binding(DEFINE, "define", at_once=True),
        binding(EDIT, "edit", at_once=True),
        binding(DELETE, "delete", at_once=True),
    ]

    @dataclass
    class Counted(Message):
        """It is known how many humans have a tag."""

        tag_id: str
        count: int

    class Changed(Message):
        """The definitions were read anew."""

    @dataclass
    class Refused(Message):
        """They could not be."""

        error: AicxError

    def __init__(self, humans: HumansScreen, keymap: Keymap) -> None:
        super().__init__(humans, keymap)
        self._tags: dict[str, TagDefinition] = {}
        self._counts: dict[str, int] = {}
        self._counted: object = None
        self._wanted = ""
        self._rows = TagList(id="definitions", markup=False, compact=True)
        self._notice = Static("", id="notice", markup=False)
        self._box = Vertical(self._rows, self._notice, id="tags")

    @property
    def _directory(self) -> Directory | None:
        return self.humans.directory

    @property
    def _definitions(self) -> Definitions | None:
        access = self.aicx.places.access
        return definitions_of(access, self.humans.session) if access is not None else None

    @property
    def _is_local(self) -> bool:
        return self._definitions is not None and self._definitions.is_local

    @override
    def body(self) -> ComposeResult:
        yield self._box

    def on_mount(self) -> None:
        """Follow what is read."""
        self.humans.sending.looked.subscribe(self, self._looked)
        self._list()

    def on_resize(self) -> None:
        """Cut the rows to the width."""
        self._show()

    # What is shown

    def _looked(self, _: Queue) -> None:
        self._list()

    def _list(self) -> None:
        """Show the tags that there are now, and count again where anything is another."""
        self.paint_header()
        self._frame()
        directory = self._directory
        found = directory.tags.values() if directory is not None else ()
        tags = {tag.id: tag for tag in sorted(found, key=lambda tag: tag.name.casefold())}
        is_other = list(tags.values()) != list(self._tags.values())
        self._tags = tags
        if is_other or self._counted is None or self._wanted in tags:
            self._show()
        if directory is not None and (is_other or directory.revision != self._counted):
            self._counted = directory.revision
            self._count(directory, list(tags))
        self.refresh_bindings()

    def _frame(self) -> None:
        where = ", kept on this machine" if self._is_local else ""
        self._box.border_title = Content(f"Tag definitions{where}")
        self._box.border_subtitle = Content(clean(self._why_not(DEFINE)))

    def _show(self) -> None:
        held, place = self._wanted or self._held, self._rows.highlighted or 0
        ids = list(self._tags)
        self._rows.set_options([Option(self._line(tag_id), id=tag_id) for tag_id in ids])
        if ids:
            self._rows.highlighted = ids.index(held) if held in ids else min(place, len(ids) - 1)
        if self._wanted in ids:
            self._wanted = ""
        if not ids:
            self._notice.update(
                no_tags(
                    is_local=self._is_local,
                    is_read=self._directory is not None and self._directory.knows_all_tags,
                    key=self.keymap.shown(DEFINE),
                    refused=self._why_not(DEFINE),
                )
            )
        self.set_class(not ids, "-noticed")
        self.give_keys(self._rows)

    def _line(self, tag_id: str) -> Content:
        cells = name_cells(self._tags.values())
        is_wide = self.size.width >= WIDE
        count = self._counts.get(tag_id)
        return tag_row(self._tags[tag_id], count, cells=cells, is_wide=is_wide)

    @work(exclusive=True, group="counting")
    async def _count(self, directory: Directory, tag_ids: Sequence[str]) -> None:
        with suppress(AicxError):  # the list of humans says what is wrong with the mirror
            for tag_id in tag_ids:
                self.post_message(self.Counted(tag_id, await directory.count_tagged(tag_id)))

    @on(Counted)
    def _tag_counted(self, message: Counted) -> None:
        self._counts[message.tag_id] = message.count
        if message.tag_id in self._tags:
            self._rows.replace_option_prompt(message.tag_id, self._line(message.tag_id))

    @property
    def _held(self) -> str:
        at = self._rows.highlighted
        if at is None or at >= self._rows.option_count:
            return ""
        return self._rows.get_option_at_index(at).id or ""

    @property
    def _current(self) -> TagDefinition | None:
        return self._tags.get(self._held)

    @on(OptionList.OptionHighlighted)
    def _cursor_moved(self) -> None:
        self.refresh_bindings()

    # What keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what cannot be done here."""
        if action_id := ACTION_IDS.get(action):
            return None if self._why_not(action_id) else True
        return True

    def _why_not(self, action_id: str) -> str:
        return self.aicx.places.refusal(action_id) or self.refusal(action_id)

    def refusal(self, action_id: str) -> str:
        """Why an action cannot be done here now; empty where it can."""
        return why_not(
            action_id,
            definitions=self._definitions if self._directory is not None else None,
            session=self.humans.session,
            tag=self._current,
        )

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        """Show who has the tag."""
        event.stop()
        if (tag := self._current) is not None:
            self.dismiss()
            self.humans.find(f"tag:{quoted(tag.name)}")

    def action_define(self) -> None:
        """Ask for a new one."""
        self._ask_for(None)

    def action_edit(self) -> None:
        """Ask what the tag at the cursor is to be."""
        if (tag := self._current) is not None:
            self._ask_for(tag)

    def _ask_for(self, tag: TagDefinition | None) -> None:
        if (definitions := self._definitions) is not None:
            ask_for_definition(self.aicx, definitions, tag, ended=self._read, done=self._defined)

    def _defined(self, tag: TagDefinition) -> None:
        """Let the cursor go to it once it is listed."""
        self._wanted = tag.id
        self._list()

    async def action_delete(self) -> None:
        """Ask for the name of the tag at the cursor; what is typed waits for the dialog."""
        tag, definitions, directory = self._current, self._definitions, self._directory
        if tag is not None and definitions is not None and directory is not None:
            ask = partial(ask_whether_to_delete, self.aicx, directory, definitions, tag)
            await ask(ended=self._read, done=self.humans.read_anew)

    @work(group="reading")
    async def _read(self) -> None:
        """Let the local copy know what there is now."""
        directory, definitions = self._directory, self._definitions
        if directory is None or definitions is None:
            return
        try:
            if definitions.is_local:
                await directory.look()
            else:
                await directory.read_tags()
        except AicxError as error:
            self.post_message(self.Refused(error))
        else:
            self.post_message(self.Changed())

    @on(Changed)
    def _read_anew(self) -> None:
        self.humans.tags_changed()
        self._list()

    @on(Refused)
    def _not_read(self, message: Refused) -> None:
        self.aicx.report(message.error, title="The list is not up to date")
