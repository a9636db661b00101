"""The platform's tables, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import re

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)
from typing_extensions import override

SCHEMA_VERSION = 3
"""1 had neither tombstones nor kept replies nor attempts to sign in; 2 no profiles."""

_ESCAPE = "\x1a"
_ESCAPED = {_ESCAPE + "0": "\x00", _ESCAPE + "1": _ESCAPE}


def without_nul(text: str) -> str:
    """A text as PostgreSQL can hold it, which refuses NUL."""
    if "\x00" not in text and _ESCAPE not in text:
        return text
    return text.replace(_ESCAPE, _ESCAPE + "1").replace("\x00", _ESCAPE + "0")


class _NulSafeText(TypeDecorator[str]):
    """Any text, NUL included, compared and sorted by its code points as SQLite does."""

    impl = Text(collation="C")
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else without_nul(value)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or _ESCAPE not in value:
            return value
        return _AN_ESCAPED.sub(lambda found: _ESCAPED[found[0]], value)


_AN_ESCAPED = re.compile(f"{_ESCAPE}[01]")
_TEXT = Text().with_variant(_NulSafeText(), "postgresql")
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite gives numbers by itself only to an INTEGER."""

metadata = MetaData()

installation = Table(
    "sandbox_installation",
    metadata,
    Column("id", _TEXT, primary_key=True),
    Column("schema_version", Integer, nullable=False),
    # Text, since a seed may be larger than the integers of some databases.
    Column("seed", _TEXT, nullable=False),
    Column("sample_humans", Integer, nullable=False),
)

companies = Table(
    "companies",
    metadata,
    Column("id", _TEXT, primary_key=True),
    Column("name", _TEXT, nullable=False),
)

bots = Table(
    "bots",
    metadata,
    # Humans refer to this number: a million copies of a textual id would double the index.
    Column("number", Integer, primary_key=True),
    Column("id", _TEXT, nullable=False, unique=True),
    Column("company_id", ForeignKey(companies.c.id), nullable=False),
    Column("name", _TEXT, nullable=False),
    Column("change_number", _NUMBER, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", _TEXT, primary_key=True),
    Column("company_id", ForeignKey(companies.c.id), nullable=False),
    Column("email", _TEXT, nullable=False, unique=True),
    Column("name", _TEXT, nullable=False),
    Column("role", _TEXT, nullable=False),
    Column("password_hash", _TEXT, nullable=False),
    Column("seeded_password", Boolean, nullable=False),
    Column("token_hash", _TEXT, unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_hash", _TEXT, primary_key=True),
    Column("user_id", ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("expires_at", _TEXT, nullable=False),
)

tags = Table(
    "tags",
    metadata,
    Column("id", _TEXT, primary_key=True),
    Column("bot_number", ForeignKey(bots.c.number), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", _TEXT, nullable=False),
    Column("kind", _TEXT, nullable=False),
    Column("choices", _TEXT, nullable=False),
    Column("colour", _TEXT),
)

humans = Table(
    "humans",
    metadata,
    # The unique ids are indexes, which bulk loading makes after the rows, in one sorted pass.
    Column("number", _NUMBER, primary_key=True),
    Column("id", _TEXT, nullable=False),
    Column("bot_number", ForeignKey(bots.c.number), nullable=False),
    Column("change_number", _NUMBER, nullable=False),
    Column("fullname", _TEXT, nullable=False),
    Column("email", _TEXT),
    Column("uid", _TEXT),
    Column("phone_number", _TEXT),
    Column("profile_pic_id", _TEXT),
    Column("access_token", _TEXT),
    Column("notes", _TEXT),
    Column("tags", _TEXT),
    Column("created_at", _TEXT, nullable=False),
    Column("updated_at", _TEXT, nullable=False),
    Index("humans_by_id", "id", unique=True),
    Index("humans_by_change", "bot_number", "change_number", unique=True),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("bot_number", ForeignKey(bots.c.number), primary_key=True),
    Column("change_number", _NUMBER, primary_key=True),
    Column("human_id", _TEXT, nullable=False),
    Column("deleted_at", _TEXT, nullable=False),
    Index("tombstones_by_age", "bot_number", "deleted_at"),
)

kept_replies = Table(
    "kept_replies",
    metadata,
    Column("bot_number", ForeignKey(bots.c.number), primary_key=True),
    Column("key_hash", _TEXT, primary_key=True),
    Column("fingerprint", _TEXT, nullable=False),
    Column("body", _TEXT, nullable=False),
    Column("etag", _TEXT),
    Column("kept_at", _TEXT, nullable=False),
    Index("kept_replies_by_age", "bot_number", "kept_at"),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("number", _NUMBER, primary_key=True),
    Column("who_hash", _TEXT, nullable=False),
    Column("attempted_at", _TEXT, nullable=False),
    Index("sign_in_attempts_by_who", "who_hash", "attempted_at"),
    Index("sign_in_attempts_by_age", "attempted_at"),
)

kept_user_replies = Table(
    "kept_user_replies",
    metadata,
    Column("user_id", ForeignKey(users.c.id, ondelete="CASCADE"), primary_key=True),
    Column("key_hash", _TEXT, primary_key=True),
    Column("fingerprint", _TEXT, nullable=False),
    Column("body", _TEXT, nullable=False),
    Column("etag", _TEXT),
    Column("kept_at", _TEXT, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("number", _NUMBER, primary_key=True),
    Column("id", _TEXT, nullable=False, unique=True),
    Column("company_id", ForeignKey(companies.c.id), nullable=False),
    Column("user_id", ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("content_type", _TEXT, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("files_by_user", "user_id", "number"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("number", _NUMBER, primary_key=True),
    Column("id", _TEXT, nullable=False, unique=True),
    Column("user_id", ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("display_name", _TEXT, nullable=False),
    Column("avatar_id", ForeignKey(files.c.id)),
    Column("is_default", Boolean, nullable=False),
    Index("aliases_by_user", "user_id", "number"),
)
Index(
    "one_default_alias",
    aliases.c.user_id,
    unique=True,
    sqlite_where=aliases.c.is_default,
    postgresql_where=aliases.c.is_default,
)
