"""The first console, by keyboard, on a real sandbox."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest
from rich.cells import cell_len
from textual.worker import WorkerFailed

from aicx_tui.models.human import Human, HumanChanges, HumanDraft
from aicx_tui.services.access import ContextAccess
from aicx_tui.services.directory import Directory
from aicx_tui.services.session import Session
from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.storage.query.tree import EVERYBODY
from aicx_tui.tui.app import AicxApp
from aicx_tui.tui.screens import humans as screen
from aicx_tui.tui.screens.humans import HumansScreen
from aicx_tui.tui.widgets.human_list import HumanList
from aicx_tui.tui.widgets.marking import MarkingTable
from tests.api.faulty import Answer, faulty, json_reply, reply
from tests.sandbox_platform import AnnouncedAccess, SandboxPlatform, access_by
from tests.tui.console import Person, console, console_app

KEPT_UNSEEN = "\u200c\u200d\u200e\u200f"
"""Joiners and marks that real emoji and names need."""

FIRST_ROW = 4
"""The line of the first human on the screen: below header, border, search and headings."""


async def everyone(platform: SandboxPlatform) -> list[Human]:
    client = await platform.console()
    page = await client.read_feed(None)
    await client.aclose()
    return [Human.model_validate(item) for item in page["items"]]


async def test_it_opens_on_the_list_with_nothing_pressed(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.sees("Acme Support", "● 400 humans", "Ana Cruz · admin")
        newest = max(await everyone(browsed_sandbox), key=lambda human: str(human.updated_at))
        await person.sees(newest.id)


async def test_a_copy_for_this_run_only_is_said_to_be_that(
    browsed_sandbox: SandboxPlatform,
) -> None:
    said = "! The local copy is for this run only: the environment describes this context."
    async with console(browsed_sandbox.access(), size=(80, 24)) as person:
        assert person.lines[1].strip() == said
    async with console(browsed_sandbox.own_access(), size=(80, 24)) as person:
        assert "this run only" not in person.screen


async def test_the_cursor_moves_and_the_details_follow(browsed_sandbox: SandboxPlatform) -> None:
    humans = sorted(
        await everyone(browsed_sandbox), key=lambda human: str(human.updated_at), reverse=True
    )
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("down", "j", "down", "k")
        await person.sees(humans[2].id)
        await person.presses("end")
        await person.sees(humans[-1].id)
        await person.presses("home", "pagedown")
        await person.sees(humans[33].id)
        await person.presses("right_square_bracket")
        await person.sees(humans[34].id)


async def test_typing_finds_and_escape_goes_back_step_by_step(
    browsed_sandbox: SandboxPlatform,
) -> None:
    wanted = next(h for h in await everyone(browsed_sandbox) if h.uid)
    assert wanted.uid
    async with console(browsed_sandbox.access()) as person:
        await person.presses("slash")
        await person.pastes(wanted.uid)
        await person.sees("1 of 400", wanted.id, "Enter to the list", "Esc back")
        await person.presses("enter", "enter")
        assert person.app.focused is person.app.screen.query_one("#detail")
        await person.presses("escape")
        assert person.app.focused is person.app.screen.query_one("#table")
        await person.sees("1 of 400")
        await person.presses("escape")
        await person.waits_for(lambda: "1 of 400" not in person.screen)


async def test_nobody_matching_names_the_word(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("slash")
        await person.types("eu zzzzq")
        await person.sees("Nobody matches", "“zzzzq” alone matches 0", "Esc clears")


async def test_sorting_by_menu_and_round(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("s")
        await person.sees("Sort by", "now, descending")
        await person.presses("c")
        await person.presses("s", "n")
        await person.sees("Name ↑")
        await person.presses("s", "n")
        await person.sees("Name ↓")


async def test_a_heading_can_be_clicked_and_a_row_opened(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.clicks(4, FIRST_ROW - 1)
        await person.sees("Name ↑")
        await person.clicks(4, FIRST_ROW + 3, times=2)
        assert person.app.focused is person.app.screen.query_one("#detail")


async def test_the_json_is_the_platforms_own(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("enter", "right", "right")
        await person.sees('"human_id": "eu_', '"phone_number"')
        await person.presses("right")
        await person.sees("Created")


async def test_a_secret_is_masked_wherever_it_could_show(own_sandbox: SandboxPlatform) -> None:
    from pydantic import SecretStr

    client = own_sandbox.gateway()
    secret = SecretStr("end-user-secret")
    human_id = await client.create_human(HumanDraft(fullname="Jane", access_token=secret))
    await client.aclose()
    async with console(own_sandbox.access()) as person:
        await person.presses("i")
        await person.pastes(human_id)
        await person.presses("enter")
        await person.sees("********")
        assert "end-user-secret" not in person.screen
        await person.presses("left")
        await person.sees('"access_token": "********"')
        assert "end-user-secret" not in person.screen


@pytest.mark.parametrize(("key", "field"), [("i", "id"), ("u", "uid"), ("e", "email")])
async def test_fields_are_copied(browsed_sandbox: SandboxPlatform, key: str, field: str) -> None:
    wanted = next(h for h in await everyone(browsed_sandbox) if h.uid and h.email)
    async with console(browsed_sandbox.access()) as person:
        await person.presses("slash")
        await person.pastes(wanted.id)
        await person.presses("enter", "y", key)
        await person.sees("Sent to the clipboard")
        assert person.app.clipboard == getattr(wanted, field)


async def test_what_is_not_there_cannot_be_copied(browsed_sandbox: SandboxPlatform) -> None:
    wanted = next(h for h in await everyone(browsed_sandbox) if not h.email)
    async with console(browsed_sandbox.access()) as person:
        await person.presses("slash")
        await person.pastes(wanted.id)
        await person.presses("enter", "y", "e")
        await person.sees("there is none")
        await person.presses("escape")
        assert person.app.clipboard == ""


async def test_going_to_an_id_says_why_it_cannot_and_keeps_it(
    browsed_sandbox: SandboxPlatform,
) -> None:
    wanted = (await everyone(browsed_sandbox))[0]
    async with console(browsed_sandbox.access()) as person:
        await person.presses("i")
        await person.types("eu_nobody")
        await person.presses("enter")
        await person.sees("no such human", "eu_nobody")
        await person.presses(*["backspace"] * 9)
        await person.pastes(wanted.id)
        await person.presses("enter")
        await person.sees(wanted.id, "E-mail")
        assert person.app.focused is person.app.screen.query_one("#detail")


async def test_going_to_an_id_keeps_a_search_that_finds_it(
    browsed_sandbox: SandboxPlatform,
) -> None:
    first, second = [h for h in await everyone(browsed_sandbox) if h.email][:2]
    async with console(browsed_sandbox.access()) as person:
        detail = person.app.screen.query_one("#detail")
        await person.presses("slash")
        await person.pastes(f"id:{first.id}")
        await person.presses("enter", "i")
        await person.sees("Go to humans by id")
        await person.pastes(first.id)
        await person.presses("enter")
        await person.waits_for(lambda: person.app.focused is detail)
        await person.sees(f"id:{first.id}")
        await person.presses("i")
        await person.sees("Go to humans by id")
        await person.pastes(second.id)
        await person.presses("enter")
        await person.sees("400 humans", f"{second.email}")
        assert f"id:{first.id}" not in person.screen


async def test_refresh_shows_what_changed_and_keeps_the_cursor_on_its_human(
    own_sandbox: SandboxPlatform,
) -> None:
    humans = sorted(
        await everyone(own_sandbox), key=lambda human: str(human.updated_at), reverse=True
    )
    client = own_sandbox.gateway()
    async with console(own_sandbox.access()) as person:
        await person.presses("down", "down")
        await person.sees(humans[2].id)
        await client.create_human(HumanDraft(fullname="Brand New"))
        await client.update_human(humans[2].id, HumanChanges(fullname="Renamed"))
        await person.presses("r")
        await person.sees("● 41 humans", "Brand New", "Renamed")
        await person.sees(f"{humans[2].id}")
    await client.aclose()


async def test_a_gateway_has_no_list_and_says_what_to_do(
    browsed_sandbox: SandboxPlatform,
) -> None:
    wanted = (await everyone(browsed_sandbox))[0]
    access = browsed_sandbox.access(kind="gateway")
    async with console(access, until="no list of humans") as person:
        await person.sees("Press i to read some by their ids")
        await person.presses("i")
        await person.pastes(wanted.id)
        await person.presses("enter")
        await person.sees("● 1 human read by id", wanted.id)


def pointed_at(url: str) -> ContextAccess:
    return access_by(
        {
            "AICX_URL": url,
            "AICX_PLATFORM": "console",
            "AICX_COMPANY_ID": "acme",
            "AICX_BOT_ID": "bot",
            "AICX_TOKEN": "sk_1",
        }
    )


async def test_failed_and_signed_out_are_told_apart() -> None:
    async with (
        faulty(reply(401)) as platform,
        console(pointed_at(platform.url), until="Sign in to environment") as person,
    ):
        await person.sees("does not accept the sign-in")
        await person.presses("escape")
        await person.sees("! signed out", "L signs in here")
    async with (
        faulty(reply(200, b"<html>")) as platform,
        console(pointed_at(platform.url), until="! not connected") as person,
    ):
        await person.sees("answered with a web page", "Press r to try again")


CAPABILITIES = json_reply(
    200,
    {
        "result": {
            "installation_id": "i",
            "version": "1",
            "capabilities": ["humans.feed", "humans.get"],
        }
    },
)


async def test_an_empty_platform_says_what_to_do_first() -> None:
    nobody = json_reply(200, {"result": {"items": [], "next": "n", "total": 0}})
    async with (
        faulty(CAPABILITIES, nobody) as platform,
        console(pointed_at(platform.url), until="There are no humans yet") as person,
    ):
        await person.sees("aicx humans create")


async def test_what_was_read_stays_when_a_refresh_fails_and_r_mends_it() -> None:
    page = json_reply(
        200, {"result": {"items": [{"id": "eu_1", "fullname": "Jane"}], "next": "n", "total": 1}}
    )
    end = json_reply(200, {"result": {"items": [], "next": "n"}})
    forbidden = reply(403)
    async with (
        faulty(CAPABILITIES, page, end, forbidden, end) as platform,
        console(pointed_at(platform.url)) as person,
    ):
        await person.presses("r")
        await person.sees(
            "! 1 human as of now, not refreshed", "Jane", "may not do that", "another role"
        )
        await person.presses("r")
        await person.sees("● 1 human, fresh now")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
async def test_the_first_and_the_last_day_there_is_can_be_shown(moment: str) -> None:
    human = {"id": "eu_1", "fullname": "Jane", "created_at": moment, "updated_at": moment}
    page = json_reply(200, {"result": {"items": [human], "next": "n", "total": 1}})
    end = json_reply(200, {"result": {"items": [], "next": "n"}})
    async with (
        faulty(CAPABILITIES, page, end) as platform,
        console(pointed_at(platform.url)) as person,
    ):
        await person.sees("● 1 human", "Jane", "Created")


def humans_of(person: Person) -> Directory:
    """The humans that the console holds, whatever lies over its list."""
    assert isinstance(person.app, AicxApp)
    screen = next(s for s in person.app.screen_stack if isinstance(s, HumansScreen))
    assert screen.directory is not None
    return screen.directory


async def test_an_answer_that_comes_while_the_screen_is_locked_waits_for_it() -> None:
    answer_now = asyncio.Event()

    async def late(writer: asyncio.StreamWriter) -> None:
        await answer_now.wait()
        await json_reply(200, {"result": {"id": "eu_1", "fullname": "Jane"}})(writer)

    environment = {
        "AICX_COMPANY_ID": "acme",
        "AICX_BOT_ID": "bot",
        "AICX_TOKEN": "sk_1",
    }
    async with faulty(late) as platform:
        access = access_by(environment | {"AICX_URL": platform.url})
        async with console(access, until="no list of humans") as person:
            await person.presses("i")
            await person.pastes("eu_1")
            await person.presses("enter")
            await person.sees("reading …")
            await person.presses("ctrl+l")
            await person.sees("Locked")
            answer_now.set()
            directory = humans_of(person)
            await person.waits_for(lambda: len(directory) == 1)
            await person.presses("x")
            await person.sees("Locked")
            await person.presses("enter")
            await person.sees("● 1 human read by id", "Jane")
            await person.waits_for(lambda: "Go to humans" not in person.screen)


async def test_shorter_pages_than_were_asked_for_are_not_the_end() -> None:
    def page(*ids: str, following: str) -> Answer:
        items = [{"id": human_id} for human_id in ids]
        return json_reply(200, {"result": {"items": items, "next": following, "total": 3}})

    async with (
        faulty(
            CAPABILITIES,
            page("eu_1", "eu_2", following="a"),
            page("eu_3", following="b"),
            page(following="b"),
        ) as platform,
        console(pointed_at(platform.url)) as person,
    ):
        await person.sees("● 3 humans")


@pytest.mark.parametrize(
    ("moves", "later", "is_kept"),
    [((), (), True), (("down",) * 3, (), True), (("down",) * 3, ("down",), False)],
    ids=["at the first", "at another", "moved on meanwhile"],
)
async def test_the_cursor_stays_on_its_human_when_ordered_during_the_first_reading(
    moves: tuple[str, ...], later: tuple[str, ...], is_kept: bool
) -> None:
    more, count = asyncio.Event(), Event()

    def page(numbers: range, following: str) -> Answer:
        items = [
            {"id": f"eu_{number}", "fullname": f"Human {number:03}", "updated_at": moment(number)}
            for number in numbers
        ]
        return json_reply(200, {"result": {"items": items, "next": following, "total": 600}})

    async def held(writer: asyncio.StreamWriter) -> None:
        await more.wait()
        await page(range(200, 600), "b")(writer)

    async with (
        faulty(CAPABILITIES, page(range(200), "a"), held, page(range(0), "b")) as platform,
        console(pointed_at(platform.url), until="Human 199") as person,
    ):
        table = person.app.screen_stack[0].query_one(MarkingTable)
        await person.waits_for(lambda: table._rows.is_counted)
        await person.presses(*moves)
        human = table.current
        assert human is not None
        humans_of(person).mirror.counter.ask(lambda: count.wait(30))
        await person.presses("s", "n")
        await person.sees("Name ↑", "Human 000")
        await person.presses(*later)
        more.set()
        await person.sees("● 600 humans")
        assert table.current != human, "it is among the first that are known"
        count.set()
        await person.waits_for(lambda: table._rows.is_counted)
        await person.comes_to_rest()
        assert (table.current == human) is is_kept
        assert (f"Human {199 - len(moves)}" in person.screen) is is_kept


def moment(second: int) -> str:
    return f"2026-01-01T00:{second // 60:02}:{second % 60:02}Z"


async def test_refresh_reads_again_the_humans_of_a_gateway(own_sandbox: SandboxPlatform) -> None:
    wanted = (await everyone(own_sandbox))[0]
    client = own_sandbox.gateway()
    async with console(own_sandbox.access(kind="gateway"), until="no list of humans") as person:
        await person.presses("i")
        await person.pastes(wanted.id)
        await person.presses("enter")
        await person.sees("● 1 human read by id")
        await client.update_human(wanted.id, HumanChanges(fullname="Renamed Elsewhere"))
        await person.presses("escape", "r")
        await person.sees("Renamed Elsewhere")
    await client.aclose()


class Broken(AnnouncedAccess):
    """A way to the platform that fails in a way nobody expected, with a secret at hand."""

    async def open(self) -> Session:
        secret = "sk_canary_in_a_local"
        raise RuntimeError(f"unexpected {secret}")


async def test_a_crash_names_its_place_and_no_data(capsys: pytest.CaptureFixture[str]) -> None:
    app = console_app(Broken({"url": "http://127.0.0.1"}))
    with pytest.raises(WorkerFailed):
        async with app.run_test() as pilot:
            await pilot.pause()
            await pilot.pause()
    assert app.return_code == 1
    app._print_error_renderables()
    said = capsys.readouterr()
    assert "internal error: RuntimeError" in said.err + said.out
    assert "sk_canary" not in said.err + said.out


async def test_help_lists_every_key_and_closes(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("question_mark")
        await person.sees("Keys", "Go to humans by id")
        await person.presses("escape")
        await person.waits_for(lambda: "aicx tags assign" not in person.screen)


async def test_the_palette_runs_an_action_and_offers_no_screenshot(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("ctrl+p")
        await person.types("go to h")
        await person.sees("Go to humans by id")
        assert "creenshot" not in person.screen
        await person.presses("enter")
        await person.sees("Enter go")


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (250, 80)])
async def test_every_size_shows_list_and_details(
    browsed_sandbox: SandboxPlatform, size: tuple[int, int]
) -> None:
    async with console(browsed_sandbox.access(), size=size) as person:
        await person.sees("Name", "Updated", "Details · History · JSON", "/ search", "? help")
        assert all(cell_len(line) <= size[0] for line in person.lines)


async def test_too_small_says_so_and_recovers(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.resizes(50, 12)
        await person.sees("at least 60 × 16")
        await person.resizes(80, 24)
        await person.sees("Details · History · JSON")
        assert person.app.focused is person.app.screen.query_one("#table")


async def test_quitting_over_a_dialog_ends_in_order(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("i", "ctrl+q")
        await person.waits_for(lambda: not person.app.is_running)
        assert person.app.return_code == 0


async def test_hostile_names_reach_the_screen_harmless(
    browsed_sandbox: SandboxPlatform,
) -> None:
    hostile = [h for h in await everyone(browsed_sandbox) if not (h.fullname or "x").isprintable()]
    assert len(hostile) > 5, "the sample holds hostile names"
    async with console(browsed_sandbox.access()) as person:
        for human in hostile:
            await shows_without_control(person, human)


async def shows_without_control(person: Person, human: Human) -> None:
    await person.presses("slash")
    await person.pastes(human.id)
    await person.presses("enter", "enter")
    await person.sees(human.id)
    await person.presses("left")
    for line in person.lines:
        assert line.isprintable() or all(
            c.isprintable() or c in "\u200d\u200c\u200e\u200f" for c in line
        )
    await person.presses("right", "escape", "escape")


async def test_what_is_wrong_with_a_search_stands_above_the_list_and_what_helps_below(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("slash")
        await person.types("ana OR")
        await person.sees("─ ! Something is missing after OR", "─ Write a term, as in anna OR jane")
        await person.presses("escape")
        await person.sees("─ Humans ─", "─ 400 ─")


async def test_the_details_follow_when_the_list_shows_others_by_itself(
    browsed_sandbox: SandboxPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "REFRESH_SECONDS", 3600)  # which would mend it
    async with console(browsed_sandbox.own_access()) as person:
        await person.comes_to_rest()
        humans = person.app.screen.query_one(HumanList)
        assert humans.directory is not None
        order = Sort(SortKey.NAME)
        search = humans.directory.search(EVERYBODY, order, on_change=lambda _: None)
        found = await asyncio.wrap_future(search)
        first = found.at(0)
        assert first is not None
        humans.call_later(humans.table.show, found, sort=order, from_top=True)
        await person.waits_for(lambda: humans.table.current == first)
        await person.comes_to_rest()
