"""Saved views in the console, on a real sandbox."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path

import pytest

from aicx_tui.services.setup import Setup
from aicx_tui.settings import SavedView
from aicx_tui.tui.screens import humans
from tests.cli.command import aicx
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, bare_setup, console
from tests.tui.test_snapshots import Compare

ANAS = SavedView(name="Anas", query="ana sort:name", columns=("name", "email:30"))
NO_PHONE = SavedView(name="No phone", query="no:phone")

TABS = 1
"""The line of the tabs: below the header."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def setup_with(home: Path, *views: SavedView) -> Setup:
    """A setup whose config.toml has views of the sandbox."""
    lines = []
    for view in views:
        lines += ["[[views.sandbox]]", f'name = "{view.name}"', f"query = '{view.query}'"]
        lines += [f"columns = {list(view.columns)}"] if view.columns else []
    (home / "config.toml").write_text("# mine\n" + "\n".join(lines) + "\n")
    return bare_setup(str(home), views={"sandbox": views})


def saved(home: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads((home / "config.toml").read_text())["views"][
        "sandbox"
    ]
    return found


def headings(person: Person, *, line: int = TABS + 3) -> list[str]:
    width = person.app.screen_stack[0].query_one("#table").size.width
    return person.lines[line][1 : width + 1].split()


async def test_without_saved_views_there_is_no_line(
    browsed_sandbox: SandboxPlatform, home: Path
) -> None:
    async with console(browsed_sandbox.own_access(), setup=bare_setup(str(home))) as person:
        assert "All" not in person.screen
        await person.presses("4")
        await person.sees("There is no view 4. None is saved; v saves what is shown.")


async def test_digits_show_views(browsed_sandbox: SandboxPlatform, home: Path) -> None:
    setup = setup_with(home, ANAS, NO_PHONE)
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        assert person.lines[TABS].rstrip() == "▸1 All  2 Anas  3 No phone"
        await person.presses("2")
        await person.sees("│ ana ", " of 400", "Name ↑")
        assert person.lines[TABS].rstrip() == " 1 All ▸2 Anas  3 No phone"
        assert headings(person) == ["Name", "↑", "E-mail"]
        await person.presses("3")
        await person.sees("│ no:phone ", "Updated ↓")
        assert "▸3 No phone" in person.lines[TABS]
        assert headings(person)[:3] == ["Name", "E-mail", "Phone"]
        await person.presses("1")
        await person.waits_for(lambda: " of 400" not in person.screen)
        assert person.lines[TABS].startswith("▸1 All")


async def test_a_view_is_left_by_searching_for_something_else(
    browsed_sandbox: SandboxPlatform, home: Path
) -> None:
    setup = setup_with(home, ANAS)
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.presses("2", "slash", "end", "2")
        await person.sees("│ ana2 ")
        assert "▸" not in person.lines[TABS]
        await person.presses("backspace")
        await person.waits_for(lambda: "▸2 Anas" in person.lines[TABS])


async def test_another_order_of_a_view_can_be_chosen(
    browsed_sandbox: SandboxPlatform, home: Path
) -> None:
    setup = setup_with(home, ANAS)
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.presses("2", "s", "n")
        await person.sees("Name ↓")
        assert "▸2 Anas" in person.lines[TABS]
        await person.presses("2")
        await person.sees("Name ↑")


async def test_a_tab_can_be_clicked(browsed_sandbox: SandboxPlatform, home: Path) -> None:
    setup = setup_with(home, ANAS, NO_PHONE)
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.clicks(person.lines[TABS].index("No"), TABS)
        await person.sees("│ no:phone ", "▸3 No phone")


async def test_what_is_shown_is_saved_under_a_name(
    browsed_sandbox: SandboxPlatform, home: Path
) -> None:
    setup = setup_with(home)
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.presses("slash", *"ana", "enter", "s", "n", "c", "j", "space", "enter")
        await person.waits_for(lambda: "E-mail" not in headings(person, line=3))
        await person.presses("v")
        await person.sees("Save the view", "Search: ana sort:name", "Columns: name, phone")
        await person.types("My people")
        await person.presses("enter")
        await person.sees("▸2 My people", "Saved My people")
    assert saved(home) == [
        {
            "name": "My people",
            "query": "ana sort:name",
            "columns": ["name", "phone", "created", "updated"],
        }
    ]
    assert (home / "config.toml").read_text().startswith("# mine\n")


async def test_a_view_is_replaced_after_saying_so(
    browsed_sandbox: SandboxPlatform, home: Path
) -> None:
    setup = setup_with(home, ANAS)
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.presses("2", "s", "n", "v")
        await person.sees("Save the view", "sort:-name")
        await person.presses("enter")
        await person.sees("There is a view Anas already.", "Enter again replaces it")
        assert saved(home)[0]["query"] == ANAS.query
        await person.presses("enter")
        await person.sees("Saved Anas")
    assert saved(home)[0]["query"] == "ana sort:-name"


async def test_a_search_that_cannot_be_read_stops_nothing(
    browsed_sandbox: SandboxPlatform, home: Path
) -> None:
    setup = setup_with(home, SavedView(name="Odd", query="jane (doe"), NO_PHONE)
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.sees("Odd cannot be searched for. At character 6: ", "2 Odd ! ")
        await person.presses("2")
        await person.sees("│ jane (doe", "╭─ ! ")
        await person.presses("3")
        await person.sees("│ no:phone ", "╭─ Humans ")


async def test_a_view_is_removed_from_the_palette(
    browsed_sandbox: SandboxPlatform, home: Path
) -> None:
    setup = setup_with(home, ANAS, SavedView(name="[/odd]", query="no:phone"))
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.presses("ctrl+p")
        await person.types("remove a view")
        await person.sees("Remove a view …")
        await person.presses("enter")
        await person.sees("Anas  ", "[/odd]")
        await person.presses("enter")
        await person.sees("Removed Anas", "Its search was: ana sort:name", "2 [/odd]")
    assert [view["name"] for view in saved(home)] == ["[/odd]"]


async def test_help_offers_the_views_to_choose_from(
    browsed_sandbox: SandboxPlatform, home: Path
) -> None:
    setup = setup_with(home, ANAS, NO_PHONE)
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.presses("question_mark")
        await person.types("show a view")
        await person.presses("enter")
        await person.sees("Show a view", "2  Anas", "everybody")
        await person.types("phone")
        await person.presses("enter")
        await person.sees("▸3 No phone", "│ no:phone ")


async def test_views_that_commands_save_and_remove_are_seen_at_work(
    browsed_sandbox: SandboxPlatform, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(humans, "FRESHNESS_SECONDS", 0.05)
    setup = setup_with(home, NO_PHONE)

    async def views(*words: str) -> None:
        env = {"AICX_HOME": str(home)}
        ended = await asyncio.to_thread(aicx, "--sandbox", "views", *words, env=env)
        assert ended.code == 0, ended.err

    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.presses("slash", *"ana")
        await views("save", "Anas", "--query", "ana sort:name")
        await person.sees("▸3 Anas")
        await person.types("ni")
        await person.sees("│ anani ")
        assert person.lines[TABS].rstrip() == " 1 All  2 No phone  3 Anas"
        await views("remove", "No phone")
        await person.waits_for(lambda: person.lines[TABS].rstrip() == " 1 All  2 Anas")
        await person.presses("enter", "2")
        await person.sees("▸2 Anas", "│ ana ", "Name ↑")
        (home / "config.toml").write_text("[[views.sandbox]]\nname = ")  # somebody edits it
        await person.presses("1")
        await person.sees("▸1 All  2 Anas")
        setup_with(home)
        await person.waits_for(lambda: "2 Anas" not in person.screen)


async def test_many_long_names_fit_the_line_and_it_gives_way_on_a_low_screen(
    browsed_sandbox: SandboxPlatform, home: Path
) -> None:
    names = [f"{n} and a long name of a view" for n in range(8)]
    setup = setup_with(home, *(SavedView(name=name, query=f"x{name[0]}") for name in names))
    async with console(browsed_sandbox.own_access(), setup=setup, size=(80, 24)) as person:
        assert "▸1 All  2 0 a…" in person.lines[TABS]
        assert " 9 7 a…" in person.lines[TABS]
        await person.resizes(80, 19)
        await person.waits_for(lambda: "1 All" not in person.screen)
        await person.presses("9")
        await person.sees("│ x7 ")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_tabs(
    snap_compare: Compare, browsed_sandbox: SandboxPlatform, home: Path, size: tuple[int, int]
) -> None:
    from textual.pilot import Pilot

    from tests.tui.console import console_app

    async def arrange(pilot: Pilot[None]) -> None:
        person = Person(pilot)
        await person.sees("fresh now")
        await person.presses("3")
        await person.sees("▸3 No phone", " of 400")
        await person.comes_to_rest()

    app = console_app(browsed_sandbox.own_access(), setup=setup_with(home, ANAS, NO_PHONE))
    assert snap_compare(app, terminal_size=size, run_before=arrange)
