"""Where else the personal access token is used: what a target is, and what became of each.

Light on purpose: what a kind of target needs is loaded where it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pydantic import SecretStr


@dataclass(frozen=True)
class Target:
    """A place that has the token too.

    Attributes:
        name: What a person calls it; one of a kind within a context.
        kind: What it is, such as `env-file`.
        settings: How to get there, as config.toml has it; never a secret.
    """

    name: str
    kind: str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """What a look at a target showed.

    Attributes:
        is_current: Whether it has the token; None where it cannot be looked into.
        message: What was seen, as a sentence.
    """

    is_current: bool | None
    message: str = ""


class Kind(Protocol):
    """How targets of one kind are brought up to date."""

    async def update(self, target: Target, token: SecretStr) -> None:
        """Give the target the token.

        Raises:
            AicxError: It did not take it; nothing of the message holds the token.
        """
        ...

    async def check(self, target: Target, token: SecretStr) -> Checked:
        """Look whether the target has the token.

        Raises:
            AicxError: It could not be looked into.
        """
        ...


class Outcome(StrEnum):
    """What became of a target."""

    UPDATED = "updated"
    """It took the token, and cannot be looked into."""

    VERIFIED = "verified"
    """It took the token, and has it."""

    BY_HAND = "by-hand"
    """A person has to do it."""

    FAILED = "failed"
    NOT_TRIED = "not-tried"


@dataclass(frozen=True)
class TargetResult:
    """What became of one target.

    Attributes:
        target: Which.
        outcome: What.
        message: Why, where something is to be said; never holds the token.
        hint: The next step, where there is one.
    """

    target: Target
    outcome: Outcome
    message: str = ""
    hint: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done there."""
        return self.outcome in (Outcome.FAILED, Outcome.NOT_TRIED, Outcome.BY_HAND)


Told = Callable[[TargetResult], None]
"""Is told what became of a target as soon as it is known."""


async def update_targets(
    targets: Sequence[Target], token: SecretStr, *, told: Told
) -> tuple[TargetResult, ...]:
    """Give every target the token, in their order, and look whether it has it.

    One that fails never loses the token, which is kept before this is called, and raises nothing.
    """
    results = tuple(TargetResult(target, Outcome.NOT_TRIED) for target in targets)
    for result in results:
        told(result)
    return results
