"""What a sandbox that is ready says: where it is, and how to sign in."""

from __future__ import annotations

from typing import TypedDict

import orjson
from sqlalchemy import Connection, select

from aicx_tui.models.account import Role
from aicx_tui.sandbox import accounts
from aicx_tui.sandbox.database import Database
from aicx_tui.sandbox.tables import bots, humans, users


class Person(TypedDict):
    """A way to sign in; what has been changed since the data was made is null."""

    email: str
    password: str | None
    token: str | None


class Announcement(TypedDict):
    """The line of JSON that a program which started the sandbox reads."""

    url: str
    company_id: str
    bot_id: str
    admin: Person
    agent: Person
    viewer: Person


def announce(database: Database, *, url: str, seed: int, as_json: bool) -> str:
    """The announcement of a platform that is ready, ending in a line feed."""
    with database.reading() as connection:
        bot = connection.execute(select(bots).order_by(bots.c.number).limit(1)).one()
        announcement: Announcement = {
            "url": url,
            "company_id": bot.company_id,
            "bot_id": bot.id,
            "admin": _person(connection, seed, "admin"),
            "agent": _person(connection, seed, "agent"),
            "viewer": _person(connection, seed, "viewer"),
        }
        if as_json:
            return orjson.dumps(announcement, option=orjson.OPT_APPEND_NEWLINE).decode()
        latest = select(humans.c.id).where(humans.c.bot_number == bot.number)
        human_id = connection.scalar(latest.order_by(humans.c.change_number.desc()).limit(1))
    return _readable(announcement, human_id)


def _person(connection: Connection, seed: int, role: Role) -> Person:
    user = connection.execute(
        select(users).where(users.c.role == role).order_by(users.c.id).limit(1)
    ).one()
    token = accounts.seeded_token(seed, role=role)
    return {
        "email": user.email,
        "password": accounts.seeded_password(seed, role=role) if user.seeded_password else None,
        "token": token if user.token_hash == accounts.credential_hash(token) else None,
    }


def _readable(announcement: Announcement, human_id: str | None) -> str:
    url, company_id, bot_id = (announcement[key] for key in ("url", "company_id", "bot_id"))
    people: list[tuple[str, Person]] = [
        ("Admin", announcement["admin"]),
        ("Agent", announcement["agent"]),
        ("Viewer", announcement["viewer"]),
    ]
    lines = [
        f"AICX sandbox at {url}",
        "",
        f"  Documents  {url}/docs",
        f"  Company    {company_id}",
        f"  Bot        {bot_id}",
    ]
    for title, person in people:
        lines += [
            "",
            f"  {title:<10} {person['email']}",
            f"  Password   {person['password'] or '(changed)'}",
            f"  Token      {person['token'] or '(changed)'}",
        ]
    gateway = f"{url}/gateway/{company_id}/{bot_id}/crm/human/{human_id}"
    address = gateway if human_id else f"{url}/console/v1/me"
    token = announcement["viewer"]["token"] or "<token>"
    lines += ["", f"  curl -H 'X-SINITIC-TOKEN: {token}' '{address}'", "", "Ctrl-C stops it.", ""]
    return "\n".join(lines)
