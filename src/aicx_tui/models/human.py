"""Humans: end users' records, and what is sent to create or change one.

Source of names and shapes: the Authentication API page of Proto's documentation
(reference: reading tolerates what that page leaves open, writing sends only what it names).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

from pydantic import (
    BeforeValidator,
    Field,
    JsonValue,
    SecretStr,
    field_validator,
    model_validator,
)

from aicx_tui.models.base import WireModel

WRITABLE_FIELDS = ("fullname", "email", "uid", "phone_number", "profile_pic_id", "access_token")
"""The fields that the documents let a caller set, in their order."""

NOTES = "notes"
"""Written beyond the documents: only where a platform says that it can (`humans.notes`)."""


MASK = "********"
"""Stands for an access token that is there."""


class TagValue(WireModel):
    """The string value that one human has for a tag; `id` is opaque, not a strict UUID."""

    id: str
    value: str = ""


def _read_tags(tags: object) -> object:
    """Accept `null`, a list of `{id, value}`, or the older list of bare ids."""
    if tags is None:
        return ()
    if isinstance(tags, list):
        return tuple({"id": tag} if isinstance(tag, str) else _without_null(tag) for tag in tags)
    return tags


def _without_null(tag: object) -> object:
    """A value that is `null` is none, as if it were not there."""
    if isinstance(tag, dict) and tag.get("value", "") is None:
        return {name: value for name, value in tag.items() if name != "value"}
    return tag


def read_moment(text: object) -> datetime | None:
    """A point in time as platforms write it; None where it is none, which the document still has.

    Returns:
        A time with its zone; one that names none is UTC.
    """
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


Moment = Annotated[datetime | None, BeforeValidator(read_moment)]
"""A point in time with its zone, where there is one that can be read."""

HumanDocument = Mapping[str, JsonValue | SecretStr]
"""The platform's own object, unknown keys included, its `access_token` wrapped."""


class Human(WireModel):
    """An end user's record as a platform returned it. All but the id may be missing."""

    id: str = Field(min_length=1)
    fullname: str | None = None
    email: str | None = None
    uid: str | None = None
    phone_number: str | None = None
    profile_pic_id: str | None = None
    access_token: SecretStr | None = None
    notes: JsonValue = None
    """Its non-null shape is not documented."""
    tags: Annotated[tuple[TagValue, ...], BeforeValidator(_read_tags)] = ()
    created_at: Moment = None
    updated_at: Moment = None
    document: HumanDocument = Field(default_factory=dict, exclude=True, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _keep_document(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        token, document = data.get("access_token"), data
        if token is not None:
            text = token if isinstance(token, str) else json.dumps(token)
            document = data | {"access_token": SecretStr(text)}
        return {"id": data.get("human_id")} | data | {"document": document}

    @field_validator("document", mode="plain")
    @classmethod
    def _trust_document(cls, document: HumanDocument) -> HumanDocument:
        return document


class VersionedHuman(NamedTuple):
    """A human with the version under which the platform returned it."""

    human: Human
    etag: str | None
    """For `If-Match`; None where the platform sends no `ETag`."""


class HumanChanges(WireModel):
    """Fields to change on a human: only those given are sent, and `None` clears one."""

    fullname: str | None = None
    email: str | None = None
    uid: str | None = None
    phone_number: str | None = None
    profile_pic_id: str | None = None
    access_token: SecretStr | None = None
    notes: JsonValue = None

    def body(self) -> dict[str, Any]:
        """The JSON object to send: only what was given, the access token in clear."""
        return {name: _in_clear(getattr(self, name)) for name in sorted(self.model_fields_set)}


class HumanDraft(WireModel):
    """A human to create; only the full name is required."""

    fullname: str
    email: str | None = None
    uid: str | None = None
    phone_number: str | None = None
    profile_pic_id: str | None = None
    access_token: SecretStr | None = None
    notes: JsonValue = None
    tags: tuple[TagValue, ...] = ()

    def body(self) -> dict[str, Any]:
        """The JSON object to send: only what was given, the access token in clear."""
        body: dict[str, Any] = {n: _in_clear(getattr(self, n)) for n in (*WRITABLE_FIELDS, NOTES)}
        body["tags"] = [tag.model_dump() for tag in self.tags]
        return {name: value for name, value in body.items() if name in self.model_fields_set}


def _in_clear(value: JsonValue | SecretStr) -> JsonValue:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
