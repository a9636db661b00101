"""How a command ends: errors on stderr in one form, and the exit codes that scripts rely on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from aicx_tui.errors import INTERRUPTED_EXIT_CODE, AicxError
from aicx_tui.numerals import grouped

BROKEN_PIPE_EXIT_CODE = 141
"""What a shell reports of a program whose reader went away, such as `head`."""

PROBLEMS_SHOWN = 20
"""Refused fields that are listed; a batch may have a thousand."""


def reported(run: Callable[[], int]) -> int:
    """Run to an exit code; this is the outermost boundary of a command."""
    try:
        return run()
    except AicxError as error:
        report(error)
        return error.exit_code
    except KeyboardInterrupt:
        narrate("Interrupted.")
        return INTERRUPTED_EXIT_CODE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE_EXIT_CODE
    except OSError as error:
        narrate(f"aicx: {error.strerror or 'A file or stream failed'}; the output is not complete.")
        narrate("  Check where the output goes, and that there is room.")
        return AicxError.exit_code
    except Exception as error:  # noqa: BLE001  # the outermost boundary: no traceback, no data
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f" at {place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place else ""
        narrate(f"aicx: internal error: {type(error).__name__}{where}.")
        return AicxError.exit_code


def report(error: AicxError) -> None:
    """Say on stderr what happened and what to do next."""
    narrate(f"aicx: {error.message}")
    for problem in error.problems[:PROBLEMS_SHOWN]:
        narrate(f"  {problem.field}: {problem.message}")
    if (more := len(error.problems) - PROBLEMS_SHOWN) > 0:
        narrate(f"  … and {grouped(more)} more")
    if error.hint:
        narrate(f"  {error.hint}")


def narrate(line: str) -> None:
    """Tell a person something; stdout stays data."""
    from aicx_tui.text import clean  # not needed by --help

    sys.stderr.write(clean(line) + "\n")
