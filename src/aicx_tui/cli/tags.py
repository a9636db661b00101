"""What `aicx tags` does."""

from __future__ import annotations

from argparse import Namespace

from aicx_tui.cli.command import Command
from aicx_tui.cli.output import print_json, print_line
from aicx_tui.services.session import Session
from aicx_tui.services.touched import Touched
from aicx_tui.text import fit


def prepare_list(arguments: Namespace) -> Command:
    """`list`."""

    async def run(session: Session, _: Touched) -> None:
        tags = await session.platform.list_tags()
        if arguments.json:
            print_json([tag.model_dump(mode="json") for tag in tags])
            return
        for tag in tags:
            choices = ", ".join(tag.choices)
            line = f"{fit(tag.id, 36)}  {fit(tag.name, 20)}  {tag.kind:<6}  {fit(choices, 60)}"
            print_line(line.rstrip())

    return run
