"""What `aicx bulk` does, and how bulks are run and told."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping, Sequence

from pydantic import JsonValue

from aicx_tui.cli.command import OnOutbox
from aicx_tui.cli.naming import named
from aicx_tui.cli.outbox import NOTHING_KEPT, differences, local_time, moment
from aicx_tui.cli.output import print_fields, print_json, print_line
from aicx_tui.cli.progress import ProgressLine
from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.stopping import ended_as_by_ctrl_c
from aicx_tui.errors import AicxError, FieldProblem, PartlyFailedError, RefusedError
from aicx_tui.numerals import grouped
from aicx_tui.services.bulk_progress import BulkProgress, seen
from aicx_tui.services.bulk_waiting import see_through
from aicx_tui.services.changing import with_code
from aicx_tui.services.outbox_opening import OpenOutbox, Way
from aicx_tui.services.pace import Progress
from aicx_tui.storage.bulks import FAULTY, SETTLED, TROUBLED, Bulk, BulkItem, BulkState, ItemState
from aicx_tui.text import MISSING, clean, fit

TABLE = (
    ("Bulk", 8),
    ("State", 11),
    ("Humans", 9),
    ("Done", 9),
    ("Failed", 7),
    ("Skipped", 7),
    ("Made", 16),
    ("Does", 60),
)

"""Humans that somebody may have to look at."""


def prepare_list(arguments: Namespace) -> OnOutbox:
    """`bulk list`."""

    async def run(opened: OpenOutbox) -> None:
        bulks = await opened.bulks.listed()
        if arguments.json:
            print_json([document(bulk, await opened.bulks.counts(bulk.id)) for bulk in bulks])
        else:
            print_line(_row([title for title, _ in TABLE]))
            for bulk in bulks:
                print_line(_row(_cells(seen(bulk, await opened.bulks.counts(bulk.id)))))
        if not opened.directory.is_kept:
            narrate(NOTHING_KEPT)

    return OnOutbox(run, Way.LOOKING)


def prepare_show(arguments: Namespace) -> OnOutbox:
    """`bulk show ID`."""

    async def run(opened: OpenOutbox) -> None:
        await _show(opened, await opened.bulks.get(arguments.id), as_json=arguments.json)

    return OnOutbox(run, Way.LOOKING)


def prepare_pause(arguments: Namespace) -> OnOutbox:
    """`bulk pause ID`."""
    return _deciding(arguments, lambda opened, bulk: opened.bulks.pause(bulk.id))


def prepare_cancel(arguments: Namespace) -> OnOutbox:
    """`bulk cancel ID`."""
    return _deciding(arguments, lambda opened, bulk: opened.bulks.cancel(bulk.id))


def _deciding(
    arguments: Namespace, decide: Callable[[OpenOutbox, Bulk], Awaitable[Bulk]]
) -> OnOutbox:
    async def run(opened: OpenOutbox) -> None:
        bulk = await decide(opened, await opened.bulks.get(arguments.id))
        await _show(opened, bulk, as_json=arguments.json)

    return OnOutbox(run, Way.LOOKING)


def prepare_resume(arguments: Namespace) -> OnOutbox:
    """`bulk resume ID`."""

    async def run(opened: OpenOutbox) -> None:
        bulk = await opened.bulks.resume(arguments.id)
        await run_and_tell(opened, bulk, withdraws=False, as_json=arguments.json)

    return OnOutbox(run, Way.SENDING)


def prepare_report(arguments: Namespace) -> OnOutbox:
    """`bulk report ID`."""
    states = tuple(ItemState) if arguments.all else TROUBLED

    async def run(opened: OpenOutbox) -> None:
        bulk = await opened.bulks.get(arguments.id)
        count = 0
        async for item in opened.bulks.items(bulk.id, states):
            count += 1
            if arguments.ids:
                print_line(clean(item.human_id))
            elif arguments.json:
                print_json(item_document(item), indent=None)
            else:
                print_line(named(_item_row(item), opened))
        humans = "1 human" if count == 1 else f"{grouped(count)} humans"
        narrate(f"{humans}.")

    return OnOutbox(run, Way.LOOKING)


async def run_and_tell(
    opened: OpenOutbox,
    bulk: Bulk,
    *,
    as_json: bool,
    queues: bool = False,
    withdraws: bool = True,
) -> None:
    """Run a bulk to its end, saying how far it is, and tell what became of it.

    Raises:
        PartlyFailedError: Some humans were not changed.
        RefusedError: Nobody was.
        AicxError: It did not come to its end.
    """
    keeps = queues and opened.directory.is_kept
    if opened.session is None:
        _tell_queued(bulk, opened.problem.message if opened.problem else "", as_json=as_json)
        return
    with ProgressLine("humans") as line, ended_as_by_ctrl_c():
        end = await see_through(
            opened,
            opened.session,
            bulk,
            withdraws=withdraws and not keeps,
            told=_Telling(line),
        )
    if end.bulk.state is not BulkState.DONE:
        if not withdraws and end.error is not None:
            raise end.error
        why = end.error.message if end.error is not None else "Another process has it."
        _tell_queued(bulk, why, as_json=as_json)
        return
    await tell(opened, end, as_json=as_json)


async def tell(opened: OpenOutbox, end: BulkProgress, *, as_json: bool) -> None:
    """Tell what became of a bulk that is over; raises as `run_and_tell` does."""
    left = [item async for item in opened.bulks.items(end.bulk.id, TROUBLED)]
    if as_json:
        counts = await opened.bulks.counts(end.bulk.id)
        failed: list[JsonValue] = [item_document(item) for item in left]
        print_json(document(end.bulk, counts) | {"failed": failed}, indent=None)
    said = _said(end)
    if not left:
        narrate(said)
        return
    problems = [FieldProblem(item.human_id, item.said) for item in left]
    hint = f"Each of them: aicx bulk report {end.bulk.id[:8]}"
    kind = PartlyFailedError if end.done or end.same else RefusedError
    raise with_code(said, hint, problems, kind.exit_code)


def _said(end: BulkProgress) -> str:
    """What became of everybody, in a sentence."""
    parts = [f"{grouped(end.done)} of {grouped(end.total)} humans changed"]
    parts += [f"{grouped(end.same)} were so already"] if end.same else []
    parts += [f"{grouped(end.failed)} failed"] if end.failed else []
    parts += [f"{grouped(end.skipped)} left alone"] if end.skipped else []
    return f"{', '.join(parts)}."


class _Telling:
    """Says how far a bulk is: why it waits in a line that stays, the rest in one that goes.

    Args:
        line: The one that goes.
    """

    def __init__(self, line: ProgressLine) -> None:
        self._line = line
        self._said: set[type[AicxError]] = set()

    def __call__(self, told: BulkProgress) -> None:
        """Say it."""
        if told.waiting_for and told.error is not None and type(told.error) not in self._said:
            self._said.add(type(told.error))
            self._line.clear()
            narrate(told.waiting_for)
        self._line.show(_line_of(told))


def _line_of(told: BulkProgress) -> Progress:
    return Progress(
        what=clean(told.waiting_for),
        count=told.settled,
        total=told.total,
        rate=0.0 if told.waiting_for else told.rate,
        seconds_left=None if told.waiting_for else told.seconds_left,
    )


def _tell_queued(bulk: Bulk, why: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"queued": bulk.id}, indent=None)
    narrate(f"Queued as {bulk.id[:8]}, not sent yet. {why}".rstrip())
    narrate(f"  Send it later: aicx bulk resume {bulk.id[:8]}")


async def _show(opened: OpenOutbox, bulk: Bulk, *, as_json: bool) -> None:
    counts = await opened.bulks.counts(bulk.id)
    if as_json:
        print_json(document(bulk, counts))
        return
    facts: list[tuple[str, str | None]] = [
        ("bulk", bulk.id),
        ("does", bulk.title),
        ("state", seen(bulk, counts).state),
        ("by", bulk.who),
        ("made", local_time(bulk.made_at)),
    ]
    facts += [("ended", local_time(bulk.ended_at))] if bulk.ended_at is not None else []
    facts += [("problem", bulk.problem)] if bulk.problem else []
    facts += [("brings back", bulk.undo_of)] if bulk.undo_of else []
    facts += [(state, grouped(count)) for state, count in counts.items()]
    print_fields(facts)


def document(bulk: Bulk, counts: Mapping[ItemState, int]) -> dict[str, JsonValue]:
    """A bulk as JSON."""
    waiting = sum(counts.values()) - sum(counts.get(state, 0) for state in SETTLED)
    return {
        "bulk": bulk.id,
        "title": bulk.title,
        "state": bulk.state.value,
        "who": bulk.who,
        "made_at": moment(bulk.made_at),
        "ended_at": moment(bulk.ended_at),
        "problem": bulk.problem,
        "undo_of": bulk.undo_of,
        "total": bulk.total,
        "done": counts.get(ItemState.DONE, 0),
        "same": counts.get(ItemState.SAME, 0),
        "failed_count": sum(counts.get(state, 0) for state in FAULTY),
        "skipped_count": counts.get(ItemState.SKIPPED, 0),
        "waiting": waiting,
    }


def item_document(item: BulkItem) -> dict[str, JsonValue]:
    """What became of one human, as JSON."""
    return {
        "human_id": item.human_id,
        "name": item.name,
        "state": item.state.value,
        "said": item.said,
        "differences": differences(item.differences),
    }


def _item_row(item: BulkItem) -> str:
    said = clean(item.said) or MISSING
    return f"{fit(item.human_id, 16)}  {item.state:<8}  {fit(item.name, 24)}  {said}"


def _cells(seen: BulkProgress) -> list[str]:
    bulk, numbers = seen.bulk, (seen.total, seen.done + seen.same, seen.failed, seen.skipped)
    counts = [grouped(number) for number in numbers]
    return [bulk.id[:8], seen.state, *counts, local_time(bulk.made_at), bulk.title]


def _row(cells: Sequence[str]) -> str:
    return "  ".join(fit(c, w) for c, (_, w) in zip(cells, TABLE, strict=True)).rstrip()
