"""Humans as the platform's own JSON objects, with their secret kept out of sight."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from pydantic import JsonValue, SecretStr

from aicx_tui.errors import NotTheApiError
from aicx_tui.models.human import MASK, Human

Document = Callable[[Human], Mapping[str, JsonValue]]
"""How a human becomes the platform's object: masked or revealed."""

_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON would leave raw, and a terminal would act on or UTF-8 cannot hold."""


def masked(human: Human) -> dict[str, JsonValue]:
    """The platform's object, its access token masked if it has one."""
    return {k: MASK if isinstance(v, SecretStr) else v for k, v in human.document.items()}


def revealed(human: Human) -> dict[str, JsonValue]:
    """The platform's object with its access token in clear; only when explicitly asked for."""
    return {
        k: v.get_secret_value() if isinstance(v, SecretStr) else v
        for k, v in human.document.items()
    }


def json_text(value: JsonValue | Mapping[str, JsonValue], *, indent: int | None = None) -> str:
    """A value as JSON; what a terminal would act on is escaped, which means the same.

    Raises:
        NotTheApiError: The platform sent what JSON has no words for.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    except ValueError:
        raise NotTheApiError(
            "The platform's object holds NaN or Infinity, which JSON has no words for.",
            hint="Print it without --json, and tell whoever runs the platform.",
        ) from None
    return _ESCAPED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)
