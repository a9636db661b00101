"""Sample contacts of the OpenCX that the sandbox emulates; the same seed gives the same ones."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import orjson

from aicx_tui.sandbox.clock import as_text
from aicx_tui.sandbox.sample_pools import Pools

COUNT = 120

_LATEST = datetime(2026, 11, 20, 16, tzinfo=UTC)


def contacts(generator: Random, pools: Pools) -> Iterator[dict[str, object]]:
    """Rows without their company."""
    languages, totals = pools
    for at in range(COUNT):
        pool = generator.choices(languages, cum_weights=totals)[0]
        given, family = generator.choice(pool.given), generator.choice(pool.family)
        first, second = (family, given) if pool.family_first else (given, family)
        updated = _LATEST - timedelta(hours=5 * (COUNT - at))
        plan = generator.choice(("free", "team", "company"))
        yield {
            "id": str(uuid.UUID(int=generator.getrandbits(128), version=4)),
            "name": first.written + pool.separator + second.written,
            "email": f"contact{at + 1}@example.com",
            "phone_number": f"+1555{at:07}" if generator.random() < 0.6 else None,
            "custom_data": orjson.dumps({"plan": plan}).decode(),
            "created_at": as_text(updated - timedelta(days=30)),
            "updated_at": as_text(updated),
        }
