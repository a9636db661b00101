"""The platform's tables, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import re

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
)
from typing_extensions import override

SCHEMA_VERSION = 4
"""1 had neither tombstones nor kept replies nor attempts to sign in; 2 nothing of a profile; 3 no
way to find a human by its access token, and no contacts of OpenCX.

Columns that were added to a table since have a default, which older rows then get.
"""

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
    Column("token_issued_at", _TEXT),
    Column("token_last_used_at", _TEXT),
    Column("two_factor", Boolean, nullable=False, server_default=false()),
    Column("timezone", _TEXT, nullable=False, server_default="UTC"),
    Column("language", _TEXT, nullable=False, server_default="en"),
    Column("avatar_id", _TEXT),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_hash", _TEXT, primary_key=True),
    Column("user_id", ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("expires_at", _TEXT, nullable=False),
    # Of a session from before it was recorded: no moment, and so none that is fresh.
    Column("started_at", _TEXT, nullable=False, server_default=""),
)

challenges = Table(
    "challenges",
    metadata,
    Column("challenge_hash", _TEXT, primary_key=True),
    Column("user_id", ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("purpose", _TEXT, nullable=False),
    # Keyed by the challenge, which is not stored: the million codes cannot be tried on it.
    Column("code_hash", _TEXT, nullable=False),
    Column("wrong_codes", Integer, nullable=False),
    Column("sent_at", _TEXT, nullable=False),
    Column("expires_at", _TEXT, nullable=False),
    Index("challenges_by_user", "user_id", "purpose"),
    Index("challenges_by_age", "expires_at"),
)

mails = Table(
    "mails",
    metadata,
    Column("number", _NUMBER, primary_key=True),
    Column("to_address", _TEXT, nullable=False),
    Column("subject", _TEXT, nullable=False),
    Column("body", _TEXT, nullable=False),
    Column("sent_at", _TEXT, nullable=False),
)

token_replies = Table(
    "token_replies",
    metadata,
    Column("user_id", ForeignKey(users.c.id, ondelete="CASCADE"), primary_key=True),
    Column("key_hash", _TEXT, primary_key=True),
    Column("replaced_hash", _TEXT),
    # Encrypted under the client's key, which is not stored.
    Column("sealed", _TEXT, nullable=False),
    Column("kept_at", _TEXT, nullable=False),
    Index("token_replies_by_key", "key_hash"),
    Index("token_replies_by_age", "kept_at"),
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
    Index(
        "humans_by_token",
        "access_token",
        sqlite_where=text("access_token IS NOT NULL"),
        postgresql_where=text("access_token IS NOT NULL"),
    ),
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

identities = Table(
    "identities",
    metadata,
    Column("issuer", _TEXT, primary_key=True),
    Column("subject", _TEXT, primary_key=True),
    Column("user_id", ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("provider", _TEXT, nullable=False),
    Column("email", _TEXT),
    Column("linked_at", _TEXT, nullable=False),
    Index("identities_by_user", "user_id", "provider", unique=True),
)

grant_flows = Table(
    "grant_flows",
    metadata,
    Column("flow_hash", _TEXT, primary_key=True),
    Column("provider", _TEXT, nullable=False),
    # Of the session that links; none where somebody signs in.
    Column("session_hash", ForeignKey(sessions.c.session_hash, ondelete="CASCADE")),
    Column("sealed_device_code", _TEXT, nullable=False),
    Column("interval", Float, nullable=False),
    Column("next_poll_at", _TEXT, nullable=False),
    Column("expires_at", _TEXT, nullable=False),
    Index("grant_flows_by_age", "expires_at"),
)

open_cx_contacts = Table(
    "open_cx_contacts",
    metadata,
    Column("number", _NUMBER, primary_key=True),
    Column("id", _TEXT, nullable=False, unique=True),
    Column("company_id", ForeignKey(companies.c.id), nullable=False),
    Column("email", _TEXT),
    Column("phone_number", _TEXT),
    Column("name", _TEXT),
    Column("custom_data", _TEXT),
    Column("created_at", _TEXT, nullable=False),
    Column("updated_at", _TEXT, nullable=False),
    Index("open_cx_contacts_by_email", "company_id", "email"),
)
