"""Tag definitions: what kinds of values humans can be tagged with."""

from __future__ import annotations

from typing import Any, Literal

from aicx_tui.models.base import WireModel

TagKind = Literal["text", "choice", "number", "date", "flag"]

TAG_KINDS: tuple[TagKind, ...] = ("text", "choice", "number", "date", "flag")


class TagDefinition(WireModel):
    """A tag that humans of one bot can have; each gives it a string value of its own."""

    id: str
    name: str
    kind: TagKind = "text"
    choices: tuple[str, ...] = ()
    """The values to choose from, for the kind `choice`."""
    colour: str | None = None
    """`#rrggbb`."""


class TagDraft(WireModel):
    """A tag to define; only the name is required."""

    name: str
    kind: TagKind = "text"
    choices: tuple[str, ...] = ()
    colour: str | None = None

    def body(self) -> dict[str, Any]:
        """The JSON object to send: only what was given."""
        return self.model_dump(mode="json", exclude_unset=True)


class TagChanges(WireModel):
    """What to change of a definition: only what is given is sent; `None` takes a colour away."""

    name: str | None = None
    kind: TagKind | None = None
    choices: tuple[str, ...] | None = None
    colour: str | None = None

    def body(self) -> dict[str, Any]:
        """The JSON object to send: only what was given."""
        return self.model_dump(mode="json", exclude_unset=True)


class TagDeleted(WireModel):
    """What deleting a definition answers with: how many humans had the tag."""

    humans: int
