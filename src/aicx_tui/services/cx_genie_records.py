"""What the last check of each Authentication URL showed; neither secrets nor whom it was about."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from aicx_tui.errors import AicxError
from aicx_tui.services.replacing import held, replace_text


class CheckRecord(BaseModel, frozen=True):
    """One check.

    Attributes:
        url: What was asked then: a profile of the same name may have another by now.
        at: When.
        would_do: Whether the reply would have done.
        message: Why not, or how fast it was.
    """

    url: str
    at: AwareDatetime
    would_do: bool
    message: str


_RECORDS = TypeAdapter(dict[str, CheckRecord])


class CheckRecords:
    """The last check of each profile, by its name.

    Args:
        home: The one place for files.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "cx-genie" / "checks.json"

    def read(self) -> Mapping[str, CheckRecord]:
        """All of them; what cannot be read is not known."""
        try:
            return _RECORDS.validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return {}

    def note(self, name: str, *, url: str, would_do: bool, message: str) -> None:
        """Keep what a check showed; where that cannot be, nothing is lost but that."""
        record = CheckRecord(url=url, at=datetime.now(UTC), would_do=would_do, message=message)
        with suppress(AicxError), held(self._path):
            self._replace({**self.read(), name: record})

    def forget(self, name: str) -> None:
        """Keep nothing of a profile that is no more."""
        if name in self.read():
            with suppress(AicxError), held(self._path):
                self._replace({key: one for key, one in self.read().items() if key != name})

    def _replace(self, records: Mapping[str, CheckRecord]) -> None:
        replace_text(self._path, _RECORDS.dump_json(dict(records), indent=2).decode() + "\n")
