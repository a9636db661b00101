"""What `aicx cx-genie sync-users` does."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from aicx_tui.cli.asking import agreed, can_ask
from aicx_tui.cli.command import OnOutbox
from aicx_tui.cli.cx_genie import checked_user_token
from aicx_tui.cli.output import print_json, print_line
from aicx_tui.cli.progress import ProgressLine
from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.secrets import secret_from_stdin
from aicx_tui.errors import FieldProblem, PartlyFailedError, UsageError
from aicx_tui.numerals import grouped
from aicx_tui.services.cx_genie_checking import Visitor, asker
from aicx_tui.services.cx_genie_profiles import profile_called
from aicx_tui.services.cx_genie_syncing import Ended, UserSync, user_sync
from aicx_tui.services.cx_genie_upsert import Deed, Step
from aicx_tui.services.cx_genie_visitors import visitors_in
from aicx_tui.services.importing_files import read_bytes
from aicx_tui.services.outbox_opening import OpenOutbox, Way
from aicx_tui.services.pace import Pace
from aicx_tui.services.setup import Setup
from aicx_tui.text import clean

SIGNS = {Deed.CREATE: "+", Deed.UPDATE: "~", Deed.SAME: "=", Deed.REFUSED: "✗"}


def prepare_sync(arguments: Namespace, setup: Setup) -> OnOutbox:
    """`sync-users NAME`: resolves tokens, shows what that means, asks, then does it."""
    profile = profile_called(setup.config, arguments.name)
    asks = not (arguments.yes or arguments.dry_run)
    if asks and (arguments.user_token_stdin or arguments.user_tokens == "-" or not can_ask()):
        raise UsageError(
            "There is no terminal to ask on. Nothing was sent.",
            hint="See what would be done with --dry-run, then do it with --yes.",
        )
    visitors = _visitors(arguments)

    async def run(opened: OpenOutbox) -> None:
        async with (
            asker(setup, profile) as asking,
            user_sync(opened, profile=profile, asks=asking) as sync,
        ):
            with ProgressLine("users") as line:
                pace = Pace()
                await sync.plan(
                    visitors, told=lambda count: line.show(pace.progress(count, len(visitors)))
                )
            for note in sync.notes:
                narrate(note)
            if arguments.dry_run:
                _print_dry_run(sync, as_json=arguments.json)
                return
            if asks:
                for said in _lines(sync):
                    narrate(said)
            if asks and not await agreed(f"{_counted(sync.steps)}. Do it?"):
                narrate("Nothing was changed.")
                return
            ended: list[Ended] = []
            try:
                async for one in sync.run(with_avatars=arguments.with_avatars):
                    ended.append(one)
                    if arguments.json:
                        print_json(_document_of(one), indent=None)
            finally:  # also where the platform stops it midway
                _tell_done(ended)
        _refuse_if_any_failed(ended, total=len(visitors))

    return OnOutbox(run, Way.SENDING)


def _visitors(arguments: Namespace) -> list[Visitor]:
    fields = dict(arguments.fields)
    if arguments.user_token_stdin:
        return [Visitor(checked_user_token(secret_from_stdin("user's token")), fields)]
    return visitors_in(read_bytes(arguments.user_tokens), fields=fields)


def _lines(sync: UserSync) -> Iterator[str]:
    for step in sync.steps:
        said = step.said(sync.tags) or "nothing"
        yield f"{SIGNS[step.deed]} {step.deed} {clean(step.name)}: {said}"


def _document(step: Step) -> dict[str, JsonValue]:
    return {
        "number": step.number,
        "deed": step.deed.value,
        "human": step.human.id if step.human is not None else None,
        "changes": {name: [before or None, after] for name, before, after in step.differences()},
        "problem": step.problem or None,
    }


def _document_of(ended: Ended) -> dict[str, JsonValue]:
    told = {"human": ended.human_id or None, "problem": ended.problem or None}
    return {**_document(ended.step), **told}


def _counted(steps: Sequence[Step]) -> str:
    counts = Counter(step.deed for step in steps)
    return (
        f"{grouped(counts[Deed.CREATE])} to create, {grouped(counts[Deed.UPDATE])} to update, "
        f"{grouped(counts[Deed.SAME])} as they are, {grouped(counts[Deed.REFUSED])} that cannot be"
    )


def _print_dry_run(sync: UserSync, *, as_json: bool) -> None:
    """Print what would be done; nothing is done.

    Raises:
        PartlyFailedError: Some users cannot be synced.
    """
    steps = sync.steps
    if as_json:
        for step in steps:
            print_json(_document(step), indent=None)
    else:
        for line in _lines(sync):
            print_line(line)
    narrate(f"{_counted(steps)}. Nothing was changed.")
    problems = [
        FieldProblem(f"user {step.number}", step.problem)
        for step in steps
        if step.deed is Deed.REFUSED
    ]
    if problems:
        raise PartlyFailedError(
            f"{grouped(len(problems))} of {grouped(len(steps))} users cannot be synced.",
            problems=problems,
        )


def _tell_done(ended: Sequence[Ended]) -> None:
    counts = Counter(one.step.deed for one in ended if one.is_done)
    narrate(
        f"{grouped(counts[Deed.CREATE])} created, {grouped(counts[Deed.UPDATE])} updated, "
        f"{grouped(counts[Deed.SAME])} as they were."
    )


def _refuse_if_any_failed(ended: Sequence[Ended], *, total: int) -> None:
    problems = [FieldProblem(f"user {one.step.number}", one.problem) for one in ended if one.error]
    if problems:
        raise PartlyFailedError(
            f"{grouped(len(problems))} of {grouped(total)} users were not synced, or not in full.",
            problems=problems,
            hint="Mend what is said of them, then run this again: the others stay as they are.",
        )
