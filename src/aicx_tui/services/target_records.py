"""What became of each target when it was last given the token or looked into; never the token.

Kept below the one place for files, apart from config.toml, which people write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from aicx_tui.services.replacing import held, replace_text
from aicx_tui.services.targets import Outcome, Target, TargetResult

if TYPE_CHECKING:
    from pydantic import SecretStr

FINGERPRINT_DIGITS = 16

HAS_IT = (Outcome.UPDATED, Outcome.VERIFIED)
"""The target took the token, or was seen to have it."""


class Record(BaseModel, frozen=True):
    """What was last known of a target.

    Attributes:
        kind: What it was then: one of the same name and another kind is another target.
        outcome: What became of it.
        at: When.
        fingerprint: Of the token that it was about.
        by: Who noted it, where a person did it by hand.
        message: Why, where something was to be said.
    """

    kind: str
    outcome: Outcome
    at: AwareDatetime
    fingerprint: str
    by: str = ""
    message: str = ""

    def says_current(self, fingerprint: str) -> bool:
        """Whether the target had the token of a fingerprint then."""
        return self.outcome in HAS_IT and self.fingerprint == fingerprint


_RECORDS = TypeAdapter(dict[str, Record])


def fingerprint_of(token: SecretStr) -> str:
    """What tells a token from others, as the platform writes it: the start of its SHA-256."""
    digest = hashlib.sha256(token.get_secret_value().encode()).hexdigest()
    return digest[:FINGERPRINT_DIGITS]


class TargetRecords:
    """What is known of the targets of one context.

    Args:
        home: The one place for files.
        context: The context's name.
    """

    def __init__(self, home: Path, context: str) -> None:
        name = hashlib.sha256(context.encode()).hexdigest()[:24]
        self._path = home / "targets" / f"{name}.json"

    def read(self) -> Mapping[str, Record]:
        """All of them by the target's name; what cannot be read is not known."""
        try:
            return _RECORDS.validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return {}

    def of(self, target: Target) -> Record | None:
        """What is known of one; None where it never was given a token, nor looked into."""
        found = self.read().get(target.name)
        return found if found is not None and found.kind == target.kind else None

    def note(self, result: TargetResult, token: SecretStr) -> None:
        """Keep what became of one, as `Told` is told.

        What nobody could find out does not take away what was known before.

        Raises:
            AicxError: It could not be written.
        """
        if result.outcome is Outcome.NOT_TRIED:
            return
        before, print_ = self.of(result.target), fingerprint_of(token)
        tells_nothing = result.outcome in (Outcome.UNKNOWN, Outcome.BY_HAND)
        if tells_nothing and before is not None and before.says_current(print_):
            return
        record = _record(result.target, result.outcome, print_, result.message)
        self._write(result.target, record)

    def confirm(self, target: Target, token: SecretStr, *, by: str) -> Record:
        """Keep that a person gave a target the token by hand.

        Args:
            target: Which.
            token: The one that it has now.
            by: Who says so.

        Raises:
            AicxError: It could not be written.
        """
        record = _record(target, Outcome.UPDATED, fingerprint_of(token), "", by=by)
        self._write(target, record)
        return record

    def forget(self, name: str) -> None:
        """Keep nothing of a target that is no more.

        Raises:
            AicxError: It could not be written.
        """
        if name in self.read():
            with held(self._path):
                self._replace({k: r for k, r in self.read().items() if k != name})

    def _write(self, target: Target, record: Record) -> None:
        with held(self._path):
            self._replace({**self.read(), target.name: record})

    def _replace(self, records: Mapping[str, Record]) -> None:
        replace_text(self._path, _RECORDS.dump_json(dict(records), indent=2).decode() + "\n")


def _record(
    target: Target, outcome: Outcome, fingerprint: str, message: str, *, by: str = ""
) -> Record:
    return Record(
        kind=target.kind,
        outcome=outcome,
        at=datetime.now(UTC),
        fingerprint=fingerprint,
        by=by,
        message=message if target.kind != "by-hand" else "",
    )
