"""Pages of the humans feed, checked but not made into objects: a first sync reads a million."""

from __future__ import annotations

from typing import Annotated, Any, Required

from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

_AS_SENT = ConfigDict(extra="allow", coerce_numbers_to_str=True, hide_input_in_errors=True)


@with_config(_AS_SENT)
class FeedTag(TypedDict, total=False):
    """The value that one human has for a tag."""

    id: Required[str]
    value: str | None


@with_config(_AS_SENT)
class FeedItem(TypedDict, total=False):
    """A human, or a tombstone: an id with `deleted`. Unknown keys are kept as they came."""

    id: Required[Annotated[str, Field(min_length=1)]]
    deleted: bool
    fullname: str | None
    email: str | None
    uid: str | None
    phone_number: str | None
    profile_pic_id: str | None
    tags: list[FeedTag | str] | None
    created_at: str | None
    updated_at: str | None


@with_config(ConfigDict(extra="ignore", hide_input_in_errors=True))
class FeedPage(TypedDict, total=False):
    """One page of the humans feed, oldest change first.

    An empty page is the end for now, since a platform may serve shorter pages than were asked
    for; `next` is then where the following refresh goes on. `total` is the number of humans at
    the platform, on the first page only.
    """

    items: Required[list[FeedItem]]
    next: Required[str]
    total: Annotated[int, Field(ge=0)] | None


@with_config(ConfigDict(extra="ignore", hide_input_in_errors=True))
class FeedEnvelope(TypedDict):
    """`{"result": {…}}`."""

    result: FeedPage


FEED_ENVELOPE: TypeAdapter[FeedEnvelope] = TypeAdapter(FeedEnvelope)
"""Reads the bytes of a page."""

FEED_ITEM: TypeAdapter[FeedItem] = TypeAdapter(FeedItem)
"""Checks one human."""


def feed_item(document: dict[str, Any]) -> FeedItem:
    """A human that was read by itself, as the feed would have it."""
    return FEED_ITEM.validate_python(document)
