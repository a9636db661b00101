"""What `aicx outbox list` and `show` do, and how changes are printed."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from pydantic import JsonValue

from aicx_tui.cli.command import OnOutbox
from aicx_tui.cli.naming import named
from aicx_tui.cli.output import print_fields, print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import MirrorError
from aicx_tui.models.human import MASK
from aicx_tui.numerals import grouped
from aicx_tui.services.outbox_opening import OpenOutbox, Way
from aicx_tui.storage.changes import ENDED, WAITING, Change, Difference, Kind, State
from aicx_tui.text import MISSING, clean, fit

TABLE = (("Change", 8), ("State", 9), ("Does", 6), ("Human", 24), ("Made", 16), ("Fields", 40))

SAME_IN = ("uid", "email", "phone_number")
"""Fields that tell whether a human of unknown outcome is there already."""

NOTHING_KEPT = "The local copy of this context is for one run only, so no change waits in it."


def prepare_list(arguments: Namespace) -> OnOutbox:
    """`outbox list`."""
    states = (*WAITING, *ENDED) if arguments.all else WAITING

    async def run(opened: OpenOutbox) -> None:
        check_seen(opened)
        changes = await opened.outbox.listed(states)
        if arguments.json:
            print_json([document(change) for change in changes])
        else:
            print_line(_row([title for title, _ in TABLE]))
            for change in changes:
                print_line(_row([named(cell, opened) for cell in _cells(change)]))
        waiting = sum(change.state in WAITING for change in changes)
        narrate("1 change waits." if waiting == 1 else f"{grouped(waiting)} changes wait.")

    return OnOutbox(run, Way.LOOKING)


def check_seen(opened: OpenOutbox) -> None:
    """Make sure that nothing waits where it cannot be seen, and say where nothing can wait.

    Raises:
        MirrorError: There is a local copy that cannot be opened.
    """
    if opened.is_shut:
        raise MirrorError(
            "There is a local copy of this context, but its key is not at hand: what waits in it "
            "cannot be seen, and is not sent.",
            hint="Unlock the keyring, or name the key's file: --mirror-key-file F.",
        )
    if not opened.directory.is_kept:
        narrate(NOTHING_KEPT)


def prepare_show(arguments: Namespace) -> OnOutbox:
    """`outbox show ID`."""

    async def run(opened: OpenOutbox) -> None:
        change = await opened.outbox.get(arguments.id)
        same = await _same(opened, change)
        if arguments.json:
            found: list[JsonValue] | None = None if same is None else [*same]
            print_json({**document(change), "same_in_local_copy": found})
            return
        _print_facts(change, opened)
        _print_differences(change, opened)
        for one in same or ():
            line = f"{one['id']}  {one['fullname'] or MISSING}"
            print_line(clean(f"has the same {one['field']}: {line}"))
        if same == []:
            print_line("nobody in the local copy has the same uid, e-mail or phone")

    return OnOutbox(run, Way.LOOKING)


def document(change: Change) -> dict[str, JsonValue]:
    """A change as JSON; secrets are masked."""
    problem = change.problem
    said: dict[str, JsonValue] | None = None
    if problem is not None:
        theirs = {name: _shown(name, value) for name, value in problem.theirs.items()}
        said = {"message": problem.message, "hint": problem.hint}
        said |= {"fields": dict(problem.fields), "theirs": theirs}
    return {
        "id": change.id,
        "kind": change.kind.value,
        "state": change.state.value,
        "human_id": change.human_id,
        "name": change.name,
        "who": change.who,
        "made_at": moment(change.made_at),
        "sent_at": moment(change.sent_at),
        "ended_at": moment(change.ended_at),
        "attempts": change.attempts,
        "differences": differences(change.differences),
        "problem": said,
        "request_id": change.outcome_of,
    }


def differences(told: Sequence[Difference]) -> list[JsonValue]:
    """What a change does, as JSON."""
    return [{"field": d.field, "before": d.before, "after": d.after} for d in told]


def moment(seconds: float | None) -> str | None:
    """A point in time as JSON has it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat("T")


