"""Which tags were used last, so that they come first: kept in the mirror, so by context and bot."""

from __future__ import annotations

import json
from asyncio import wrap_future
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aicx_tui.storage.mirror import Mirror

_FACT = "recent_tags"

MOST = 20
"""Tags that are remembered."""


async def recent_tags(mirror: Mirror) -> list[str]:
    """The ids of the tags that were used last, the latest first.

    Raises:
        MirrorError: It cannot be read.
    """
    return _read((await wrap_future(mirror.facts())).get(_FACT, ""))


async def use_tags(mirror: Mirror, tag_ids: Sequence[str]) -> None:
    """Let tags come first from now on.

    Raises:
        MirrorError: It cannot be written.
    """
    before = await recent_tags(mirror)
    latest = list(dict.fromkeys([*tag_ids, *before]))[:MOST]
    await wrap_future(mirror.keep({_FACT: json.dumps(latest)}))


def _read(text: str) -> list[str]:
    try:
        said = json.loads(text or "[]")
    except ValueError:
        return []
    return [tag_id for tag_id in said if isinstance(tag_id, str)] if isinstance(said, list) else []
