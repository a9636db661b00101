"""Statements on the contacts of the OpenCX that the sandbox emulates."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from aicx_tui.sandbox.clock import now
from aicx_tui.sandbox.tables import open_cx_contacts

_CONTACTS = open_cx_contacts.c
_DATES = {
    "created_after": _CONTACTS.created_at.__gt__,
    "created_before": _CONTACTS.created_at.__lt__,
    "updated_after": _CONTACTS.updated_at.__gt__,
    "updated_before": _CONTACTS.updated_at.__lt__,
}

DATES = tuple(_DATES)
"""Restrictions by ISO 8601 that a listing takes."""


def document(row: Row[Any]) -> dict[str, object]:
    """A contact as it is read."""
    return {
        "id": row.id,
        "email": row.email,
        "phone_number": row.phone_number,
        "name": row.name,
        "custom_data": orjson.loads(row.custom_data) if row.custom_data else None,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def page(
    connection: Connection, *, company: str, after: int, dates: Mapping[str, str], limit: int
) -> Sequence[Row[Any]]:
    """Contacts behind a number, in the order in which they were made."""
    statement = select(open_cx_contacts).where(
        _CONTACTS.company_id == company,
        _CONTACTS.number > after,
        *(_DATES[name](moment) for name, moment in dates.items()),
    )
    return connection.execute(statement.order_by(_CONTACTS.number).limit(limit)).all()


def create(connection: Connection, *, company: str, columns: Mapping[str, str | None]) -> str:
    """Add a contact and return its id."""
    contact_id, moment = str(uuid.uuid4()), now()
    connection.execute(
        insert(open_cx_contacts).values(
            **columns, id=contact_id, company_id=company, created_at=moment, updated_at=moment
        )
    )
    return contact_id


def change(
    connection: Connection, *, company: str, contact_id: str, columns: Mapping[str, str | None]
) -> bool:
    """Write columns of a contact, and return whether there is one."""
    done = connection.execute(
        update(open_cx_contacts)
        .where(_CONTACTS.company_id == company, _CONTACTS.id == contact_id)
        .values(**columns, updated_at=now())
    )
    return bool(done.rowcount)


def remove(connection: Connection, *, company: str, contact_id: str) -> bool:
    """Remove a contact, and return whether there was one."""
    done = connection.execute(
        delete(open_cx_contacts).where(_CONTACTS.company_id == company, _CONTACTS.id == contact_id)
    )
    return bool(done.rowcount)


def by_email(connection: Connection, *, company: str, email: str) -> str | None:
    """The id of the first contact with an e-mail address."""
    statement = select(_CONTACTS.id).where(
        _CONTACTS.company_id == company, _CONTACTS.email == email
    )
    return connection.execute(statement.order_by(_CONTACTS.number).limit(1)).scalar_one_or_none()
