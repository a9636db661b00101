"""What a user that an Authentication URL told of means for the humans of a bot.

CX Genie finds a chat user by the identity field, updates it where there is one and creates it
where there is none. The documents say neither how values are compared nor what becomes of fields
that are left out. Here an e-mail counts in any case, a phone number by its digits and an id as it
is written; what a reply leaves out stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from aicx_tui.errors import UsageError
from aicx_tui.models.human import Human, HumanChanges, HumanDraft, TagValue
from aicx_tui.services.cx_genie import ChatUser, Identity
from aicx_tui.services.duplicates import compared, others_with
from aicx_tui.services.editing import check_changes, check_draft
from aicx_tui.services.field_words import field_name, value_said
from aicx_tui.services.tag_values import tag_value
from aicx_tui.services.tagging import TAG
from aicx_tui.storage.changes import LOCAL
from aicx_tui.text import MAX_DISPLAY_CHARACTERS, clean

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.services.directory import Directory


class Deed(StrEnum):
    """What is done about a user."""

    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    """The human has all of it already."""

    REFUSED = "refused"
    """Nothing can be done; `problem` says why."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one user means.

    Attributes:
        number: Which user it is, from 1 on.
        deed: What is to be done.
        user: As the reply told; None where it would not do.
        human: Whose record it is; None for nobody yet.
        fields: Values to write, by field of a human.
        tags: Values to give, by tag id.
        problem: Why nothing can be done.
    """

    number: int
    deed: Deed
    user: ChatUser | None = None
    human: Human | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def name(self) -> str:
        """What a person calls the user."""
        known = self.human.fullname if self.human is not None else ""
        told = self.user.name if self.user is not None else ""
        return known or told or f"user {self.number}"

    def differences(self) -> tuple[tuple[str, str, str], ...]:
        """Each field with what it holds and what it is to hold; of a tag `tag:` and its id."""
        held = {tag.id: tag.value for tag in self.human.tags} if self.human else {}
        fields = [
            (name, (getattr(self.human, name) if self.human else None) or "", value)
            for name, value in self.fields.items()
        ]
        tags = [(TAG + tag_id, held.get(tag_id, ""), v) for tag_id, v in self.tags.items()]
        return (*fields, *tags)

    def said(
        self, tags: Mapping[str, TagDefinition], *, limit: int = MAX_DISPLAY_CHARACTERS
    ) -> str:
        """In a line, the name aside, such as `E-mail a → b`.

        Args:
            tags: Definitions by id.
            limit: Characters of one value; of a longer one the rest is left out.
        """
        if self.deed is Deed.REFUSED:
            return self.problem

        def value(text: str) -> str:
            return clean(value_said(text, tags), limit=limit)

        return ", ".join(
            f"{field_name(name, tags)} {value(before)} → {value(after)}"
            if self.deed is Deed.UPDATE
            else f"{field_name(name, tags)} {value(after)}"
            for name, before, after in self.differences()
        )


class Planner:
    """Finds out what users mean, one after the other.

    Args:
        directory: The humans.
        identity: The field that they are found by.
        label_tag: The tag that takes labels; None for none.
        today: Where the person is.
        writable: The fields of a human that the platform has.
    """

    def __init__(
        self,
        directory: Directory,
        *,
        identity: Identity,
        label_tag: TagDefinition | None,
        today: date,
        writable: Collection[str],
    ) -> None:
        self._directory = directory
        self._identity = identity
        self._label_tag = label_tag
        self._today = today
        self._writable = writable
        self._seen: dict[str, int] = {}

    async def step(self, number: int, user: ChatUser) -> Step:
        """What one user means.

        Raises:
            MirrorError: The local copy cannot be read.
        """
        name, value = self._identity.field, user.identity(self._identity)
        same = compared(name, value)
        if not same:
            return _refused(number, user, f"Its {self._identity} tells it from nobody.")
        earlier = self._seen.setdefault(same, number)
        if earlier != number:
            return _refused(number, user, f"It is the same user as number {earlier}.")
        found = (await others_with(self._directory, {name: value})).get(name, ())
        try:
            return self._meant(number, user, found)
        except UsageError as error:
            return _refused(number, user, error.message)

    def _meant(self, number: int, user: ChatUser, found: Sequence[Human]) -> Step:
        if len(found) > 1:
            names = ", ".join(f"{human.fullname or human.id} ({human.id})" for human in found[:3])
            return _refused(number, user, f"{len(found)} humans have its {self._identity}: {names}")
        human = found[0] if found else None
        if human is not None and human.id.startswith(LOCAL):
            said = "Its human was sent before, and nobody knows whether it is there: aicx outbox."
            return _refused(number, user, said)
        fields, tags = self._values(user)
        if human is None:
            check_draft(draft_of(fields, tags))
            return Step(number=number, deed=Deed.CREATE, user=user, fields=fields, tags=tags)
        fields.pop(self._identity.field)  # it is the same, however it is written
        held = {tag.id: tag.value for tag in human.tags}
        fields = {n: v for n, v in fields.items() if (getattr(human, n) or "") != v}
        tags = {tag_id: v for tag_id, v in tags.items() if held.get(tag_id) != v}
        if fields:
            check_changes(HumanChanges.model_validate(fields))
        deed = Deed.UPDATE if fields or tags else Deed.SAME
        return Step(number=number, deed=deed, user=user, human=human, fields=fields, tags=tags)

    def _values(self, user: ChatUser) -> tuple[dict[str, str], dict[str, str]]:
        told = {
            "fullname": user.name,
            "email": user.email,
            "uid": user.id,
            "phone_number": user.phone,
        }
        fields = {
            name: value.strip()
            for name, value in told.items()
            if value.strip() and name in self._writable
        }
        tag, label = self._label_tag, user.label.strip()
        if tag is None or not label:
            return fields, {}
        return fields, {tag.id: tag_value(tag, label, today=self._today)}


def draft_of(fields: Mapping[str, str], tags: Mapping[str, str]) -> HumanDraft:
    """A human to create."""
    values = tuple(TagValue(id=tag_id, value=value) for tag_id, value in tags.items())
    given = {"fullname": "", **fields}
    return HumanDraft(**given, tags=values) if values else HumanDraft(**given)


def with_picture(step: Step, picture_id: str) -> Step:
    """The same with a picture."""
    deed = Deed.UPDATE if step.deed is Deed.SAME else step.deed
    return replace(step, deed=deed, fields={**step.fields, "profile_pic_id": picture_id})


def _refused(number: int, user: ChatUser, problem: str) -> Step:
    return Step(number=number, deed=Deed.REFUSED, user=user, problem=problem)
