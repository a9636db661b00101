"""The bots of the sample company: what they are called, and what their humans are tagged with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from aicx_tui.sandbox.sample_names import RARE_NAMES
from aicx_tui.sandbox.sample_pools import Pool

EARLIEST_CREATION = datetime(2020, 10, 19, 3, 33, 30, 207384, tzinfo=UTC)

_FEWEST_ON_MESSENGER = 5
_OF_WEBCHAT_TO_MESSENGER = 50
"""One human on the second bot for so many on the first: 2 %."""

Value = Callable[[Random, Pool], str]


@dataclass(frozen=True, slots=True)
class SampleTag:
    """A tag definition, and how often which value of it is given.

    Attributes:
        name: As people read it.
        kind: What its values look like.
        colour: Of the tag, as `#rrggbb`.
        share: How many of the humans have it, from 0 to 1.
        value: Draws a value for somebody of a pool.
        choices: The values of a choice.
    """

    name: str
    kind: str
    colour: str
    share: float
    value: Value
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleBot:
    """A bot.

    Attributes:
        number: Its place among the company's bots, from 1.
        name: As people read it.
        tags: In the order in which values are drawn.
        rare_names: Given to humans among those updated last.
    """

    number: int
    name: str
    tags: tuple[SampleTag, ...]
    rare_names: tuple[str, ...] = ()


def humans_on_messenger(on_webchat: int) -> int:
    """How many humans the second bot has, given those of the first."""
    return max(_FEWEST_ON_MESSENGER, on_webchat // _OF_WEBCHAT_TO_MESSENGER)


def _date(generator: Random, _: Pool) -> str:
    return (EARLIEST_CREATION + timedelta(days=int(generator.random() * 2200))).date().isoformat()


def _one_of(*values: str) -> Value:
    return lambda generator, _: generator.choice(values)


def _city(generator: Random, pool: Pool) -> str:
    return generator.choice(pool.cities)


WEBCHAT = SampleBot(
    number=1,
    name="Webchat",
    rare_names=RARE_NAMES,
    tags=(
        SampleTag(
            "Merchant",
            "choice",
            "#d4a017",
            0.25,
            _one_of("Gold", "Silver", "Silver", "Bronze"),
            choices=("Gold", "Silver", "Bronze"),
        ),
        SampleTag(
            "Consent",
            "flag",
            "#3a7d44",
            0.45,
            lambda generator, _: "no" if generator.random() < 0.2 else "yes",
        ),
        SampleTag(
            "Orders",
            "number",
            "#2f6690",
            0.42,
            lambda generator, _: str(int(1 / (0.002 + generator.random()))),
        ),
        SampleTag("Customer since", "date", "#7d5ba6", 0.33, _date),
        SampleTag("City", "text", "#b5651d", 0.5, _city),
        SampleTag("VIP", "flag", "#b23a48", 0.05, lambda _, __: "yes"),
    ),
)

MESSENGER = SampleBot(
    number=2,
    name="Facebook Messenger",
    tags=(
        SampleTag(
            "Topic",
            "choice",
            "#1f78d1",
            0.6,
            _one_of("Delivery", "Delivery", "Refund", "Product"),
            choices=("Delivery", "Refund", "Product"),
        ),
        SampleTag("Follower since", "date", "#7d5ba6", 0.4, _date),
        SampleTag("Newsletter", "flag", "#3a7d44", 0.3, _one_of("yes", "no")),
    ),
)
