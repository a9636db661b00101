"""The humans of one bot as the console and commands find them: all out of the mirror."""

from __future__ import annotations

import asyncio
import json
from asyncio import wrap_future
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError, UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.mirrors import REBUILT
from aicx_tui.services.pace import Progress
from aicx_tui.services.sync import STALE_SECONDS, Sync
from aicx_tui.services.tag_catalogue import TagCatalogue
from aicx_tui.storage.loading import COMPLETE
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import All, Node, Query, Tagged
from aicx_tui.storage.results import Results

if TYPE_CHECKING:
    from aicx_tui.api.base import Platform
    from aicx_tui.services.access import Access
    from aicx_tui.services.mirrors import OpenMirror
    from aicx_tui.services.session import Session

DOCUMENTS_AT_ONCE = 500
"""Humans read from the mirror in one go where all that match are wanted."""


@asynccontextmanager
async def open_directory(access: Access, session: Session) -> AsyncIterator[Directory]:
    """The humans of an open platform, for a command; the mirror is closed behind it.

    Raises:
        AicxError: It is not known who is signed in, or nothing can be written.
    """
    await session.identify()
    directory = Directory(await access.mirror_of(session, known=None))
    directory.platform = session.platform
    try:
        await _remember(session, directory)
        await directory.look()
        yield directory
    finally:
        await asyncio.to_thread(directory.mirror.close)


async def _remember(session: Session, directory: Directory) -> None:
    """Keep who it is, for changes that are queued while the platform cannot say it."""
    told: dict[str, object] = {"who": session.who, "role": session.role}
    if session.account is not None:  # the platform has said so just now
        now = directory.clock().timestamp()
        told |= {"accepted_at": now, "latest_clock": now}
    await wrap_future(directory.mirror.keep(told))


