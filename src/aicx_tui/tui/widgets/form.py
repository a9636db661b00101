"""A form: label left, field right, hint or error under the field."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from aicx_tui.text import clean
from aicx_tui.tui.paths import PathSuggester
from aicx_tui.tui.widgets.one_of import OneOf

if TYPE_CHECKING:
    from textual.widgets import TextArea

LINES = "lines"
"""The class of a field that may have several lines."""


class Field(NamedTuple):
    """A value that a form asks for.

    Attributes:
        key: What errors call it.
        label: What stands before it.
        hint: Where to find the value; under the field.
        value: What is there at first.
        placeholder: How such a value looks.
        is_secret: Whether it shows as dots.
        is_required: Whether it cannot be left empty.
        is_long: Whether it may have several lines.
        is_choice: Whether it is yes or no; `value` is then empty for no.
        choices: Values and what they are called, where it is one of a few.
        is_path: Whether it names a file; the right arrow takes what is offered.
    """

    key: str
    label: str
    hint: str = ""
    value: str = ""
    placeholder: str = ""
    is_secret: bool = False
    is_required: bool = True
    is_long: bool = False
    is_choice: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    is_path: bool = False


class SecretInput(Input):
    """A field of dots whose value cannot be copied out of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c,super+c", "nothing", show=False)]

    def __init__(self, *, id: str) -> None:  # noqa: A002  # as every widget calls it
        super().__init__(password=True, compact=True, id=id)

    def action_copy(self) -> None:
        """A secret does not go to the clipboard."""

    def action_cut(self) -> None:
        """A secret does not go to the clipboard."""


