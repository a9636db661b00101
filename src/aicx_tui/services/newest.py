"""A human as its platform has it, read where it can be, else put together from its feed."""

from __future__ import annotations

from asyncio import wrap_future
from contextlib import aclosing
from typing import TYPE_CHECKING

from aicx_tui.api.base import FEED_PAGE_LIMIT
from aicx_tui.errors import NotFoundError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human, VersionedHuman
from aicx_tui.services.feed_pages import pages_from
from aicx_tui.storage.writing import platform_document

if TYPE_CHECKING:
    from aicx_tui.api.base import Platform
    from aicx_tui.storage.mirror import Mirror


async def newest(platform: Platform, mirror: Mirror, human_id: str) -> VersionedHuman:
    """Read a human; where no call reads one, what the mirror has, and what changed since.

    Raises:
        NotFoundError: There is none with this id, or it is not known here.
        AicxError: The platform could not be asked.
    """
    if Capability.HUMANS_GET in platform.capabilities:
        return await platform.get_human(human_id)
    facts = await wrap_future(mirror.facts())
    text = await wrap_future(mirror.read(lambda c: platform_document(c, human_id)))
    latest = Human.model_validate_json(text) if text is not None else None
    async with aclosing(pages_from(platform, facts.get("cursor"), FEED_PAGE_LIMIT)) as pages:
        async for page in pages:
            for item in page["items"]:
                if item["id"] == human_id:
                    latest = Human.model_validate(dict(item))
    if latest is None:
        raise NotFoundError(
            "There is nobody with this id in the local copy, and this platform reads none by id.",
            hint="Read everybody again: aicx sync --full",
        )
    return VersionedHuman(latest, None)
