"""What many ask for in a row is done a few times, and the last who asks is not forgotten."""

from __future__ import annotations

from aicx_tui.tui.gathering import Gathering
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import console
from tests.tui.waiting import humans_of


async def test_who_asks_behind_the_first_waits_for_the_pause(
    browsed_sandbox: SandboxPlatform,
) -> None:
    done: list[int] = []
    async with console(browsed_sandbox.own_access()) as person:
        seldom = Gathering(humans_of(person), lambda: done.append(1), seconds=3600)
        for _ in range(100):
            seldom.ask()
        assert len(done) == 1
        seldom.do_now()
        assert len(done) == 2


async def test_the_last_who_asks_is_answered(browsed_sandbox: SandboxPlatform) -> None:
    asked, seen = 0, -1

    def see() -> None:
        nonlocal seen
        seen = asked

    async with console(browsed_sandbox.own_access()) as person:
        often = Gathering(humans_of(person), see, seconds=0.05)
        for number in range(1, 101):
            asked = number
            often.ask()
        await person.waits_for(lambda: seen == 100)
