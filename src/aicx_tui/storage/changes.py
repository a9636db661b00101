"""A change on its way to the platform, and what a human looks like with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from aicx_tui.models.human import MASK
from aicx_tui.storage.record import LOCAL as LOCAL
from aicx_tui.storage.rows import Document, tag_values

_SECRET = "access_token"  # noqa: S105  # the name of a field

_MISSING_IN_CREATES = ("id", "human_id", "created_at", "updated_at")


class Kind(StrEnum):
    """What is done to a human."""

    CREATE = "create"
    UPDATE = "update"
    ASSIGN = "assign"
    DELETE = "delete"


class State(StrEnum):
    """How far a change is."""

    PENDING = "pending"
    SENDING = "sending"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    FAILED = "failed"
    DONE = "done"
    DISCARDED = "discarded"
    WITHDRAWN = "withdrawn"


SHOWN = (State.PENDING, State.SENDING, State.UNKNOWN)
"""Changes that lists show as if they were made, with a sign."""

WAITING = (*SHOWN, State.CONFLICT, State.FAILED)
"""Changes that somebody or something still has to do with."""

ENDED = (State.DONE, State.DISCARDED, State.WITHDRAWN)


class Difference(NamedTuple):
    """What a change does to one field.

    Attributes:
        field: Its name; of a tag, `tag:` and its id.
        before: The value that it had.
        after: The value that it is to have.
    """

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a change did not go through.

    Attributes:
        message: What happened.
        hint: What to do next.
        fields: Reasons by field.
        theirs: What the platform has where that is in the way, by field.
        exit_code: What a command ends with that meets it.
    """

    message: str
    hint: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, Any] = field(default_factory=dict)
    exit_code: int = 1


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of one human.

    Attributes:
        id: 32 hexadecimal digits; also the idempotency key that it is sent with.
        kind: What it does.
        human_id: Whose; begins with `LOCAL` until the platform has created the human.
        name: The human's full name when it was made.
        body: What is sent: fields, or `tags` to assign, those without a value (None) to remove.
        before: The human as it was known when the change was made; None for one to create.
        who: Whose change it is.
        made_at: Seconds since 1970.
        number: Its place in the order of all changes.
        state: How far it is.
        sent_at: When it was sent first.
        ended_at: When nothing was left to do.
        attempts: How often it was sent and may have arrived.
        problem: Why it did not go through.
        outcome_of: The request that decided, as the platform names it.
    """

    id: str
    kind: Kind
    human_id: str
    name: str
    body: Mapping[str, Any] = field(repr=False)  # it may hold a secret
    before: Document | None = field(repr=False)
    who: str
    made_at: float
    number: int = 0
    state: State = State.PENDING
    sent_at: float | None = None
    ended_at: float | None = None
    attempts: int = 0
    problem: Problem | None = None
    outcome_of: str = ""

    @property
    def leaves(self) -> dict[str, Any]:
        """What later changes of the same human find, in the fields that it is about."""
        is_made = self.state not in (State.FAILED, State.DISCARDED, State.WITHDRAWN)
        return {d.field: d.after if is_made else d.before for d in self.differences}

    @property
    def was_sent(self) -> bool:
        """Whether it may have reached the platform, so that it cannot just be taken back."""
        return self.attempts > 0

    @property
    def differences(self) -> list[Difference]:
        """What it does, field by field; a secret shows as a mask."""
        before = self.before or {}
        match self.kind:
            case Kind.ASSIGN:
                had = dict(tag_values(before))
                return [
                    Difference(f"tag:{tag_id}", had.get(tag_id), value)
                    for tag_id, value in wanted_tags(self.body).items()
                ]
            case Kind.DELETE:
                kept = {n: v for n, v in before.items() if n not in _MISSING_IN_CREATES}
                return [Difference(n, _masked(n, v), None) for n, v in kept.items() if v]
            case _:
                return [
                    Difference(name, _masked(name, before.get(name)), _masked(name, value))
                    for name, value in self.body.items()
                ]

    def upon(self, document: Document) -> Document:
        """A human as it is when the change is made.

        Args:
            document: As the platform has it.
        """
        match self.kind:
            case Kind.UPDATE:
                return {**document, **self.body}
            case Kind.ASSIGN:
                tags = dict(tag_values(document)) | wanted_tags(self.body)
                held = [{"id": i, "value": v} for i, v in tags.items() if v is not None]
                return {**document, "tags": held}
            case _:
                return document


def wanted_tags(body: Mapping[str, Any]) -> dict[str, str | None]:
    """The values that tags are to have by their ids; None for one to be removed."""
    return {tag["id"]: tag["value"] for tag in body["tags"]}


def with_values(document: Document, values: Mapping[str, Any]) -> Document:
    """A human with other values in some fields.

    Args:
        document: As it is.
        values: By field, as `Difference` names them; None for a tag that it does not have.
    """
    fields = {name: value for name, value in values.items() if not name.startswith("tag:")}
    if len(fields) == len(values):
        return {**document, **fields}
    tags: dict[str, Any] = dict(tag_values(document))
    tags |= {name.removeprefix("tag:"): v for name, v in values.items() if name not in fields}
    held = [{"id": tag_id, "value": value} for tag_id, value in tags.items() if value is not None]
    return {**document, **fields, "tags": held}


def upon_all(changes: Iterable[Change], document: Document) -> Document:
    """A human with several changes, the earliest first."""
    for change in changes:
        document = change.upon(document)
    return document


def without_secret(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a body once it is not sent any more."""
    return {name: _masked(name, value) for name, value in body.items()}


def _masked(name: str, value: Any) -> Any:  # noqa: ANN401  # JSON of any kind
    return MASK if name == _SECRET and value is not None else value
