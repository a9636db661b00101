"""Bulks as tests run them: to their end, over a platform that remembers what it was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import override

from aicx_tui.api.base import Platform
from aicx_tui.models.human import HumanChanges, TagValue, VersionedHuman
from aicx_tui.services.bulk import Bulks, Wish
from aicx_tui.services.bulk_running import BulkProgress, BulkRunner
from aicx_tui.storage.bulks import Bulk, ItemState
from aicx_tui.storage.mirror import Mirror
from tests.sandbox_platform import SandboxPlatform
from tests.storage.mirrors import KEY
from tests.storage.syncing import at_the_platform, synced

BATCH = 16
"""Humans in a request, so that a few make several."""


class Watched(Platform):
    """A platform that is passed on to, and whose requests a test can spoil.

    Attributes:
        requests: The humans of each request that gave or took tags, in order.
        read: Ids that were read one by one.
        before: Called with the humans of a request just before it is passed on.
        after: Likewise, once the platform has done it.
    """

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.capabilities = platform.capabilities
        self.requests: list[Sequence[str]] = []
        self.read: list[str] = []
        self.before: Callable[[Sequence[str]], None] = lambda _: None
        self.after: Callable[[Sequence[str]], None] = lambda _: None

    @override
    async def get_human(self, human_id: str, /) -> VersionedHuman:
        self.read.append(human_id)
        return await self.platform.get_human(human_id)

    @override
    async def assign_tags(self, human_ids: Sequence[str], tags: Sequence[TagValue], /) -> None:
        self.before(human_ids)
        self.requests.append(human_ids)
        await self.platform.assign_tags(human_ids, tags)
        self.after(human_ids)

    @override
    async def unassign_tags(self, human_ids: Sequence[str], tag_ids: Sequence[str], /) -> None:
        self.before(human_ids)
        self.requests.append(human_ids)
        await self.platform.unassign_tags(human_ids, tag_ids)
        self.after(human_ids)

    @override
    async def update_human(
        self, human_id: str, changes: HumanChanges, /, *, if_match: str | None = None
    ) -> str:
        self.before([human_id])
        self.requests.append([human_id])
        done = await self.platform.update_human(human_id, changes, if_match=if_match)
        self.after([human_id])
        return done


@dataclass
class Place:
    """A sandbox, its humans read into a mirror, and the bulks there.

    Attributes:
        direct: The platform, read by nothing that is tested.
        platform: The same as bulks are sent to it.
        mirror: Where bulks are kept.
        bulks: Those of Ana Cruz.
        ids: Everybody, in the platform's order.
        tag: The id of a tag.
    """

    direct: Platform
    platform: Watched
    mirror: Mirror
    bulks: Bulks
    ids: list[str]
    tag: str
    told: list[BulkProgress] = field(default_factory=list)

    def giving(self, value: str | None) -> Wish:
        """Everybody is to have a value of the tag."""
        return Wish(tags={self.tag: value})

    async def run(self, bulk: Bulk | None = None) -> BulkProgress:
        """Run what is to be run, and return what was told last."""
        self.told = await told_of(self.platform, self.mirror, bulk)
        return self.told[-1]

    async def values(self) -> dict[str, str | None]:
        """What everybody at the platform has for the tag."""
        return {
            human_id: held_by(text, self.tag)
            for human_id, text in (await at_the_platform(self.direct)).items()
        }

    async def said(self, bulk: Bulk) -> dict[str, tuple[ItemState, str]]:
        """How far the bulk is with everybody, and why."""
        return {i.human_id: (i.state, i.said) async for i in self.bulks.items(bulk.id)}


def held_by(document: str, tag_id: str) -> str | None:
    """The value that a human has for a tag; None where it has not."""
    import json

    tags = json.loads(document)["tags"] or ()
    return next((tag["value"] for tag in tags if tag["id"] == tag_id), None)


async def told_of(platform: Platform, mirror: Mirror, bulk: Bulk | None) -> list[BulkProgress]:
    """All that a run tells; nothing is waited for in it."""
    runner = BulkRunner(platform, mirror, retry_seconds=0, batch=BATCH)
    async with aclosing(runner.run(bulk.id if bulk else None)) as steps:
        return [progress async for progress in steps]


@asynccontextmanager
async def place(sandbox: SandboxPlatform, tmp_path: Path) -> AsyncIterator[Place]:
    """A sandbox with a mirror of it."""
    async with AsyncExitStack() as stack:
        direct = await stack.enter_async_context(aclosing(await sandbox.console()))
        mirror = Mirror(tmp_path / "mirror.db", KEY)
        stack.callback(mirror.close)
        await synced(direct, mirror)
        yield Place(
            direct=direct,
            platform=Watched(direct),
            mirror=mirror,
            bulks=Bulks(mirror, who="Ana Cruz"),
            ids=list(await at_the_platform(direct)),
            tag=(await direct.list_tags())[0].id,
        )
