"""The envelopes around what travels, and errors as the platform states them."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import Field

from aicx_tui.models.base import WireModel

ResultT = TypeVar("ResultT")


class Envelope(WireModel, Generic[ResultT]):
    """`{"result": …}`, around every documented reply but one."""

    result: ResultT


class HumanReference(WireModel):
    """What create and update answer with."""

    id: str = Field(min_length=1)


class TagsAssigned(WireModel):
    """What assigning tags answers with; another key than `success` says nothing against it."""

    success: bool | None = None


class WireFieldError(WireModel):
    """Why one field was refused."""

    field: str
    message: str


class WireError(WireModel):
    """An error as the console contract words it; other platforms may send anything."""

    code: str
    message: str
    fields: tuple[WireFieldError, ...] = ()


class ErrorEnvelope(WireModel):
    """`{"error": {…}}`."""

    error: WireError