class YesNo(Widget, can_focus=True):
    """A choice between two, which says in words how it stands.

    Args:
        value: Whether it is yes at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "turn", show=False)]

    value: reactive[bool] = reactive(False)

    class Turned(Message):
        """The other was chosen."""

    def __init__(self, value: bool, *, id: str) -> None:  # noqa: A002  # as every widget calls it
        super().__init__(id=id)
        self.set_reactive(YesNo.value, value)

    def render(self) -> Content:
        """Both words, the chosen one marked."""
        yes, no = ("●", "○") if self.value else ("○", "●")
        return Content.assemble(f"{yes} yes   {no} no", ("   space turns it", "$quiet"))

    def watch_value(self) -> None:
        """Tell the form."""
        self.post_message(self.Turned())

    def action_turn(self) -> None:
        """Choose the other."""
        self.value = not self.value

    def on_click(self) -> None:
        """Choose the other."""
        self.value = not self.value


class Form(VerticalScroll):
    """The fields of a form, below one another.

    Args:
        fields: What it asks for.
    """

    can_focus = False

    def __init__(self, fields: Sequence[Field]) -> None:
        super().__init__()
        self._fields = fields

    def compose(self) -> ComposeResult:
        """A line for each field and one for its hint."""
        for field in self._fields:
            with Vertical(classes="field"):
                with Horizontal(classes="line -long" if field.is_long else "line"):
                    yield Static(field.label, classes="label", markup=False)
                    yield self._entry(field)
                if field.hint:
                    yield Static(field.hint, id=f"hint-{field.key}", classes="hint", markup=False)
                yield Static("", id=f"problem-{field.key}", classes="problem", markup=False)
                yield Static("", id=f"warning-{field.key}", classes="warning", markup=False)

    def _entry(self, field: Field) -> Input | TextArea | YesNo | OneOf:
        if field.choices:
            return OneOf(field.choices, field.value, id=field.key)
        if field.is_choice:
            return YesNo(bool(field.value), id=field.key)
        if field.is_secret:
            return SecretInput(id=field.key)
        if field.is_long:
            from textual.widgets import TextArea  # 60 ms that other forms do not wait for

            return TextArea(
                field.value,
                compact=True,
                highlight_cursor_line=False,
                id=field.key,
                classes=LINES,
            )
        return Input(
            field.value,
            placeholder=field.placeholder,
            compact=True,
            id=field.key,
            select_on_focus=False,
            suggester=PathSuggester() if field.is_path else None,
        )

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing to type."""
        return not self._fields

    @property
    def values(self) -> dict[str, str]:
        """What was typed, without blanks around it; a choice is `yes` or empty."""
        values = {}
        for field in self._fields:
            if field.choices:
                values[field.key] = self.query_one(f"#{field.key}", OneOf).value
            elif field.is_choice:
                values[field.key] = "yes" if self.query_one(f"#{field.key}", YesNo).value else ""
            else:
                typed = self.text_of(field)
                is_kept = field.is_secret or field.is_long
                values[field.key] = typed if is_kept else typed.strip()
        return values

    @property
    def typed(self) -> dict[str, str]:
        """The same, but exactly as it was typed."""
        texts = {f.key: self.text_of(f) for f in self._fields if not f.choices and not f.is_choice}
        return self.values | texts

    def text_of(self, field: Field) -> str:
        """What was typed into a field for text."""
        return self._lines(field).text if field.is_long else self._line(field).value

    def put(self, texts: Mapping[str, str]) -> None:
        """Let fields for text hold something else."""
        for field in self._fields:
            if field.key not in texts:
                continue
            if field.is_long:
                self._lines(field).text = texts[field.key]
            else:
                self._line(field).value = texts[field.key]

    def _line(self, field: Field) -> Input:
        return self.query_one(f"#{field.key}", Input)

    def _lines(self, field: Field) -> TextArea:
        from textual.widgets import TextArea

        return self.query_one(f"#{field.key}", TextArea)

    async def settle(self) -> None:
        """Wait until every key that was pressed has reached its field."""
        for entry in (*self.query(Input), *self.query(f".{LINES}")):
            reached = asyncio.Event()
            entry.call_later(reached.set)
            await reached.wait()

    def start(self) -> None:
        """Put the focus where the first value is missing."""
        if not self._fields:
            return
        empty = (f.key for f in self._fields if not f.value and not f.is_choice)
        key = next(empty, self._fields[0].key)
        self.query_one(f"#{key}").focus()

    def missing(self) -> list[str]:
        """The required fields that are empty."""
        values = self.values
        return [
            f.key for f in self._fields if f.is_required and not f.is_choice and not values[f.key]
        ]

    def start_at_first(self) -> None:
        """Put the focus on the first field, at once: what is typed ahead may have moved it on."""
        if self.screen.focused is None and self._fields:
            self.screen.set_focus(self.query_one(f"#{self._fields[0].key}"))

    def forget_problem(self, key: str) -> None:
        """Let a field be as it was before something was wrong with it."""
        self.query_one(f"#problem-{key}").set_class(False, "-shown")
        self.keep_hint(key)

    def hint(self, key: str, text: str) -> None:
        """Let the line under a field say something else."""
        for line in self.query(f"#hint-{key}").results(Static):
            line.update(Content(text))

    def keep_hint(self, key: str) -> None:
        """Leave the line under a field that is wrong, where it says what else can be done."""
        for line in self.query(f"#hint-{key}"):
            line.display = True

    def show_warnings(self, warnings: Mapping[str, Sequence[str]]) -> None:
        """Say under each field what looks odd in it, in a line that is kept free for it."""
        for field in self._fields:
            said = warnings.get(field.key, ())
            line = self.query_one(f"#warning-{field.key}", Static)
            signed = (Content.assemble(("△ ", "bold $warning"), clean(text)) for text in said)
            line.update(Content("\n").join(signed))

    def show_problems(self, problems: dict[str, str]) -> dict[str, str]:
        """Say under each field what is wrong with it, and go to the first.

        Returns:
            What is wrong with what has no field here.
        """
        for field in self._fields:
            problem = problems.get(field.key, "")
            line = self.query_one(f"#problem-{field.key}", Static)
            line.update(Content.assemble(("! ", "bold $error"), clean(problem)))
            line.set_class(bool(problem), "-shown")
            for hint in self.query(f"#hint-{field.key}"):
                hint.display = not problem
        first = next((f.key for f in self._fields if f.key in problems), None)
        if first:
            self.query_one(f"#{first}").focus()
        here = {field.key for field in self._fields}
        return {key: problem for key, problem in problems.items() if key not in here}

    def clear_secrets(self) -> None:
        """Forget what must not stay on the screen's side."""
        for entry in self.query(SecretInput):
            entry.value = ""
