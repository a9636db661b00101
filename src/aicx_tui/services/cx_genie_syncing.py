"""Brings users of an Authentication URL into the humans of a bot: first a plan, then the outbox.

Whom an earlier run created is found again, also where that was cut off: what waits in the outbox
is sent before anybody is looked for, and a human that may or may not be there is left to a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aicx_tui.errors import (
    AicxError,
    ConflictError,
    ForbiddenError,
    NotSignedInError,
    OutcomeUnknownError,
    RateLimitedError,
    UnavailableError,
    UnsupportedError,
)
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import HumanChanges, TagValue
from aicx_tui.services.avatars import avatar_stored
from aicx_tui.services.changing import make
from aicx_tui.services.cx_genie import Profile
from aicx_tui.services.cx_genie_checking import Asked, Asker, Visitor, body_of
from aicx_tui.services.cx_genie_upsert import Deed, Planner, Step, draft_of, with_picture
from aicx_tui.services.outbox_opening import OpenOutbox
from aicx_tui.services.session import Session
from aicx_tui.services.tag_catalogue import catalogue_of
from aicx_tui.services.turn import turn

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition

AT_ONCE = 4
"""Tokens that are resolved at the same time: it is somebody's own server."""

STOPS_ALL = (NotSignedInError, ForbiddenError, RateLimitedError, UnavailableError)
"""What is wrong with the platform, and not with one user."""

ONLY_KNOWN = (
    "This platform cannot list its humans: who is not in the local copy is taken to be new."
)
NO_LABELS = "This platform has no call that assigns tags: labels are left out."


@dataclass(frozen=True)
class Ended:
    """What became of a user.

    Attributes:
        step: What was to be done.
        human_id: Whose record it is; empty for nobody's.
        error: What went wrong; None where nothing did.
        is_done: Whether the human is as it is to be, its picture aside.
    """

    step: Step
    human_id: str = ""
    error: AicxError | None = None
    is_done: bool = False

    @property
    def problem(self) -> str:
        """What went wrong, and with which field where that is known; empty where nothing did."""
        if self.error is None:
            return ""
        fields = [f"{field}: {said}" for field, said in self.error.problems]
        return " ".join([self.error.message, "; ".join(fields)]).strip()


