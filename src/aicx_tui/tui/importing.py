"""The import of a file in the console: which file, what it would do, doing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aicx_tui.models.human import Human
    from aicx_tui.services.session import Session
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.screens.import_file import FileToImport


def ask_for_import(
    app: AicxApp, session: Session, *, done: Callable[[Sequence[Human]], object]
) -> None:
    """Ask for a file, show what it would do, and do it.

    Args:
        app: The console.
        session: Where humans are created.
        done: Called at the end with those that were created, also where not all were.
    """
    from aicx_tui.services.importing_plan import planned
    from aicx_tui.services.touched import Touched
    from aicx_tui.tui.screens.import_file import ImportFileScreen
    from aicx_tui.tui.screens.import_run import ImportScreen

    touched = Touched()

    def ended(said: str | None) -> None:
        if said is not None:
            app.notify(said, title="Imported", timeout=8)
        if touched.created:
            done(touched.created)

    def chosen(file: FileToImport | None) -> None:
        if file is not None:
            screen = ImportScreen(file, home=app.setup.home, created=touched.add_created)
            app.push_screen(screen, ended)

    app.push_screen(
        ImportFileScreen(lambda content, chosen: planned(session, content, chosen=chosen)), chosen
    )
