"""What a command read, made or changed, for the mirror of a platform that lists nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human, HumanDraft

if TYPE_CHECKING:
    from aicx_tui.services.access import Access
    from aicx_tui.services.session import Session


@dataclass
class Touched:
    """Humans that a command had to do with; nothing is asked of the platform for them.

    Attributes:
        read: As they are.
        created: As they were sent, until the next refresh reads what the platform made of them.
        changed: Ids of those that are other than before, so that the next refresh reads them.
    """

    read: list[Human] = field(default_factory=list)
    created: list[Human] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def add_created(self, human_id: str, draft: HumanDraft) -> None:
        """Add a human that was created just now."""
        self.created.append(Human.model_validate({"id": human_id, **draft.body()}))

    async def keep(self, access: Access, session: Session) -> None:
        """Put them into the mirror, where it outlives this run and no feed brings them anyway.

        Raises:
            AicxError: It is not known whose mirror that is, or nothing can be written.
        """
        is_listed = Capability.HUMANS_FEED in session.platform.capabilities
        if is_listed or not access.keeps_mirror or not (self.read or self.created or self.changed):
            return
        from aicx_tui.services.directory import open_directory  # it loads the database

        async with open_directory(access, session) as directory:
            await directory.keep(self.read)
            await directory.keep(self.created, is_read=False)
            await directory.outdate(self.changed)
