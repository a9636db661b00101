"""The sample data: the same for a seed, believable, and with the names that break things."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from aicx_tui.sandbox.sample_names import RARE_NAMES
from tests.sandbox.conftest import as_person, bots_of
from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_feed import Follower, Mirror

ANCHOR = "2026-11-20T17:00:00.000000+00:00"


def mirror_of(client: httpx.Client, bot_id: str) -> Mirror:
    follower = Follower(client, bot_id)
    follower.catch_up()
    return follower.mirror


def announced_and_humans(*arguments: str) -> tuple[dict[str, object], Mirror]:
    with (
        SandboxProcess("--ephemeral", *arguments) as sandbox,
        as_person(sandbox, "viewer") as client,
    ):
        announced = {key: value for key, value in sandbox.announcement.items() if key != "url"}
        return announced, mirror_of(client, sandbox.bot_id)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    data = tmp_path_factory.mktemp("sample") / "sandbox.db"
    with SandboxProcess("--data", str(data), "--humans", "3000"):
        pass
    with closing(sqlite3.connect(data)) as connection:
        yield connection


def share(rows: sqlite3.Connection, condition: str) -> float:
    statement = f"SELECT avg({condition}) FROM humans WHERE bot_number = 1"  # noqa: S608
    return float(rows.execute(statement).fetchone()[0])


def test_data_is_the_same_for_a_seed_and_differs_for_another() -> None:
    seven = ("--humans", "150", "--seed", "7")
    announced, humans = announced_and_humans(*seven)
    assert len(humans) == 150
    assert announced_and_humans(*seven) == (announced, humans)
    other_announced, other_humans = announced_and_humans("--humans", "150", "--seed", "8")
    assert not set(humans) & set(other_humans)
    for key in ("company_id", "bot_id", "admin", "agent", "viewer"):
        assert announced[key] != other_announced[key]


@pytest.mark.parametrize("count", [0, 1])
def test_there_may_be_hardly_anybody(count: int) -> None:
    _, humans = announced_and_humans("--humans", str(count))
    assert len(humans) == count
    assert not {human["fullname"] for human in humans.values()} & set(RARE_NAMES)


def test_every_rare_name_is_among_those_updated_last(rows: sqlite3.Connection) -> None:
    latest = rows.execute(
        "SELECT fullname FROM humans WHERE bot_number = 1 ORDER BY updated_at DESC LIMIT ?",
        [3 * len(RARE_NAMES)],
    )
    names = [name for (name,) in latest]
    assert set(RARE_NAMES) <= set(names)
    assert names[0] not in RARE_NAMES


@pytest.mark.parametrize("sandbox", ["sqlite"], indirect=True)
def test_rare_names_travel_unchanged(
    viewer: httpx.Client, sandbox: SandboxProcess, crm: str
) -> None:
    mirror = mirror_of(viewer, sandbox.bot_id)
    names = {human["fullname"]: human["id"] for human in mirror.values()}
    for rare in RARE_NAMES:
        reply = viewer.get(f"{crm}/human/{names[rare]}")
        assert reply.json()["result"]["fullname"] == rare


def test_fields_are_missing_as_often_as_in_life(rows: sqlite3.Connection) -> None:
    assert 0.05 < share(rows, "email IS NULL") < 0.11
    assert 0.30 < share(rows, "phone_number IS NULL") < 0.40
    assert 0.16 < share(rows, "uid IS NULL") < 0.24
    assert 0.01 < share(rows, "access_token IS NOT NULL") < 0.05
    assert 0.05 < share(rows, "notes IS NOT NULL") < 0.20
    tags = "coalesce((SELECT count(*) FROM json_each(humans.tags)), 0)"
    assert 1.7 < share(rows, tags) < 2.3


def test_moments_lie_between_the_first_and_the_anchor(rows: sqlite3.Connection) -> None:
    earliest, latest = rows.execute(
        "SELECT min(created_at), max(updated_at) FROM humans"
    ).fetchone()
    assert "2020-10-19" < earliest < "2020-12"
    assert "2026-11-20" < latest <= ANCHOR
    assert share(rows, "created_at <= updated_at") == 1
    assert share(rows, "updated_at >= '2026-11-13'") > 0.05
    for bot in (1, 2):
        by_change = rows.execute(
            "SELECT updated_at FROM humans WHERE bot_number = ? ORDER BY change_number", [bot]
        ).fetchall()
        assert by_change == sorted(by_change)


def test_the_first_bots_data_stays_as_it_is(rows: sqlite3.Connection) -> None:
    """Pictures and snapshots show it; after an update of mimesis all of them are made anew."""
    made = [
        *rows.execute("SELECT * FROM humans WHERE bot_number = 1 ORDER BY number"),
        *rows.execute("SELECT * FROM bots WHERE number = 1"),
        *rows.execute("SELECT * FROM tags WHERE bot_number = 1 ORDER BY position"),
        *rows.execute("SELECT * FROM companies"),
        *rows.execute("SELECT id, email, name, role, token_hash FROM users ORDER BY id"),
    ]
    assert hashlib.sha256(json.dumps(made).encode()).hexdigest() == (
        "e8a213e199106f76830bd35a2e8a3ea743c9be2ccb3c21d0007eec6dce711ddf"
    )


class TestTheSecondBot:
    def test_has_humans_and_tags_of_its_own(self, rows: sqlite3.Connection) -> None:
        humans = dict(rows.execute("SELECT bot_number, count(*) FROM humans GROUP BY 1").fetchall())
        assert humans == {1: 3000, 2: 60}
        assert rows.execute("SELECT count(DISTINCT id) FROM humans").fetchone() == (3060,)
        for bot in (1, 2):
            defined = rows.execute("SELECT id FROM tags WHERE bot_number = ?", [bot])
            given = rows.execute(
                "SELECT DISTINCT key FROM humans, json_each(humans.tags) WHERE bot_number = ?",
                [bot],
            )
            assert set(defined) == set(given)

    @pytest.mark.parametrize(("first", "second"), [("0", 5), ("300", 6)])
    def test_is_reached_like_the_first(self, first: str, second: int) -> None:
        with (
            SandboxProcess("--ephemeral", "--humans", first) as sandbox,
            as_person(sandbox, "admin") as client,
        ):
            bots = bots_of(client)
            mirrors = [mirror_of(client, bot_id) for bot_id in bots.values()]
            assert [len(mirror) for mirror in mirrors] == [int(first), second]
            human_id = next(iter(mirrors[1]))
            company_id = sandbox.announcement["company_id"]
            addresses = [
                f"/gateway/{company_id}/{bot_id}/crm/human/{human_id}" for bot_id in bots.values()
            ]
            assert [client.get(address).status_code for address in addresses] == [404, 200]
            assert client.put(addresses[1], json={"fullname": "Jane"}).status_code == 200
            assert mirror_of(client, bots["Facebook Messenger"])[human_id]["fullname"] == "Jane"
            assert mirror_of(client, bots["Webchat"]) == mirrors[0]

    def test_is_missing_from_data_that_an_earlier_version_made(self, tmp_path: Path) -> None:
        data = tmp_path / "a.db"
        with SandboxProcess("--data", str(data), "--humans", "30") as sandbox:
            announced = sandbox.announcement | {"url": ""}
        with closing(sqlite3.connect(data)) as connection, connection:
            connection.execute("DELETE FROM humans WHERE bot_number = 2")
            connection.execute("DELETE FROM tags WHERE bot_number = 2")
            connection.execute("DELETE FROM bots WHERE number = 2")
        with (
            SandboxProcess("--data", str(data)) as sandbox,
            as_person(sandbox, "viewer") as client,
        ):
            assert sandbox.announcement | {"url": ""} == announced
            assert bots_of(client) == {"Webchat": sandbox.bot_id}
            assert len(mirror_of(client, sandbox.bot_id)) == 30


def test_addresses_reach_nobody(rows: sqlite3.Connection) -> None:
    domains = {
        domain
        for (domain,) in rows.execute(
            "SELECT DISTINCT substr(email, instr(email, '@') + 1) FROM humans "
            "WHERE email IS NOT NULL"
        )
    }
    reserved = {"example.com", "example.org", "example.net"}
    assert domains >= reserved
    assert all(domain.endswith(".example") for domain in domains - reserved)
    assert share(rows, "coalesce(email GLOB '*[^a-z0-9._@]*', 0)") == 0


def test_the_file_is_private(tmp_path: Path) -> None:
    with SandboxProcess("--data", str(tmp_path / "a.db"), "--humans", "1"):
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert {"a.db", "a.db.lock", "a.db.server.json"} <= set(modes)
    assert set(modes.values()) == {0o600}
