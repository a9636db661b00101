"""What `aicx humans create`, `update` and `delete` do: each change goes through the outbox."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping

from pydantic import SecretStr

from aicx_tui.cli.asking import asked, can_ask
from aicx_tui.cli.command import OnOutbox
from aicx_tui.cli.given_tags import given_tags
from aicx_tui.cli.output import print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import ConflictError, UsageError
from aicx_tui.models.human import HumanChanges, HumanDraft, TagValue
from aicx_tui.services.changing import delete, make, read_if_missing, update
from aicx_tui.services.editing import check_changes, check_draft
from aicx_tui.services.outbox_opening import OpenOutbox, Way
from aicx_tui.storage.changes import Change, State
from aicx_tui.text import clean

FIELDS = ("fullname", "email", "uid", "phone_number", "profile_pic_id")


def prepare_create(arguments: Namespace) -> OnOutbox:
    """`create --fullname TEXT …`."""
    given = _given(arguments)
    check_draft(_draft(given, arguments.tags))

    async def run(opened: OpenOutbox) -> None:
        tags = (await given_tags(opened, arguments.tags))[0] if arguments.tags else {}
        draft = _draft(given, tags.items())
        change = await opened.outbox.create(draft)
        print_change(await make(opened, change, queues=arguments.queue), arguments, "Created.")

    return OnOutbox(run, _way(arguments))


def prepare_update(arguments: Namespace) -> OnOutbox:
    """`update ID …`: sends only what is given."""
    given = _given(arguments)
    for option in arguments.clear:
        name = field_called(option)
        if name in given:
            raise UsageError(
                f"--{option} is given and cleared at once. Nothing was sent.",
                hint="Leave one of the two away.",
            )
        given[name] = None
    changes = HumanChanges(**given)
    check_changes(changes)

    async def run(opened: OpenOutbox) -> None:
        change = await update(opened, arguments.id, changes, queues=arguments.queue)
        print_change(change, arguments, "Changed.")

    return OnOutbox(run, _way(arguments))


def prepare_delete(arguments: Namespace) -> OnOutbox:
    """`delete ID`: asks for the human's name to be typed."""
    if not arguments.yes and not can_ask():
        raise UsageError(
            "There is no terminal to type the human's name on. Nothing was deleted.",
            hint="Say that you mean it: --yes.",
        )

    async def run(opened: OpenOutbox) -> None:
        read = await read_if_missing(opened, arguments.id)
        human = read.human if read is not None else await opened.directory.human(arguments.id)
        name = clean((human.fullname if human is not None else None) or arguments.id).strip()
        if not arguments.yes and await asked(f"To delete this human, type {name}:") != name:
            raise UsageError(f"That is not {name}. Nothing was deleted.")
        change = await delete(opened, arguments.id, read=read, queues=arguments.queue)
        print_change(change, arguments, f"Deleted {name}.")

    return OnOutbox(run, _way(arguments))


def field_called(option: str) -> str:
    """The name of a field that options call otherwise."""
    return "phone_number" if option == "phone" else option.replace("-", "_")


def _draft(
    given: Mapping[str, str | SecretStr | None], tags: Iterable[tuple[str, str | None]]
) -> HumanDraft:
    values = tuple(TagValue(id=tag_id, value=value or "") for tag_id, value in tags)
    return HumanDraft(**given, tags=values) if values else HumanDraft(**given)


def _way(arguments: Namespace) -> Way:
    return Way.QUEUEING if arguments.queue else Way.SENDING


def _given(arguments: Namespace) -> dict[str, str | SecretStr | None]:
    given: dict[str, str | SecretStr | None] = {
        name: value for name in FIELDS if (value := getattr(arguments, name)) is not None
    }
    if arguments.access_token_stdin:
        token = sys.stdin.readline().rstrip("\r\n")
        if not token:
            raise UsageError(
                "There is no access token on standard input. Nothing was sent.",
                hint="Pipe it in, or use --clear access-token to empty the field.",
            )
        given["access_token"] = SecretStr(token)
    return given


def print_change(change: Change, arguments: Namespace, done: str) -> None:
    """Print the human's id, or the change's where it waits."""
    if change.state is State.DONE:
        if arguments.json:
            print_json({"id": change.human_id}, indent=None)
        else:
            print_line(clean(change.human_id))
        narrate(done)
        return
    if arguments.json:
        print_json({"queued": change.id}, indent=None)
    why = f" {change.problem.message}" if change.problem is not None else ""
    narrate(f"Queued as {change.id[:8]}, not sent yet.{why}")
    is_behind = change.problem is not None and change.problem.exit_code == ConflictError.exit_code
    hint = change.problem.hint if change.problem and is_behind else ""
    narrate(f"  {hint or 'Send it later: aicx outbox send'}")
