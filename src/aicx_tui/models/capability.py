"""What a platform can do, apart from the other models so that naming it costs no pydantic."""

from __future__ import annotations

from enum import StrEnum


class Capability(StrEnum):
    """Something a platform can do; screens and commands ask for it, never for a platform's name."""

    HUMANS_GET = "humans.get"
    HUMANS_CREATE = "humans.create"
    HUMANS_UPDATE = "humans.update"
    HUMANS_DELETE = "humans.delete"
    HUMANS_FEED = "humans.feed"
    HUMANS_NOTES = "humans.notes"
    HUMANS_PRECONDITION = "humans.precondition"
    TAGS_ASSIGN = "tags.assign"
    TAGS_LIST = "tags.list"
    SIGN_IN = "sign-in"
