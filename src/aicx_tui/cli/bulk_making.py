"""What `aicx tags assign` and `unassign` and `aicx humans set-field` do."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import JsonValue

from aicx_tui.cli.asking import asked, can_ask
from aicx_tui.cli.bulks import run_and_tell
from aicx_tui.cli.changing import field_called
from aicx_tui.cli.choosing import Chosen, selection
from aicx_tui.cli.command import OnOutbox
from aicx_tui.cli.given_tags import given_tags
from aicx_tui.cli.outbox import differences, value_text
from aicx_tui.cli.output import print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import UsageError
from aicx_tui.models.human import HumanChanges, TagValue
from aicx_tui.numerals import grouped
from aicx_tui.services.bulk import Preview
from aicx_tui.services.bulk_wish import Wish, check_wish, title_of
from aicx_tui.services.changing import assign, update
from aicx_tui.services.editing import check_tags
from aicx_tui.services.outbox_opening import OpenOutbox, Way
from aicx_tui.storage.bulks import TAG
from aicx_tui.storage.changes import Change, State
from aicx_tui.text import clean

ASKS_ABOVE = 500
"""Humans that may be named without being asked."""


def prepare_assign(arguments: Namespace) -> OnOutbox:
    """`tags assign --tag TAG=VALUE …`."""
    check_tags([TagValue(id=tag_id, value=value) for tag_id, value in arguments.tags])
    return _prepared(arguments, Wish(tags=dict(arguments.tags)), tags=arguments.tags)


def prepare_unassign(arguments: Namespace) -> OnOutbox:
    """`tags unassign --tag ID …`."""
    taken = dict.fromkeys(arguments.tags)
    return _prepared(arguments, Wish(tags=taken), tags=tuple(taken.items()))


def prepare_set_field(arguments: Namespace) -> OnOutbox:
    """`humans set-field FIELD=VALUE …`."""
    fields: dict[str, str | None] = {field_called(n): value for n, value in arguments.values}
    cleared = [field_called(option) for option in arguments.clear]
    if both := [name for name in cleared if name in fields]:
        raise UsageError(
            f"{both[0]} is given and cleared at once. Nothing was sent.",
            hint="Leave one of the two away.",
        )
    return _prepared(arguments, Wish(fields=fields | dict.fromkeys(cleared)))


def _prepared(
    arguments: Namespace, said: Wish, *, tags: Sequence[tuple[str, str | None]] = ()
) -> OnOutbox:
    check_wish(said)
    named = selection(arguments)

    async def run(opened: OpenOutbox) -> None:
        given, names = await given_tags(opened, tags) if tags else ({}, {})
        wish = replace(said, tags=given)
        chosen = await named.chosen(opened)
        if arguments.dry_run or not chosen.ids:
            preview = await opened.bulks.preview(chosen.ids, wish)
            _print_preview(preview, names, as_json=arguments.json)
        elif await _is_wanted(opened, chosen, wish, names, is_said=arguments.yes):
            await _carry_out(opened, chosen, wish, names, arguments)
        else:
            narrate("Nothing was sent.")

    return OnOutbox(run, Way.QUEUEING if arguments.queue else Way.SENDING)


async def _is_wanted(
    opened: OpenOutbox, chosen: Chosen, wish: Wish, names: Mapping[str, str], *, is_said: bool
) -> bool:
    """Whether it may be done: asked where a search found several, or where there are many.

    Raises:
        UsageError: There is nobody to ask.
    """
    count = len(chosen.ids)
    if is_said or count <= (1 if chosen.is_found else ASKS_ABOVE):
        return True
    if not can_ask():
        raise UsageError(
            f"There is no terminal to ask on: this would change {grouped(count)} humans. "
            "Nothing was sent.",
            hint="See what would be done with --dry-run, then do it with --yes.",
        )
    for line in _preview_lines(await opened.bulks.preview(chosen.ids, wish), names):
        narrate(line)
    typed = await asked(f"To change {grouped(count)} humans, type {count}:")
    return typed.replace(",", "") == str(count)


async def _carry_out(
    opened: OpenOutbox,
    chosen: Chosen,
    wish: Wish,
    names: Mapping[str, str],
    arguments: Namespace,
) -> None:
    """One human goes through the outbox, several as a bulk."""
    if len(chosen.ids) == 1:
        change = await _change_one(opened, chosen.ids[0], wish, queues=arguments.queue)
        _print_one(change, as_json=arguments.json)
        return
    title = title_of(wish, len(chosen.ids), tags=names)
    bulk = await opened.bulks.make(chosen.ids, wish, title=title, is_fresh=chosen.is_fresh)
    await run_and_tell(opened, bulk, queues=arguments.queue, as_json=arguments.json)


async def _change_one(opened: OpenOutbox, human_id: str, wish: Wish, *, queues: bool) -> Change:
    if wish.fields:
        changes = HumanChanges.model_validate(dict(wish.fields))
        return await update(opened, human_id, changes, queues=queues)
    return await assign(opened, human_id, wish.tags, queues=queues)


def _print_one(change: Change, *, as_json: bool) -> None:
    is_done = change.state is State.DONE
    if as_json:
        counts: dict[str, JsonValue] = {"total": 1, "done": int(is_done), "failed": []}
        print_json(counts if is_done else {"queued": change.id}, indent=None)
    if is_done:
        narrate("1 human is as you said.")
    else:
        tell_queued(change)


def tell_queued(change: Change) -> None:
    """Say that one change waits."""
    why = f" {change.problem.message}" if change.problem is not None else ""
    narrate(f"Queued as {change.id[:8]}, not sent yet.{why}")
    narrate("  Send it later: aicx outbox send")


def _print_preview(preview: Preview, names: Mapping[str, str], *, as_json: bool) -> None:
    if not as_json:
        for line in _preview_lines(preview, names):
            print_line(line)
        return
    sample: list[JsonValue] = [
        {"name": name, "differences": differences(told)} for name, told in preview.sample
    ]
    held: dict[str, JsonValue] = {
        name: [{"value": value, "humans": count} for value, count in counted]
        for name, counted in preview.held.items()
    }
    print_json(
        {
            "total": preview.total,
            "changing": preview.changing,
            "staying": preview.staying,
            "unknown": preview.unknown,
            "sample": sample,
            "held": held,
        }
    )


def _preview_lines(preview: Preview, names: Mapping[str, str]) -> list[str]:
    """What would be done, in words.

    Args:
        preview: What was worked out.
        names: Of tags, by id.
    """
    lines = [
        f"{grouped(preview.changing)} of {grouped(preview.total)} would change, "
        f"{grouped(preview.staying)} stay."
    ]
    if preview.unknown:
        lines.append(
            f"{grouped(preview.unknown)} are not in the local copy: they are sent as named, "
            "and what they have now is not known, so it cannot be undone."
        )
    for name, counted in preview.held.items():
        values = ", ".join(f"{value_text(value)} {grouped(count)}" for value, count in counted[:5])
        having = sum(count for _, count in counted)
        shown = _called(name, names)
        lines.append(
            f"{grouped(having)} of {grouped(preview.total)} have {shown}: {values or 'nothing'}"
        )
    for name, told in preview.sample:
        changes = ", ".join(
            f"{_called(d.field, names)} {_value(d.before)} → {_value(d.after)}" for d in told
        )
        lines.append(clean(f"  {name}: {changes}"))
    return lines


def _called(name: str, tags: Mapping[str, str]) -> str:
    """A field, or a tag by its name."""
    plain = name.removeprefix(TAG)
    return clean(tags.get(plain, plain))


def _value(value: object) -> str:
    """A value in words; an empty one is another thing than none."""
    return '""' if value == "" else value_text(value)
