"""Data that an earlier version made, and what is added to it when it is served again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.sandbox.conftest import as_person
from tests.sandbox.postgresql import PostgresqlServer
from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_aliases import created, defaults
from tests.sandbox.test_files import drawn, stored

NEW_TABLES = (
    *("challenges", "mails", "token_replies", "kept_user_replies"),
    *("aliases", "files", "identities", "grant_flows"),
)
NEW_COLUMNS = {
    "users": (
        *("token_issued_at", "token_last_used_at", "two_factor"),
        *("timezone", "language", "avatar_id"),
    ),
    "sessions": ("started_at",),
}
TO_VERSION_2 = [
    "DROP INDEX humans_by_token",
    *(f"DROP TABLE {table}" for table in NEW_TABLES),
    *(
        f"ALTER TABLE {table} DROP COLUMN {column}"
        for table, columns in NEW_COLUMNS.items()
        for column in columns
    ),
    "UPDATE sandbox_installation SET schema_version = 2",
]


def works_as_before(sandbox: SandboxProcess) -> None:
    with as_person(sandbox, "admin") as client:
        assert client.get("/console/v1/me").json()["result"]["name"] == "Ana Cruz"
        body = {"email": "admin@acme.example", "password": sandbox.person("admin").password}
        session = client.post("/console/v1/sign-in", json=body).json()["result"]["session"]
        headers = {"Authorization": f"Bearer {session}"}
        assert client.get("/console/v1/me", headers=headers).status_code == 200
        picture = stored(client, drawn())
        for _ in range(2):
            alias = created(client, avatar_id=picture, default=True)
        assert defaults(client) == [alias["id"]]


def test_a_file_of_version_2_is_given_what_it_lacks(tmp_path: Path) -> None:
    data = tmp_path / "a.db"
    with SandboxProcess("--data", str(data), "--humans", "3") as sandbox:
        announced = sandbox.announcement | {"url": ""}
    with closing(sqlite3.connect(data)) as rows, rows:
        for statement in TO_VERSION_2:
            rows.execute(statement)
    with SandboxProcess("--data", str(data)) as sandbox:
        assert sandbox.announcement | {"url": ""} == announced
        works_as_before(sandbox)
    with closing(sqlite3.connect(data)) as rows:
        indexes = {name for _, name, *_ in rows.execute("PRAGMA index_list(humans)")}
    assert "humans_by_token" in indexes


def test_a_database_of_version_2_is_given_what_it_lacks(postgresql: PostgresqlServer) -> None:
    given = postgresql.new_database()
    with SandboxProcess("--humans", "3", database=given):
        pass
    with postgresql.inside(given) as rows:
        for statement in TO_VERSION_2:
            rows.execute(statement.encode())
    with SandboxProcess(database=given) as sandbox:
        works_as_before(sandbox)
