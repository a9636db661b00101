"""Replacing the token against a real keyring and platform, cut off wherever it can be.

The invariant: a working token is in the keyring, or the person was told exactly what to do; and a
dead token is never stored as a good one.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from pathlib import Path

import pytest
from pydantic import SecretStr

from aicx_tui.services.rotation_keeping import Step
from aicx_tui.services.rotation_targets import hand_out, targets_of
from aicx_tui.services.setup import Setup
from tests.keyring.desk import PATIENCE, Make
from tests.keyring.losing_proxy import LosingProxy, losing_proxy
from tests.sandbox.process import SandboxProcess

EVERY_STEP = [*Step]


async def test_a_rotation_leaves_one_working_token_and_nothing_else(
    make: Make, platform: LosingProxy
) -> None:
    desk = make(platform)
    said = await desk.rotated()
    assert said["outcome"] == "issued"
    assert said["place"] == "Secret Service"
    assert desk.works(desk.stored())
    assert not desk.works(desk.token)
    assert desk.stored("pending") is desk.stored("canary") is None
    assert desk.journals == []
    assert len(platform.keys) == 1
    assert len(platform.keys[0]) >= 43


@pytest.mark.parametrize("step", EVERY_STEP)
async def test_killed_at_any_step_the_next_start_finishes_it(
    make: Make, platform: LosingProxy, step: Step
) -> None:
    desk = make(platform)
    running = await desk.process(killed_at=step.value)
    running.go_on()
    await running.killed()
    told = await desk.started_again()
    assert desk.check_invariant(told, case=f"killed after {step.value}")
    is_new = step not in (Step.PROVED,)
    assert (desk.stored() != desk.token) is is_new
    assert desk.journals == []
    assert desk.stored("pending") is None
    assert len(set(platform.keys)) <= 1
    assert await desk.started_again() == ""


@pytest.mark.parametrize("step", EVERY_STEP)
async def test_killed_at_any_step_where_no_call_can_be_repeated(
    make: Make, plain_platform: LosingProxy, step: Step
) -> None:
    desk = make(plain_platform)
    running = await desk.process(killed_at=step.value)
    running.go_on()
    await running.killed()
    told = await desk.started_again()
    is_well = desk.check_invariant(told, case=f"killed after {step.value}, without a key")
    assert is_well is (step is not Step.ISSUED)
    assert set(plain_platform.keys) <= {b""}
    assert (desk.journals == []) is is_well
    assert desk.stored() is not None


@pytest.mark.parametrize("takes_keys", [True, False], ids=["with a key", "without"])
async def test_killed_while_the_reply_is_on_its_way(
    make: Make, sandbox: SandboxProcess, takes_keys: bool
) -> None:
    async with losing_proxy(sandbox.url, loses=1, takes_keys=takes_keys) as proxy:
        desk = make(proxy)
        running = await desk.process()
        proxy.when_lost = running.process.kill
        running.go_on()
        await running.killed()
        told = await desk.started_again()
        case = f"killed while the reply is on its way, {'with' if takes_keys else 'without'} a key"
        assert desk.check_invariant(told, case=case) is takes_keys


@pytest.mark.parametrize("loses", [1, 3, 5])
async def test_a_reply_that_is_lost_is_had_again_by_the_same_call(
    make: Make, sandbox: SandboxProcess, loses: int
) -> None:
    async with losing_proxy(sandbox.url, loses=loses) as proxy:
        desk = make(proxy)
        said = await desk.rotated()
        assert said["outcome"] == "issued"
        assert desk.check_invariant("", case=f"{loses} replies lost")
        assert len(set(proxy.keys)) == 1


async def test_where_no_call_can_be_repeated_a_lost_reply_is_said(
    make: Make, sandbox: SandboxProcess
) -> None:
    async with losing_proxy(sandbox.url, loses=1, takes_keys=False) as proxy:
        desk = make(proxy)
        said = await desk.rotated()
        assert said["outcome"] == "failed"
        assert said["code"] == 3
        assert not desk.check_invariant(said["told"], case="reply lost, without a key")
        assert len(proxy.keys) == 1  # never sent a second time


async def test_a_platform_that_stays_silent_leaves_what_can_be_taken_up(
    make: Make, sandbox: SandboxProcess
) -> None:
    async with losing_proxy(sandbox.url, loses=1000) as proxy:
        desk = make(proxy)
        said = await desk.rotated()
        assert said["code"] == 8
        assert "aicx token rotate" in said["told"]
        assert desk.journals
        proxy.loses = 0
        again = await desk.rotated()
        assert again["outcome"] == "resumed"
        assert desk.check_invariant("", case="taken up by the next run")
        assert len(set(proxy.keys)) == 1


async def test_refusals_after_a_lost_reply_take_nothing_away(
    make: Make, sandbox: SandboxProcess
) -> None:
    async with losing_proxy(sandbox.url, loses=1000) as proxy:
        proxy.arrives = False
        desk = make(proxy)
        assert (await desk.rotated())["code"] == 8
        proxy.refuses = True
        told = await desk.started_again()
        assert "left as it is" in told
        assert "aicx token rotate" in told
        assert desk.stored() == desk.token
        proxy.refuses, proxy.loses = False, 0
        assert (await desk.rotated())["outcome"] == "resumed"
        assert desk.check_invariant("", case="refused by what lies between")
        assert len(set(proxy.keys)) == 1


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_any_refusal_of_the_repeated_call_leaves_what_can_be_taken_up(
    make: Make, sandbox: SandboxProcess, status: int
) -> None:
    async with losing_proxy(sandbox.url, loses=1) as proxy:
        proxy.status = status
        proxy.when_lost = lambda: setattr(proxy, "refuses", True)
        desk = make(proxy)
        said = await desk.rotated()
        assert said["code"] == 8
        assert "aicx token rotate" in said["told"]
        proxy.refuses = False
        assert (await desk.rotated())["outcome"] == "resumed"
        assert desk.check_invariant("", case=f"{status} after a lost reply")
        assert len(set(proxy.keys)) == 1


async def test_a_platform_that_needs_a_moment_is_given_one(
    make: Make, platform: LosingProxy
) -> None:
    desk = make(platform)
    platform.turns_away = 5
    assert (await desk.rotated())["outcome"] == "issued"
    assert desk.check_invariant("", case="accepted at the sixth look")


async def test_a_token_that_is_not_accepted_is_kept_and_does_not_sign_in(
    make: Make, platform: LosingProxy
) -> None:
    desk = make(platform)
    platform.turns_away = 1000
    said = await desk.rotated()
    assert said["code"] == 3
    assert "does not accept it yet" in said["told"]
    assert desk.stored() == desk.token
    assert "aicx login" in await desk.started_again()
    assert desk.works(desk.stored("pending"))
    platform.turns_away = 0
    assert "finished" in await desk.started_again()
    assert desk.check_invariant("", case="accepted later")


async def test_a_pending_token_is_let_go_of_once_another_is_accepted(
    make: Make, platform: LosingProxy
) -> None:
    desk = make(platform)
    running = await desk.process(killed_at="stored")
    running.go_on()
    await running.killed()
    desk.issued_elsewhere()
    assert "neither" in await desk.started_again()
    (journal,) = desk.journals
    entry = json.loads(journal.read_bytes())
    journal.write_text(json.dumps(entry | {"begun_at": entry["begun_at"] - 3600}))
    told = await desk.started_again()
    assert not desk.check_invariant(told, case="replaced elsewhere, an hour later")
    assert "aicx login" in told
    assert desk.stored("pending")  # an hour of refusals proves nothing of it
    desk.store("token", desk.issued_elsewhere())
    assert "is stored and works" in await desk.started_again()
    assert desk.check_invariant("", case="signed in again")
    assert desk.stored("pending") is None
    assert desk.journals == []


async def test_of_eight_at_once_one_issues_and_the_others_adopt(
    make: Make, platform: LosingProxy
) -> None:
    desk = make(platform)
    running = [await desk.process() for _ in range(8)]
    for each in running:
        each.go_on()
    ends = [await each.ended() for each in running]
    assert sorted(end["outcome"] for end in ends) == ["adopted"] * 7 + ["issued"]
    assert len({end["fingerprint"] for end in ends}) == 1
    assert desk.check_invariant("", case="eight at once")
    assert len(platform.keys) == 1


async def test_one_that_is_killed_leaves_its_turn_to_the_others(
    make: Make, platform: LosingProxy
) -> None:
    desk = make(platform)
    killed = await desk.process(freezes_at="issued")
    killed.go_on()
    assert (await killed.said())["step"] == "issued"
    others = [await desk.process() for _ in range(2)]
    for each in others:
        each.go_on()
    killed.process.kill()
    await killed.killed()
    ends = [await each.ended() for each in others]
    assert sorted(end["outcome"] for end in ends) == ["adopted", "resumed"]
    assert desk.check_invariant("", case="killed with others waiting")
    assert len(set(platform.keys)) == 1


@pytest.mark.parametrize("ends", ["by itself", "killed"])
async def test_calls_that_are_refused_meanwhile_go_on_with_the_new_token(
    make: Make, platform: LosingProxy, ends: str
) -> None:
    desk = make(platform)
    access = desk.access()
    told: list[str] = []
    access.tell = told.append
    session = await access.open()
    running = await desk.process(freezes_at="issued")
    running.go_on()
    assert (await running.said())["step"] == "issued"
    calls = [asyncio.create_task(session.platform.get_account()) for _ in range(20)]
    for _ in calls:  # all were sent, and none was accepted
        await asyncio.wait_for(platform.refused.get(), PATIENCE)
    assert not any(call.done() for call in calls)
    if ends == "killed":
        running.process.kill()
        await running.killed()
    else:
        running.go_on()
        assert (await running.ended())["outcome"] == "issued"
    accounts = await asyncio.gather(*calls)
    assert {account.role for account in accounts} == {"admin"}
    assert ("finished" in " ".join(told)) is (ends == "killed")
    assert desk.check_invariant("", case=f"20 calls in flight, the rotation ends {ends}")
    assert session.http
    assert session.http.credential
    assert session.http.credential.secret.get_secret_value() == desk.stored()
    await session.aclose()


class TestAKeyringThatFails:
    async def test_before_anything_is_issued_leaves_the_token_as_it_is(
        self, make: Make, platform: LosingProxy
    ) -> None:
        desk = make(platform)
        running = await desk.process()
        desk.service.lock()
        running.go_on()
        said = await running.ended()
        assert said["outcome"] == "failed"
        assert "locked" in said["told"]
        assert platform.keys == []
        desk.service.restart_daemon()
        assert desk.stored() == desk.token
        assert desk.check_invariant("", case="locked before")

    @pytest.mark.parametrize("fault", ["lock", "kill_daemon", "freeze"])
    async def test_between_issuing_and_storing_is_said_and_healed_at_the_next_start(
        self, make: Make, platform: LosingProxy, fault: str
    ) -> None:
        desk = make(platform)
        running = await desk.process(freezes_at="issued", patience="1")
        running.go_on()
        assert (await running.said())["step"] == "issued"
        getattr(desk.service, fault)()
        running.go_on()
        said = await running.ended()
        assert said["outcome"] == "failed"
        assert "--save-to" in said["told"]
        assert "aicx token rotate --yes" in said["told"]
        told = await desk.started_again() if fault != "freeze" else ""
        if fault == "freeze":
            desk.service.thaw()
        else:
            assert "keyring" in told
            desk.service.restart_daemon()
        told = await desk.started_again()
        assert "finished" in told
        assert desk.check_invariant(told, case=f"{fault} after issuing")
        assert len(set(platform.keys)) == 1

    async def test_between_issuing_and_storing_where_no_call_can_be_repeated(
        self, make: Make, plain_platform: LosingProxy
    ) -> None:
        desk = make(plain_platform)
        running = await desk.process(freezes_at="issued")
        running.go_on()
        await running.said()
        desk.service.kill_daemon()
        running.go_on()
        said = await running.ended()
        assert "It is lost" in said["told"]
        desk.service.restart_daemon()
        told = await desk.started_again()
        assert not desk.check_invariant(told, case="daemon killed after issuing, without a key")


class TestATokenIssuedElsewhere:
    @pytest.mark.parametrize("step", [s for s in Step if s not in (Step.PROVED, Step.ISSUED)])
    async def test_is_never_half_there(self, make: Make, platform: LosingProxy, step: Step) -> None:
        desk = make(platform, kind="gateway")
        pasted = desk.issued_elsewhere()
        running = await desk.process(killed_at=step.value)
        running.go_on(pasted)
        await running.killed()
        told = await desk.started_again()
        desk.check_invariant(told, case=f"pasted, killed after {step.value}")
        assert desk.stored("pending") is None

    async def test_is_let_go_of_by_no_refusal_that_may_be_about_something_else(
        self, make: Make, platform: LosingProxy
    ) -> None:
        desk = make(platform, kind="gateway")
        running = await desk.process(killed_at="noted")
        running.go_on(desk.issued_elsewhere())
        await running.killed()
        platform.tokens.append(desk.token.encode())
        platform.turns_away, platform.status = 1000, 403
        told = await desk.started_again()
        assert "left as it is" in told
        assert "aicx token set" in told
        assert desk.stored() == desk.token

    async def test_of_no_use_leaves_the_one_before(self, make: Make, platform: LosingProxy) -> None:
        desk = make(platform, kind="gateway")
        running = await desk.process()
        running.go_on("sk_" + secrets.token_hex(20))
        said = await running.ended()
        assert said["code"] == 3
        assert "as it was" in said["told"]
        assert desk.stored() == desk.token
        assert desk.check_invariant("", case="pasted and refused")
        assert desk.journals == []
        assert desk.stored("pending") is None


async def test_neither_token_is_written_anywhere_but_in_the_keyring(
    make: Make, platform: LosingProxy
) -> None:
    desk = make(platform)
    running = await desk.process(freezes_at="issued")
    running.go_on()
    await running.said()
    (journal,) = desk.journals
    assert journal.stat().st_mode & 0o777 == 0o600
    assert platform.keys[0] in journal.read_bytes()
    seen = [desk.files(), running.given()]
    running.go_on()
    await running.ended()
    new = desk.stored()
    assert new
    seen += [desk.files(), *desk.out]
    assert not [secret for secret in (desk.token, new) if secret.encode() in b"".join(seen)]
    assert os.listdir(desk.home) == ["tokens"]


async def test_of_two_runs_that_cross_at_a_slow_target_the_latest_token_stays(
    make: Make, platform: LosingProxy, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.touch(mode=0o600)
    desk = make(platform)
    desk.describe(
        *("[[targets.work]]", 'name = "site"', 'kind = "env-file"'),
        *(f'file = "{file}"', 'key = "TOKEN"'),
    )
    before = SecretStr(desk.token)
    await desk.rotated()
    setup = Setup(dict(desk.environment))
    context = setup.context("work")
    targets = targets_of(setup, context)
    await hand_out(setup, context, targets, before, told=lambda _: None)
    assert file.read_text() == f"TOKEN={desk.stored()}\n"
