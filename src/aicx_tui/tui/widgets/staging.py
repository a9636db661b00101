"""What is to be done to humans, line by line, and how many that would change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from aicx_tui.errors import AicxError
from aicx_tui.numerals import grouped
from aicx_tui.services.field_words import field_name
from aicx_tui.services.tagging import Staged
from aicx_tui.text import clean, fit
from aicx_tui.tui.change_words import said

if TYPE_CHECKING:
    from aicx_tui.services.bulk import Preview
    from aicx_tui.services.field_words import Tags

MOST_LINES = 4
"""Lines of what is staged; how much more there is is said."""

NAME_CELLS = 24

SAMPLES = 3
"""Humans that are shown as they are and would be."""

LOW_LINES = 30
"""Of a screen that has room for one of them only."""


class Staging(Vertical):
    """Lists what is staged, and counts in the background whom it would change.

    Args:
        tags: Definitions by id.
        preview: Counts; None where it is plain to see, as for one human.
    """

    DEFAULT_CSS = "Staging { height: auto; }"

    @dataclass
    class Counted(Message):
        """It is known what would change."""

        staged: Staged
        preview: Preview

    @dataclass
    class NotCounted(Message):
        """It could not be found out."""

        error: AicxError

    def __init__(
        self,
        tags: Tags,
        *,
        preview: Callable[[Staged], Awaitable[Preview]] | None,
    ) -> None:
        super().__init__(id="staging")
        self.staged: dict[str, str | None] = {}
        self._tags = tags
        self._preview = preview
        self._lines = Static("", id="staged", markup=False)
        self._counts = Static("", id="counts", markup=False)
        self._sample = Static("", id="sample", markup=False)

    def compose(self) -> ComposeResult:
        """A line for each, one about all of them, and some humans as they would be."""
        yield self._lines
        yield self._counts
        yield self._sample

    def on_mount(self) -> None:
        """Take no room while there is nothing."""
        self._paint()

    @property
    def said(self) -> str:
        """What is staged, in a few words; empty where nothing is."""
        names = [field_name(field, self._tags) for field in self.staged]
        more = f" and {grouped(len(names) - 2)} more" if len(names) > 2 else ""
        return ", ".join(name[:NAME_CELLS] for name in names[:2]) + more

    def put(self, field: str, value: str | None) -> None:
        """Stage a value, in place of what was staged for the field."""
        self.staged.pop(field, None)  # the latest is the last
        self.staged[field] = value
        self._paint()

    def take_last(self) -> str:
        """Let go of what was staged last, and answer with its field."""
        field = self.staged.popitem()[0] if self.staged else ""
        self._paint()
        return field

    def say(self, counts: str, sample: Sequence[str] = ()) -> None:
        """Say something of it."""
        for widget, text in ((self._counts, counts), (self._sample, "\n".join(sample))):
            widget.update(Content.styled(clean(text, multiline=True), "$quiet"))
            widget.display = bool(text)

    def _paint(self) -> None:
        self.display = bool(self.staged)
        self._lines.update(Content("\n").join(self._staged_lines()))
        self.workers.cancel_group(self, "counting")
        is_counted = self._preview is not None and bool(self.staged)
        self.say("counting …" if is_counted else "")
        if is_counted:
            self._count(dict(self.staged))

    def _staged_lines(self) -> list[Content]:
        latest = list(self.staged.items())[-MOST_LINES:]
        names = {field: field_name(field, self._tags) for field, _ in latest}
        cells = min(max((cell_len(name) for name in names.values()), default=0), NAME_CELLS)
        more = len(self.staged) - len(latest)
        lines = [Content.styled(f"{grouped(more)} more, and", "$quiet")] if more else []
        for field, value in latest:
            without = "remove" if field.startswith("tag:") else "clear"
            after = (without, "$warning") if value is None else (clean(value, limit=200), "")
            lines.append(Content.assemble(fit(names[field], cells), ("  →  ", "$quiet"), after))
        return lines

    @work(exclusive=True, group="counting")
    async def _count(self, staged: Staged) -> None:
        if self._preview is None:
            return
        try:
            self.post_message(self.Counted(staged, await self._preview(staged)))
        except AicxError as error:
            self.post_message(self.NotCounted(error))

    def on_staging_counted(self, message: Counted) -> None:
        """Say it, unless something else is staged by now."""
        message.stop()
        if message.staged == self.staged:
            room = SAMPLES if self.screen.size.height > LOW_LINES else 1
            lines = sample_lines(message.preview, self._tags)[:room]
            self.say(preview_said(message.preview), lines)

    def on_staging_not_counted(self, message: NotCounted) -> None:
        """Say why."""
        message.stop()
        self.say(f"It could not be counted whom this changes. {message.error.message}")


def preview_said(preview: Preview) -> str:
    """What would change, such as `10 would change, 2 stay as they are`."""
    parts: Sequence[tuple[int, str, str]] = (
        (preview.staying, "1 stays as it is", "{} stay as they are"),
        (preview.unknown, "1 is not in the local copy", "{} are not in the local copy"),
    )
    others = (
        one if count == 1 else many.format(grouped(count)) for count, one, many in parts if count
    )
    return ", ".join([f"{grouped(preview.changing)} would change", *others])


def sample_lines(preview: Preview, tags: Tags) -> list[str]:
    """Some humans as they are and would be, such as `Jane Doe: Merchant Silver → Gold`."""
    lines = []
    for name, differences in preview.sample[:SAMPLES]:
        others = [one for one in differences if one.before != one.after]
        changes = ", ".join(f"{d.field} {d.before} → {d.after}" for d in said(others, tags))
        lines.append(f"{clean(name, limit=40)}: {clean(changes, limit=120)}")
    return lines
