"""One human in full: the details, or the platform's own object as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from aicx_tui.text import MISSING, clean, fit
from aicx_tui.tui.keys import binding
from aicx_tui.tui.moments import absolute

if TYPE_CHECKING:
    from pydantic import JsonValue

    from aicx_tui.models.human import Human
    from aicx_tui.models.tag import TagDefinition

Tab = Literal["details", "json"]

QUIET = "$quiet"
BESIDE_TITLE = 4
"""Cells that a pane's title leaves to its corners; a name that is longer stands below it too."""

MAX_NAME_WIDTH = 18
MAX_JSON_CHARACTERS = 100_000


class HumanDetail(VerticalScroll):
    """The pane beside the list.

    Args:
        zone: Where times are shown; None for the system's own zone.
        tags: The definitions of tags by id, asked for at each painting.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("humans.tab", "switch_tab"),
        Binding("down,j", "scroll_down", "Down", show=False),
        Binding("up,k", "scroll_up", "Up", show=False),
    ]

    human: reactive[Human | None] = reactive(None)
    tab: reactive[Tab] = reactive[Tab]("details")

    def __init__(
        self,
        *,
        zone: tzinfo | None,
        tags: Callable[[], Mapping[str, TagDefinition]],
        id: str,  # noqa: A002  # as every widget calls it
    ) -> None:
        super().__init__(id=id)
        self._zone = zone
        self._tags = tags
        self._body = Static(markup=False)

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
        self.paint()

    def watch_tab(self) -> None:
        """Show the other side."""
        self.scroll_home(animate=False)
        self.paint()

    def action_switch_tab(self) -> None:
        """Go from the details to the JSON, or back."""
        self.tab = "json" if self.tab == "details" else "details"

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
        return details_content(self.human, tags=self._tags(), zone=self._zone, width=width)


def _tab_line(tab: Tab) -> Content:
    details, other = ("bold underline", "") if tab == "details" else ("", "bold underline")
    return Content.assemble(("Details", details), " · ", ("JSON", other))


def details_content(
    human: Human, *, tags: Mapping[str, TagDefinition], zone: tzinfo | None, width: int
) -> Content:
    """The fields of a human, then its tags and notes.

    Args:
        human: Whose.
        tags: Definitions by id; a tag without one goes by its id.
        zone: Where times are shown.
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
        ("Created", absolute(human.created_at, zone=zone)),
        ("Updated", absolute(human.updated_at, zone=zone)),
    ]
    named = [(tags[t.id].name if t.id in tags else t.id, t.value) for t in human.tags]
    lines = [Content.styled(clean(human.id), QUIET), Content("")]
    lines += _pairs(fields, width=width)
    lines += [Content(""), Content.styled("Tags", "bold")]
    lines += _pairs(named, width=width) or [Content.styled(MISSING, QUIET)]
    if human.notes is not None:
        lines += [Content(""), Content.styled("Notes", "bold"), Content(_notes(human.notes))]
    return Content("\n").join(lines)


def json_content(human: Human) -> Content:
    """The platform's own object, its secret masked."""
    from aicx_tui.services.documents import masked  # pydantic is loaded once there is a human

    text = json.dumps(masked(human), indent=2, ensure_ascii=False)
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