class Directory:
    """Finds humans in a mirror, and keeps it up to date once its platform is open.

    Args:
        opened: The mirror.
        clock: The present.

    Attributes:
        mirror: Where humans are found.
        name: What tells the mirror from those of other accounts and bots.
        standing: What is to be said of the mirror.
        is_kept: Whether a later run finds it.
        platform: Where humans come from; None until it is open.
        who: Who it was read as last, as the history names them; empty where that is not known.
        tags: Definitions by id: the platform's, or those of this machine where it lists none.
        knows_all_tags: Whether these are all; else an id may be that of another.
        count: Humans in the mirror.
        fresh_at: When the platform was last read to the end.
        is_complete: Whether everybody was read and indexed once.
        revision: Another one each time that some human is another.
        timezone: Where the reader is, as the profile said last; empty where it did not.
        language: How dates are written for the reader, likewise.
    """

    def __init__(
        self, opened: OpenMirror, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.mirror: Mirror = opened.mirror
        self.name = opened.name
        self.standing = opened.standing
        self.is_kept = opened.is_kept
        self.clock = clock
        self.platform: Platform | None = None
        self.who = ""
        self.tags: dict[str, TagDefinition] = {}
        self.knows_all_tags = False
        self.count = 0
        self.fresh_at: datetime | None = None
        self.is_complete = False
        self._local_tags = opened.local_tags
        self._local_timezone = opened.timezone
        self._version: tuple[object, ...] = ()
        self.revision: tuple[int, str] = (0, "")
        self.timezone = self.language = ""

    def __len__(self) -> int:
        return self.count

    @property
    def is_listed(self) -> bool:
        """Whether the platform can list its humans; else they come in one by one."""
        return self.platform is None or Capability.HUMANS_FEED in self.platform.capabilities

    @property
    def tag_names(self) -> Mapping[str, str]:
        """Names of tags by their ids."""
        return {tag.id: tag.name for tag in self.tags.values()}

    @property
    def catalogue(self) -> TagCatalogue:
        """The tags as people name them."""
        return TagCatalogue(tuple(self.tags.values()), is_whole=self.knows_all_tags)

    async def keep_reader(self, *, timezone: str, language: str) -> None:
        """Keep where the reader is, for a start at which the platform cannot say it.

        Raises:
            MirrorError: It cannot be written.
        """
        self.timezone, self.language = timezone, language
        await wrap_future(self.mirror.keep({"timezone": timezone, "language": language}))

    async def locate(self) -> None:
        """Find out where the reader is, where the platform has a profile that says it."""
        if self.platform is None or Capability.PROFILE_EDIT not in self.platform.capabilities:
            return
        with suppress(AicxError):  # what was known before holds
            own = await self.platform.profile.get()
            if (own.timezone, own.language) != (self.timezone, self.language):
                await self.keep_reader(timezone=own.timezone, language=own.language)

    async def look(self) -> bool:
        """Look at what the mirror holds now, and return whether that is something else.

        Another console may have read into it meanwhile.
        """
        stamp = await asyncio.to_thread(self._local_tags.stamp) if self._local_tags else None
        version = self.mirror.openings, await wrap_future(self.mirror.version()), stamp
        if version == self._version:
            return False
        facts = await wrap_future(self.mirror.facts())
        revision = self.mirror.openings, facts.get("revision", "")
        is_other = revision != self.revision
        if is_other:
            self.count = await wrap_future(self.mirror.count())
        self._version, self.revision = version, revision
        self.timezone = facts.get("timezone", "") or self._local_timezone
        self.language = facts.get("language", "")
        self.is_complete = facts.get("built") == COMPLETE
        self.who = facts.get("who", "")
        if "fresh_at" in facts:
            self.fresh_at = datetime.fromtimestamp(float(facts["fresh_at"]), UTC)
        self.knows_all_tags = "tags" in facts
        self.tags = {tag.id: tag for tag in await self._read_tags(facts.get("tags"))}
        return is_other

    async def _read_tags(self, listed: str | None) -> Sequence[TagDefinition]:
        if listed is not None:
            return [TagDefinition.model_validate(tag) for tag in json.loads(listed)]
        with suppress(UsageError):  # `aicx tags list` says it; humans are shown all the same
            return await asyncio.to_thread(self._local_tags.read) if self._local_tags else ()
        return ()

    async def refresh(self, *, full: bool = False, by_hand: bool = True) -> AsyncIterator[Progress]:
        """Read what changed at the platform, telling how far that is.

        Args:
            full: Compare everybody.
            by_hand: Whether somebody asked for it, who wants to see what is there just now; else
                humans that were read by their ids a moment ago are not read again.

        Raises:
            AicxError: The platform could not be read to the end; what was read stays.
        """
        stale_after = 0.0 if by_hand else STALE_SECONDS
        async with aclosing(self._sync.run(full=full, stale_after=stale_after)) as steps:
            is_looked_at = False
            async for progress in steps:
                if not is_looked_at:  # the tags are there before the humans
                    await self.look()
                    is_looked_at = True
                self.count = progress.count
                yield progress
        if self.mirror.was_damaged:
            self.standing = REBUILT
        await self.look()

    async def freshen(self) -> bool:
        """Read what changed just now, where that is quick, and return whether all of it is known.

        It is not where the platform lists nobody, cannot be asked, or was never read to the end.
        """
        if self.platform is None or not self.is_listed or not self.is_complete:
            return False
        try:
            async for _ in self.refresh(by_hand=False):
                pass
        except AicxError:
            return False
        return True

    async def read_tags(self) -> None:
        """Read the definitions of tags from the platform, and no humans."""
        await self._sync.read_tags()
        await self.look()

    async def count_tagged(self, tag_id: str) -> int:
        """How many humans of the mirror have a tag, counted up to `COUNTED`."""
        return await wrap_future(self.mirror.count_of(Tagged(tag_id), tags={}))

    def as_of(self, error: AicxError) -> str:
        """That this is not what the platform has now, and why."""
        at = f"{self.fresh_at:%Y-%m-%d %H:%M} UTC" if self.fresh_at else "an earlier time"
        return f"Not refreshed: {error.message} This is the local copy as of {at}."

    async def fetch(self, human_id: str) -> Human:
        """Read one human from the platform and keep it.

        Raises:
            NotFoundError: There is none with this id.
        """
        return await self._sync.fetch(human_id)

    async def fetch_each(
        self, human_ids: Sequence[str]
    ) -> AsyncIterator[tuple[str, AicxError | None]]:
        """Read several humans at once and yield each id, in order, with why it failed if it did."""
        async with aclosing(self._sync.fetch_each(human_ids)) as each:
            async for read in each:
                yield read
        await self.look()

    async def keep(self, humans: Sequence[Human], *, is_read: bool = True) -> None:
        """Keep humans that came one by one; those that were not read are, when next refreshed."""
        await self._sync.keep(humans, is_read=is_read)

    async def make_ready(self) -> None:
        """Let a mirror take humans one by one where the platform cannot list them."""
        await self._sync.make_ready()
        await self.look()

    async def outdate(self, human_ids: Sequence[str]) -> None:
        """Let the next refresh read humans again, of a platform that says not what changed."""
        await wrap_future(self.mirror.outdate(human_ids))

    @property
    def _sync(self) -> Sync:
        if self.platform is None:
            from aicx_tui.errors import UnreachableError

            raise UnreachableError("The platform is not open yet.", hint="Wait a moment.")
        return Sync(self.platform, self.mirror, clock=self.clock)

    def search(
        self, where: Node, sort: Sort, *, on_change: Callable[[Results], None]
    ) -> Future[Results]:
        """Find humans; `on_change` is called on another thread when more is known."""
        return self.mirror.search(where, sort, tags=self.tag_names, on_change=on_change)

    async def look_up(self, names: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """The ids of all humans that each name means: an id, e-mail, uid or phone."""
        return await wrap_future(self.mirror.look_up(names))

    async def human(self, human_id: str, *, place: int | None = None) -> Human | None:
        """A human as it was last read, sooner where it is known at which place it was found."""
        text = await wrap_future(self.mirror.document(human_id, place=place))
        return None if text is None else Human.model_validate_json(text)

    async def walk(self, query: Query) -> AsyncIterator[Human]:
        """Every human that matches, in order."""
        documents = self.mirror.every(query.where, query.sort or Sort(), tags=self.tag_names)

        def some() -> list[str]:
            return [text for _, text in zip(range(DOCUMENTS_AT_ONCE), documents, strict=False)]

        try:
            while read := await wrap_future(self.mirror.reader.ask(some)):
                for text in read:
                    yield Human.model_validate_json(text)
        finally:
            self.mirror.reader.ask(documents.close)  # there, where it reads

    async def scarcest_term(self, where: Node) -> tuple[Node | None, int]:
        """The part of a search that excludes most, and how many humans it alone matches."""
        parts = where.nodes if isinstance(where, All) else (where,)
        hits = [
            (await wrap_future(self.mirror.count_of(part, tags=self.tag_names)), part)
            for part in parts
        ]
        return min(
            ((part, count) for count, part in hits), key=lambda hit: hit[1], default=(None, 0)
        )
