"""The form of a tag's definition, new or as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from typing_extensions import override

from aicx_tui.errors import AicxError
from aicx_tui.models.tag import TAG_KINDS, TagDefinition, TagKind
from aicx_tui.services.tag_defining import Definitions
from aicx_tui.services.tag_planning import Step, Wish
from aicx_tui.text import clean
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field

NAME, KIND, CHOICES, COLOUR, ID = "name", "kind", "choices", "colour", "id"


class TagFormScreen(FormScreen[Step]):
    """Asks for a definition and makes it; answers with what became of it.

    Args:
        definitions: Where it is kept.
        tag: What it is now; None for a new one.
        ended: Called when the platform may have another definition than before.
    """

    SENDS = "save"
    BUSY = "Saving …"
    AT_STAKE = "A tag is being saved."
    GIVEN_UP = "Not waited for: the list shows whether it was saved."

    def __init__(
        self,
        definitions: Definitions,
        tag: TagDefinition | None,
        *,
        ended: Callable[[], object],
    ) -> None:
        self._definitions = definitions
        self._tag = tag
        self._ended = ended
        self._shown = _shown(tag)
        self._given_up: dict[str, str] | None = None  # it may be saved
        said = f"Id {clean(tag.id)}" if tag is not None else ""
        title = f"Change {clean(tag.name, limit=40)}" if tag is not None else "Define a tag"
        super().__init__(
            title,
            _fields(self._shown, has_id=tag is None and definitions.is_local),
            said=said,
            advice="Humans keep the values that they have." if tag is not None else "",
        )

    @override
    def start(self) -> None:
        self._form.start_at_first()

    @property
    @override
    def is_unsaved(self) -> bool:
        typed = self._form.typed
        is_other = any(text != self._shown.get(key, "") for key, text in typed.items())
        return is_other and typed != self._given_up

    @override
    async def send(self, values: dict[str, str]) -> Step:
        self._given_up = self._form.typed
        try:
            (step,) = await self._definitions.define([self._wish(values)])
        except AicxError as error:
            self._given_up = None
            error.problems = tuple(p._replace(field=_field_of(p.field)) for p in error.problems)
            raise
        finally:
            self._ended()
        return step

    def _wish(self, values: dict[str, str]) -> Wish:
        """What was typed; what is as it was shown stays, even where it could not be typed."""
        typed = {key: value for key, value in values.items() if value != self._shown.get(key)}
        return Wish(
            id=self._tag.id if self._tag is not None else values.get(ID, ""),
            name=typed.get(NAME, "") if self._tag is not None else values[NAME],
            kind=cast("TagKind", values[KIND]),
            choices=_choices(typed[CHOICES]) if CHOICES in typed else None,
            colour=typed.get(COLOUR),
            is_new=self._tag is None,
        )


def _shown(tag: TagDefinition | None) -> dict[str, str]:
    """What the fields hold at first."""
    if tag is None:
        return {NAME: "", KIND: TAG_KINDS[0], CHOICES: "", COLOUR: ""}
    last = "\n" if len(tag.choices) == 1 and "," in tag.choices[0] else ""  # else it would be two
    return {
        NAME: tag.name.strip(),
        KIND: tag.kind,
        CHOICES: "\n".join(tag.choices) + last,
        COLOUR: tag.colour or "",
    }


def _fields(shown: dict[str, str], *, has_id: bool) -> tuple[Field, ...]:
    kinds = tuple((kind, kind) for kind in TAG_KINDS)
    fields = [
        Field(NAME, "Name", value=shown[NAME]),
        Field(KIND, "Kind", value=shown[KIND], choices=kinds),
        Field(
            CHOICES,
            "Choices",
            "For a choice: one a line, or commas between.",
            value=shown[CHOICES],
            is_required=False,
            is_long=True,
        ),
        Field(
            COLOUR,
            "Colour",
            "Such as #3a7d44; may be empty.",
            value=shown[COLOUR],
            is_required=False,
        ),
    ]
    if has_id:
        fields.insert(1, Field(ID, "Id", "Proto's web app shows it under Human > Settings."))
    return tuple(fields)


def _choices(said: str) -> tuple[str, ...]:
    """The choices as they were typed, without blank ones."""
    parts = said.splitlines() if "\n" in said.rstrip(" ") else said.split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _field_of(name: str) -> str:
    """The field of a problem such as `choices.1`."""
    return name.partition(".")[0]
