"""A platform in memory whose replies get lost, that dies, refuses, and has other people at it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from typing_extensions import override

from aicx_tui.api.base import FEED_PAGE_LIMIT, Platform
from aicx_tui.errors import (
    FieldProblem,
    InvalidFieldsError,
    NotFoundError,
    OutcomeUnknownError,
    OutdatedError,
    UnreachableError,
)
from aicx_tui.models.capability import Capability
from aicx_tui.models.feed import FeedPage
from aicx_tui.models.human import Human, HumanChanges, HumanDraft, TagValue, VersionedHuman

ALWAYS = {
    Capability.HUMANS_GET,
    Capability.HUMANS_CREATE,
    Capability.HUMANS_UPDATE,
    Capability.HUMANS_DELETE,
    Capability.HUMANS_FEED,
    Capability.TAGS_ASSIGN,
    Capability.TAGS_UNASSIGN,
}

REFUSED = "refused"
"""A value that the platform does not take."""


class Fault(StrEnum):
    """What happens to a call."""

    NONE = "none"
    AWAY = "away"
    LOST_BEFORE = "lost before it was done"
    LOST_AFTER = "lost after it was done"
    DIES_BEFORE = "the caller dies before it was done"
    DIES_AFTER = "the caller dies after it was done"
    OVERTAKEN = "somebody else changes the human just before"


class CallerDiedError(BaseException):
    """As if the process had been killed: nothing of it runs any more."""


class WaveringPlatform(Platform):
    """Humans by id, each with a version.

    Args:
        also: What it can do besides what it always can.

    Attributes:
        faults: What happens to the next calls.
        humans: The documents.
        made: The human made for each e-mail of a draft, however often.
        written: Each effective change of a field by this caller: id, field, before, after.
    """

    def __init__(self, also: set[Capability]) -> None:
        self.capabilities = frozenset(ALWAYS | also)
        self.faults: deque[Fault] = deque()
        self.humans: dict[str, dict[str, Any]] = {}
        self.made: list[str] = []
        self.written: list[tuple[str, str, Any, Any]] = []
        self._keys: dict[str, str] = {}
        self._feed: list[dict[str, Any]] = []
        self._clock = 0

    # What other people do

    def theirs(self, human_id: str, field: str, value: str) -> None:
        """Somebody else changes a field."""
        if human_id in self.humans:
            self._touch(human_id, {field: value})

    def add(self, number: int) -> str:
        """A human that is there from the start."""
        human_id = f"eu_{number}"
        self.humans[human_id] = {"id": human_id, "fullname": f"Human {number}", "tags": []}
        self._touch(human_id, {})
        return human_id

    def _touch(self, human_id: str, fields: dict[str, Any]) -> None:
        self._clock += 1
        moment = f"2026-01-01T{self._clock // 3600:02}:{self._clock // 60 % 60:02}:"
        moment += f"{self._clock % 60:02}Z"
        self.humans[human_id] |= fields | {"updated_at": moment, "version": self._clock}
        self._feed.append(json.loads(json.dumps(self.humans[human_id])))

    # What can happen to a call

    def _meets(self, writes: bool, human_id: str = "") -> Fault:
        fault = self.faults.popleft() if self.faults else Fault.NONE
        if fault is Fault.AWAY:
            raise UnreachableError("It is away. Nothing was sent.")
        if fault in (Fault.LOST_BEFORE, Fault.LOST_AFTER) and not writes:
            raise UnreachableError("It is away.")
        if fault is Fault.LOST_BEFORE:
            raise OutcomeUnknownError("No reply came.")
        if fault is Fault.DIES_BEFORE:
            raise CallerDiedError
        if fault is Fault.OVERTAKEN:
            self.theirs(human_id, "email", f"overtaken {self._clock}")
        return fault

    @staticmethod
    def _answers(fault: Fault) -> None:
        if fault is Fault.LOST_AFTER:
            raise OutcomeUnknownError("No reply came.")
        if fault is Fault.DIES_AFTER:
            raise CallerDiedError

    # Its calls

    @override
    async def get_human(self, human_id: str, /) -> VersionedHuman:
        self._answers(self._meets(False))
        document = self._document(human_id)
        return VersionedHuman(Human.model_validate(document), str(document["version"]))

    @override
    async def create_human(self, draft: HumanDraft, /, *, key: str = "") -> str:
        fault = self._meets(True)
        assert bool(key) == (Capability.WRITES_IDEMPOTENT in self.capabilities)
        self._take(draft.body())
        human_id = self._keys.get(key)
        if human_id is None:
            human_id = f"eu_made_{len(self.made)}"
            self.made.append(str(draft.uid))
            self._keys |= {key: human_id} if key else {}
            self.humans[human_id] = {"id": human_id, "tags": [], **draft.body()}
            self._touch(human_id, {})
        self._answers(fault)
        return human_id

    @override
    async def update_human(
        self, human_id: str, changes: HumanChanges, /, *, if_match: str | None = None
    ) -> str:
        fault = self._meets(True, human_id)
        document = self._matched(human_id, if_match)
        body = changes.body()
        self._take(body)
        for field, value in body.items():
            self._note(human_id, field, document.get(field), value)
        self._touch(human_id, body)
        self._answers(fault)
        return human_id

    @override
    async def assign_tags(self, human_ids: Sequence[str], tags: Sequence[TagValue], /) -> None:
        fault = self._meets(True)
        for human_id in human_ids:
            had = {tag["id"]: tag["value"] for tag in self._document(human_id)["tags"]}
            for tag in tags:
                self._note(human_id, f"tag:{tag.id}", had.get(tag.id), tag.value)
            had |= {tag.id: tag.value for tag in tags}
            self._touch(human_id, {"tags": [{"id": i, "value": v} for i, v in had.items()]})
        self._answers(fault)

    @override
    async def unassign_tags(self, human_ids: Sequence[str], tag_ids: Sequence[str], /) -> None:
        fault = self._meets(True)
        for human_id in human_ids:
            had = {tag["id"]: tag["value"] for tag in self._document(human_id)["tags"]}
            for tag_id in tag_ids:
                self._note(human_id, f"tag:{tag_id}", had.pop(tag_id, None), None)
            self._touch(human_id, {"tags": [{"id": i, "value": v} for i, v in had.items()]})
        self._answers(fault)

    @override
    async def delete_human(self, human_id: str, /, *, if_match: str | None = None) -> None:
        fault = self._meets(True, human_id)
        self._matched(human_id, if_match)
        del self.humans[human_id]
        self._feed.append({"id": human_id, "deleted": True})
        self._answers(fault)

    @override
    async def read_feed(self, cursor: str | None, /, *, limit: int = FEED_PAGE_LIMIT) -> FeedPage:
        start = int(cursor or 0)
        items: Any = json.loads(json.dumps(self._feed[start : start + limit]))
        total = None if cursor else len(self.humans)
        return FeedPage(items=items, next=str(start + len(items)), total=total)

    def _document(self, human_id: str) -> dict[str, Any]:
        if human_id not in self.humans:
            raise NotFoundError("There is no such human.")
        return self.humans[human_id]

    def _matched(self, human_id: str, if_match: str | None) -> dict[str, Any]:
        document = self._document(human_id)
        assert (if_match is not None) == (Capability.HUMANS_PRECONDITION in self.capabilities)
        if if_match is not None and if_match != str(document["version"]):
            raise OutdatedError("There is a newer version.")
        return document

    def _take(self, body: dict[str, Any]) -> None:
        if problems := [FieldProblem(n, "Not this.") for n, v in body.items() if v == REFUSED]:
            raise InvalidFieldsError("It is refused.", problems=problems)

    def _note(self, human_id: str, field: str, before: object, after: object) -> None:
        if before != after:
            self.written.append((human_id, field, before, after))
