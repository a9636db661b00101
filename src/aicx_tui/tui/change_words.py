"""Changes in signs and words: how far one is, what it does to which field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content

from aicx_tui.services.field_words import FIELDS, Tags, field_name, value_said
from aicx_tui.storage.changes import Change, Difference, Kind, State
from aicx_tui.text import clean

NEEDING = (State.FAILED, State.CONFLICT, State.UNKNOWN)
"""What waits for a person."""

SIGNS: Mapping[str, str] = {
    State.PENDING: "⇡",
    State.SENDING: "⇡",
    State.FAILED: "✗",
    State.CONFLICT: "≠",
    State.UNKNOWN: "?",
    State.DONE: "✓",
    State.DISCARDED: "–",
    State.WITHDRAWN: "–",
    "skipped": "–",  # by a bulk
}

WORDS: Mapping[str, str] = {
    State.PENDING: "waiting",
    State.SENDING: "being sent",
    State.CONFLICT: "in conflict",
    State.UNKNOWN: "outcome unknown",
    "skipped": "left alone",
}
"""States that another word says better than their own."""

VERBS = {
    Kind.CREATE: "create",
    Kind.UPDATE: "change",
    Kind.ASSIGN: "tag",
    Kind.DELETE: "delete",
}

MAX_NAME = 16
"""Cells of a field's name before its values go below it."""


class Said(NamedTuple):
    """One difference in words, cleaned."""

    field: str
    before: str
    after: str


def word(state: str) -> str:
    """A state in words."""
    return WORDS.get(state, str(state))


def in_order(names: Iterable[str]) -> list[str]:
    """Names of fields as details order them, tags last."""
    order = list(FIELDS)
    return sorted(names, key=lambda name: order.index(name) if name in order else len(order))


def said(differences: Iterable[Difference], tags: Tags) -> list[Said]:
    """Differences in words, in the order of details."""
    by_field = {difference.field: difference for difference in differences}
    return [
        Said(field_name(d.field, tags), value_said(d.before, tags), value_said(d.after, tags))
        for d in map(by_field.__getitem__, in_order(by_field))
    ]


def in_a_line(change: Change, tags: Tags) -> str:
    """What a change does, for a list."""
    if change.kind is Kind.DELETE:
        return "all of it is deleted"
    if change.kind is Kind.CREATE:
        parts = [f"{one.field} {one.after}" for one in said(change.differences, tags)]
    else:
        parts = [f"{o.field} {o.before} → {o.after}" for o in said(change.differences, tags)]
    return ", ".join(parts)


def reason(change: Change, tags: Tags) -> str:
    """Why a change stopped, by the names that fields have here; empty where it did not."""
    problem = change.problem
    if problem is None:
        return ""
    if problem.theirs:
        names = [field_name(name, tags) for name in in_order(problem.theirs)]
        return f"Somebody else changed {', '.join(names)} meanwhile. Nothing was sent."
    refused = [
        f"{field_name(name, tags)}: {clean(problem.fields[name])}"
        for name in in_order(problem.fields)
    ]
    return " ".join(refused) or clean(problem.message)


def lines_of(differences: Iterable[Difference], tags: Tags, *, width: int) -> list[Content]:
    """A line for each difference; values that do not fit beside a name go below it.

    Args:
        differences: What is said.
        tags: Definitions by id.
        width: Cells of a line.
    """
    shown = said(differences, tags)
    names = min(max((cell_len(one.field) for one in shown), default=0), MAX_NAME)
    lines = []
    for one in shown:
        values = Content.assemble((one.before, "$quiet"), " → ", one.after)
        fits = cell_len(one.field) <= names and names + 2 + values.cell_length <= width
        gap = " " * (names - cell_len(one.field) + 2) if fits else "\n  "
        lines.append(Content.assemble((one.field, "$quiet"), gap, values))
    return lines
