"""Tag definitions: what kinds of values humans can be tagged with."""

from __future__ import annotations

from typing import Literal

from aicx_tui.models.base import WireModel

TagKind = Literal["text", "choice", "number", "date", "flag"]


class TagDefinition(WireModel):
    """A tag that humans of one bot can have; each gives it a string value of its own."""

    id: str
    name: str
    kind: TagKind = "text"
    choices: tuple[str, ...] = ()
    """The values to choose from, for the kind `choice`."""
    colour: str | None = None
    """`#rrggbb`."""
