"""The outbox in the console: signs at once, sending, what needs somebody, deciding."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from aicx_tui.models.human import Human, HumanChanges, HumanDraft, TagValue
from aicx_tui.tui import sending as module
from aicx_tui.tui.screens.humans import HumansScreen
from aicx_tui.tui.screens.outbox import OutboxScreen
from tests.api.faulty import faulty, json_reply, reply
from tests.hostile import PAYLOADS, what_acts_in_text
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform, access_by
from tests.tui.console import Person, console
from tests.tui.test_damaged import access_with_a_copy
from tests.tui.waiting import Gate, beside, conflict, current, humans_of, platform_of, sending_of

SIZES = [(80, 24), (120, 40)]


async def at_the_platform(sandbox: SandboxPlatform, human_id: str) -> Human:
    async with beside(sandbox) as other:
        return (await other.get_human(human_id)).human


async def opens_outbox(person: Person) -> None:
    await person.presses("g", "o")
    await person.waits_for(lambda: isinstance(person.app.screen, OutboxScreen))
    await person.sees("─ Outbox")


def rows_with(person: Person, sign: str) -> list[str]:
    return [line for line in person.lines if line[3:4] == sign]


@pytest.mark.parametrize("size", SIZES)
async def test_a_change_shows_with_its_sign_before_the_platform_has_answered(
    own_sandbox: SandboxPlatform, size: tuple[int, int]
) -> None:
    async with console(own_sandbox.own_access(), size=size) as person:
        gate = Gate(platform_of(person), "update_human")
        human_id = current(person)
        changes = HumanChanges(fullname="Pending Name")
        await sending_of(person).queue_update(human_id, changes)
        await gate.reached.wait()
        await person.sees("⇡Pending Name", "1 change waiting")
        assert (await at_the_platform(own_sandbox, human_id)).fullname != "Pending Name"
        gate.open()
        await person.waits_for(lambda: "waiting" not in person.screen and "⇡" not in person.screen)
        await person.sees("Pending Name")
        assert (await at_the_platform(own_sandbox, human_id)).fullname == "Pending Name"


async def test_a_created_human_is_there_at_once_and_keeps_cursor_and_mark(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        gate = Gate(platform_of(person), "create_human")
        await sending_of(person).queue_create(HumanDraft(fullname="Nora [/] New"))
        await gate.reached.wait()
        await person.sees("⇡Nora [/] New")
        await person.presses("slash", *"nora", "enter", "space")
        await person.sees("✓⇡Nora", "not yet at the platform", "1 marked")
        await person.presses("y")
        await person.sees("not yet at the platform")
        await person.presses("i", "escape", "enter", "left")
        await person.sees('"fullname"')
        assert "local:" not in person.screen
        await person.presses("right", "escape")
        gate.open()
        await person.waits_for(lambda: current(person).startswith("eu_"))
        await person.sees("✓ Nora", "1 marked", current(person))
        assert (await at_the_platform(own_sandbox, current(person))).fullname == "Nora [/] New"


async def test_an_id_that_is_not_the_platforms_is_never_asked_for(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        asked = Gate(platform_of(person), "get_human")
        await person.presses("i")
        await person.pastes("local:0123456789abcdef")
        await person.presses("enter")
        await person.sees("is not yet at the platform.")
        assert not asked.reached.is_set()


async def test_what_is_queued_offline_goes_out_in_order_once_the_platform_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.2)
    data = ("--data", str(tmp_path / "data.db"), "--humans", "40")
    with SandboxProcess(*data) as process:
        sandbox = SandboxPlatform(process.announcement)
        port = sandbox.url.rpartition(":")[2]
        access = access_with_a_copy(sandbox, tmp_path / "home")
        async with console(access) as person:
            process.kill()
            human_id, sending = current(person), sending_of(person)
            for number in range(3):
                name = f"Offline {number}"
                await sending.queue_update(human_id, HumanChanges(fullname=name))
            await person.sees("○ offline, 3 changes waiting", "⇡Offline 2")
    # Another console, later; it has no platform yet either.
    access = access_with_a_copy(sandbox, tmp_path / "home")
    async with console(access, until="○ offline, 3 changes waiting") as person:
        await person.sees("⇡Offline 2")
        await sending_of(person).queue_update(human_id, HumanChanges(uid="four"))
        await person.sees("○ offline, 4 changes waiting")
        with SandboxProcess(*data, "--port", port):
            await person.sees("● 40 humans, fresh now")
            await person.waits_for(lambda: "waiting" not in person.screen)
            human = await at_the_platform(sandbox, human_id)
            assert (human.fullname, human.uid) == ("Offline 2", "four")
            outbox = sending_of(person).outbox
            assert outbox is not None
            done = [entry.differences[0].after for entry in await outbox.history(human_id)]
            assert done == ["four", "Offline 2", "Offline 1", "Offline 0"]


@pytest.mark.parametrize("size", SIZES)
async def test_a_conflict_is_decided_field_by_field(
    own_sandbox: SandboxPlatform, size: tuple[int, int]
) -> None:
    async with console(own_sandbox.own_access(), size=size) as person:
        before = await at_the_platform(own_sandbox, current(person))
        human_id = await conflict(
            person, own_sandbox, email="mine@x.test", uid="mine-uid", fullname="Mine"
        )
        await person.sees("Somebody else changed", "O shows it")
        assert rows_with(person, "≠")
        await opens_outbox(person)
        await person.sees("≠ in conflict")
        await person.presses("enter")
        await person.sees(
            "Whose is to stay?", "mine@x.test", "theirs-email", (before.email or "")[:20]
        )
        await person.presses("enter")
        await person.sees("is not decided yet")
        await person.presses("M", "enter")  # in the order of the fields' names
        await person.sees("nothing waits")
        human = await at_the_platform(own_sandbox, human_id)
        assert (human.email, human.uid, human.fullname) == ("mine@x.test", "mine-uid", "Mine")


async def test_of_a_conflict_mine_theirs_and_what_was_before_can_be_mixed(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        before = await at_the_platform(own_sandbox, current(person))
        human_id = await conflict(person, own_sandbox, email="m@x", fullname="Mine", uid="mine-uid")
        await person.presses("O")
        await person.sees("≠ in conflict")
        await person.presses("enter")
        await person.sees("Whose is to stay?")
        await person.presses("m", "t", "b")
        await person.sees("Mine", "Theirs", "Base")
        await person.sees("● theirs-email", "● Mine", f"● {before.uid or '–'}"[:10])
        await person.presses("enter")
        await person.sees("nothing waits")
        human = await at_the_platform(own_sandbox, human_id)
        assert (human.email, human.fullname, human.uid) == ("theirs-email", "Mine", before.uid)
        await person.presses("escape")
        await person.waits_for(lambda: isinstance(person.app.screen, HumansScreen))
        await person.presses("enter", "right")
        await person.sees("✓ change: done", "≠ change: in conflict", "Ana Cruz", "Request req_")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("g", "o", "enter"), "Whose is to stay?"),
        (("O", "D"), "Discard: change"),
        (("O", "j", "k", "enter"), "Whose is to stay?"),
    ],
)
async def test_keys_typed_before_the_rows_are_there_are_not_lost(
    own_sandbox: SandboxPlatform, keys: tuple[str, ...], said: str
) -> None:
    async with console(own_sandbox.own_access()) as person:
        await conflict(person, own_sandbox, email="mine@x.test")
        await person.presses(*keys)
        await person.sees(said)


async def test_theirs_in_every_field_sends_nothing(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access()) as person:
        human_id = await conflict(person, own_sandbox, email="mine@x.test")
        await person.presses("O")
        await person.sees("≠ in conflict")
        await person.presses("enter")
        await person.sees("Whose is to stay?")
        await person.presses("T", "escape")  # Escape leaves it as it is
        await person.presses("enter")
        await person.sees("choose m, t or b")
        await person.presses("t", "enter")
        await person.sees("Nothing waits.")
        assert (await at_the_platform(own_sandbox, human_id)).email == "theirs-email"


@pytest.mark.parametrize("size", SIZES)
async def test_a_refused_value_is_mended_under_its_field(
    own_sandbox: SandboxPlatform, size: tuple[int, int]
) -> None:
    async with console(own_sandbox.own_access(), size=size) as person:
        human_id = current(person)
        secret = "canary-" + "s" * 10
        changes = HumanChanges.model_validate({"email": "x" * 330, "access_token": secret})
        await sending_of(person).queue_update(human_id, changes)
        await person.sees("! 1 change needs you")
        assert rows_with(person, "✗")
        await opens_outbox(person)
        await person.sees("✗ failed")
        await person.presses("enter")
        await person.sees("✗ failed", "E-mail", "T try again", "E edit")
        assert secret not in person.screen
        await person.presses("end")
        await person.sees("Token", "********")
        assert secret not in person.screen
        await person.presses("E")
        await person.sees("Edit the change of", "Stays as it was typed", "^s or Enter queue")
        assert secret not in person.screen
        await person.presses("home", "ctrl+k")
        await person.types("short@x.test")
        await person.presses("ctrl+s")
        await person.sees("Nothing waits.")
        human = await at_the_platform(own_sandbox, human_id)
        assert human.email == "short@x.test"
        assert human.access_token and human.access_token.get_secret_value() == secret


async def test_a_change_is_discarded_once_that_is_confirmed(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access()) as person:
        before = await at_the_platform(own_sandbox, current(person))
        await sending_of(person).queue_update(current(person), HumanChanges(email="x" * 5000))
        await person.sees("! 1 change needs you")
        await person.presses("O")
        await person.sees("✗ failed")
        await person.presses("D")
        await person.sees("Discard: change", "nothing of it is sent")
        await person.presses("enter", "escape")
        await person.sees("✗ failed")
        await person.presses("D", "y")
        await person.sees("Nothing waits.")
        await person.presses("escape")
        await person.presses("enter", "right")
        await person.sees("– change: discarded")
        assert await at_the_platform(own_sandbox, before.id) == before


async def test_fields_that_one_side_changed_merge_by_themselves(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access(), size=(80, 24)) as person:
        human_id = current(person)
        gate = Gate(platform_of(person), "get_human")
        mine = HumanChanges(email="mine@x.test", uid="mine-uid", phone_number="123")
        await sending_of(person).queue_update(human_id, mine)
        await gate.reached.wait()
        async with beside(own_sandbox) as other:
            theirs = HumanChanges(email="theirs@x.test", phone_number="456")
            await other.update_human(human_id, theirs)
        gate.open()
        await person.sees("Somebody else changed E-mail, Phone meanwhile.")
        await opens_outbox(person)
        await person.sees("≠ in conflict", "  Somebody else changed E-mail, Phone meanwhile.")
        await person.presses("enter")
        await person.sees("Mine    ○", "Theirs  ○", "Base    ○", "Merged by itself: UID")
        await person.presses("m")
        await person.sees("Phone: choose m, t or b")
        await person.presses("t")
        await person.sees("Phone stays 456")
        await person.presses("enter")
        await person.sees("Nothing waits.")
        human = await at_the_platform(own_sandbox, human_id)
        assert (human.email, human.uid, human.phone_number) == ("mine@x.test", "mine-uid", "456")


async def test_a_row_says_which_field_was_refused_and_why(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access()) as person:
        await sending_of(person).queue_update(current(person), HumanChanges(email="x" * 5000))
        await person.sees("E-mail: It is longer than")
        person.app.clear_notifications()
        await opens_outbox(person)
        await person.sees("✗ failed", "E-mail: It is longer than")


async def test_many_changes_that_need_somebody_are_summed_up(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        outbox = sending_of(person).outbox
        assert outbox is not None
        for number in range(5):
            await outbox.create(HumanDraft(fullname=f"Nora {number}", uid="u" * 300))
        sending_of(person).send()
        await person.sees("Nora 0: failed", "Nora 2: failed")
        await person.sees("2 more changes need you. O shows all.")
        assert "Nora 3: failed" not in person.screen


async def test_a_toast_covers_no_key_of_a_dialog(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access(), size=(80, 24)) as person:
        await person.presses("n")
        await person.sees("^s or Enter save · Esc back")
        person.app.notify("It stays for a moment.", title="Somebody", timeout=12)
        await person.sees("It stays for a moment.", "^s or Enter save · Esc back")


async def test_a_viewer_sends_nothing_and_is_told_so(own_sandbox: SandboxPlatform) -> None:
    access = own_sandbox.access(person="viewer")
    async with console(access) as person:
        await sending_of(person).queue_update(current(person), HumanChanges(email="a@b"))
        await sending_of(person).rest()
        await person.presses("O")
        await person.sees("⇡ waiting", "Nothing is sent from here. Your role here is viewer")
        await person.presses("enter", "T")
        await person.sees("Your role here is viewer, which may read only.")


GATEWAY = {"AICX_COMPANY_ID": "acme", "AICX_BOT_ID": "bot", "AICX_TOKEN": "sk_1"}


@asynccontextmanager
async def doubtful() -> AsyncIterator[tuple[Person, Any]]:
    """A console whose gateway took a human to create and never answered."""
    known = {"id": "eu_9", "fullname": "Nora There", "email": "nora@example.com"}
    async with faulty(json_reply(200, {"result": known})) as platform:
        access = access_by(GATEWAY | {"AICX_URL": platform.url})
        async with console(access, until="no list of humans") as person:
            await person.presses("i")
            await person.pastes("eu_9")
            await person.presses("enter")
            await person.sees("Nora There")
            platform.answers[:] = [reply(200, b"{", length=100)]
            draft = HumanDraft(fullname="Nora Doubt", email="nora@example.com")
            await sending_of(person).queue_create(draft)
            await person.sees("! 1 change needs you", "?Nora Doubt")
            await opens_outbox(person)
            await person.sees("? outcome unknown")
            await person.presses("enter")
            await person.sees("In the local copy", "Nora There has nora@example.com")
            person.app.clear_notifications()
            yield person, platform


async def test_a_human_that_may_be_there_can_be_sent_again_with_a_warning() -> None:
    async with doubtful() as (person, platform):
        platform.answers[:] = [json_reply(200, {"result": {"id": "eu_10"}})]
        sent = len(platform.requests)
        await person.presses("T")
        await person.sees("Create Nora Doubt again?", "it may then be there twice")
        assert len(platform.requests) == sent
        await person.presses("y")
        await person.sees("Nothing waits.")
        assert b"Nora Doubt" in platform.requests[sent]


async def test_a_human_that_is_there_is_discarded() -> None:
    async with doubtful() as (person, platform):
        sent = len(platform.requests)
        await person.presses("D", "y")
        await person.sees("Nothing waits.")
        assert len(platform.requests) == sent
        await person.presses("escape")
        await person.waits_for(lambda: "Nora Doubt" not in person.screen)
        await person.sees("Nora There")


async def test_what_another_console_queued_is_seen_and_is_sent_once(
    own_sandbox: SandboxPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aicx_tui.tui.screens import humans

    monkeypatch.setattr(humans, "FRESHNESS_SECONDS", 0.1)
    first_access = access_with_a_copy(own_sandbox, tmp_path)
    async with console(first_access) as first:
        gate = Gate(platform_of(first), "update_human")
        human_id = current(first)
        async with console(access_with_a_copy(own_sandbox, tmp_path)) as second:
            asked = Gate(platform_of(second), "update_human")
            await sending_of(first).queue_update(human_id, HumanChanges(fullname="By One"))
            await gate.reached.wait()
            await second.sees("⇡By One", "1 change waiting")
            sending_of(second).send()
            await sending_of(second).rest()
            assert not asked.reached.is_set()
            gate.open()
            await second.waits_for(lambda: "waiting" not in second.screen)
            assert "⇡" not in second.screen
            assert not asked.reached.is_set()


async def test_quitting_asks_only_where_changes_would_be_lost(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    async with console(own_sandbox.own_access()) as person:
        await sending_of(person).queue_update(current(person), HumanChanges(email="x" * 5000))
        await person.sees("! 1 change needs you", "Changes that wait are in memory only")
        await person.presses("ctrl+q")
        await person.sees("1 change waits in memory only", "^q again")
        assert person.app.is_running
        await person.presses("ctrl+q")
        await person.waits_for(lambda: not person.app.is_running)
    async with console(access_with_a_copy(own_sandbox, tmp_path)) as person:
        await sending_of(person).queue_update(current(person), HumanChanges(email="x" * 5000))
        await person.sees("! 1 change needs you")
        assert "in memory only" not in person.screen
        await person.presses("ctrl+q")
        await person.waits_for(lambda: not person.app.is_running)
    async with console(access_with_a_copy(own_sandbox, tmp_path)) as person:
        await person.sees("! 1 change needs you")


async def test_quitting_asks_anew_where_more_would_be_lost_than_was_said(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        await sending_of(person).queue_update(current(person), HumanChanges(email="x" * 5000))
        await person.sees("! 1 change needs you")
        await person.presses("ctrl+q")
        await person.sees("1 change waits in memory only", "^q again")
        await person.presses("j")
        await sending_of(person).queue_update(current(person), HumanChanges(email="x" * 5000))
        await person.sees("! 2 changes need you")
        await person.presses("ctrl+q")
        await person.sees("2 changes wait in memory only", "^q again")
        assert person.app.is_running
        await person.presses("ctrl+q")
        await person.waits_for(lambda: not person.app.is_running)


async def test_quitting_asks_anew_once_what_was_said_is_settled(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        for _ in range(2):
            await sending_of(person).queue_update(current(person), HumanChanges(email="x" * 5000))
            await person.sees("! 1 change needs you")
            await person.presses("ctrl+q")
            await person.sees("1 change waits in memory only", "^q again")
            assert person.app.is_running
            person.app.clear_notifications()
            await person.presses("O")
            await person.sees("✗ failed")
            await person.presses("D", "y")
            await person.sees("Nothing waits.")
            await person.presses("escape")
            await person.sees("─ Humans")
        await person.presses("ctrl+q")
        await person.waits_for(lambda: not person.app.is_running)


async def test_a_read_only_context_sends_and_decides_nothing(own_sandbox: SandboxPlatform) -> None:
    from dataclasses import replace

    access = own_sandbox.access()
    access.context = replace(access.context, read_only=True)
    async with console(access) as person:
        await sending_of(person).queue_update(current(person), HumanChanges(email="a@b"))
        await person.sees("1 change waiting")
        await sending_of(person).rest()
        await person.presses("O")
        await person.sees("⇡ waiting", "Nothing is sent from here. The context", "is read-only.")
        await person.presses("question_mark")
        await person.types("edit a change")
        await person.sees("read-only")


async def test_an_empty_outbox_says_so_and_help_lists_its_keys(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access(), size=(80, 24)) as person:
        await opens_outbox(person)
        await person.sees("○ Nothing waits.", "● nothing waits", "Esc back")
        assert "has reached the platform" not in person.screen
        await person.presses("T", "E", "D", "enter", "question_mark")
        await person.types("discard")
        await person.sees("Discard changes", "There is no change at the cursor.")
        await person.presses("escape", "escape", "escape")
        await person.waits_for(lambda: isinstance(person.app.screen, HumansScreen))


HOSTILE = " ".join(payload.text for payload in PAYLOADS if len(payload.text) < 60 and payload.mark)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", ["[/]\u202eevil 👩\u200d👩\u200d👧 محمد", "x" * 300, HOSTILE])
async def test_hostile_texts_are_shown_and_do_nothing(
    own_sandbox: SandboxPlatform, size: tuple[int, int], text: str
) -> None:
    async with console(own_sandbox.own_access(), size=size) as person:
        human_id = current(person)
        directory = humans_of(person).directory
        assert directory is not None
        known = await directory.human(human_id)
        assert known is not None
        upon = Human.model_validate({**known.document, "fullname": text, "email": text})
        sending = sending_of(person)
        await sending.queue_update(human_id, HumanChanges(email="x" * 5000), upon=upon)
        await person.sees("! 1 change needs you")
        person.app.clear_notifications()
        await opens_outbox(person)

        async def is_clean() -> None:
            await person.holds_still()
            assert what_acts_in_text(person.screen) == []

        await person.sees("≠ in conflict")
        await is_clean()
        await person.presses("enter")
        await person.sees("Whose is to stay?")
        await person.presses("b")
        await is_clean()
        await person.presses("escape", "escape", "enter", "right")
        await person.sees("≠ change: in conflict")
        await is_clean()


async def test_tags_go_by_their_names(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access()) as person:
        gate = Gate(platform_of(person), "get_human")
        directory = humans_of(person).directory
        assert directory is not None
        tag = next(iter(directory.tags.values()))
        human_id, values = current(person), [TagValue(id=tag.id, value="Some value")]
        await sending_of(person).decide(lambda outbox: outbox.assign(human_id, values))
        await gate.reached.wait()
        await person.presses("O")
        await person.sees("⇡ ", f"{tag.name} ", "Some value")
        await person.presses("E")
        await person.sees("Edit the change of", tag.name)
        gate.open()


async def test_the_last_change_is_taken_back_and_done_again_by_a_key(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.own_access()) as person:
        human_id = current(person)
        was = (await at_the_platform(own_sandbox, human_id)).fullname
        await person.presses("u")
        await person.sees("Not undone", "There is nothing to undo.")
        change = await sending_of(person).queue_update(human_id, HumanChanges(fullname="New [/] X"))
        await sending_of(person).tried(change)
        await person.sees("New [/] X")
        for keys, title, name in (
            ("u", "Undone: ", was),
            ("ctrl+r", "Redone: ", "New [/] X"),
            ("ctrl+z", "Undone: ", was),
        ):
            await person.presses(keys)
            await person.sees(title)
            await person.waits_for(lambda: not sending_of(person).queue.waiting)
            assert (await at_the_platform(own_sandbox, human_id)).fullname == name
            person.app.clear_notifications()


async def test_what_a_colleague_changed_since_is_not_undone(own_sandbox: SandboxPlatform) -> None:
    async with console(own_sandbox.own_access()) as person:
        human_id = current(person)
        change = await sending_of(person).queue_update(human_id, HumanChanges(uid="mine"))
        await sending_of(person).tried(change)
        async with beside(own_sandbox) as other:
            await other.update_human(human_id, HumanChanges(uid="theirs"))
        await person.presses("u")
        await person.sees("in conflict", "Somebody else changed UID meanwhile.")
        assert (await at_the_platform(own_sandbox, human_id)).uid == "theirs"
