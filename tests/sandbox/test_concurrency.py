"""Many write at once, through several processes: nothing is lost, doubled or missed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.sandbox.conftest import as_person
from tests.sandbox.postgresql import PostgresqlServer
from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_feed import Follower, Mirror
from tests.sandbox.test_gateway import create, read

Result = TypeVar("Result")

WAITING = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
FIELDS = ("fullname", "email", "uid", "phone_number", "profile_pic_id", "notes")


@dataclass(frozen=True)
class Platform:
    """One database behind several addresses, or one."""

    sandboxes: tuple[SandboxProcess, ...]

    @property
    def crm(self) -> str:
        return self.sandboxes[0].crm

    @property
    def console(self) -> str:
        return f"/console/v1/bots/{self.sandboxes[0].bot_id}/humans"

    def client(self, number: int, role: str = "agent") -> httpx.Client:
        """A connection of its own, to one address after the other."""
        return as_person(self.sandboxes[number % len(self.sandboxes)], role)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def platform(request: pytest.FixtureRequest) -> Iterator[Platform]:
    """One process on a file, or two times two on a PostgreSQL server."""
    if request.param == "sqlite":
        with SandboxProcess("--ephemeral", "--humans", "100") as sandbox:
            yield Platform((sandbox,))
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    address = server.new_database()
    arguments = ("--humans", "100", "--workers", "2")
    with (
        SandboxProcess(*arguments, database=address) as first,
        SandboxProcess(*arguments, database=address) as second,
    ):
        yield Platform((first, second))


def at_once(count: int, work: Callable[[int], Result]) -> list[Result]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def test_writers_of_different_fields_keep_each_others(platform: Platform) -> None:
    with platform.client(0) as client:
        human_id = create(client, platform.crm)

    def write(writer: int) -> None:
        with platform.client(writer) as client:
            for turn in range(15):
                body = {FIELDS[writer]: f"{writer}-{turn}"}
                client.put(f"{platform.crm}/human/{human_id}", json=body).raise_for_status()

    at_once(len(FIELDS), write)
    with platform.client(0) as client:
        human = read(client, platform.crm, human_id)
    assert [human[name] for name in FIELDS] == [f"{at}-14" for at in range(len(FIELDS))]


def test_writers_of_different_tags_keep_each_others(platform: Platform) -> None:
    with platform.client(0) as client:
        humans = [create(client, platform.crm) for _ in range(5)]
        listed = client.get(platform.console.replace("/humans", "/tags")).json()["result"]
    tags = [tag["id"] for tag in listed]

    def write(writer: int) -> None:
        # Some name the humans in one order, some in the other.
        mine = humans if writer % 2 else humans[::-1]
        with platform.client(writer) as client:
            for turn in range(10):
                tag = {"id": tags[writer], "value": f"{writer}-{turn}"}
                body = {"human_ids": mine, "tags": [tag]}
                client.post(f"{platform.crm}/assign_tags", json=body).raise_for_status()

    at_once(len(tags), write)
    with platform.client(0) as client:
        for human_id in humans:
            given = read(client, platform.crm, human_id)["tags"]
            assert isinstance(given, list)
            values = {tag["id"]: tag["value"] for tag in given}
            assert values == {tag: f"{at}-9" for at, tag in enumerate(tags)}


def test_counting_with_a_precondition_loses_no_step(platform: Platform) -> None:
    with platform.client(0) as client:
        human_id = create(client, platform.crm, uid="0")
    address = f"{platform.crm}/human/{human_id}"

    def count(writer: int) -> None:
        done = 0
        with platform.client(writer) as client:
            while done < 5:
                now = client.get(address)
                body = {"uid": str(int(now.json()["result"]["uid"]) + 1)}
                reply = client.put(address, json=body, headers={"If-Match": now.headers["ETag"]})
                assert reply.status_code in (200, 412)
                done += reply.status_code == 200

    at_once(5, count)
    with platform.client(0) as client:
        assert read(client, platform.crm, human_id)["uid"] == "25"


def test_of_ten_creates_at_once_under_one_key_one_is_done(platform: Platform) -> None:
    headers, body = {"Idempotency-Key": str(uuid4())}, {"fullname": "Once", "uid": str(uuid4())}

    def call(writer: int) -> str:
        with platform.client(writer) as client:
            reply = client.post(f"{platform.crm}/human", json=body, headers=headers)
            return str(reply.json()["result"]["id"])

    ids = set(at_once(10, call))
    with platform.client(0) as client:
        mirror = followed(client, platform)
    assert ids == {human for human, item in mirror.items() if item["uid"] == body["uid"]}
    assert len(ids) == 1


def followed(client: httpx.Client, platform: Platform) -> Mirror:
    follower = Follower(client, platform.sandboxes[0].bot_id)
    follower.catch_up()
    return follower.mirror


def test_a_follower_of_every_address_misses_nothing(platform: Platform) -> None:
    writing = threading.Event()
    writing.set()

    def follow() -> Mirror:
        """Read on wherever one stands, at one address after the other."""
        followers = [platform.client(at, "viewer") for at in range(2)]
        follower = Follower(followers[0], platform.sandboxes[0].bot_id)
        turn = 0
        while writing.is_set():
            turn += 1
            follower._client = followers[turn % 2]
            follower.read_page(limit=23)
        follower.catch_up()
        for client in followers:
            client.close()
        return follower.mirror

    def write(writer: int) -> None:
        with platform.client(writer, "admin") as client:
            mine = [create(client, platform.crm, uid=f"{writer}") for _ in range(12)]
            for turn in range(24):
                human_id = mine[turn % len(mine)]
                body = {"uid": f"{writer}-{turn}"}
                client.put(f"{platform.crm}/human/{human_id}", json=body).raise_for_status()
                if turn % 4 == 3:
                    client.delete(f"{platform.console}/{mine.pop(0)}").raise_for_status()

    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(follow)
        try:
            at_once(6, write)
        finally:
            writing.clear()
        mirror = following.result()
    with platform.client(0) as client:
        assert mirror == followed(client, platform)
        first_page = client.get(platform.console).json()["result"]
        assert first_page["total"] == len(mirror)


def test_a_change_that_commits_late_is_not_sorted_before_one_served(
    postgresql: PostgresqlServer,
) -> None:
    address = postgresql.new_database()
    with (
        SandboxProcess("--humans", "3", database=address) as first,
        SandboxProcess("--humans", "3", database=address) as second,
        as_person(first, "agent") as client,
        postgresql.inside(address) as holding,
        postgresql.inside(address) as rows,
        ThreadPoolExecutor(2) as pool,
    ):
        rows.autocommit = True
        late, early = create(client, first.crm), create(client, first.crm)
        follower = Follower(client, first.bot_id)
        follower.catch_up()
        # The first to write stops where it has its number and waits for the row.
        holding.execute("SELECT number FROM humans WHERE id = %s FOR UPDATE", [late])
        writing = [pool.submit(put, first, late)]
        await_locks(rows, 1, writing)
        writing.append(pool.submit(put, second, early))
        await_locks(rows, 2, writing)
        follower.read_page()
        holding.rollback()
        assert [reply.result() for reply in writing] == [200, 200]
        follower.catch_up()
        assert follower.mirror[late]["uid"] == follower.mirror[early]["uid"] == "new"


def put(sandbox: SandboxProcess, human_id: str) -> int:
    with as_person(sandbox, "agent") as client:
        return client.put(f"{sandbox.crm}/human/{human_id}", json={"uid": "new"}).status_code


def await_locks(rows: psycopg.Connection, count: int, writing: list[Future[int]]) -> None:
    """Wait until so many wait for each other, or the latest writer did not have to."""
    while rows.execute(WAITING).fetchone() != (count,):
        if writing[-1].done():
            return
