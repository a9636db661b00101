"""Asks for a file of humans, and finds out what an import of it would do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.services.importing_files import read_bytes
from aicx_tui.services.importing_plan import ImportPlan
from aicx_tui.tui.paths import full_path
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field

PlanOf = Callable[[bytes, Mapping[str, str]], Awaitable[ImportPlan]]
"""Finds out what a file's rows would become."""


@dataclass(frozen=True)
class FileToImport:
    """A file that can be imported.

    Attributes:
        path: Where it was.
        plan: What its rows would become.
    """

    path: Path
    plan: ImportPlan


class ImportFileScreen(FormScreen[FileToImport]):
    """A form for a file; answers with what an import would do.

    Args:
        plan_of: Finds that out.
    """

    SENDS = "preview"
    BUSY = "Reading …"
    GIVEN_UP = "Given up; nothing was sent."

    def __init__(self, plan_of: PlanOf) -> None:
        fields = (
            Field("file", "File", "CSV with a header, or JSON Lines. ~ is your home folder."),
            Field(
                "mapped",
                "Columns",
                "Where their names do not tell: Mail=email, Plan=tag:Plan, Old=",
                is_required=False,
            ),
        )
        super().__init__("Import humans from a file", fields, advice="Nothing is sent yet.")
        self._plan_of = plan_of

    @override
    async def send(self, values: dict[str, str]) -> FileToImport:
        path = full_path(values["file"])
        chosen = _chosen(values["mapped"])
        content = await asyncio.to_thread(read_bytes, str(path))
        return FileToImport(path, await self._plan_of(content, chosen))


def _chosen(text: str) -> dict[str, str]:
    """What is said of columns.

    Raises:
        UsageError: It says of one nothing.
    """
    chosen = {}
    for said in filter(None, map(str.strip, text.split(","))):
        column, sign, name = said.rpartition("=")
        if not (sign and column):
            problem = FieldProblem("mapped", f"“{said:.40}” is not COLUMN=FIELD.")
            raise UsageError("Nothing was read.", problems=[problem])
        chosen[column.strip()] = name.strip()
    return chosen
