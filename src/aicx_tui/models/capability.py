"""What a platform can do, apart from the other models so that naming it costs no pydantic."""

from __future__ import annotations

from enum import StrEnum


class Capability(StrEnum):
    """Something a platform can do; screens and commands ask for it, never for a platform's name."""

    HUMANS_GET = "humans.get"
    HUMANS_CREATE = "humans.create"
    HUMANS_UPDATE = "humans.update"
    HUMANS_FEED = "humans.feed"
    HUMANS_NOTES = "humans.notes"
    HUMANS_PRECONDITION = "humans.precondition"
    HUMANS_DELETE = "humans.delete"
    HUMANS_RESOLVE = "humans.resolve"
    TAGS_ASSIGN = "tags.assign"
    TAGS_UNASSIGN = "tags.unassign"
    TAGS_LIST = "tags.list"
    TAGS_DEFINE = "tags.define"
    SIGN_IN = "sign-in"
    WRITES_IDEMPOTENT = "writes.idempotent"
    PROFILE_EDIT = "profile.edit"
    PROFILE_PASSWORD = "profile.password"  # noqa: S105  a name
    PROFILE_TWO_FACTOR = "profile.two-factor"
    PROFILE_IDENTITIES = "profile.identities"
    PROFILE_ALIASES = "profile.aliases"
    FILES = "files"
    TOKEN_ISSUE = "token.issue"  # noqa: S105  a name
