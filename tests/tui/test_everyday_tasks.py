"""The ten tasks of README's table, done by exactly the keys that it prints."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from aicx_tui.models.human import Human, HumanChanges
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, console
from tests.tui.test_bulks import how_many_have
from tests.tui.test_outbox import at_the_platform
from tests.tui.test_tag_editor import jane, tags_of
from tests.tui.waiting import beside, humans_of, sending_of

README = Path(__file__).parents[2] / "README.md"
HEADING = "### Ten everyday tasks"

NAMED = {
    "/": "slash",
    "Enter": "enter",
    "Tab": "tab",
    "Space": "space",
    "→": "right",
    "Ctrl+S": "ctrl+s",
    "Ctrl+U": "ctrl+u",
    "Ctrl+X": "ctrl+x",
}
"""How Textual spells the keys that have a name; what else is printed is typed."""


def printed() -> dict[str, list[str]]:
    """The keys of each task, as README prints them."""
    section = README.read_text("utf-8").partition(HEADING)[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (`.+`) \|$", section, re.MULTILINE)
    return {task: re.findall(r"`([^`]+)`", keys) for task, keys in rows}


class Task:
    """A console with Jane Doe at its cursor, and who she was.

    Attributes:
        sandbox: Where she is.
        jane: Her id.
        person: Who presses keys.
    """

    def __init__(self, sandbox: SandboxPlatform, jane_id: str, person: Person) -> None:
        self.sandbox = sandbox
        self.jane = jane_id
        self.person = person

    async def is_sent(self) -> None:
        """Wait until nothing waits any more."""
        await self.person.waits_for(lambda: not sending_of(self.person).queue.waiting)

    async def has(self, **fields: str | None) -> None:
        """Wait until Jane has these values at the platform."""
        human = await at_the_platform(self.sandbox, self.jane)
        assert {name: getattr(human, name) for name in fields} == fields


async def tagged(task: Task) -> None:
    await task.person.waits_for(lambda: "Tags for" not in task.person.screen)
    await task.is_sent()
    assert (await tags_of(task.sandbox, task.jane))["Merchant"] == "Gold"


async def all_tagged(task: Task) -> None:
    await task.person.sees("✓ done: ")
    silver = (await how_many_have(task.sandbox, "Merchant"))["Silver"]
    assert silver > 1
    async with beside(task.sandbox) as platform:
        ids = {tag.name: tag.id for tag in await platform.list_tags()}
        items = (await platform.read_feed(None))["items"]
    humans = [Human.model_validate(item) for item in items]
    held = [{tag.id: tag.value for tag in human.tags} for human in humans]
    ours = [tags for tags in held if tags.get(ids["Merchant"]) == "Silver"]
    assert [tags[ids["VIP"]] for tags in ours] == ["yes"] * silver


async def untagged(task: Task) -> None:
    await task.person.waits_for(lambda: "Tags for" not in task.person.screen)
    await task.is_sent()
    assert await tags_of(task.sandbox, task.jane) == {}


async def corrected(task: Task) -> None:
    await task.person.sees("jane@new.example")
    await task.is_sent()
    await task.has(email="jane@new.example")


async def taken_back(task: Task) -> None:
    await task.person.sees("Undone: Jane Doe")
    await task.is_sent()
    await task.has(email="jane@old.example")


async def found(task: Task) -> None:
    await task.person.sees(" 1 of 41", "Jane Doe")


async def shown(task: Task) -> None:
    await task.person.sees("wrong@new.example", "Ana Cruz")


async def copied(task: Task) -> None:
    await task.person.waits_for(lambda: task.person.app.clipboard == "jane@old.example")


async def created(task: Task) -> None:
    await task.person.sees("Nora New", "42 humans")
    async with beside(task.sandbox) as platform:
        items = (await platform.read_feed(None))["items"]
    assert [i["email"] for i in items if i["fullname"] == "Nora New"] == ["nora@new.example"]


async def emptied(task: Task) -> None:
    await task.person.sees("✓ done: ")
    await task.has(uid=None)


async def nothing(task: Task) -> None:
    """Jane is as she was made."""


async def with_a_mistake(task: Task) -> None:
    change = HumanChanges(email="wrong@new.example")
    await sending_of(task.person).queue_update(task.jane, change)
    await task.person.sees("wrong@new.example")
    await task.is_sent()


Step = Callable[[Task], Awaitable[None]]

TASKS: dict[str, tuple[Step, Step]] = {
    "tag a human": (nothing, tagged),
    "tag all who match": (nothing, all_tagged),
    "take a tag away": (nothing, untagged),
    "correct an e-mail address": (nothing, corrected),
    "take the last change back": (with_a_mistake, taken_back),
    "find by phone, however it is written": (nothing, found),
    "see what was changed of a human": (with_a_mistake, shown),
    "copy an e-mail address": (nothing, copied),
    "create a human": (nothing, created),
    "empty a field of several humans": (nothing, emptied),
}
"""What comes before each task, and how it is seen to be done."""


def test_readme_prints_these_tasks() -> None:
    assert list(printed()) == list(TASKS)
    assert len(TASKS) == 10


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("name", TASKS)
async def test_a_task_is_done_by_the_printed_keys(
    name: str, size: tuple[int, int], own_sandbox: SandboxPlatform
) -> None:
    jane_id = await jane(own_sandbox, Merchant="Silver")
    async with beside(own_sandbox) as platform:
        details = HumanChanges(email="jane@old.example", phone_number="+1 555-0100", uid="u-1")
        await platform.update_human(jane_id, details)
    arrange, is_done = TASKS[name]
    async with console(own_sandbox.own_access(), size=size) as person:
        record = humans_of(person)._table.current
        assert record is not None and record.id == jane_id
        task = Task(own_sandbox, jane_id, person)
        await arrange(task)
        for keys in printed()[name]:
            if named := NAMED.get(keys):
                await person.presses(named)
            else:
                await person.types(keys)
        await is_done(task)
