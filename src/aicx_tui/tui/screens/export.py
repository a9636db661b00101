"""Asks where and in which form, and writes humans to a file."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from textual import on
from textual.widgets import Input
from typing_extensions import override

from aicx_tui.errors import UsageError
from aicx_tui.numerals import grouped
from aicx_tui.services.exporting import ExportForm, checked_destination, export
from aicx_tui.services.pace import Pace
from aicx_tui.services.spreadsheet import Sheet
from aicx_tui.tui.paths import full_path
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field
from aicx_tui.tui.widgets.one_of import OneOf

if TYPE_CHECKING:
    from aicx_tui.models.human import Human
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.services.columns import Columns

FORMS: tuple[tuple[ExportForm, str], ...] = (
    ("csv", "CSV"),
    ("jsonl", "JSON Lines"),
    ("json", "JSON"),
)

SHOWN, EVERY = "shown", "every"


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was written.

    Attributes:
        path: Where.
        count: How many humans.
    """

    path: Path
    count: int


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Who is exported.

    Attributes:
        said: How many, in words.
        total: How many, where that is known.
        humans: Reads them, from the first.
        tags: Definitions that name the columns of tags.
        columns: Those of the list.
    """

    said: str
    total: int | None
    humans: Callable[[], AsyncGenerator[Human]]
    tags: tuple[TagDefinition, ...]
    columns: Columns


class ExportScreen(FormScreen[Exported]):
    """A form for a file; answers with what was written.

    Args:
        chosen: Who is exported.
        clock: Seconds; injected so that tests can hold time still.
    """

    SENDS = "write"
    AT_STAKE = "An export is being written."
    BUSY = "Writing …"
    GIVEN_UP = "Stopped; nothing was written."

    def __init__(self, chosen: Chosen, *, clock: Callable[[], float] = time.monotonic) -> None:
        fields = (
            Field("file", "File", "~ is your home folder.", value="humans.csv"),
            Field("kind", "Form", value="csv", choices=FORMS),
            Field(
                "which",
                "Columns",
                "Of CSV; JSON is always whole.",
                value=SHOWN,
                choices=((SHOWN, "as shown"), (EVERY, "every field")),
            ),
        )
        super().__init__(f"Export {chosen.said}", fields, advice="Access tokens are masked.")
        self._chosen = chosen
        self._clock = clock
        self._warned_of: Path | None = None

    def on_mount(self) -> None:
        """Let what is typed take the place of the name."""
        super().on_mount()
        self.query_one(Input).action_select_all()

    @on(OneOf.Changed)
    def _form_changed(self, message: OneOf.Changed) -> None:
        """Let the name end as the form does, where it ended as another."""
        field = self.query_one(Input)
        stem, dot, ending = field.value.rpartition(".")
        forms = get_args(ExportForm)
        if dot and ending in forms and message.value in forms:
            field.value = f"{stem}.{message.value}"

    @override
    async def send(self, values: dict[str, str]) -> Exported:
        path = full_path(values["file"])
        form = next(form for form, _ in FORMS if form == values["kind"])
        if path.is_file() and path != self._warned_of:
            self._warned_of = path
            raise UsageError(
                f"{path} is there already. Nothing was written.",
                hint="Enter again replaces it; or give another name.",
            )
        shown = self._chosen.columns if values["which"] == SHOWN else ()
        destination = checked_destination(path, replaces=path == self._warned_of)
        pace, total = Pace(clock=self._clock), self._chosen.total
        async with aclosing(self._chosen.humans()) as humans:
            count = await export(
                humans,
                destination,
                form=form,
                sheet=Sheet(self._chosen.tags, shown),
                told=lambda count: self.tell_progress(pace, count, total),
            )
        return Exported(path=path, count=count)


def toast(exported: Exported, *, wanted: int | None) -> str:
    """What to say of what was written; those who are gone since are counted too."""
    humans = "1 human" if exported.count == 1 else f"{grouped(exported.count)} humans"
    gone = max((wanted or 0) - exported.count, 0)
    said = f"{humans} in {exported.path}."
    return f"{said} {grouped(gone)} of the marked are not known any more." if gone else said
