"""What tags there are in a context, and which of them a name or an id means."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aicx_tui.errors import NotFoundError, UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.models.tag import TagDefinition

if TYPE_CHECKING:
    from aicx_tui.services.session import Session

NAMED = 5
"""How many tags a message names."""


@dataclass(frozen=True)
class TagCatalogue:
    """The tags that are known.

    Attributes:
        tags: Their definitions, in order.
        is_whole: Whether these are all; where a platform lists none, there may be others.
    """

    tags: tuple[TagDefinition, ...] = ()
    is_whole: bool = True

    def find(self, said: str) -> TagDefinition:
        """The tag of an id, or else of a name, whatever its case.

        Raises:
            UsageError: Several are called so.
            NotFoundError: None is.
        """
        if found := self._found(said):
            return found
        names = ", ".join(tag.name for tag in self.tags[:NAMED])
        others = " and others" if len(self.tags) > NAMED else ""
        raise NotFoundError(
            f"There is no tag “{said:.80}”. Nothing was changed.",
            hint=f"There is {names}{others}: aicx tags list" if names else "See: aicx tags list",
        )

    def meant(self, said: str) -> TagDefinition:
        """The same for who gives values: where not all tags are known, the id of another is taken.

        Raises:
            UsageError: Several are called so.
            NotFoundError: None is.
        """
        if not self.is_whole and not self._found(said):
            return TagDefinition(id=said, name=said)
        return self.find(said)

    def given(self, name: str, value: str) -> tuple[TagDefinition, str]:
        """The tag and its value of `NAME=VALUE`, whose name may hold `=` itself.

        Args:
            name: What stands before the first `=`.
            value: What stands behind it.

        Raises:
            UsageError: Several are called so.
            NotFoundError: None is.
        """
        longer, rest = name, value
        while not (found := self._found(longer)) and "=" in rest:
            more, _, rest = rest.partition("=")
            longer = f"{longer}={more}"
        return (found, rest) if found else (self.meant(name), value)

    def _found(self, said: str) -> TagDefinition | None:
        name = said.strip()
        for found in (
            [tag for tag in self.tags if tag.id == said],
            [tag for tag in self.tags if tag.name == name],
            [tag for tag in self.tags if tag.name.casefold() == name.casefold()],
        ):
            if len(found) > 1:
                ids = ", ".join(tag.id for tag in found[:NAMED])
                raise UsageError(
                    f"Several tags are called “{name:.80}”. Nothing was sent.",
                    hint=f"Name one by its id: {ids}.",
                )
            if found:
                return found[0]
        return None


async def catalogue_of(session: Session) -> TagCatalogue:
    """The tags of an open platform, or those that this machine keeps where it lists none.

    Raises:
        UsageError: What this machine keeps cannot be used.
    """
    if Capability.TAGS_LIST in session.platform.capabilities:
        return TagCatalogue(await session.platform.list_tags())
    local = session.local_tags
    tags = await asyncio.to_thread(local.read) if local is not None else ()
    return TagCatalogue(tags, is_whole=False)
