"""An import from its file to its end, as console and command do it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from aicx_tui.errors import AicxError, UnsupportedError
from aicx_tui.models.human import HumanDraft
from aicx_tui.services.actions import ACTIONS, refusal
from aicx_tui.services.importing import Import, Preview, Tally, previewed
from aicx_tui.services.importing_columns import Columns, matched
from aicx_tui.services.importing_ending import Ended, Rejected
from aicx_tui.services.importing_files import TableFile, table_of
from aicx_tui.services.importing_journal import Journal, journal_path
from aicx_tui.services.importing_journals import remove_old_journals
from aicx_tui.services.session import Session
from aicx_tui.services.tag_catalogue import catalogue_of
from aicx_tui.services.whole_file import WholeFile


@dataclass(frozen=True)
class ImportPlan:
    """What is imported where.

    Attributes:
        session: Into which platform and bot.
        file: The rows.
        columns: How rows become humans.
        preview: What they would become.
    """

    session: Session
    file: TableFile
    columns: Columns
    preview: Preview

    def journal(self, home: Path) -> Journal:
        """What became of the file's rows so far, to be entered.

        Args:
            home: The one place for files.
        """
        return Journal(journal_path(home, self.file.digest, self.session.context))

    async def run(
        self,
        journal: Journal,
        *,
        report: WholeFile | None = None,
        resends_unknown: bool = False,
        created: Callable[[str, HumanDraft], None] = lambda _id, _draft: None,
        told: Callable[[Tally], None] = lambda _tally: None,
    ) -> Ended:
        """Create what is not created yet; cancelled, it ends as stopped.

        Args:
            journal: Entered.
            report: Where rows are written that were not created; where there are none, there is no
                report.
            resends_unknown: Whether rows are sent again of which nobody knows if they were created.
            created: Called with each human that was created, and its id.
            told: Called with the counts now and then.
        """
        fault, is_stopped = None, False
        await asyncio.to_thread(remove_old_journals, journal.path.parent)
        with ExitStack() as stack:
            rejected = Rejected(stack.enter_context(report) if report else None)
            importing = Import(
                self.session.platform,
                file=self.file,
                columns=self.columns,
                journal=journal,
                resends_unknown=resends_unknown,
                created=created,
                rejected=rejected.add,
                told=told,
            )
            try:
                await importing.run()
            except asyncio.CancelledError:
                is_stopped = True
            except AicxError as error:
                fault = error
            if report and rejected.first:
                await report.publish()
            elif report and importing.tally.created:
                report.withdraw()  # rows of an earlier report may be created by now
        if journal.is_complete(self.preview.rows):
            journal.shorten()
        return Ended(
            tally=importing.tally,
            rows=self.preview.rows,
            rejected=rejected,
            fault=fault,
            is_stopped=is_stopped,
        )


async def planned(session: Session, content: bytes, *, chosen: Mapping[str, str]) -> ImportPlan:
    """Read a file and find out what its rows would become; nothing is sent.

    Args:
        session: Where its humans would go.
        content: Of the file.
        chosen: What a person said columns are.

    Raises:
        UnsupportedError: Nobody can be created there.
        UsageError: The file cannot be read, or its columns cannot be told.
    """
    able = session.platform.capabilities
    if reason := refusal(ACTIONS["humans.import"], session.context, able, role=session.role):
        raise UnsupportedError(f"{reason} Nothing was sent.")
    tags = await catalogue_of(session)
    file = await asyncio.to_thread(table_of, content)
    columns = matched(file.columns, chosen=chosen, tags=tags)
    return ImportPlan(session, file, columns, await asyncio.to_thread(previewed, file, columns))
