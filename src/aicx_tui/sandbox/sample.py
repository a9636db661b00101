"""Sample data: a company, its people, its bots with their tags, and any number of humans.

The same seed and number give the same data. Humans are made in the order of their latest
update, one after another, so a million of them need no more memory than a thousand.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, islice
from random import Random

import orjson
from sqlalchemy import Connection, insert
from sqlalchemy.schema import CreateTable

from aicx_tui.models.account import Role
from aicx_tui.sandbox import accounts, loading, open_cx_sample, tables
from aicx_tui.sandbox.aliases import ID_PREFIX as ALIAS_PREFIX
from aicx_tui.sandbox.clock import as_text
from aicx_tui.sandbox.humans import ID_ALPHABET, ID_CHARACTERS, ID_PREFIX
from aicx_tui.sandbox.sample_bots import (
    EARLIEST_CREATION,
    MESSENGER,
    WEBCHAT,
    SampleBot,
    humans_on_messenger,
)
from aicx_tui.sandbox.sample_pools import Name, Pool, Pools, build_pools, handle

LATEST_UPDATE = datetime(2026, 11, 20, 17, tzinfo=UTC)

_SECONDS = (LATEST_UPDATE - EARLIEST_CREATION).total_seconds()
_ROWS_AT_ONCE = 5000
_RARE_EVERY = 3
"""Every third of the humans updated last has a rare name, until there are no more of them."""

_PEOPLE: tuple[tuple[Role, str, str, str], ...] = (
    ("admin", "Ana Cruz", "Asia/Manila", "en"),
    ("agent", "Bo Lindqvist", "Europe/Stockholm", "sv"),
    ("viewer", "Chidi Okafor", "Africa/Lagos", "en-NG"),
)
"""Role, name, time zone and language."""
_ALIASES: dict[Role, tuple[str, ...]] = {
    "admin": ("Ana from Acme", "Acme Billing"),
    "agent": ("Bo from Acme", "Acme Night Desk", "Acme Français"),
}
"""The first is the default."""
_DOMAINS = (
    "example.com",
    "example.org",
    "example.net",
    "mail.example",
    "post.example",
    "shop.example",
    "studio.example",
)
_NOTES = (
    "Prefers to be called after 6 pm.",
    "Asked for an invoice with the company address.",
    "Speaks English and French.",
    "Parcel was lost in March; refunded.",
    "Wants answers by e-mail only.",
    "Moved house, new address confirmed.",
    "Long-time customer; handle with care.\nLast complaint solved on the same day.",
    "Uses a screen reader.",
    "Trial ends at the end of the month.\nWants:\n\t- a yearly plan\n\t- two seats",
)


def fill(connection: Connection, *, seed: int, count: int, check: Callable[[], None]) -> None:
    """Make the tables and their content, in a database that is still empty.

    Args:
        connection: A transaction that may write.
        seed: What the data derives from.
        count: How many humans the first bot has.
        check: Called now and then; may raise to give up.
    """
    for table in tables.metadata.sorted_tables:
        connection.execute(CreateTable(table))
    rows = _add_company(connection, seed=seed, count=count)
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        check()
        loading.add_humans(connection, batch)
    for table in tables.metadata.sorted_tables:
        for index in table.indexes:
            check()
            index.create(connection)


def _add_company(connection: Connection, *, seed: int, count: int) -> Iterator[dict[str, object]]:
    """Add all that is not a human, and return the rows of the humans."""
    generator = _generator(seed, "company")
    company_id = _uuid(generator)
    connection.execute(
        insert(tables.installation).values(
            id=str(uuid.uuid4()),
            schema_version=tables.SCHEMA_VERSION,
            seed=str(seed),
            sample_humans=count,
        )
    )
    connection.execute(insert(tables.companies).values(id=company_id, name="Acme Support"))
    add_bot = partial(_add_bot, connection, company_id, pools=build_pools(seed))
    first = add_bot(WEBCHAT, generator, humans=_generator(seed, "humans"), count=count)
    people = [_user(generator, seed, *person) for person in _PEOPLE]
    connection.execute(
        insert(tables.users), [person | {"company_id": company_id} for person in people]
    )
    connection.execute(insert(tables.aliases), [*_aliases(_generator(seed, "aliases"), people)])
    contacts = open_cx_sample.contacts(_generator(seed, "OpenCX"), build_pools(seed))
    connection.execute(
        insert(tables.open_cx_contacts), [c | {"company_id": company_id} for c in contacts]
    )
    # From generators of its own, so that the first bot's data is as it would be without it.
    second = add_bot(
        MESSENGER,
        _generator(seed, MESSENGER.name),
        humans=_generator(seed, f"{MESSENGER.name} humans"),
        count=humans_on_messenger(count),
    )
    return chain(first, second)


def _add_bot(
    connection: Connection,
    company_id: str,
    bot: SampleBot,
    generator: Random,
    *,
    humans: Random,
    count: int,
    pools: Pools,
) -> Iterator[dict[str, object]]:
    """Add a bot with its tags, and return the rows of its humans."""
    bot_id = _uuid(generator)
    tag_ids = {tag.name: _uuid(generator) for tag in bot.tags}
    connection.execute(
        insert(tables.bots).values(
            number=bot.number, id=bot_id, company_id=company_id, name=bot.name, change_number=count
        )
    )
    connection.execute(
        insert(tables.tags),
        [
            {
                "id": tag_ids[tag.name],
                "bot_number": bot.number,
                "position": position,
                "name": tag.name,
                "kind": tag.kind,
                "choices": orjson.dumps(tag.choices).decode(),
                "colour": tag.colour,
            }
            for position, tag in enumerate(bot.tags)
        ],
    )
    return _humans(bot, humans, count, tag_ids, pools)


def _user(
    generator: Random, seed: int, role: Role, name: str, timezone: str, language: str
) -> dict[str, object]:
    return {
        "id": "us_" + _characters(generator),
        "email": f"{role}@acme.example",
        "name": name,
        "role": role,
        "password_hash": accounts.password_hash(accounts.seeded_password(seed, role=role)),
        "seeded_password": True,
        "token_hash": accounts.credential_hash(accounts.seeded_token(seed, role=role)),
        "token_issued_at": as_text(LATEST_UPDATE),
        "timezone": timezone,
        "language": language,
    }


def _aliases(generator: Random, people: Sequence[dict[str, object]]) -> Iterator[dict[str, object]]:
    ids = {person["role"]: person["id"] for person in people}
    for role, names in _ALIASES.items():
        for position, name in enumerate(names):
            yield {
                "id": ALIAS_PREFIX + _characters(generator),
                "user_id": ids[role],
                "display_name": name,
                "is_default": position == 0,
            }


def _humans(
    bot: SampleBot, generator: Random, count: int, tag_ids: dict[str, str], pools: Pools
) -> Iterator[dict[str, object]]:
    languages, totals = pools
    for at in range(count):
        pool = generator.choices(languages, cum_weights=totals)[0]
        human = _human(bot, generator, pool, tag_ids)
        rare, when = divmod(count - 1 - at, _RARE_EVERY)
        if when == 1 and rare < len(bot.rare_names):
            _make_rare(human, rare, bot.rare_names[rare], tag_ids["City"])
        share = 1 - (at + generator.random()) / count
        # The cube crowds updates towards today, an eighth into the last week; the linear part
        # keeps the very latest of a million from falling into one second.
        age = _SECONDS * (0.99 * share**3 + 0.01 * share)
        updated_at = LATEST_UPDATE - timedelta(seconds=age)
        created_at = updated_at
        if generator.random() < 0.8:
            created_at -= timedelta(seconds=generator.random() * (_SECONDS - age))
        human["created_at"] = as_text(created_at)
        human["updated_at"] = as_text(updated_at)
        human["change_number"] = at + 1
        yield human


def _human(
    bot: SampleBot, generator: Random, pool: Pool, tag_ids: dict[str, str]
) -> dict[str, object]:
    chance = generator.random
    given, family = generator.choice(pool.given), generator.choice(pool.family)
    first, second = (family, given) if pool.family_first else (given, family)
    phone = pool.phone_prefix + str(pool.phone_modulus + int(chance() * pool.phone_modulus))[1:]
    return {
        "id": ID_PREFIX + _characters(generator),
        "bot_number": bot.number,
        "fullname": first.written + pool.separator + second.written,
        "email": None if chance() < 0.08 else _email(generator, given, family),
        "uid": None if chance() < 0.2 else _uuid(generator),
        "phone_number": None if chance() < 0.35 else phone,
        "profile_pic_id": "pic_" + _characters(generator) if chance() < 0.15 else None,
        "access_token": "eut_" + _uuid(generator) if chance() < 0.03 else None,
        "notes": generator.choice(_NOTES) if chance() < 0.12 else None,
        "tags": _tags(bot, generator, pool, tag_ids),
    }


def _email(generator: Random, given: Name, family: Name) -> str:
    domain = generator.choice(_DOMAINS)
    first, last = given.in_email, family.in_email
    if not first or not last:
        return f"{handle(generator)}@{domain}"
    form = int(generator.random() * 10)
    if form < 4:
        return f"{first}.{last}@{domain}"
    if form < 6:
        return f"{first[0]}{last}{int(generator.random() * 100)}@{domain}"
    if form < 8:
        return f"{first}{int(generator.random() * 1000)}@{domain}"
    return f"{first}_{last}{int(generator.random() * 100)}@{domain}"


def _tags(bot: SampleBot, generator: Random, pool: Pool, tag_ids: dict[str, str]) -> str | None:
    values = {
        tag_ids[tag.name]: tag.value(generator, pool)
        for tag in bot.tags
        if generator.random() < tag.share
    }
    return orjson.dumps(values).decode() if values else None


def _make_rare(human: dict[str, object], position: int, name: str, city: str) -> None:
    """Put a rare name in; where it matters, into the other free texts too."""
    human["fullname"] = name
    if position % 4 == 0:
        human["notes"] = f"Typed in the web chat: {name}"
        human["tags"] = orjson.dumps({city: name}).decode()


def _generator(seed: int, purpose: str) -> Random:
    return Random(f"{seed} {purpose}")  # noqa: S311  no secret comes from it


def _characters(generator: Random) -> str:
    return "".join(generator.choices(ID_ALPHABET, k=ID_CHARACTERS))


def _uuid(generator: Random) -> str:
    digits = f"{generator.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
