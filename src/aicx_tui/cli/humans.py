"""What `aicx humans` does."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import AsyncIterator

from pydantic import SecretStr

from aicx_tui.cli.command import Command
from aicx_tui.cli.output import (
    print_csv,
    print_fields,
    print_json,
    print_json_array,
    print_json_lines,
    print_line,
    print_table,
)
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human, HumanChanges, HumanDraft, TagValue
from aicx_tui.services.directory import walk
from aicx_tui.services.documents import masked, revealed
from aicx_tui.services.editing import create_human, update_human
from aicx_tui.services.search import Query
from aicx_tui.services.session import Session
from aicx_tui.text import clean

FIELDS = ("fullname", "email", "uid", "phone_number", "profile_pic_id")


def prepare_list(arguments: Namespace) -> Command:
    """`list [QUERY]`: prints as humans come, in the platform's order."""
    query = Query.parse(arguments.query)
    limit: int | None = arguments.limit
    form: str = arguments.form
    document = revealed if arguments.reveal_access_token else masked

    async def run(session: Session) -> None:
        cut = _Cut(walk(session.platform, query), limit)
        if form == "json":
            count = await print_json_array(cut.humans(), document=document)
        elif form == "jsonl":
            count = await print_json_lines(cut.humans(), document=document)
        elif form == "csv":
            count = await print_csv(cut.humans(), tag_names=await _tag_names(session))
        else:
            count = await print_table(cut.humans())
        humans = "1 human" if count == 1 else f"{count:,} humans"
        narrate(f"{humans}." if not cut.is_cut else f"The first {humans}; there are more.")

    return run


class _Cut:
    """The first humans of many, remembering whether there were more."""

    def __init__(self, humans: AsyncIterator[Human], limit: int | None) -> None:
        self._humans = humans
        self._limit = limit
        self.is_cut = False

    async def humans(self) -> AsyncIterator[Human]:
        count = 0
        async for human in self._humans:
            if count == self._limit:
                self.is_cut = True
                return
            yield human
            count += 1


async def _tag_names(session: Session) -> dict[str, str]:
    if Capability.TAGS_LIST not in session.platform.capabilities:
        return {}
    return {tag.id: tag.name for tag in await session.platform.list_tags()}


def prepare_get(arguments: Namespace) -> Command:
    """`get ID`."""
    human_id: str = arguments.id
    document = revealed if arguments.reveal_access_token else masked

    async def run(session: Session) -> None:
        human = (await session.platform.get_human(human_id)).human
        if arguments.json:
            print_json(document(human))
            return
        names = await _tag_names(session)
        shown = document(human) | {"tags": None}
        fields = [(name, _text(value)) for name, value in shown.items() if name != "tags"]
        fields += [(f"tag:{names.get(tag.id, tag.id)}", tag.value) for tag in human.tags]
        print_fields(fields)

    return run


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def prepare_create(arguments: Namespace) -> Command:
    """`create --fullname TEXT …`."""
    given = _given(arguments)
    tags = tuple(TagValue(id=tag_id, value=value) for tag_id, value in arguments.tags)
    draft = HumanDraft(**given, tags=tags) if tags else HumanDraft(**given)

    async def run(session: Session) -> None:
        _print_id(await create_human(session.platform, draft), arguments, done="Created.")

    return run


def prepare_update(arguments: Namespace) -> Command:
    """`update ID …`: sends only what is given."""
    given = _given(arguments)
    for option in arguments.clear:
        name = "phone_number" if option == "phone" else option.replace("-", "_")
        if name in given:
            raise UsageError(
                f"--{option} is given and cleared at once. Nothing was sent.",
                hint="Leave one of the two away.",
            )
        given[name] = None
    changes = HumanChanges(**given)
    human_id: str = arguments.id

    async def run(session: Session) -> None:
        changed = await update_human(session.platform, human_id, changes)
        _print_id(changed, arguments, done="Changed.")

    return run


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


def _print_id(human_id: str, arguments: Namespace, *, done: str) -> None:
    if arguments.json:
        print_json({"id": human_id}, indent=None)
    else:
        print_line(clean(human_id))
    narrate(done)
