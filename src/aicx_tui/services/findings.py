"""What a check of `aicx doctor` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "failed"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What it is.
        status: How it is; only `failed` keeps something from working.
        found: What was found, as a sentence or part of one.
        next_step: What to do; empty when ok.
        context: Whose it is; None for this computer's.
    """

    name: str
    status: Status
    found: str
    next_step: str = ""
    context: str | None = None
