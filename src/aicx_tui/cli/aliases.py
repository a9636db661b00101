"""What `aicx aliases list`, `create`, `edit`, `delete` and `default` do."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Awaitable, Callable
from pathlib import Path

from aicx_tui.cli.asking import agreed, can_ask
from aicx_tui.cli.command import OnAccount
from aicx_tui.cli.output import print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import OutcomeUnknownError, UsageError
from aicx_tui.models.profile import Alias
from aicx_tui.services.aliases import (
    Aliases,
    AliasWish,
    alias_called,
    used_instead,
    used_now,
)
from aicx_tui.services.open_account import OpenAccount
from aicx_tui.services.pictures import Picture, read_picture
from aicx_tui.text import clean, fit

ID_CELLS, NAME_CELLS = 24, 40


def prepare_list(arguments: Namespace) -> OnAccount:
    """`list`."""

    async def run(aliases: Aliases) -> None:
        listed = await aliases.read()
        if arguments.json:
            print_json([alias.model_dump(mode="json") for alias in listed])
            return
        for alias in listed:
            print_line(_line(alias))
        if not listed:
            narrate("There is no alias: you speak under your own name.")

    return _on_aliases(run)


def prepare_create(arguments: Namespace) -> OnAccount:
    """`create NAME`."""
    _refuse_empty(arguments.avatar)

    async def run(aliases: Aliases) -> None:
        wish = AliasWish(
            name=arguments.name,
            picture=await _picture(arguments.avatar),
            is_default=arguments.default,
        )
        try:
            created = await aliases.create(wish)
        except OutcomeUnknownError as error:
            error.hint = "Look before you repeat it, which may make another: aicx aliases list"
            raise
        _print(created, arguments, "Created {}.")

    return _on_aliases(run)


def prepare_edit(arguments: Namespace) -> OnAccount:
    """`edit ALIAS …`: changes only what is given."""
    _refuse_empty(arguments.avatar)
    given = (arguments.name, arguments.avatar, arguments.default, arguments.no_avatar or None)
    if all(value is None for value in given):
        raise UsageError(
            "Nothing is given that could be changed. Nothing was sent.",
            hint="Such as --name, --avatar or --default.",
        )

    async def run(aliases: Aliases) -> None:
        alias = alias_called(arguments.alias, await aliases.read())
        wish = AliasWish(
            name=arguments.name,
            picture=await _picture(arguments.avatar),
            takes_picture_away=arguments.no_avatar,
            is_default=arguments.default,
        )
        after = await aliases.edit(alias, wish)
        is_same = after == alias
        said = "{} is like that already. Nothing was changed." if is_same else "Changed {}."
        _print(after, arguments, said)

    return _on_aliases(run)


def prepare_default(arguments: Namespace) -> OnAccount:
    """`default ALIAS`."""

    async def run(aliases: Aliases) -> None:
        alias = alias_called(arguments.alias, await aliases.read())
        said = "New conversations begin under {}."
        _print(await aliases.make_default(alias), arguments, said)

    return _on_aliases(run)


def prepare_delete(arguments: Namespace) -> OnAccount:
    """`delete ALIAS`: says what is used instead, and asks."""
    if not arguments.yes and not can_ask():
        raise UsageError(
            "There is no terminal to ask on. Nothing was deleted.",
            hint="Say that you mean it: --yes.",
        )

    async def run(opened: OpenAccount) -> None:
        aliases = opened.account.aliases
        alias = alias_called(arguments.alias, await aliases.read())
        own_name = (await opened.account.read()).name
        instead = used_instead(alias, own_name=own_name)
        name = clean(alias.display_name, limit=80)
        if not arguments.yes and not await agreed(f"Delete {name} for good? {instead}"):
            narrate("Nothing was deleted.")
            return
        await aliases.delete(alias)
        if arguments.json:
            print_json({"id": alias.id}, indent=None)
        narrate(f"Deleted {name}. {used_now(alias, own_name=own_name)}".rstrip())

    return OnAccount(run)


def _on_aliases(work: Callable[[Aliases], Awaitable[None]]) -> OnAccount:
    async def run(opened: OpenAccount) -> None:
        await work(opened.account.aliases)

    return OnAccount(run)


async def _picture(file: str | None) -> Picture | None:
    return await read_picture(Path(file)) if file is not None else None


def _refuse_empty(file: str | None) -> None:
    """Refuse a file of no name, as an unset variable of a script gives it."""
    if file is not None and not file.strip():
        raise UsageError("The name of the file is empty. Nothing was sent.")


def _line(alias: Alias) -> str:
    marks = ("default", "picture") if alias.avatar_id else ("default",)
    said = " ".join(mark for mark in marks if mark != "default" or alias.default)
    return f"{fit(alias.id, ID_CELLS)}  {fit(alias.display_name, NAME_CELLS)}  {said}".rstrip()


def _print(alias: Alias, arguments: Namespace, said: str) -> None:
    """Print the alias' id, or all of it."""
    if arguments.json:
        print_json(alias.model_dump(mode="json"))
    else:
        print_line(clean(alias.id))
    narrate(said.format(clean(alias.display_name, limit=80)))
