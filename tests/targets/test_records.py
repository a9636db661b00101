"""What is kept of each target: when, of which token, and never the token."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import SecretStr

from aicx_tui.services.rotation_journal import fingerprint
from aicx_tui.services.rotation_targets import has_it
from aicx_tui.services.target_records import TargetRecords
from aicx_tui.services.targets import Outcome, Target, TargetResult

TOKEN = SecretStr("sk_canary+7f3e/9d1c5b==")
NEXT = SecretStr("sk_next-one-0815")
ENV = Target("billing .env", "env-file", {"file": "/x", "key": "T"})
CRON = Target("legacy cron", "by-hand", {"instructions": "Do it."})


def has(records: TargetRecords, target: Target, token: SecretStr) -> bool:
    record = records.of(target)
    return record is not None and record.says_current(fingerprint(token))


def test_a_target_has_the_token_that_it_was_seen_with(tmp_path: Path) -> None:
    records = TargetRecords(tmp_path, "acme")
    assert records.of(ENV) is None
    records.note(TargetResult(ENV, Outcome.VERIFIED), TOKEN)
    assert has(records, ENV, TOKEN)
    assert not has(records, ENV, NEXT)
    records.note(TargetResult(ENV, Outcome.FAILED, "no room"), NEXT)
    assert not has(records, ENV, NEXT)
    assert TargetRecords(tmp_path, "other").of(ENV) is None


def test_what_shows_nothing_takes_nothing_away(tmp_path: Path) -> None:
    records = TargetRecords(tmp_path, "acme")
    records.note(TargetResult(ENV, Outcome.UPDATED), TOKEN)
    for outcome in (Outcome.UNKNOWN, Outcome.NOT_TRIED):
        records.note(TargetResult(ENV, outcome), TOKEN)
        assert has(records, ENV, TOKEN)
    records.note(TargetResult(ENV, Outcome.OUTDATED), TOKEN)
    assert not has(records, ENV, TOKEN)


def test_what_a_person_noted_holds_until_the_next_token(tmp_path: Path) -> None:
    records = TargetRecords(tmp_path, "acme")
    told = TargetResult(CRON, Outcome.BY_HAND, "Do it.")
    assert records.as_known(told, TOKEN) is told
    records.confirm(CRON, TOKEN, by="ana")
    records.note(told, TOKEN)
    assert records.as_known(told, TOKEN).message.startswith("ana noted on 20")
    assert records.as_known(told, NEXT) is told


def test_one_that_was_to_get_it_and_was_cut_off_lacks_it(tmp_path: Path) -> None:
    records = TargetRecords(tmp_path, "acme")
    records.note(TargetResult(ENV, Outcome.VERIFIED), TOKEN)
    assert has_it(ENV, records.of(ENV), fingerprint(TOKEN))
    records.begin([ENV])
    assert not has_it(ENV, records.of(ENV), fingerprint(TOKEN))
    records.note(TargetResult(ENV, Outcome.VERIFIED), TOKEN)
    assert has_it(ENV, records.of(ENV), fingerprint(TOKEN))


def test_another_target_of_the_same_name_begins_anew(tmp_path: Path) -> None:
    records = TargetRecords(tmp_path, "acme")
    records.note(TargetResult(ENV, Outcome.VERIFIED), TOKEN)
    assert records.of(Target(ENV.name, "command", {"command": "true"})) is None


def test_the_file_is_its_owners_and_damage_is_no_crash(tmp_path: Path) -> None:
    records = TargetRecords(tmp_path, "acme")
    records.note(TargetResult(ENV, Outcome.VERIFIED, "seen"), TOKEN)
    (file,) = (tmp_path / "targets").glob("*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert TOKEN.get_secret_value() not in file.read_text()
    file.write_text("{damaged")
    assert records.of(ENV) is None
    records.note(TargetResult(ENV, Outcome.VERIFIED), TOKEN)
    assert has(records, ENV, TOKEN)


def test_consoles_at_once_lose_nothing_of_one_another(tmp_path: Path) -> None:
    targets = [Target(f"t{number}", "command", {}) for number in range(24)]

    def note(target: Target) -> None:
        TargetRecords(tmp_path, "acme").note(TargetResult(target, Outcome.UPDATED), TOKEN)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, targets))
    assert set(TargetRecords(tmp_path, "acme").read()) == {target.name for target in targets}


def test_a_place_that_takes_no_records_keeps_nobody_from_being_told(tmp_path: Path) -> None:
    (tmp_path / "targets").write_text("in the way")
    told: list[TargetResult] = []
    result = TargetResult(ENV, Outcome.VERIFIED)
    TargetRecords(tmp_path, "acme").noting(TOKEN, told.append)(result)
    assert told == [result]
