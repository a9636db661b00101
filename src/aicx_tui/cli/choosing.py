"""Whom a command is for: named one by one, in a file, or by a search."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass

from aicx_tui.cli.humans import brought_up_to_date, read_query
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import UsageError
from aicx_tui.services.choosing import By, checked_ids, ids_of
from aicx_tui.services.importing_files import encoding_of, read_bytes
from aicx_tui.services.outbox_opening import OpenOutbox


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Humans that a command is for.

    Attributes:
        ids: Each once.
        is_found: Whether a search found them.
        is_fresh: Whether the local copy was brought up to date to find them.
    """

    ids: Sequence[str]
    is_found: bool = False
    is_fresh: bool = False


@dataclass(frozen=True, kw_only=True)
class Selection:
    """How humans are named on a command line.

    Attributes:
        names: As they were written.
        by: What those are.
        query: A search instead.
    """

    names: Sequence[str]
    by: By
    query: str | None

    async def chosen(self, opened: OpenOutbox) -> Chosen:
        """Whom it means.

        Raises:
            AicxError: Somebody cannot be found, or the platform cannot be read.
        """
        directory = opened.directory
        if self.query is None and self.by is By.ID:
            return Chosen(ids=checked_ids(self.names), is_fresh=await directory.freshen())
        if opened.session is not None:
            await brought_up_to_date(directory)
        elif opened.problem is not None:
            narrate(directory.as_of(opened.problem))
        is_fresh = opened.session is not None and directory.is_listed
        if self.query is None:
            return Chosen(ids=await ids_of(directory, self.names, self.by), is_fresh=is_fresh)
        found = directory.walk(read_query(self.query, directory))
        return Chosen(ids=[human.id async for human in found], is_found=True, is_fresh=is_fresh)


def selection(arguments: Namespace) -> Selection:
    """How humans are named.

    Raises:
        UsageError: Nobody is, or in two ways at once, or the file cannot be read.
    """
    query: str | None = arguments.query
    names = [*arguments.human, *(_read_names(arguments.ids_from) if arguments.ids_from else ())]
    if query is None and not names:
        raise UsageError(
            "Nobody is named. Nothing was sent.",
            hint="Give --human ID, --ids-from FILE or --query QUERY.",
        )
    if query is not None and (names or arguments.by != By.ID):
        raise UsageError(
            "A search and names say two things. Nothing was sent.", hint="Give one of them."
        )
    by = By(arguments.by)
    if query is not None:
        read_query(query, None)
    elif by is By.ID:
        names = checked_ids(names)
    return Selection(names=names, by=by, query=query)


def _read_names(name: str) -> list[str]:
    content = read_bytes(name)
    try:
        text = content.decode(encoding_of(content))
    except UnicodeDecodeError:
        raise UsageError(
            "The file of ids is not text in UTF-8. Nothing was sent.", hint="One id a line."
        ) from None
    return [line.strip() for line in text.splitlines() if line.strip()]
