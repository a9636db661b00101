"""Keeps what is being typed into the form of a human, so that a crash does not lose it."""

from __future__ import annotations

from asyncio import wrap_future
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from aicx_tui.storage.drafts import Draft, drop_draft, keep_draft, kept_draft

if TYPE_CHECKING:
    from aicx_tui.storage.mirror import Mirror

NEW = ""
"""Stands for the id of a human that is yet to be created."""

NEVER_KEPT = frozenset({"access_token"})
"""Fields whose values are secrets of an end user."""


class KeptDraft(NamedTuple):
    """What was typed and not saved.

    Attributes:
        fields: What was typed where.
        at: When.
    """

    fields: Mapping[str, str]
    at: datetime


class Drafts:
    """The unsaved forms of one mirror.

    Args:
        mirror: Where they are kept.
        is_kept: Whether a later run finds that mirror.
        clock: The present.
    """

    def __init__(
        self,
        mirror: Mirror,
        *,
        is_kept: bool = True,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._mirror = mirror
        self._clock = clock
        self.is_kept = is_kept

    async def keep(self, human_id: str, fields: Mapping[str, str]) -> None:
        """Keep what was typed for a human, or for `NEW`; where that is nothing, forget it.

        Raises:
            MirrorError: It cannot be written.
        """
        safe = {name: text for name, text in fields.items() if name not in NEVER_KEPT}
        if not safe:
            await self.drop(human_id)
            return
        draft = Draft(safe, self._clock().timestamp())
        await wrap_future(self._mirror.write(lambda c, _: keep_draft(c, human_id, draft)))

    async def read(self, human_id: str) -> KeptDraft | None:
        """What was typed for a human in an earlier form that nobody left on purpose.

        Raises:
            MirrorError: It cannot be read.
        """
        draft = await wrap_future(self._mirror.read(lambda c: kept_draft(c, human_id)))
        return draft and KeptDraft(draft.fields, datetime.fromtimestamp(draft.at, UTC))

    async def drop(self, human_id: str) -> None:
        """Forget what was typed for a human: it was saved, or left on purpose.

        Raises:
            MirrorError: It cannot be written.
        """
        await wrap_future(self._mirror.write(lambda c, _: drop_draft(c, human_id)))
