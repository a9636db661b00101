"""What became of changes of one human, as the console tells it."""

from __future__ import annotations

from datetime import UTC

from aicx_tui.storage.audit import Entry
from aicx_tui.storage.changes import Difference
from aicx_tui.tui.human_history import history_content
from aicx_tui.tui.reader import Reader


def test_whom_a_bulk_left_alone_is_told_with_the_reason() -> None:
    entry = Entry(
        at=0.0,
        who="Ana Cruz",
        human_id="eu_1",
        name="Jane",
        change_id="b",
        kind="update",
        differences=[Difference("email", "a@example.com", "b@example.com")],
        outcome="skipped",
        request_id="",
        said="Somebody changed it meanwhile: it is c@example.com now.",
    )
    said = history_content([], [entry], tags={}, reader=Reader(UTC), width=60).plain
    assert "change: left alone" in said
    assert "Somebody changed it meanwhile: it is c@example.com now." in said
