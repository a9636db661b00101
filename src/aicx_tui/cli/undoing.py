"""What `aicx undo` and `aicx redo` do."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Awaitable, Callable

from aicx_tui.cli.bulks import run_and_tell
from aicx_tui.cli.changing import print_change
from aicx_tui.cli.command import OnOutbox
from aicx_tui.cli.outbox import check_seen
from aicx_tui.cli.output import print_json
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import UsageError
from aicx_tui.services.changing import make
from aicx_tui.services.outbox_opening import OpenOutbox, Way
from aicx_tui.services.undoing import Undoing
from aicx_tui.storage.bulks import Bulk
from aicx_tui.storage.changes import Change, State
from aicx_tui.text import clean


def prepare_undo(arguments: Namespace) -> OnOutbox:
    """`undo`."""
    return _prepared(arguments, Undoing.undo, "Undone.")


def prepare_redo(arguments: Namespace) -> OnOutbox:
    """`redo`."""
    return _prepared(arguments, Undoing.redo, "Redone.")


def _prepared(
    arguments: Namespace, step: Callable[[Undoing], Awaitable[Change | Bulk]], done: str
) -> OnOutbox:
    async def run(opened: OpenOutbox) -> None:
        check_seen(opened)
        if not opened.directory.is_kept:
            raise UsageError(
                "The local copy of this context is for one run only: it knows nothing to undo.",
                hint="See aicx doctor for what keeps it.",
            )
        change = await step(Undoing(opened.outbox, opened.bulks, opened.capabilities))
        if isinstance(change, Bulk):
            narrate(clean(change.title))
            await run_and_tell(opened, change, queues=arguments.queue, as_json=arguments.json)
            return
        if change.state is State.WITHDRAWN:
            if arguments.json:
                print_json({"withdrawn": change.id}, indent=None)
            narrate(f"The change of {clean(change.name)} was not sent yet: it is taken back.")
            return
        made = await make(opened, change, queues=arguments.queue, takes_back=True)
        print_change(made, arguments, done)

    return OnOutbox(run, Way.QUEUEING if arguments.queue else Way.SENDING)
