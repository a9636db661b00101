"""Gives one target the token, and looks whether it has it."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, cast

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from aicx_tui.errors import (
    AicxError,
    ForbiddenError,
    NotFoundError,
    NotSignedInError,
    TimedOutError,
    UsageError,
)
from aicx_tui.services.masking import masked
from aicx_tui.services.targets import Checked, Kind, Outcome, Target, TargetResult

if TYPE_CHECKING:
    from pydantic import SecretStr

BY_HAND = "by-hand"

PAUSE_SECONDS = 0.5
"""Between two attempts, growing."""

_NOT_REPEATED = (UsageError, NotFoundError, NotSignedInError, ForbiddenError, TimedOutError)
"""What another attempt would not change, or would make take as long again."""

_WHERE = {
    "env-file": ("target_env_file", "EnvFile"),
    "github": ("target_programs", "GitHub"),
    "vault": ("target_vault", "VaultKey"),
    "kubernetes": ("target_programs", "Kubernetes"),
    "command": ("target_programs", "Command"),
}


def kind_of(target: Target) -> Kind:
    """How a target is reached; loaded where it is asked."""
    module, name = _WHERE[target.kind]
    return cast(Kind, getattr(import_module(f"aicx_tui.services.{module}"), name)())


async def updated(target: Target, token: SecretStr) -> TargetResult:
    """Give it the token, and look."""
    return _without_it(await _updated(target, token), token)


async def looked_into(target: Target, token: SecretStr) -> TargetResult:
    """Look, and change nothing."""
    return _without_it(await _looked_into(target, token), token)


def _without_it(result: TargetResult, token: SecretStr) -> TargetResult:
    """The result without the token, whoever quoted it and how."""
    return replace(result, message=masked(result.message, token), hint=masked(result.hint, token))


async def _updated(target: Target, token: SecretStr) -> TargetResult:
    if target.kind == BY_HAND:
        return _by_hand(target)
    try:
        await _given(target, token)
    except (AicxError, OSError) as error:
        return _failed(target, error)
    return await _verified(target, token)


async def _looked_into(target: Target, token: SecretStr) -> TargetResult:
    if target.kind == BY_HAND and not target.check:
        return _by_hand(target)
    try:
        checked = await _checked(target, token)
    except (AicxError, OSError) as error:
        return _failed(target, error)
    if checked.is_current is False:
        return TargetResult(
            target,
            Outcome.OUTDATED,
            checked.message,
            "Give it the token with: aicx token targets update",
        )
    outcome = Outcome.VERIFIED if checked.is_current else Outcome.UNKNOWN
    return TargetResult(target, outcome, checked.message)


async def rehearsed(target: Target, token: SecretStr) -> TargetResult:
    """Say what would be done."""
    return _without_it(await _rehearsed(target, token), token)


async def _rehearsed(target: Target, token: SecretStr) -> TargetResult:
    if target.kind == BY_HAND:
        return _by_hand(target)
    try:
        would = await kind_of(target).rehearse(target, token)
        return TargetResult(target, Outcome.NOT_TRIED, would)
    except (AicxError, OSError) as error:
        return _failed(target, error)


async def _given(target: Target, token: SecretStr) -> None:
    kind = kind_of(target)
    attempts = AsyncRetrying(
        stop=stop_after_attempt(kind.attempts),
        retry=retry_if_exception(_is_worth_repeating),
        wait=wait_random_exponential(multiplier=PAUSE_SECONDS, max=4),
        reraise=True,
    )
    await attempts(kind.update, target, token)


def _is_worth_repeating(error: BaseException) -> bool:
    return isinstance(error, AicxError) and not isinstance(error, _NOT_REPEATED)


async def _verified(target: Target, token: SecretStr) -> TargetResult:
    """Look whether it has the token that it just took."""
    try:
        checked = await _checked(target, token)
    except AicxError as error:
        message = f"It took the token, but could not be looked into. {error.message}"
        return TargetResult(target, Outcome.UPDATED, message, error.hint)
    if checked.is_current is False:
        message = f"It took the token, and yet: {checked.message}"
        hint = "Look who else writes there, then give it the token once more."
        return TargetResult(target, Outcome.FAILED, message, hint)
    outcome = Outcome.VERIFIED if checked.is_current else Outcome.UPDATED
    return TargetResult(target, outcome, checked.message)


async def _checked(target: Target, token: SecretStr) -> Checked:
    if target.check:
        from aicx_tui.services.target_programs import own_check

        return await own_check(target, token)
    return await kind_of(target).check(target, token)


def _by_hand(target: Target) -> TargetResult:
    return TargetResult(
        target,
        Outcome.BY_HAND,
        target.settings["instructions"],
        "Once it is done, note it with: aicx token targets confirm",
    )


def _failed(target: Target, error: AicxError | OSError) -> TargetResult:
    if isinstance(error, OSError):
        return TargetResult(target, Outcome.FAILED, f"{error.strerror or 'A file failed'}.")
    return TargetResult(target, Outcome.FAILED, error.message, error.hint)
