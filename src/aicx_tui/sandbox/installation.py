"""What a platform's data says about itself, wherever it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, select, update
from sqlalchemy.schema import CreateColumn

from aicx_tui.sandbox import tables
from aicx_tui.sandbox.failure import StartError


@dataclass(frozen=True, slots=True)
class Installation:
    """Which data this is, and what it was made with."""

    id: str
    seed: int
    sample_humans: int


def read_installation(connection: Connection, *, place: str, elsewhere: str) -> Installation:
    """Read what the data says about itself.

    Args:
        connection: A transaction.
        place: What to call the data.
        elsewhere: How to name other data, as the end of a sentence.

    Raises:
        StartError: A newer version made it.
    """
    row = connection.execute(select(tables.installation)).one()
    if row.schema_version > tables.SCHEMA_VERSION:
        raise StartError(
            f"{place} was made by a newer version of aicx", hint=f"Update aicx, or {elsewhere}."
        )
    return Installation(row.id, int(row.seed), row.sample_humans)


def upgrade(connection: Connection) -> None:
    """Give data that an earlier version made the tables and columns that were added since."""
    version = connection.execute(select(tables.installation.c.schema_version)).scalar_one()
    if version < tables.SCHEMA_VERSION:
        _add_missing_columns(connection)
        tables.metadata.create_all(connection)
        for index in tables.humans.indexes:
            index.create(connection, checkfirst=True)
        connection.execute(update(tables.installation).values(schema_version=tables.SCHEMA_VERSION))


def check_made_with(
    made: Installation, *, place: str, elsewhere: str, seed: int | None, count: int | None
) -> None:
    """Refuse a seed or number asked for that is not what the data was made with.

    Raises:
        StartError: They differ.
    """
    asked = (("--seed", made.seed, seed), ("--humans", made.sample_humans, count))
    for option, has, wanted in asked:
        if wanted is not None and wanted != has:
            raise StartError(
                f"{place} was made with {option} {has}, and keeps its data",
                hint=f"Leave {option} out, or {elsewhere}.",
            )


def _add_missing_columns(connection: Connection) -> None:
    found = inspect(connection)
    for table in tables.metadata.sorted_tables:
        if not found.has_table(table.name):
            continue
        existing = {column["name"] for column in found.get_columns(table.name)}
        for column in table.columns:
            if column.name not in existing:
                added = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {added}")
