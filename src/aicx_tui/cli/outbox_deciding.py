"""What `aicx outbox edit`, `discard`, `retry`, `resolve` and `send` do."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from contextlib import aclosing
from time import time
from typing import Any

from aicx_tui.cli.asking import agreed, can_ask
from aicx_tui.cli.changing import FIELDS, field_called
from aicx_tui.cli.command import OnOutbox
from aicx_tui.cli.naming import field_meant
from aicx_tui.cli.outbox import check_seen, document
from aicx_tui.cli.output import print_json, print_line
from aicx_tui.cli.progress import ProgressLine
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import (
    AicxError,
    ConflictError,
    FieldProblem,
    OutcomeUnknownError,
    PartlyFailedError,
    RefusedError,
    UsageError,
)
from aicx_tui.models.capability import Capability
from aicx_tui.numerals import grouped
from aicx_tui.services.changing import with_code
from aicx_tui.services.newest import newest
from aicx_tui.services.outbox_opening import OpenOutbox, Way
from aicx_tui.services.pace import Pace
from aicx_tui.services.sending import SAME_KEY_SECONDS
from aicx_tui.storage.changes import WAITING, Change, Kind, State, wanted_tags
from aicx_tui.storage.rows import tag_values
from aicx_tui.text import clean


def prepare_edit(arguments: Namespace) -> OnOutbox:
    """`edit ID FIELD=VALUE …`."""
    given: dict[str, str | None] = dict(arguments.values)
    if len(given) < len(arguments.values):
        raise UsageError("A field is given twice. Nothing was changed.")
    given |= dict.fromkeys(map(field_called, arguments.clear))
    if "phone" in given:
        given["phone_number"] = given.pop("phone")
    if "access_token" in given and given["access_token"] is not None:
        raise UsageError(
            "A command line can be read by others, so an access token is not taken from it.",
            hint="Discard the change, and make it again with --access-token-stdin.",
        )
    if not given:
        raise UsageError("There is nothing to change.", hint="Give FIELD=VALUE, or --clear FIELD.")

    async def run(opened: OpenOutbox) -> None:
        change = await opened.outbox.get(arguments.id)
        meant = {field_meant(name, opened): value for name, value in given.items()}
        edited = await opened.outbox.edit(change.id, _body_with(change, meant))
        print_line(edited.id)
        narrate("It waits with the new values. Send it: aicx outbox send")

    return OnOutbox(run, Way.LOOKING)


def _body_with(change: Change, given: dict[str, str | None]) -> dict[str, Any]:
    """The body of a change with other values.

    Raises:
        UsageError: The change has no such field.
    """
    is_of_tags = change.kind is Kind.ASSIGN
    tags: dict[str, str | None] = (
        wanted_tags(change.body) if is_of_tags else dict(tag_values(change.body))
    )
    body = dict(change.body)
    for name, value in given.items():
        tag_id = name.removeprefix("tag:")
        if tag_id != name and change.kind is not Kind.UPDATE:
            tags[tag_id] = value if is_of_tags else value or ""
            body["tags"] = [{"id": i, "value": v} for i, v in tags.items()]
        elif is_of_tags or name not in (*FIELDS, "access_token"):
            raise UsageError(f"A change that is to {change.kind} has no field {name!a:.60}.")
        elif value is None and change.kind is Kind.CREATE:
            body.pop(name, None)
        else:
            body[name] = value
    return body


def prepare_discard(arguments: Namespace) -> OnOutbox:
    """`discard ID…`."""
    _needs_consent(arguments, "Nothing was discarded.")

    async def run(opened: OpenOutbox) -> None:
        changes = [await opened.outbox.get(change_id) for change_id in arguments.ids]
        behind = [one for change in changes for one in await _behind(opened, change)]
        gone = {change.id: change for change in (*changes, *behind)}
        if not arguments.yes:
            for change in gone.values():
                narrate(f"{change.id[:8]}  {change.kind} {change.name} ({change.state})")
            if not await agreed("Discard?"):
                narrate("Nothing was discarded.")
                return
        for change in changes:
            await opened.outbox.discard(change.id)
        for change_id in gone:
            print_line(change_id)
        narrate("Discarded; the history keeps that: aicx audit")

    return OnOutbox(run, Way.LOOKING)


async def _behind(opened: OpenOutbox, change: Change) -> list[Change]:
    """What waits for a human to be created, and goes with that."""
    if change.kind is not Kind.CREATE:
        return []
    waiting = await opened.outbox.listed(human_id=change.human_id)
    return [one for one in waiting if one.id != change.id]


def prepare_retry(arguments: Namespace) -> OnOutbox:
    """`retry ID…`."""

    async def run(opened: OpenOutbox) -> None:
        changes = [await opened.outbox.get(change_id) for change_id in arguments.ids]
        is_told_by_key = Capability.WRITES_IDEMPOTENT in (opened.capabilities or ())
        doubtful = [c for c in changes if c.kind is Kind.CREATE and c.state is State.UNKNOWN]
        doubtful = [] if is_told_by_key and _is_recent(doubtful) else doubtful
        if doubtful and not arguments.yes:
            _needs_consent(arguments, "Nothing was sent.")
            names = ", ".join(change.name for change in doubtful)
            if not await agreed(f"{names} may be there already, and then twice. Send it again?"):
                narrate("Nothing was sent.")
                return
        again = [await opened.outbox.retry(change.id) for change in changes]
        await _sent(opened, again, as_json=arguments.json)

    return OnOutbox(run, Way.QUEUEING)


def prepare_resolve(arguments: Namespace) -> OnOutbox:
    """`resolve ID --mine FIELD …`."""
    said = dict.fromkeys(arguments.mine, True) | dict.fromkeys(arguments.theirs, False)
    if both := set(arguments.mine) & set(arguments.theirs):
        raise UsageError(f"{both.pop()} is said to be both yours and theirs.")

    async def run(opened: OpenOutbox) -> None:
        change = await opened.outbox.get(arguments.id)
        if arguments.human:
            await _identify(opened, change, arguments.human, as_json=arguments.json)
            return
        theirs = change.problem.theirs if change.problem is not None else {}
        chosen = {field_meant(n, opened, among=theirs): is_mine for n, is_mine in said.items()}
        other = True if arguments.all_mine else False if arguments.all_theirs else None
        mine = {name: chosen.get(name, other) for name in theirs}
        wrong = sorted(chosen.keys() - theirs.keys())
        left = [name for name, is_mine in mine.items() if is_mine is None]
        if theirs and (wrong or left):
            what = f"Not in conflict: {', '.join(wrong)}." if wrong else ""
            what += f" Not decided: {', '.join(left)}." if left else ""
            raise UsageError(what.strip(), hint="Name each field: --mine FIELD or --theirs FIELD.")
        kept = [name for name, is_mine in mine.items() if is_mine]
        decided = await opened.outbox.resolve(change.id, mine=kept)
        if decided.state is State.DISCARDED:
            narrate("Theirs stays in every field, so nothing is left to send.")
        await _sent(opened, [decided], as_json=arguments.json)

    return OnOutbox(run, Way.QUEUEING)


async def _identify(opened: OpenOutbox, change: Change, human_id: str, *, as_json: bool) -> None:
    """Take a human for the one whose creation is in doubt, and send what waits for it."""
    if opened.session is not None:  # that there is one with this id
        await newest(opened.session.platform, opened.directory.mirror, human_id)
    await opened.outbox.identify(change.id, human_id)
    narrate(f"{clean(change.name)} is {clean(human_id)}.")
    behind = await opened.outbox.listed([State.PENDING], human_id=human_id)
    await _sent(opened, behind, as_json=as_json)


def prepare_send(arguments: Namespace) -> OnOutbox:
    """`send`: all that waits."""

    async def run(opened: OpenOutbox) -> None:
        assert opened.session is not None  # noqa: S101  # this way is not without
        check_seen(opened)
        sender, sent, pace = opened.sender(opened.session), Counter[State](), Pace()
        pending = len(await opened.outbox.listed([State.PENDING, State.SENDING]))
        try:
            with ProgressLine("changes") as line:
                async with aclosing(sender.run(waits=True)) as each:
                    async for change in each:
                        sent[change.state] += 1
                        line.show(pace.progress(sent.total(), pending))
        finally:
            left = await opened.outbox.listed()
            _print_counts(sent, left, as_json=arguments.json)
        _judge(left, done=sent[State.DONE])

    return OnOutbox(run, Way.SENDING)


def _print_counts(sent: Counter[State], left: Sequence[Change], *, as_json: bool) -> None:
    waiting = Counter(change.state for change in left)
    if as_json:
        counts = {state.value: waiting[state] for state in WAITING}
        print_json({"done": sent[State.DONE], **counts}, indent=None)
    words = [
        f"{grouped(sent[State.DONE])} done",
        *(f"{grouped(n)} {state}" for state, n in waiting.items()),
    ]
    narrate(f"{', '.join(words)}.")


async def _sent(opened: OpenOutbox, changes: Sequence[Change], *, as_json: bool) -> None:
    """Send changes that somebody decided about, and print what became of each.

    Raises:
        AicxError: Not all of them were made; those wait.
    """
    ended, problem = list(changes), opened.problem
    if opened.session is not None:
        sender = opened.sender(opened.session)
        try:
            for place, change in enumerate(changes):
                await sender.outcome(change)
                ended[place] = await opened.outbox.get(change.id)
        except AicxError as error:
            problem = error
            ended = [await opened.outbox.get(change.id) for change in changes]
    if as_json:
        print_json([document(change) for change in ended])
    else:
        for change in ended:
            print_line(clean(f"{change.id[:8]}  {change.state:<9}  {change.name}"))
    if problem is not None and any(change.state in WAITING for change in ended):
        problem.message = f"Queued, not sent yet. {problem.message}"
        problem.hint = "It waits; send it later: aicx outbox send"
        raise problem
    done = sum(change.state is State.DONE for change in ended)
    _judge([change for change in ended if change.state in WAITING], done=done)


def _judge(left: Sequence[Change], *, done: int) -> None:
    """End a command by what still waits.

    Raises:
        AicxError: Something does; its exit code says what, where that is one thing.
    """
    if not left:
        return
    problems = [FieldProblem(c.id[:8], f"{c.name}: {_reason(c)}") for c in left]
    codes = {_code(change) for change in left}
    what = "1 change waits." if len(left) == 1 else f"{grouped(len(left))} changes wait."
    code = codes.pop() if len(codes) == 1 and not done else PartlyFailedError.exit_code
    raise with_code(what, "Look at one: aicx outbox show ID", problems, code)


def _reason(change: Change) -> str:
    return f"{change.state}. {change.problem.message if change.problem is not None else ''}".strip()


def _code(change: Change) -> int:
    match change.state:
        case State.CONFLICT | State.PENDING:  # what is pending waits behind one to decide about
            return ConflictError.exit_code
        case State.FAILED if change.problem is not None:
            return change.problem.exit_code
        case State.FAILED:
            return RefusedError.exit_code
        case _:
            return OutcomeUnknownError.exit_code


def _is_recent(changes: Sequence[Change]) -> bool:
    """Whether the platform still knows the keys that changes were sent with."""
    now = time()
    return all(now - (change.sent_at or 0) < SAME_KEY_SECONDS for change in changes)


def _needs_consent(arguments: Namespace, nothing: str) -> None:
    if not arguments.yes and not can_ask():
        raise UsageError(
            f"There is no terminal to ask on. {nothing}", hint="Say that you mean it: --yes."
        )
