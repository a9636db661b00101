"""What became of each target when it was last given the token or looked into; never the token.

Kept below the one place for files, apart from config.toml, which people write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from aicx_tui.errors import AicxError
from aicx_tui.services.replacing import held, replace_text
from aicx_tui.services.rotation_journal import fingerprint
from aicx_tui.services.targets import Outcome, Target, TargetResult, Told

if TYPE_CHECKING:
    from pydantic import SecretStr

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
        is_due: Whether it was to get a token since, and nobody knows of its end.
    """

    kind: str
    outcome: Outcome
    at: AwareDatetime
    fingerprint: str
    by: str = ""
    message: str = ""
    is_due: bool = False

    def says_current(self, current: str) -> bool:
        """Whether the target had the token of a fingerprint then."""
        return self.outcome in HAS_IT and self.fingerprint == current


_RECORDS = TypeAdapter(dict[str, Record])


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

    def begin(self, targets: Sequence[Target]) -> None:
        """Keep that targets are to get a token: those that are cut off stay so.

        Raises:
            AicxError: It could not be written.
        """
        unheard = {t.name: _record(t, Outcome.NOT_TRIED, "", "") for t in targets}
        known = {t.name: self.of(t) or unheard[t.name] for t in targets}
        if known:
            due = {name: r.model_copy(update={"is_due": True}) for name, r in known.items()}
            self._write(due)

    def note(self, result: TargetResult, token: SecretStr) -> None:
        """Keep what became of one, as `Told` is told.

        What nobody could find out does not take away what was known before.

        Raises:
            AicxError: It could not be written.
        """
        if result.outcome is Outcome.NOT_TRIED:
            return
        before, print_ = self.of(result.target), fingerprint(token)
        tells_nothing = result.outcome in (Outcome.UNKNOWN, Outcome.BY_HAND)
        if tells_nothing and before is not None and before.says_current(print_):
            if before.is_due:
                self._write({result.target.name: before.model_copy(update={"is_due": False})})
            return
        record = _record(result.target, result.outcome, print_, result.message)
        self._write({result.target.name: record})

    def noting(self, token: SecretStr, told: Told) -> Told:
        """What keeps each result before it tells it.

        What cannot be kept is told nevertheless: the target has the token, or not.
        """

        def note(result: TargetResult) -> None:
            with suppress(AicxError):
                self.note(result, token)
            told(result)

        return note

    def as_known(self, result: TargetResult, token: SecretStr) -> TargetResult:
        """What became of one, where nobody but a person can look: what that person noted."""
        known = self.of(result.target) if result.outcome is Outcome.BY_HAND else None
        if known is None or not known.says_current(fingerprint(token)):
            return result
        noted = f"{known.by} noted on {known.at:%Y-%m-%d %H:%M %Z} that it is done."
        return TargetResult(result.target, Outcome.UPDATED, noted)

    def confirm(self, target: Target, token: SecretStr, *, by: str) -> Record:
        """Keep that a person gave a target the token by hand.

        Args:
            target: Which.
            token: The one that it has now.
            by: Who says so.

        Raises:
            AicxError: It could not be written.
        """
        record = _record(target, Outcome.UPDATED, fingerprint(token), "", by=by)
        self._write({target.name: record})
        return record

    def forget(self, name: str) -> None:
        """Keep nothing of a target that is no more.

        Raises:
            AicxError: It could not be written.
        """
        if name in self.read():
            with held(self._path):
                self._replace({k: r for k, r in self.read().items() if k != name})

    def forget_all(self) -> None:
        """Keep nothing of a context that is no more."""
        with suppress(OSError):
            self._path.unlink()

    def _write(self, changed: Mapping[str, Record]) -> None:
        with held(self._path):
            self._replace({**self.read(), **changed})

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
