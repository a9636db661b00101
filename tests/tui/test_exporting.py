"""Humans exported from the console: a real file, whole or not there."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event
from typing import cast

import pytest

from aicx_tui.models.human import Human
from aicx_tui.services.directory import Directory
from aicx_tui.settings import SavedView
from aicx_tui.storage.query.tree import Query
from aicx_tui.tui.screens.humans import HumansScreen
from aicx_tui.tui.widgets.marking import MarkingTable
from tests.cli.command import aicx
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, bare_setup, console

EVERY_FIELD = ("tab", "tab", "space")
"""From the file's name to the choice of columns, and the other one."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the console was started, and the person's home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def writes_to(person: Person, name: str) -> None:
    """Type another name of the file, which takes the place of the offered one."""
    await person.sees("Export ", "File ")
    await person.types(name)
    await person.presses("enter")


async def test_what_the_search_matches_is_written(
    browsed_sandbox: SandboxPlatform, folder: Path
) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("slash", *"ana", "enter")
        await person.presses("s", "n", "x")
        await person.sees("Export ", "● CSV   ○ JSON Lines   ○ JSON", "masked")
        await person.presses(*EVERY_FIELD)
        await person.sees("○ as shown   ● every field")
        await person.presses("enter")
        await person.sees("Exported", "humans.csv")
    printed = aicx("humans", "list", "ana sort:name", "--csv", env=browsed_sandbox.environment())
    assert (folder / "humans.csv").read_bytes().decode() == printed.out
    assert names_in(folder) == ["humans.csv"]


async def test_a_sheet_has_the_columns_that_are_shown(
    browsed_sandbox: SandboxPlatform, folder: Path
) -> None:
    (tag, *_) = aicx("tags", "list", "--json", env=browsed_sandbox.environment()).json()
    columns = (f"tag:{tag['id']}", "name:30", "phone")
    view = SavedView(name="Anas", query="ana sort:name", columns=columns)
    setup = bare_setup(str(folder), views={"sandbox": (view,)})
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.presses("2", "x")
        await person.sees("Export ", "● as shown   ○ every field", "JSON is always whole")
        await person.presses("enter")
        await person.sees("Exported", "humans.csv")
    home = {"AICX_HOME": str(folder)}
    env = browsed_sandbox.environment() | home
    saved = aicx(
        *("views", "save", "Anas", "--query", view.query, "--columns", ",".join(columns)), env=env
    )
    assert saved.code == 0
    printed = aicx("humans", "list", "--view", "Anas", "--csv", env=env)
    assert printed.out.startswith(f'"tag:{tag["name"]}","fullname","phone_number"\r\n')
    assert (folder / "humans.csv").read_bytes().decode() == printed.out


@pytest.mark.parametrize(("steps", "form"), [(1, "jsonl"), (2, "json")])
async def test_the_name_ends_as_the_form_does(
    browsed_sandbox: SandboxPlatform, folder: Path, steps: int, form: str
) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("x")
        await person.sees("Export 400 humans")
        await person.presses("tab", *["space"] * steps)
        await person.sees(f"humans.{form} ")
        await person.presses("enter")
        await person.sees("Exported", "400 humans in ")
    written = (folder / f"humans.{form}").read_text()
    printed = aicx("humans", "list", f"--{form}", env=browsed_sandbox.environment()).out
    if form == "json":
        assert json.loads(written) == json.loads(printed)
    else:
        assert written == printed


async def test_marks_come_before_the_search(browsed_sandbox: SandboxPlatform, folder: Path) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("space", "space", "x")
        await person.sees("Export 2 marked humans")
        await person.presses(*EVERY_FIELD, "shift+tab", "shift+tab", "ctrl+u")
        await writes_to(person, "~/two.jsonl")
        await person.sees("Exported", "2 humans in ")
        marks = set(person.app.screen_stack[0].query_one(MarkingTable).marks)
    lines = (folder / "two.jsonl").read_text().splitlines()
    assert lines[0].startswith('"id"')  # the form is CSV as long as no other is chosen
    assert {line.split(",")[0].strip('"') for line in lines[1:]} == marks


async def test_a_file_that_is_there_is_replaced_by_a_second_enter(
    browsed_sandbox: SandboxPlatform, folder: Path
) -> None:
    (folder / "humans.csv").write_text("mine")
    async with console(browsed_sandbox.access()) as person:
        await person.presses("x", "enter")
        await person.sees("Enter again replaces it")
        assert (folder / "humans.csv").read_text() == "mine"
        await person.presses("enter")
        await person.sees("Exported", "400 humans in ")
    with (folder / "humans.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == 401


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone/humans.csv", "There is no folder for "),
        ("~nobody-of-this-name/x.csv", "This names a home folder"),
    ],
)
async def test_a_place_that_is_none_is_said(
    browsed_sandbox: SandboxPlatform, folder: Path, name: str, said: str
) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("x")
        await person.sees("Export 400 humans")
        await person.pastes(name)
        await person.presses("enter")
        await person.sees(said)
        await person.presses("escape")
        await person.waits_for(lambda: "Export 400" not in person.screen)
    assert names_in(folder) == []


async def test_a_stopped_export_leaves_nothing(
    browsed_sandbox: SandboxPlatform, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Directory.walk

    async def stalled(self: Directory, query: Query) -> AsyncIterator[Human]:
        count = 0
        async for human in whole(self, query):
            yield human
            count += 1
            if count == 200:
                await asyncio.Event().wait()

    monkeypatch.setattr(Directory, "walk", stalled)
    async with console(browsed_sandbox.access()) as person:
        await person.presses("x", "enter")
        await person.waits_for(lambda: names_in(folder) == [".humans.csv.aicx-part"])
        await person.sees("◐ ", "Esc gives up")
        await person.presses("escape")
        await person.sees("Stopped; nothing was written.")
        await person.waits_for(lambda: names_in(folder) == [])
        monkeypatch.undo()
        await person.presses("escape")
        await person.waits_for(lambda: "Stopped" not in person.screen)


async def test_nobody_is_not_exported(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("slash", *"zzzz", "enter")
        await person.sees("Nobody matches")
        await person.presses("x")
        assert "Export" not in person.screen
        await person.presses("question_mark")
        await person.types("export")
        await person.sees("There is nobody to export.")


async def test_quitting_says_once_what_would_be_lost(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        directory = cast("HumansScreen", person.app.screen).directory
        assert directory is not None
        held = Event()
        directory.mirror.reader.ask(lambda: held.wait(30))
        await person.presses("x")
        await person.sees("Export 400 humans")
        await person.pastes(str(tmp_path / "humans.csv"))
        await person.presses("enter")
        await person.sees("Writing …")
        await person.presses("ctrl+q")
        await person.sees("An export is being written.", "^q again quits.")
        held.set()
        await person.sees("Exported")
    assert (tmp_path / "humans.csv").is_file()
