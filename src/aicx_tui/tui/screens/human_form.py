"""The form of one human, to create or to edit it; what looks odd is said and never refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, TextArea
from typing_extensions import override

from aicx_tui.errors import AicxError, MirrorError
from aicx_tui.models.human import WRITABLE_FIELDS, Human, HumanChanges, HumanDraft
from aicx_tui.services.drafts import NEW, Drafts, KeptDraft
from aicx_tui.services.human_edit import CLEARS_TOKEN, TOKEN, HumanEdit
from aicx_tui.services.oddities import oddities
from aicx_tui.storage.changes import Change
from aicx_tui.text import MISSING, clean
from aicx_tui.tui.human_fields import also, fields_of
from aicx_tui.tui.screens.form import UNSAVED, FormScreen
from aicx_tui.tui.screens.queueing_form import QueueingForm, Tried
from aicx_tui.tui.widgets.form import YesNo

Queue = Callable[[HumanDraft | HumanChanges, Human | None], Awaitable[Change]]
"""Queues a human to create or changes upon what is known of one; its draft goes with that."""

Read = Callable[[], Awaitable[Human]]
"""Reads the human as the platform has it."""

LookUp = Callable[[Mapping[str, str]], Awaitable[Mapping[str, Sequence[Human]]]]
"""Finds others that have what was typed, by field."""

REST_SECONDS = 0.3
"""How long nothing is typed before it is kept and checked."""

READ_SECONDS = 1.0
"""After which it is said that the platform has not told yet how the human is."""

USUAL_LINES = 30
"""Of the form, where most of it fits on the screen."""


class HumanFormScreen(QueueingForm):
    """Asks for the fields of a human; answers with the change once that is in the outbox.

    Args:
        human: As it is known now; None to create one.
        queue: Queues what differs.
        tried: Waits a moment for what the platform says to it.
        read: Reads it as the platform has it; None where it is not asked.
        look_up: Finds others with the same; None where nobody is looked for.
        drafts: Where what is typed survives a crash; None where it does not.
        when: Writes when a draft was kept.
        country: Whose phone numbers are written without a `+`.
        can_write_notes: Whether the platform takes notes.
        fields: What can be written of a human there.
    """

    SENDS = "save"
    BUSY = "Saving …"
    AT_STAKE = "A human is being saved."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "start_afresh", "Start afresh", priority=True, show=False)
    ]

    @dataclass
    class HumanRead(Message):
        """The platform said how the human is, or why it did not."""

        human: Human | None
        problem: str = ""

    @dataclass
    class DraftFound(Message):
        """What an earlier form left is known."""

        draft: KeptDraft | None

    @dataclass
    class DraftRefused(Message):
        """What is typed cannot be kept."""

        error: AicxError

    @dataclass
    class Checked(Message):
        """It is known what looks odd."""

        generation: int
        warnings: Mapping[str, Sequence[str]]

    def __init__(
        self,
        human: Human | None,
        *,
        queue: Queue,
        tried: Tried,
        read: Read | None = None,
        look_up: LookUp | None = None,
        drafts: Drafts | None = None,
        when: Callable[[datetime], str] = str,
        country: str = "",
        can_write_notes: bool = False,
        fields: Collection[str] = WRITABLE_FIELDS,
    ) -> None:
        self._edit = HumanEdit(human, can_write_notes=can_write_notes, fields=fields)
        name = clean(human.fullname or MISSING) if human is not None else ""
        title = f"Edit {name}" if human is not None else "New human"
        super().__init__(title, fields_of(self._edit), tried=tried)
        self._queue = queue
        self._read = read
        self._look_up = look_up
        self._drafts = drafts
        self._draft_id = human.id if human is not None else NEW
        self._when = when
        self._country = country
        self._source = ""
        self._continued: tuple[str, Mapping[str, str]] | None = None
        self._knows_draft = False
        self._is_over = False
        self._is_refused = False
        self._generation = 0
        self._rest: Timer | None = None

    @override
    def on_resize(self) -> None:
        """Keep the top where it is, however much is said below the fields while somebody types."""
        super().on_resize()
        top = max((self.size.height - USUAL_LINES) // 2, 0)
        self.query_one("#form").styles.margin = (top, 0, 0, 0)

    # What is known

    @override
    def start(self) -> None:
        self._edit.shown = self._texts
        self._form.start_at_first()
        if self._read is not None:
            self._read_human(self._read)
        if self._drafts is not None:
            self._find_draft(self._drafts)

    @work(group="reading")
    async def _read_human(self, read: Read) -> None:
        asked = asyncio.ensure_future(read())
        try:
            if not (await asyncio.wait({asked}, timeout=READ_SECONDS))[0]:
                self.post_message(self.HumanRead(None, "The platform has not answered yet."))
            self.post_message(self.HumanRead(await asked))
        except AicxError as error:
            self.post_message(self.HumanRead(None, error.message))
        finally:
            asked.cancel()

    def on_human_form_screen_human_read(self, message: HumanRead) -> None:
        """Let fields that nobody typed into hold what the platform has."""
        self._source = f"This is the local copy. {message.problem}"
        if message.human is not None:
            self._source = "As the platform has it now."
            is_untouched = self._can_start_afresh
            differing = self._edit.differing(self._form.typed)
            self._edit.human = message.human
            known = {name: self._edit.known(name) for name in self._edit.names}
            self._form.put({n: text for n, text in known.items() if n not in differing})
            self._edit.shown = self._texts | {name: known[name] for name in differing}
            if is_untouched and self._continued is not None:
                self._continued = self._continued[0], self._texts
        self._advise()

    @work(group="draft")
    async def _find_draft(self, drafts: Drafts) -> None:
        try:
            self.post_message(self.DraftFound(await drafts.read(self._draft_id)))
        except AicxError as error:
            self.post_message(self.DraftRefused(error))

    def on_human_form_screen_draft_found(self, message: DraftFound) -> None:
        """Go on where an earlier form was lost, but for what was typed into this one already."""
        self._knows_draft = True
        draft = message.draft
        if draft is None:
            return
        typed_now = self._edit.differing(self._form.typed)
        fields = {n: draft.fields[n] for n in self._edit.names if n in draft.fields}
        self._form.put({n: text for n, text in fields.items() if n not in typed_now})
        self._continued = f"Continued from a draft of {self._when(draft.at)}.", self._texts
        self._advise()

    def on_form_screen_refused(self, message: FormScreen.Refused) -> None:
        """Let nothing else take the place of why it was refused, until something is typed."""
        self._is_refused = True

    def on_human_form_screen_draft_refused(self, message: DraftRefused) -> None:
        """Say that a crash would lose what is typed."""
        self._drafts = None
        self._source = f"What is typed is not kept across a crash: {message.error.message}"
        self._advise()

    def _advise(self) -> None:
        if self._is_busy or self._is_refused:
            return
        lines = []
        if self._can_start_afresh and self._continued is not None:
            lines.append(f"{self._continued[0]} ctrl+z: start afresh.")
        lines.append(clean(self._source))
        self._tell(Content.styled("\n".join(filter(None, lines)), "$quiet"))

    # What is typed

    @property
    def _texts(self) -> dict[str, str]:
        """What the fields hold that a draft may hold."""
        typed = self._form.typed
        return {name: typed[name] for name in self._edit.names}

    @property
    @override
    def is_unsaved(self) -> bool:
        typed = self._form.typed
        return bool(self._edit.differing(typed) or typed.get(TOKEN) or typed.get(CLEARS_TOKEN))

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(YesNo.Turned)
    def _typed(self) -> None:
        """Keep and check it once nothing is typed for a moment."""
        self._is_refused = False
        if self._continued is not None and self._texts != self._continued[1]:
            self._continued = None
            self._advise()
        self._generation += 1
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, self._rested)

    def _rested(self) -> None:
        self._keep()
        self._check(self._generation, self._edit.differing(self._form.typed))

    @work(group="draft")
    async def _keep(self) -> None:
        await self._keep_draft()

    async def _keep_draft(self) -> None:
        if self._drafts is None or not self._knows_draft or self._is_over:
            return
        try:
            await self._drafts.keep(self._draft_id, self._edit.differing(self._form.typed))
        except AicxError as error:
            self.post_message(self.DraftRefused(error))

    @work(exclusive=True, group="checking")
    async def _check(self, generation: int, fields: Mapping[str, str]) -> None:
        odd = await asyncio.to_thread(oddities, fields, country=self._country)
        warnings: dict[str, list[str]] = {n: [text] for n, text in odd.items()}
        self.post_message(self.Checked(generation, dict(warnings)))
        if self._look_up is None:
            return
        with suppress(MirrorError):  # who else has it is then not known
            for name, others in (await self._look_up(fields)).items():
                warnings[name] = [*warnings.get(name, ()), also(others)]
        self.post_message(self.Checked(generation, warnings))

    def on_human_form_screen_checked(self, message: Checked) -> None:
        """Say it, unless something else was typed meanwhile."""
        if message.generation == self._generation:
            self._form.show_warnings(message.warnings)

    # What becomes of it

    @override
    async def queue(self, values: dict[str, str]) -> Change:
        typed = self._form.typed
        is_new = self._edit.human is None
        written = self._edit.draft(typed) if is_new else self._edit.changes(typed)
        self._is_over = True  # what is kept behind the change would be taken for another human
        try:
            return await self._queue(written, self._edit.human)
        except AicxError:
            self._is_over = False
            raise

    @override
    async def take_back(self) -> None:
        await super().take_back()
        self._is_over = False
        await self._keep_draft()

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "start_afresh":
            return self._can_start_afresh
        return super().check_action(action, parameters)

    @property
    def _can_start_afresh(self) -> bool:
        return self._continued is not None and not self._is_busy

    def action_start_afresh(self) -> None:
        """Leave the draft aside, as long as nothing was added to it."""
        self._continued = None
        self._form.put({name: self._edit.shown[name] for name in self._edit.names})
        self._advise()

    @override
    def leave(self) -> None:
        self._is_over = True
        if self._drafts is not None and self._knows_draft:
            self.app.run_worker(_dropped(self._drafts, self._draft_id), group="drafts")
        super().leave()

    @override
    async def at_stake(self) -> str:
        if self._is_busy or not self.is_unsaved:
            return await super().at_stake()
        await self._keep_draft()
        has_secret = bool(self._form.typed.get(TOKEN))
        is_kept = self._drafts is not None and self._drafts.is_kept and not has_secret
        return "" if is_kept else UNSAVED


async def _dropped(drafts: Drafts, draft_id: str) -> None:
    with suppress(MirrorError):  # it is offered again next time
        await drafts.drop(draft_id)
