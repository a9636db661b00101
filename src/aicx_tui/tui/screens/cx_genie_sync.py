"""Brings users of an Authentication URL into the humans: which, what that would do, doing it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from pydantic import SecretStr
from typing_extensions import override

from aicx_tui.errors import FieldProblem, PartlyFailedError, UsageError
from aicx_tui.numerals import grouped
from aicx_tui.services.cx_genie import Profile
from aicx_tui.services.cx_genie_checking import Visitor, asker
from aicx_tui.services.cx_genie_syncing import UserSync, user_sync
from aicx_tui.services.cx_genie_upsert import Deed, Step
from aicx_tui.services.cx_genie_visitors import visitors_in
from aicx_tui.services.importing_files import read_bytes
from aicx_tui.services.outbox_opening import OpenOutbox
from aicx_tui.services.pace import Pace
from aicx_tui.services.setup import Setup
from aicx_tui.text import clean
from aicx_tui.tui.paths import full_path
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field

NAME_CHARACTERS, VALUE_CHARACTERS = 40, 400
"""Of a name and of each value that a preview shows; what is longer is cut with an ellipsis."""

MOST_LINES = 200
"""Users that a preview names; how many more there are is said."""

SIGNS = {Deed.CREATE: "+", Deed.UPDATE: "~", Deed.SAME: "=", Deed.REFUSED: "✗"}


@dataclass(frozen=True)
class PlannedSync:
    """A sync that can be done; nobody else does one until it is closed.

    Attributes:
        sync: With its steps.
        held: What keeps others from it.
    """

    sync: UserSync
    held: AsyncExitStack


class UsersToSyncScreen(FormScreen[PlannedSync]):
    """A form for users' tokens; answers with what they mean for the humans.

    Args:
        setup: Where the header token is kept.
        profile: Which URL tells of users.
        opened: Where the humans are.
        clock: Seconds; injected so that tests can hold time still.
    """

    SENDS = "preview"
    BUSY = "Asking about users …"
    GIVEN_UP = "Given up; no human was changed."

    def __init__(
        self,
        setup: Setup,
        profile: Profile,
        opened: OpenOutbox,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        fields = (
            Field(
                "file",
                "File",
                "A token on each line, or JSON Lines with access_token.",
                is_required=False,
                is_path=True,
            ),
            Field("token", "Or one token", "Of one user. It is not kept.", is_secret=True)._replace(
                is_required=False
            ),
        )
        super().__init__(
            f"Sync users of {clean(profile.name)}", fields, advice="No human is changed yet."
        )
        self._setup = setup
        self._profile = profile
        self._opened = opened
        self._clock = clock

    @override
    async def send(self, values: dict[str, str]) -> PlannedSync:
        visitors = await self._visitors(values)
        async with AsyncExitStack() as stack:
            asks = await stack.enter_async_context(asker(self._setup, self._profile))
            sync = await stack.enter_async_context(
                user_sync(self._opened, profile=self._profile, asks=asks)
            )
            pace = Pace(clock=self._clock)
            await sync.plan(
                visitors,
                told=lambda count: self.tell_progress(pace, count, len(visitors), things="users"),
            )
            return PlannedSync(sync, stack.pop_all())

    async def _visitors(self, values: dict[str, str]) -> list[Visitor]:
        if bool(values["file"]) == bool(values["token"]):
            problem = FieldProblem("file", "Give a file or one token, not both.")
            raise UsageError("Nothing was sent.", problems=[problem])
        if values["token"]:
            return [Visitor(SecretStr(values["token"]))]
        content = await asyncio.to_thread(read_bytes, str(full_path(values["file"])))
        return visitors_in(content, fields={})


class SyncUsersScreen(FormScreen[str]):
    """The preview; answers with what was done, in words.

    Args:
        profile: Which URL tells of users.
        planned: What they mean.
        clock: Seconds; injected so that tests can hold time still.
    """

    SENDS = "sync"
    AT_STAKE = "A sync of users is under way."
    BUSY = "Syncing …"
    GIVEN_UP = "Stopped. What was done stays; the same again does the rest."

    def __init__(
        self,
        profile: Profile,
        planned: PlannedSync,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        steps = planned.sync.steps
        counted = "1 user" if len(steps) == 1 else f"{grouped(len(steps))} users"
        field = Field("avatars", "Pictures", "Fetched for humans that have none.", is_choice=True)
        super().__init__(
            f"Sync {counted} of {clean(profile.name)}",
            (field,),
            said="\n".join(_preview(planned)),
            advice="Each change goes through the outbox.",
        )
        self._sync = planned.sync
        self._held = planned.held
        self._clock = clock

    @property
    @override
    def _is_long(self) -> bool:
        return True  # a line of it may be wrapped into many

    async def on_unmount(self) -> None:
        """Let others sync again, also where the console ends."""
        await self._held.aclose()

    @override
    async def send(self, values: dict[str, str]) -> str:
        pace, done, problems = Pace(clock=self._clock), Counter[Deed](), []
        count, total = 0, len(self._sync.steps)
        async for ended in self._sync.run(with_avatars=bool(values["avatars"])):
            done[ended.step.deed] += ended.is_done
            if ended.error is not None:
                problems.append(FieldProblem(_named(ended.step), ended.problem))
            count += 1
            self.tell_progress(pace, count, total, things="users")
        said_of_all = (
            f"{grouped(done[Deed.CREATE])} created, {grouped(done[Deed.UPDATE])} updated, "
            f"{grouped(done[Deed.SAME])} as they were."
        )
        if problems:
            raise PartlyFailedError(
                f"{said_of_all} {grouped(len(problems))} were not synced, or not in full.",
                problems=problems,
            )
        return said_of_all


def _preview(planned: PlannedSync) -> list[str]:
    steps, tags = planned.sync.steps, planned.sync.tags
    lines = [*planned.sync.notes]
    for step in steps[:MOST_LINES]:
        said = step.said(tags, limit=VALUE_CHARACTERS) or "as it is"
        lines.append(f"{SIGNS[step.deed]} {clean(step.name, limit=NAME_CHARACTERS)}: {said}")
    if (more := len(steps) - MOST_LINES) > 0:
        lines.append(f"… and {grouped(more)} more")
    counts = Counter(step.deed for step in steps)
    lines.append(
        f"{grouped(counts[Deed.CREATE])} to create, {grouped(counts[Deed.UPDATE])} to update, "
        f"{grouped(counts[Deed.SAME])} as they are, {grouped(counts[Deed.REFUSED])} that cannot be."
    )
    return lines


def _named(step: Step) -> str:
    return f"{step.number}. {clean(step.name)}"
