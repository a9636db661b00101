"""What `aicx views` does, and which search a view stands for in other commands."""

from __future__ import annotations

from argparse import Namespace

from aicx_tui.cli.output import print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.config import RESERVED_NAMES, Config
from aicx_tui.errors import UsageError
from aicx_tui.services.columns import read_columns
from aicx_tui.services.saved_views import (
    FIRST_KEY,
    remove_view,
    save_view,
    saved_views,
    unreadable,
    view_called,
)
from aicx_tui.services.setup import Setup, unknown_context
from aicx_tui.settings import SavedView
from aicx_tui.text import clean


async def list_views(arguments: Namespace, setup: Setup) -> None:
    """`list`: the keys, names, searches and columns."""
    context = _context(arguments, setup)
    views = saved_views(setup.config, context)
    if arguments.json:
        print_json(
            [
                {"key": key, "name": v.name, "query": v.query, "columns": list(v.columns)}
                for key, v in enumerate(views, FIRST_KEY)
            ]
        )
    else:
        width = max((len(view.name) for view in views), default=0)
        for key, view in enumerate(views, FIRST_KEY):
            columns = f"  ({', '.join(view.columns)})" if view.columns else ""
            query = view.query or "everybody"
            print_line(f"{key}  {clean(view.name):<{width}}  {clean(query + columns)}")
        if not views:
            narrate(f"{context} has no saved views. Save one with: aicx views save NAME --query …")
    for view, problem in unreadable(views):
        narrate(f"{clean(view.name)} cannot be searched for. {clean(problem)}")


async def save(arguments: Namespace, setup: Setup) -> None:
    """`save NAME [--query QUERY] [--columns COLUMN,…]`."""
    context = _context(arguments, setup)
    columns = tuple(c.strip() for c in arguments.columns.split(",") if c.strip())
    view = SavedView(name=arguments.name.strip(), query=arguments.query.strip(), columns=columns)
    before = len(saved_views(setup.config, context))
    setup.config = save_view(setup.config.path, context, view)
    views = saved_views(setup.config, context)
    names = [saved.name.casefold() for saved in views]
    key = FIRST_KEY + names.index(view.name.casefold())
    done = "Replaced" if len(views) == before else "Saved"
    narrate(f"{done} {clean(view.name)} of {context}; its key in the console is {key}.")


async def remove(arguments: Namespace, setup: Setup) -> None:
    """`remove NAME`."""
    context = _context(arguments, setup)
    view = view_called(setup.config, context, arguments.name)
    setup.config = remove_view(setup.config.path, context, view.name)
    narrate(f"Removed {clean(view.name)} of {context}. Its search was: {clean(view.query) or '–'}")


def take_view(arguments: Namespace, config: Config, context: str) -> None:
    """Search for what a view does, and show its columns where it has some of its own.

    Raises:
        UsageError: There is no such view, or another search is given too.
    """
    if arguments.query:
        raise UsageError(
            "A search and a view are given at once. Nothing was read.",
            hint="Leave one away.",
        )
    view = view_called(config, context, arguments.view)
    arguments.query = view.query
    arguments.columns = read_columns(view.columns) if view.columns else ()


def _context(arguments: Namespace, setup: Setup) -> str:
    """The name of the context whose views are meant.

    Raises:
        UsageError: None is used, or there is none of that name.
    """
    name = "sandbox" if arguments.sandbox else setup.chosen_name(arguments.context)
    if not name:
        raise UsageError(
            "No context is used.", hint="Name one: --context NAME, or --sandbox before the command."
        )
    if name not in (*setup.config.contexts, *RESERVED_NAMES):
        raise unknown_context(name, setup.config)
    return name
