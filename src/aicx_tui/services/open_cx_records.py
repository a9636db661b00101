"""What the last call of each OpenCX came to; neither secrets nor whom it was about."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from aicx_tui.errors import AicxError
from aicx_tui.services.replacing import held, replace_text


class OpenCxRecord(BaseModel, frozen=True):
    """One call.

    Attributes:
        root: Where it went: a context of the same name may be elsewhere by now.
        at: When.
        is_good: Whether it went through.
        message: What came of it.
    """

    root: str
    at: AwareDatetime
    is_good: bool
    message: str


_RECORDS = TypeAdapter(dict[str, OpenCxRecord])


class OpenCxRecords:
    """The last call of each context of the kind, by its name.

    Args:
        home: The one place for files.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "open-cx" / "calls.json"

    def read(self) -> Mapping[str, OpenCxRecord]:
        """All of them; what cannot be read is not known."""
        try:
            return _RECORDS.validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return {}

    def note(self, name: str, *, root: str, is_good: bool, message: str) -> None:
        """Keep what came of a call; where that cannot be, nothing is lost but that."""
        record = OpenCxRecord(root=root, at=datetime.now(UTC), is_good=is_good, message=message)
        with suppress(AicxError), held(self._path):
            records = {**self.read(), name: record}
            replace_text(self._path, _RECORDS.dump_json(records, indent=2).decode() + "\n")
