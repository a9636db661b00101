"""Whose token a command is about: a context's, the environment's, or the sandbox's."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aicx_tui.errors import UsageError
from aicx_tui.services.own_token import SANDBOX_ITSELF, OwnToken
from aicx_tui.services.setup import Setup


@asynccontextmanager
async def own_token(arguments: Namespace, setup: Setup) -> AsyncIterator[OwnToken]:
    """The token that is meant; the sandbox runs for as long as this lasts.

    Raises:
        UsageError: No context is chosen, or `AICX_TOKEN` belongs to another.
    """
    name = "sandbox" if arguments.sandbox else setup.chosen_name(arguments.context)
    if not name:
        raise UsageError(
            "No context is chosen.",
            hint="Name a context: --context NAME, of those in contexts list.",
        )
    if name != "sandbox":
        context = setup.context(name)
        setup.credentials.refuse_foreign_token(context)
        yield OwnToken(context, setup, session=None)
        return
    access = setup.access(name, ephemeral=arguments.ephemeral)
    try:
        session = await access.open()
        try:
            yield OwnToken(session.context, setup, session=session)
        finally:
            await session.aclose()
    finally:
        access.close()


async def remember_held(own: OwnToken, setup: Setup) -> None:
    """Let everything find what signs in to the sandbox, which no keyring has."""
    held = await own.held()
    if held is not None and held.source == SANDBOX_ITSELF:
        setup.credentials.remember(own.context, held.slot, held.secret)
