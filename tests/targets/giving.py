"""Gives targets a token that nobody keeps."""

from __future__ import annotations

from pydantic import SecretStr

from aicx_tui.services.target_updating import updated
from aicx_tui.services.targets import Give


def giving(token: SecretStr) -> Give:
    """What gives a target that token."""
    return lambda target: updated(target, token)
