"""One human in full: the details, the history of changes, or the platform's own JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from aicx_tui.errors import AicxError
from aicx_tui.storage.record import LOCAL
from aicx_tui.text import MISSING, clean, fit
from aicx_tui.tui.keys import binding
from aicx_tui.tui.moments import absolute
from aicx_tui.tui.reader import Reader
from aicx_tui.tui.widgets.human_columns import NOT_THERE_YET

if TYPE_CHECKING:
    from pydantic import JsonValue

    from aicx_tui.models.human import Human
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.services.outbox import Outbox
    from aicx_tui.storage.audit import Entry
    from aicx_tui.storage.changes import Change

Tab = Literal["details", "history", "json"]

TABS: tuple[tuple[Tab, str], ...] = (
    ("details", "Details"),
    ("history", "History"),
    ("json", "JSON"),
)

QUIET = "$quiet"
BESIDE_TITLE = 4
"""Cells that a pane's title leaves to its corners; a name that is longer stands below it too."""

MAX_NAME_WIDTH = 18
MAX_JSON_CHARACTERS = 100_000


class HumanDetail(VerticalScroll):
    """The pane beside the list.

    Args:
        reader: Where times are shown, and how.
        tags: The definitions of tags by id, asked for at each painting.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("humans.tab", "turn_tab(1)"),
        binding("humans.tab-back", "turn_tab(-1)"),
        Binding("down,j", "scroll_down", "Down", show=False),
        Binding("up,k", "scroll_up", "Up", show=False),
    ]

    @dataclass
    class HistoryRead(Message):
        """It was read what was changed of a human, or why that cannot be."""

        human_id: str
        waiting: Sequence[Change] = ()
        entries: Sequence[Entry] = ()
        problem: str = ""

    human: reactive[Human | None] = reactive(None)
    tab: reactive[Tab] = reactive[Tab]("details")

    def __init__(
        self,
        *,
        reader: Reader,
        tags: Callable[[], Mapping[str, TagDefinition]],
        id: str,  # noqa: A002  # as every widget calls it
    ) -> None:
        super().__init__(id=id)
        self._reader = reader
        self._tags = tags
        self._body = Static(markup=False)
        self._history: HumanDetail.HistoryRead | None = None
        self.outbox: Callable[[], Outbox | None] = lambda: None

    def compose(self) -> ComposeResult:
        """One text; many small widgets would slow the first paint."""
        yield self._body

    def on_mount(self) -> None:
        """Paint the empty pane."""
        self.paint()

    def on_resize(self) -> None:
        """Lay the values out anew."""
        self.paint()

    def watch_human(self, before: Human | None, after: Human | None) -> None:
        """Show another human, from its top unless it is the same one read again."""
        if before is None or after is None or before.id != after.id:
            self.scroll_home(animate=False)
            self.read_history()
        self.paint()

    def watch_tab(self) -> None:
        """Show another side."""
        self.scroll_home(animate=False)
        self.read_history()
        self.paint()

    def action_turn_tab(self, tabs: int) -> None:
        """Go to another tab; behind the last comes the first."""
        names = [name for name, _ in TABS]
        self.tab = names[(names.index(self.tab) + tabs) % len(names)]

    def read_history(self) -> None:
        """Read what was changed of the human, where that is shown."""
        outbox = self.outbox() if self.tab == "history" and self.human is not None else None
        if self.human is not None and outbox is not None:
            self._read_history(self.human.id, outbox)

    @work(exclusive=True, group="history")
    async def _read_history(self, human_id: str, outbox: Outbox) -> None:
        from aicx_tui.tui.human_history import MOST_ENTRIES  # only when asked for

        try:
            waiting = await outbox.listed(human_id=human_id)
            entries = await outbox.history(human_id, limit=MOST_ENTRIES + 1)
        except AicxError as error:
            self.post_message(self.HistoryRead(human_id, problem=error.message))
        else:
            self.post_message(self.HistoryRead(human_id, waiting, entries))

    def on_human_detail_history_read(self, message: HistoryRead) -> None:
        """Show it, unless another human is shown by now."""
        message.stop()
        self._history = message
        self.paint()

    def paint(self) -> None:
        """Show the human as it is, by the names that its tags have now."""
        if not self.is_mounted:
            return
        self.border_title = Content(clean(self.human.fullname or MISSING) if self.human else "")
        self.border_subtitle = _tab_line(self.tab) if self.human else ""
        self._body.update(self._content())

    def _content(self) -> Content:
        if self.human is None:
            return Content("")
        if self.tab == "json":
            return json_content(self.human)
        width = self.scrollable_content_region.width
        if self.tab == "history":
            return self._history_content(self.human, width)
        return details_content(self.human, tags=self._tags(), reader=self._reader, width=width)

    def _history_content(self, human: Human, width: int) -> Content:
        from aicx_tui.tui.human_history import history_content  # only when asked for

        read = self._history
        if read is None or read.human_id != human.id:
            return Content.styled("reading …", "$quiet")
        if read.problem:
            return Content.assemble(("! ", "bold $warning"), clean(read.problem))
        return history_content(
            read.waiting, read.entries, tags=self._tags(), reader=self._reader, width=width
        )


def _tab_line(tab: Tab) -> Content:
    titles = [Content.styled(said, "bold underline" if n == tab else "") for n, said in TABS]
    return Content(" · ").join(titles)


def details_content(
    human: Human, *, tags: Mapping[str, TagDefinition], reader: Reader, width: int
) -> Content:
    """The fields of a human, then its tags and notes.

    Args:
        human: Whose.
        tags: Definitions by id; a tag without one goes by its id.
        reader: Where times are shown, and how.
        width: Cells of a line; a value that does not fit beside its name goes below it.
    """
    from aicx_tui.models.human import MASK  # pydantic is loaded once there is a human

    # Lists come without tokens: only a human read by itself is known to have one or none.
    is_told = "access_token" in human.document
    token = [("Token", MASK if human.access_token else None)] if is_told else []
    name = clean(human.fullname or "")
    titled = [] if cell_len(name) <= width - BESIDE_TITLE else [("Name", human.fullname)]
    fields = [
        *titled,
        ("E-mail", human.email),
        ("Phone", human.phone_number),
        ("UID", human.uid),
        ("Picture", human.profile_pic_id),
        *token,
        ("Created", absolute(human.created_at, reader=reader)),
        ("Updated", absolute(human.updated_at, reader=reader)),
    ]
    named = [(tags[t.id].name if t.id in tags else t.id, t.value) for t in human.tags]
    human_id = NOT_THERE_YET if human.id.startswith(LOCAL) else clean(human.id)
    lines = [Content.styled(human_id, QUIET), Content("")]
    lines += _pairs(fields, width=width)
    lines += [Content(""), Content.styled("Tags", "bold")]
    lines += _pairs(named, width=width) or [Content.styled(MISSING, QUIET)]
    if human.notes is not None:
        lines += [Content(""), Content.styled("Notes", "bold"), Content(_notes(human.notes))]
    return Content("\n").join(lines)


def json_content(human: Human) -> Content:
    """The platform's own object, its secret masked."""
    from aicx_tui.services.documents import masked  # pydantic is loaded once there is a human

    document = masked(human)
    if human.id.startswith(LOCAL):
        document.pop("id", None)
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return Content(clean(text, multiline=True, limit=MAX_JSON_CHARACTERS))


def _pairs(pairs: Sequence[tuple[str, str | None]], *, width: int) -> list[Content]:
    """Names in one column and values in the next."""
    names = min(max((cell_len(clean(name)) for name, _ in pairs), default=0), MAX_NAME_WIDTH)
    lines = []
    for name, value in pairs:
        shown = clean(value) if value else MISSING
        gap = "  " if names + 2 + cell_len(shown) <= width else "\n"
        style = "" if value else QUIET
        lines.append(Content.assemble((fit(name, names), QUIET), gap, (shown, style)))
    return lines


def _notes(notes: JsonValue) -> str:
    text = notes if isinstance(notes, str) else json.dumps(notes, indent=2, ensure_ascii=False)
    return clean(text, multiline=True)
