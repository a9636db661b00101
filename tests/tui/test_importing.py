"""The import in the console: which file, what it would do, doing it, and what fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from aicx_tui.services.importing import AT_ONCE
from tests.api.faulty import faulty, json_reply
from tests.sandbox_platform import SandboxPlatform, access_by
from tests.tui.console import Person, bare_setup, console

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "people.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


async def asks_for(person: Person, path: Path, columns: str = "") -> None:
    await person.presses("I")
    await person.sees("Import humans from a file")
    await person.pastes(str(path))
    await person.presses("tab")
    await person.pastes(columns)
    await person.presses("ctrl+s")


async def test_a_file_is_previewed_then_imported_and_its_humans_are_listed(
    own_sandbox: SandboxPlatform, tmp_path: Path, write: Write
) -> None:
    path = write("Who,Mail,id\nAda Önd,ada@example.com,1\n[/]Body,x@example.com,2\n,c@x,3\n")
    async with console(own_sandbox.own_access(), setup=bare_setup(str(tmp_path))) as person:
        await asks_for(person, path)
        await person.sees("No column is the full name", "There is Who, Mail, id.")
        await person.pastes("Who=fullname, Mail=email")
        await person.presses("ctrl+s")
        await person.sees("Import 3 rows into sandbox", "Who   → fullname", "id    not used")
        await person.sees("3 rows; 1 cannot be imported", "line 4: The full name is missing.")
        assert "[/]Body" in person.screen
        await person.presses("enter")
        await person.sees("2 of 3 rows are created; 1 failed.", "people-failed.jsonl")
        await person.presses("escape")
        await person.sees("● 42 humans", "Ada Önd")
    (failed,) = (tmp_path / "people-failed.jsonl").read_text().splitlines()
    assert json.loads(failed)["row"] == {"Who": None, "Mail": "c@x", "id": "3"}
    async with console(own_sandbox.own_access(), setup=bare_setup(str(tmp_path))) as person:
        await asks_for(person, path, "Who=fullname, Mail=email")
        await person.sees("Import 3 rows into sandbox")
        await person.presses("enter")
        await person.sees("2 of them by an earlier run")


async def test_all_is_imported_once(
    own_sandbox: SandboxPlatform, tmp_path: Path, write: Write
) -> None:
    path = write("name\n" + "".join(f"Person {number}\n" for number in range(20)))
    async with console(own_sandbox.own_access(), setup=bare_setup(str(tmp_path))) as person:
        await asks_for(person, path)
        await person.sees("20 rows, and no problem was found")
        await person.presses("enter")
        await person.sees("20 rows are created.", "● 60 humans")
        await asks_for(person, path)
        await person.sees("Import 20 rows")
        await person.presses("enter")
        await person.sees("Already imported", "--again")
    assert not (tmp_path / "people-failed.jsonl").exists()


@pytest.mark.parametrize(
    ("typed", "columns", "said"),
    [
        ("nowhere.csv", "", "The file cannot be read: No such file"),
        ("-", "", "The file cannot be read: No such file"),
        ("~nobody-of-this-name/x.csv", "", "This names a home folder"),
        ("people.csv", "Who", "“Who” is not COLUMN=FIELD."),
        ("people.csv", "Nix=email", "The file has no column “Nix”."),
        ("people.csv", "Who=access_token", "Access tokens are never read from a file"),
    ],
)
async def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(
    browsed_sandbox: SandboxPlatform,
    monkeypatch: pytest.MonkeyPatch,
    write: Write,
    typed: str,
    columns: str,
    said: str,
) -> None:
    monkeypatch.chdir(write("Who\nAda\n").parent)
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("I")
        await person.sees("Import humans from a file")
        await person.pastes(typed)
        await person.presses("tab")
        await person.pastes(columns)
        await person.presses("ctrl+s")
        await person.sees(said, typed)


async def test_an_import_that_is_stopped_says_how_far_it_came_and_goes_on_later(
    tmp_path: Path, write: Write
) -> None:
    path = write("name\n" + "".join(f"Person {number}\n" for number in range(3_000)))
    environ = {"AICX_COMPANY_ID": "acme", "AICX_BOT_ID": "bot", "AICX_TOKEN": "sk_1"}
    setup = bare_setup(str(tmp_path))
    async with faulty(json_reply(200, {"result": {"id": "eu_1"}})) as platform:
        access = access_by(environ | {"AICX_URL": platform.url})
        async with console(access, setup=setup, until="no list of humans") as person:
            await asks_for(person, path)
            await person.sees("Import 3,000 rows")
            await person.presses("enter")
            await person.sees(" of 3,000 rows, ")
            await person.presses("escape")
            await person.sees("Stopped.", "were not", "human is")
            sent = len(platform.requests)
            assert 0 < sent < 3_000
            await person.presses("enter")
            await person.waits_for(lambda: len(platform.requests) > sent + 50)
            await person.presses("escape")
            await person.sees(" of them by ")
            await person.presses("escape")
            await person.sees("● 1 human read by id")


async def test_who_stops_an_import_cannot_cut_short_the_wait_for_answers(
    tmp_path: Path, write: Write
) -> None:
    path = write("name\n" + "".join(f"Person {number}\n" for number in range(20)))
    environ = {"AICX_COMPANY_ID": "acme", "AICX_BOT_ID": "bot", "AICX_TOKEN": "sk_1"}
    is_answered = asyncio.Event()

    async def held(writer: asyncio.StreamWriter) -> None:
        await is_answered.wait()
        await json_reply(200, {"result": {"id": "eu_1"}})(writer)

    async with faulty(held) as platform:
        access = access_by(environ | {"AICX_URL": platform.url})
        setup = bare_setup(str(tmp_path))
        async with console(access, setup=setup, until="no list of humans") as person:
            await asks_for(person, path)
            await person.sees("Import 20 rows")
            await person.presses("enter")
            await person.waits_for(lambda: len(platform.requests) == AT_ONCE)
            await person.presses("escape")
            await person.sees("Stopping: waiting for the answers")
            for key in ("escape", "enter", "ctrl+s", "escape"):
                await person.presses(key)
                assert "Stopping: waiting for the answers" in person.screen
            is_answered.set()
            await person.sees("Stopped. 4 of 20 rows are created. 16 were not sent.")
            assert len(platform.requests) == AT_ONCE
            await person.presses("enter")
            await person.sees("20 rows are created, 4 of them by an earlier run.")
    sent = [request for request in platform.requests if request.startswith(b"POST ")]
    assert len(set(sent)) == len(sent) == 20
