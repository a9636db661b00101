"""What `aicx tags assign` does."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from aicx_tui.cli.command import Command
from aicx_tui.cli.output import print_json
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import UsageError
from aicx_tui.models.human import TagValue
from aicx_tui.services.editing import assign_tags, checked_assignment
from aicx_tui.services.session import Session
from aicx_tui.services.touched import Touched


def prepare_assign(arguments: Namespace) -> Command:
    """`assign --human ID … --tag ID=VALUE …`."""
    ids = [*arguments.human, *(_read_ids(arguments.ids_from) if arguments.ids_from else ())]
    tags = [TagValue(id=tag_id, value=value) for tag_id, value in arguments.tags]
    assignment = checked_assignment(ids, tags=tags)

    async def run(session: Session, touched: Touched) -> None:
        touched.changed.extend(assignment.human_ids)
        await assign_tags(session.platform, assignment)
        if arguments.json:
            print_json({"success": True}, indent=None)
        count = len(assignment.human_ids)
        narrate("1 human has the tags." if count == 1 else f"{count:,} humans have the tags.")

    return run


def _read_ids(name: str) -> list[str]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(
            f"The file of ids cannot be read: {error.strerror}. Nothing was sent.",
            hint="Give a file with one id a line, or - for standard input.",
        ) from None
    except UnicodeDecodeError:
        raise UsageError(
            "The file of ids is not text in UTF-8. Nothing was sent.", hint="One id a line."
        ) from None
    return [line.strip() for line in text.splitlines() if line.strip()]