class UserSync:
    """One sync of users into an open platform.

    Args:
        opened: Where its humans and their changes are.
        session: The platform.
        profile: Which Authentication URL tells of users, and how they are found.
        asks: What asks it.

    Attributes:
        steps: What each user means, once that is planned.
        tags: Definitions by id, for words.
        notes: What is to be known of all of it.
    """

    def __init__(
        self, opened: OpenOutbox, session: Session, *, profile: Profile, asks: Asker
    ) -> None:
        self.steps: Sequence[Step] = ()
        self.tags: Mapping[str, TagDefinition] = {}
        self._opened = opened
        self._session = session
        self._profile = profile
        self._asks = asks
        self._over: dict[int, Ended] = {}
        platform = session.platform
        can_label = Capability.TAGS_ASSIGN in platform.capabilities
        self._label_tag = profile.label_tag if can_label else ""
        notes = {
            ONLY_KNOWN: not opened.directory.is_listed,
            NO_LABELS: bool(profile.label_tag) and not can_label,
        }
        self.notes = tuple(note for note, is_so in notes.items() if is_so)

    async def plan(
        self, visitors: Sequence[Visitor], *, told: Callable[[int], None] = lambda _count: None
    ) -> Sequence[Step]:
        """Find out what users mean; no human is changed but by what waited in the outbox.

        Args:
            visitors: Who.
            told: Called with how many were asked about.

        Raises:
            UsageError: A field is missing for one, or the tag for labels is not known.
            AicxError: The platform cannot be asked.
        """
        self._check_identity()
        for visitor in visitors:
            body_of(self._profile, visitor)
        catalogue = await catalogue_of(self._session)
        self.tags = {tag.id: tag for tag in catalogue.tags}
        label_tag = catalogue.meant(self._label_tag) if self._label_tag else None
        await self._freshen()
        directory = self._opened.directory
        planner = Planner(
            directory,
            identity=self._profile.identity,
            label_tag=label_tag,
            today=directory.clock().astimezone().date(),
            writable=self._session.platform.fields,
        )
        steps: list[Step] = []
        async for asked in self._asked(visitors):
            steps.append(await self._step(planner, len(steps) + 1, asked))
            told(len(steps))
        self.steps = tuple(steps)
        return self.steps

    def _check_identity(self) -> None:
        """Make sure that the platform has the field by which users are found.

        Raises:
            UnsupportedError: It has not.
        """
        identity = self._profile.identity
        if identity.field not in self._session.platform.fields:
            raise UnsupportedError(
                f"This platform keeps no {identity.field} of a human, so nobody would be found by "
                f"{identity}. Nothing was sent.",
                hint="Choose another identify method: identity of the profile.",
            )

    async def _freshen(self) -> None:
        """Send what waits, then read who there is."""
        directory = self._opened.directory
        async for change in self._opened.sender(self._session).run(waits=True):
            self._opened.others.append(change)
        if directory.is_listed:
            async for _ in directory.refresh():
                pass
        elif not directory.is_kept:
            raise UnsupportedError(
                "This platform cannot list its humans, and no local copy of it is kept: nobody "
                "would be found, and everybody created again. Nothing was sent.",
                hint="Give the key of a local copy: --mirror-key-file FILE, or use a keyring.",
            )

    async def _asked(self, visitors: Sequence[Visitor]) -> AsyncIterator[Asked]:
        """Ask about several at once, and yield in their order."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def ask(visitor: Visitor) -> Asked:
            async with turns:
                return await self._asks.ask(visitor)

        asking = [asyncio.create_task(ask(visitor)) for visitor in visitors]
        try:
            for one in asking:
                yield await one
        finally:
            for one in asking:
                one.cancel()
            await asyncio.gather(*asking, return_exceptions=True)

    async def _step(self, planner: Planner, number: int, asked: Asked) -> Step:
        if asked.user is None:
            return Step(number=number, deed=Deed.REFUSED, problem=asked.summary)
        return await planner.step(number, asked.user)

    async def run(self, *, with_avatars: bool = False) -> AsyncIterator[Ended]:
        """Do what was planned, and yield what became of each user.

        What was done is not done again where this is run once more, nor what is in doubt.

        Args:
            with_avatars: Whether pictures are fetched for humans that have none.

        Raises:
            AicxError: The rest cannot be done now.
        """
        for step in self.steps:
            ended = self._over.get(step.number) or await self._ended(step, with_avatars)
            if ended.is_done or isinstance(ended.error, OutcomeUnknownError):
                self._over[step.number] = ended
            yield ended

    async def _ended(self, step: Step, with_avatars: bool) -> Ended:
        if step.deed is Deed.REFUSED:
            return Ended(step, error=AicxError(step.problem))
        problem: AicxError | None = None
        if with_avatars:
            try:
                step = await self._pictured(step)
            except AicxError as error:  # the rest of the user is synced all the same
                problem = error
        human_id = step.human.id if step.human is not None else ""
        try:
            human_id = await self._done(step, human_id)
        except STOPS_ALL:
            raise
        except AicxError as error:
            return Ended(step, human_id, error)
        return Ended(step, human_id, problem, is_done=True)

    async def _pictured(self, step: Step) -> Step:
        """The step with the picture's id, where there is a picture and the human has none."""
        has_one = step.human is not None and step.human.profile_pic_id
        address = step.user.avatar if step.user is not None else ""
        if has_one or not address:
            return step
        return with_picture(step, await avatar_stored(self._session, address))

    async def _done(self, step: Step, human_id: str) -> str:
        outbox = self._opened.outbox
        if step.human is None:
            draft = draft_of(step.fields, step.tags)
            made = await make(self._opened, await outbox.create(draft))
            return made.human_id
        if step.fields:
            changes = HumanChanges.model_validate(dict(step.fields))
            change = await outbox.update(human_id, changes, upon=step.human)
            await make(self._opened, change)
        if step.tags:
            values = [TagValue(id=tag_id, value=value) for tag_id, value in step.tags.items()]
            await make(self._opened, await outbox.assign(human_id, values, upon=step.human))
        return human_id


@asynccontextmanager
async def user_sync(
    opened: OpenOutbox, *, profile: Profile, asks: Asker
) -> AsyncIterator[UserSync]:
    """A sync of users, and no other into the same local copy for as long as this lasts.

    Raises:
        ConflictError: Another process does that just now.
        UnsupportedError: The platform cannot create or change humans.
    """
    session = opened.session
    needed = {Capability.HUMANS_CREATE, Capability.HUMANS_UPDATE}
    if session is None or not needed <= session.platform.capabilities:
        raise UnsupportedError("This platform has no calls that create and change humans.")
    async with turn(opened.directory.mirror.path, "users") as is_mine:
        if not is_mine:
            raise ConflictError(
                "Another process syncs users there just now. Nothing was sent.",
                hint="Wait for it, then run this again.",
            )
        yield UserSync(opened, session, profile=profile, asks=asks)
