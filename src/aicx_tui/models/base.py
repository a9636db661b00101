"""What every model that travels has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """A frozen record read from or written to a platform.

    Unknown keys are ignored, since platforms add them. Validation errors never echo the input,
    since it may hold a credential.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        coerce_numbers_to_str=True,
    )
