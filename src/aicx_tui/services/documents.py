"""Humans as the platform's own JSON objects, with their secret kept out of sight."""

from __future__ import annotations

from pydantic import JsonValue, SecretStr

from aicx_tui.models.human import Human

MASK = "********"
"""Stands for an access token that is there."""


def masked(human: Human) -> dict[str, JsonValue]:
    """The platform's object, its access token masked if it has one."""
    return {k: MASK if isinstance(v, SecretStr) else v for k, v in human.document.items()}


def revealed(human: Human) -> dict[str, JsonValue]:
    """The platform's object with its access token in clear; only when explicitly asked for."""
    return {
        k: v.get_secret_value() if isinstance(v, SecretStr) else v
        for k, v in human.document.items()
    }