def local_time(seconds: float) -> str:
    """A point in time where the reader is."""
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"


def value_text(value: object, tags: Mapping[str, str] = MappingProxyType({})) -> str:
    """A value of a field as a line of text has it.

    Args:
        value: Any.
        tags: Names by id.
    """
    if isinstance(value, list):
        held = [(str(tag.get("id")), tag.get("value")) for tag in value if isinstance(tag, dict)]
        value = ", ".join(f"{tags.get(tag_id, tag_id)}={text or ''}" for tag_id, text in held)
    return clean(str(value)) if value not in (None, "") else MISSING


def _shown(name: str, value: JsonValue) -> JsonValue:
    return MASK if name == "access_token" and value is not None else value


async def _same(opened: OpenOutbox, change: Change) -> list[dict[str, JsonValue]] | None:
    """Who may be the human whose creation is in doubt; None where nothing is."""
    if change.kind is not Kind.CREATE or change.state is not State.UNKNOWN:
        return None
    names = {str(change.body[field]): field for field in SAME_IN if change.body.get(field)}
    found = await opened.directory.look_up(list(names))
    same: list[dict[str, JsonValue]] = []
    for name, ids in found.items():
        for human_id in ids:
            if human_id != change.human_id:
                human = await opened.directory.human(human_id)
                fullname = human.fullname if human is not None else None
                same.append({"id": human_id, "fullname": fullname, "field": names[name]})
    return same


def _print_facts(change: Change, opened: OpenOutbox) -> None:
    problem = change.problem
    facts: list[tuple[str, str | None]] = [
        ("change", change.id),
        ("state", change.state),
        ("does", change.kind),
        ("human", f"{change.name} ({change.human_id})"),
        ("by", change.who),
        ("made", local_time(change.made_at)),
    ]
    if change.sent_at is not None:
        facts.append(("sent", f"{local_time(change.sent_at)}, attempts: {change.attempts}"))
    if change.outcome_of:
        facts.append(("request", change.outcome_of))
    if problem is not None:
        facts += [("problem", problem.message), ("next", _next(change) or problem.hint)]
        facts += [(f"refused: {name}", words) for name, words in problem.fields.items()]
    print_fields([(named(name, opened), value and named(value, opened)) for name, value in facts])


def _next(change: Change) -> str:
    """What to do about a change that waits for a person; empty where its problem says it."""
    short = change.id[:8]
    match change.state:
        case State.CONFLICT:
            return f"aicx outbox resolve {short} --mine FIELD | --theirs FIELD"
        case State.UNKNOWN if change.kind is Kind.CREATE:
            is_there = f"if it is there: aicx outbox resolve {short} --is HUMAN_ID"
            return f"{is_there}; else: aicx outbox retry {short}"
        case _:
            return ""


def _print_differences(change: Change, opened: OpenOutbox) -> None:
    """Before and after side by side; in a conflict what the platform has, too."""
    theirs = change.problem.theirs if change.problem is not None else {}
    is_conflict = change.state is State.CONFLICT
    widths = (16, 34, 34, 34) if is_conflict else (16, 44, 44)
    titles = ["Field", "Base", "Mine", "Theirs"] if is_conflict else ["Field", "Before", "After"]
    print_line("")
    print_line(_columns(titles, widths))
    for told in change.differences:
        tags = opened.directory.tag_names
        cells = [named(told.field, opened)]
        cells += [value_text(value, tags) for value in (told.before, told.after)]
        if is_conflict:
            there = theirs.get(told.field, told.before)
            mark = " !" if told.field in theirs else ""
            cells.append(value_text(_shown(told.field, there), tags) + mark)
        print_line(_columns(cells, widths))


def _columns(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(fit(cell, w) for cell, w in zip(cells, widths, strict=True)).rstrip()


def _cells(change: Change) -> list[str]:
    fields = ", ".join(told.field for told in change.differences)
    made = local_time(change.made_at)
    return [change.id[:8], change.state, change.kind, change.name, made, fields]


def _row(cells: Sequence[str]) -> str:
    return _columns(cells, [width for _, width in TABLE])
