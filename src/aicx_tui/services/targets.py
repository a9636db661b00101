"""Where else the personal access token is used: what a target is, and what became of each.

Light on purpose: what a kind of target needs is loaded where it is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pydantic import SecretStr

DEFAULT_SECONDS = 60.0
"""How long a target may take, where it does not say."""


@dataclass(frozen=True)
class Target:
    """A place that has the token too.

    Attributes:
        name: What a person calls it; one of a kind within a context.
        kind: What it is, such as `env-file`.
        settings: How to get there, as config.toml has it; never a secret.
        check: A command that tells whether it has the token; empty for none.
        stops: Whether those after it are left alone where it fails.
        seconds: After so many it is ended.
        withheld: Variables with secrets of other targets, which its programs do not get.
    """

    name: str
    kind: str
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)
    check: str = ""
    stops: bool = False
    seconds: float = DEFAULT_SECONDS
    withheld: frozenset[str] = frozenset()


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
    """How targets of one kind are brought up to date.

    Attributes:
        attempts: How often the token is given at most, where that may help.
    """

    attempts: int

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

    async def rehearse(self, target: Target, token: SecretStr) -> str:
        """Say what an update would do.

        Args:
            target: Which.
            token: What is given to nobody, and kept from programs that are asked.

        Raises:
            AicxError: It could not be done.
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

    UNKNOWN = "unknown"
    """It was looked into, and does not show."""

    FAILED = "failed"
    OUTDATED = "outdated"
    """It was looked into, and has another token or none."""

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
        return self.outcome not in (Outcome.VERIFIED, Outcome.UPDATED, Outcome.UNKNOWN)


Told = Callable[[TargetResult], object]
"""Is told what became of a target as soon as it is known."""


Give = Callable[[Target], Awaitable[TargetResult]]
"""Gives one target the token, and looks whether it has it."""


async def update_targets(
    targets: Sequence[Target], give: Give, *, told: Told
) -> tuple[TargetResult, ...]:
    """Give every target the token, in their order, and look whether it has it.

    One that fails never loses the token, which is kept before this is called, and raises nothing.

    Args:
        targets: Which, in which order.
        give: Gives it to one.
        told: Hears of each.
    """
    results: list[TargetResult] = []
    stopped_by = ""
    for target in targets:
        if stopped_by:
            why = f"{stopped_by} failed, and those below it were to be left alone then."
            result = TargetResult(target, Outcome.NOT_TRIED, why)
        else:
            result = await give(target)
        if result.outcome is Outcome.FAILED and target.stops:
            stopped_by = target.name
        results.append(result)
        told(result)
    return tuple(results)


async def check_targets(
    targets: Sequence[Target], token: SecretStr, *, told: Told
) -> tuple[TargetResult, ...]:
    """Look whether targets have the token, and change nothing."""
    from aicx_tui.services.target_updating import looked_into

    results = []
    for target in targets:
        results.append(result := await looked_into(target, token))
        told(result)
    return tuple(results)


async def rehearse_targets(
    targets: Sequence[Target], token: SecretStr, *, told: Told
) -> tuple[TargetResult, ...]:
    """Say what giving them a token would do, and whether it could be done; nothing is changed.

    Args:
        targets: Which, in which order.
        token: What no message may hold; nobody is given it.
        told: Hears of each.
    """
    from aicx_tui.services.target_updating import rehearsed

    results = []
    for target in targets:
        results.append(result := await rehearsed(target, token))
        told(result)
    return tuple(results)
