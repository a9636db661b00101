"""Changes that wait in a console's outbox, and what holds them there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from aicx_tui.api.base import Platform
from aicx_tui.models.human import HumanChanges, HumanDraft
from aicx_tui.tui.screens.humans import HumansScreen
from aicx_tui.tui.sending import Sending
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person


def humans_of(person: Person) -> HumansScreen:
    screen = person.app.screen_stack[0]
    assert isinstance(screen, HumansScreen)
    return screen


def sending_of(person: Person) -> Sending:
    return humans_of(person).sending


def platform_of(person: Person) -> Platform:
    session = humans_of(person).session
    assert session is not None
    return session.platform


def current(person: Person) -> str:
    record = humans_of(person)._table.current
    assert record is not None
    return record.id


class Gate:
    """Holds what is asked of a platform until a test opens it.

    Attributes:
        reached: Whether something waits here.
    """

    def __init__(self, platform: Platform, method: str, *, fails: Exception | None = None) -> None:
        self.reached = asyncio.Event()
        self._opened = asyncio.Event()
        asked = getattr(platform, method)

        async def held(*given: Any, **named: Any) -> Any:  # noqa: ANN401  # whatever is asked
            self.reached.set()
            await self._opened.wait()
            if fails is not None:
                raise fails
            return await asked(*given, **named)

        setattr(platform, method, held)

    def open(self) -> None:
        self._opened.set()


@asynccontextmanager
async def beside(sandbox: SandboxPlatform) -> AsyncIterator[Platform]:
    """Somebody else at the same platform."""
    async with aclosing(await sandbox.console()) as platform:
        yield platform


async def conflict(person: Person, sandbox: SandboxPlatform, **mine: str) -> str:
    """Let somebody else change the fields of the human at the cursor, too."""
    human_id = current(person)
    gate = Gate(platform_of(person), "get_human")
    await sending_of(person).queue_update(human_id, HumanChanges.model_validate(mine))
    await gate.reached.wait()
    async with beside(sandbox) as other:
        theirs = {name: f"theirs-{name}" for name in mine}
        await other.update_human(human_id, HumanChanges.model_validate(theirs))
    gate.open()
    await person.sees("! 1 change needs you")
    return human_id


async def let_changes_wait(person: Person, sandbox: SandboxPlatform) -> None:
    """One in conflict, one being sent, and one behind it."""
    await conflict(person, sandbox, email="mine@example.com", fullname="Mine", uid="mine-1")
    gate = Gate(platform_of(person), "create_human")
    sending = sending_of(person)
    await sending.queue_create(HumanDraft(fullname="Nora [/] New 山田", email="nora@example.com"))
    await gate.reached.wait()
    await person.presses("down", "down")
    await sending.queue_update(current(person), HumanChanges(email="later@example.com"))
    await person.sees("2 changes waiting")
    await person.presses("up")
    person.app.clear_notifications()
    await person.comes_to_rest()
