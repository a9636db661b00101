"""Defining tags: on the platform, or on this machine where the platform lists none."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from aicx_tui.api.base import Platform
from aicx_tui.errors import AicxError, PartlyFailedError
from aicx_tui.models.capability import Capability
from aicx_tui.models.tag import TagDefinition
from aicx_tui.numerals import grouped
from aicx_tui.services.access import Access
from aicx_tui.services.directory import Directory, open_directory
from aicx_tui.services.local_tags import LocalTags
from aicx_tui.services.session import Session
from aicx_tui.services.tag_catalogue import TagCatalogue
from aicx_tui.services.tag_planning import Step, Wish, planned

KEY_BYTES = 32
"""Random bytes of the key under which a definition is made or deleted."""


class Definitions(Protocol):
    """Where the definitions of a context are kept."""

    is_local: bool

    async def read(self) -> TagCatalogue:
        """What there is."""
        ...

    async def define(self, wishes: Sequence[Wish]) -> tuple[Step, ...]:
        """Make definitions be as wished, all that can be checked before any is changed.

        Raises:
            PartlyFailedError: Some were changed, then the platform refused one.
            AicxError: Something cannot be; nothing was changed.
        """
        ...

    async def delete(self, tag: TagDefinition) -> int:
        """Remove a definition, and return how many humans lost their value for it."""
        ...


class PlatformTags:
    """The definitions that a platform has."""

    is_local = False

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def read(self) -> TagCatalogue:
        """Ask the platform."""
        return TagCatalogue(await self._platform.list_tags())

    async def define(self, wishes: Sequence[Wish]) -> tuple[Step, ...]:
        """Send what differs, one definition after another."""
        done: list[Step] = []
        steps = planned(wishes, await self.read())
        for step in steps:
            try:
                done.append(await self._made(step))
            except AicxError as error:
                sent = sum(not made.changes_nothing for made in done)
                if not sent:
                    raise
                left = sum(not step.changes_nothing for step in steps) - sent
                raise PartlyFailedError(
                    f"{grouped(sent)} of the tags were defined, then “{step.after.name:.80}” was "
                    f"not, or not surely: {error.message} {grouped(left)} are left.",
                    hint="The same again goes on: what is there already stays as it is.",
                    problems=error.problems,
                ) from error
        return tuple(done)

    async def _made(self, step: Step) -> Step:
        if step.changes_nothing:
            return step
        if step.before is None:
            return Step(None, await self._platform.create_tag(step.draft(), key=self._key()))
        changed = await self._platform.update_tag(step.before.id, step.changes())
        return Step(step.before, changed)

    async def delete(self, tag: TagDefinition) -> int:
        """Let the platform take it from every human."""
        return await self._platform.delete_tag(tag.id, key=self._key())

    def _key(self) -> str:
        """A new key for one change, where the platform tells by it what is sent twice."""
        tells = Capability.WRITES_IDEMPOTENT in self._platform.capabilities
        return secrets.token_hex(KEY_BYTES) if tells else ""


class TagsHere:
    """The definitions that this machine keeps; the values that humans have stay as they are."""

    is_local = True

    def __init__(self, local: LocalTags) -> None:
        self._local = local

    async def read(self) -> TagCatalogue:
        """Read the file."""
        return TagCatalogue(await asyncio.to_thread(self._local.read), is_whole=False)

    async def define(self, wishes: Sequence[Wish]) -> tuple[Step, ...]:
        """Write all of it at once."""
        steps: tuple[Step, ...] = ()

        def changed(tags: tuple[TagDefinition, ...]) -> Sequence[TagDefinition]:
            nonlocal steps
            steps = planned(wishes, TagCatalogue(tags, is_whole=False), is_local=True)
            by_id = {tag.id: tag for tag in tags} | {step.after.id: step.after for step in steps}
            return tuple(by_id.values())

        await asyncio.to_thread(self._local.change, changed)
        return steps

    async def delete(self, tag: TagDefinition) -> int:
        """Take it out of the file."""
        await asyncio.to_thread(
            self._local.change, lambda tags: [it for it in tags if it.id != tag.id]
        )
        return 0


class OpenTags:
    """The definitions of a context, and the way to its humans.

    Attributes:
        definitions: Where they are kept.
    """

    def __init__(self, access: Access, *, session: Session | None) -> None:
        self._access = access
        self._session = session
        definitions = definitions_of(access, session)
        assert definitions is not None  # noqa: S101  # a context that is not open has its own
        self.definitions: Definitions = definitions

    @asynccontextmanager
    async def directory(self) -> AsyncIterator[Directory | None]:
        """The humans that the mirror has; None where none is known without the platform.

        Raises:
            AicxError: It is not known who is signed in, or nothing can be written.
        """
        if self._session is not None:
            async with open_directory(self._access, self._session) as directory:
                yield directory
            return
        known = await self._access.known_mirror()
        if known is None:
            yield None
            return
        directory = Directory(known)
        try:
            await directory.look()
            yield directory
        finally:
            await asyncio.to_thread(known.mirror.close)

    async def bring_up_to_date(self, *, with_humans: bool = False) -> None:
        """Read into a mirror that outlives this run what was defined on the platform.

        Raises:
            AicxError: It could not be read to the end; what was read stays.
        """
        if self.definitions.is_local or not self._access.keeps_mirror:
            return
        async with self.directory() as directory:
            if directory is not None and with_humans:
                async for _ in directory.refresh(by_hand=False):
                    pass
            elif directory is not None:
                await directory.read_tags()


@asynccontextmanager
async def open_tags(access: Access) -> AsyncIterator[OpenTags]:
    """Open what keeps the tags of a context; a gateway is not asked for anything.

    Raises:
        AicxError: The platform is needed and cannot be opened.
    """
    if is_local(access):
        yield OpenTags(access, session=None)
        return
    session = await access.open()
    try:
        yield OpenTags(access, session=session)
    finally:
        await session.aclose()


def definitions_of(access: Access, session: Session | None) -> Definitions | None:
    """Where the definitions of a context are kept; None where the platform has to be open first."""
    local = access.local_tags
    if session is None:
        return TagsHere(local) if local is not None and is_local(access) else None
    can = session.platform.capabilities
    has_none = Capability.TAGS_ASSIGN not in can  # so names for them are of no use
    if local is None or has_none or Capability.TAGS_LIST in can:
        return PlatformTags(session.platform)
    return TagsHere(local)


def is_local(access: Access) -> bool:
    """Whether a context's tags are this machine's for sure, without asking the platform."""
    return access.context.kind == "gateway" and access.local_tags is not None
