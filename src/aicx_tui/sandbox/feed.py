"""The change feed: its pages, and its cursors.

A cursor stands at a change number. While a mirror is first filled, the cursor also knows how far
changes had come when that began: a human deleted before is in none of its pages, so its tombstone
need not be either, however old it is.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn

from sqlalchemy import Connection, select

from aicx_tui.sandbox import humans, tombstones
from aicx_tui.sandbox.replies import Refusal
from aicx_tui.sandbox.tables import bots

_CURSOR = re.compile(r"([0-9a-f-]{36})/([0-9]{1,10})/([0-9]{1,18})(?:/([0-9]{1,18}))?")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the feed of one bot.

    Attributes:
        change_number: The last one served.
        begun_at: The latest one there was when the mirror began to be filled.
    """

    change_number: int
    begun_at: int

    @property
    def knows_deletions_to(self) -> int:
        """Up to here, the one who follows has no human that was deleted."""
        return max(self.change_number, self.begun_at)


def start(connection: Connection, *, bot: int) -> Cursor:
    """Where a mirror that is still empty begins."""
    return Cursor(0, latest_change(connection, bot=bot))


def latest_change(connection: Connection, *, bot: int) -> int:
    """The highest change number that the bot has given."""
    latest: int = connection.execute(
        select(bots.c.change_number).where(bots.c.number == bot)
    ).scalar_one()
    return latest


def page_after(
    connection: Connection, cursor: Cursor, *, bot: int, limit: int
) -> tuple[list[dict[str, object]], Cursor]:
    """The humans and tombstones that follow a place, oldest change first, and where they end."""
    changed = humans.changed_after(
        connection, bot=bot, change_number=cursor.change_number, limit=limit
    )
    deleted = tombstones.left_after(
        connection, bot=bot, change_number=cursor.knows_deletions_to, limit=limit
    )
    if not deleted:
        last = int(changed[-1].change_number) if changed else cursor.change_number
        return [_item(row) for row in changed], Cursor(last, cursor.begun_at)
    items = [(int(row.change_number), _item(row)) for row in changed]
    items += [(int(row.change_number), {"id": row.human_id, "deleted": True}) for row in deleted]
    items = sorted(items, key=lambda item: item[0])[:limit]
    return [item for _, item in items], Cursor(items[-1][0], cursor.begun_at)


def written(cursor: Cursor, *, installation_id: str, bot: int) -> str:
    """A cursor as it travels."""
    text = f"{installation_id}/{bot}/{cursor.change_number}"
    if cursor.begun_at > cursor.change_number:
        text += f"/{cursor.begun_at}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(connection: Connection, text: str, *, installation_id: str, bot: int) -> Cursor:
    """A cursor that came back.

    Raises:
        Refusal: It is none, belongs to other data, or is older than what the feed remembers.
    """
    parts = _CURSOR.fullmatch(_decoded(text)) or _refuse_malformed()
    cursor = Cursor(int(parts[3]), int(parts[4] or 0))
    latest = latest_change(connection, bot=bot)
    if (parts[1], int(parts[2])) != (installation_id, bot) or cursor.knows_deletions_to > latest:
        _refuse_old("This cursor belongs to other data.")
    if cursor.knows_deletions_to < tombstones.forgotten(connection, bot=bot):
        _refuse_old(f"This cursor is more than {tombstones.LIVES.days} days old.")
    return cursor


def _item(row: humans.HumanRow) -> dict[str, object]:
    item = humans.document(row)
    del item["access_token"]
    return item


def _decoded(text: str) -> str:
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        _refuse_malformed()


def _refuse_malformed() -> NoReturn:
    raise Refusal(
        HTTPStatus.BAD_REQUEST,
        code="malformed_cursor",
        message="This is no cursor of this platform. Read the humans again without a cursor.",
    )


def _refuse_old(reason: str) -> NoReturn:
    raise Refusal(
        HTTPStatus.GONE,
        code="cursor_too_old",
        message=f"{reason} Read the humans again without a cursor.",
    )
