"""What bulks say they did, held against the platform, the history and the mirror."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

from aicx_tui.api.base import Platform
from aicx_tui.services.bulk import Bulks
from aicx_tui.services.outbox import Outbox
from aicx_tui.storage.bulk_reading import held
from aicx_tui.storage.bulks import BulkState, ItemState
from aicx_tui.storage.mirror import Mirror
from tests.storage.syncing import at_the_platform, in_the_mirror, synced


async def changes_made(platform: Platform, ids: list[str]) -> int:
    """How often humans were changed at a sandbox, by its own count."""
    etags = [(await platform.get_human(human_id)).etag or "" for human_id in ids]
    return max(int(etag.strip('"').rpartition("-")[2]) for etag in etags)


async def counted(
    platform: Platform, mirror: Mirror, *, made: int | None = None, is_fed: bool = True
) -> Counter[str]:
    """How many humans came to what, once it is sure that everything agrees.

    Args:
        platform: Read by nothing that is tested.
        mirror: With its bulks, of which nothing is left to send.
        made: How many changes the platform counted; None where others changed humans too.
        is_fed: Whether the mirror is brought up to date by a feed.
    """
    bulks, found = Bulks(mirror, who=""), Counter[str]()
    last: dict[tuple[str, str], str | None] = {}
    told: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in await Outbox(mirror, who="").history():
        told[entry.change_id, entry.human_id].append(entry.outcome)
    for bulk in reversed(await bulks.listed()):
        assert bulk.state is BulkState.DONE, bulk
        found["bulks"] += 1
        counts = await bulks.counts(bulk.id)
        seen = Counter[ItemState]()
        async for item in bulks.items(bulk.id):
            seen[item.state] += 1
            is_told = [] if item.state is ItemState.SAME else [str(item.state)]
            assert told.pop((bulk.id, item.human_id), []) == is_told, item
            if item.state is ItemState.DONE:
                last |= {(item.human_id, name): value for name, value in item.after.items()}
        assert seen == counts and seen.total() == bulk.total
        found.update({str(state): count for state, count in seen.items()})
    assert not told, "something is in the history and in no bulk"
    there = {i: json.loads(text) for i, text in (await at_the_platform(platform)).items()}
    for (human_id, name), value in last.items():
        assert held(there[human_id], [name])[name] == value, (human_id, name)
        document = json.loads(mirror.document(human_id).result() or "")
        assert held(document, [name])[name] == value, (human_id, name)
    if made is not None:
        assert found[ItemState.DONE] == made
    if is_fed:
        await synced(platform, mirror)
        assert in_the_mirror(mirror) == await at_the_platform(platform)
    return found
