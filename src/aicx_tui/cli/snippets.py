"""What `aicx snippet` does."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from pydantic import SecretStr

from aicx_tui.cli.command import OnMirror
from aicx_tui.cli.output import print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.secrets import secret_from_stdin
from aicx_tui.errors import UsageError
from aicx_tui.services.directory import Directory
from aicx_tui.services.one_human import one_human, token_of
from aicx_tui.services.session import Session
from aicx_tui.services.snippet_kinds import KINDS, SnippetKind
from aicx_tui.services.snippet_sharing import sharing_note
from aicx_tui.services.snippets import Choices, snippet
from aicx_tui.services.whole_file import WholeFile


def prepare_snippet(arguments: Namespace) -> OnMirror:
    """`webchat|open-cx|cx-genie|cx-genie-mobile ID`: prints code, or writes it to a file."""
    kind: SnippetKind = arguments.kind
    if arguments.force and arguments.output is None:
        raise UsageError("--force is for a file.", hint="Name it: -o FILE.")
    destination = None
    if arguments.output is not None:
        destination = WholeFile(Path(arguments.output), replaces=arguments.force)
    given = secret_from_stdin("token") if arguments.user_token_stdin else None

    async def run(session: Session, directory: Directory) -> None:
        human = await one_human(session, directory, arguments.id)
        token = token_of(human) if arguments.with_access_token else given
        channel = arguments.channel or getattr(session.context, KINDS[kind].setting)
        choices = _choices(arguments, channel, token)
        made = snippet(kind, human, choices)
        shared = await sharing_note(directory, human, kind, choices)
        notes = (shared, *made.notes) if shared else made.notes
        if destination is not None:
            with destination as file:
                file.write(made.code)
                await file.publish()
            narrate(f"The code for {made.identity} is in {destination.path}.")
        if arguments.json:
            print_json({"kind": kind, "code": made.code, "notes": list(notes)})
        elif destination is None:
            print_line(made.code.rstrip("\n"))  # nothing in it a terminal would act on
        for note in notes:
            narrate(note)

    return OnMirror(run)


def _choices(arguments: Namespace, channel: str, token: SecretStr | None) -> Choices:
    return Choices(
        channel=channel,
        way=arguments.way,
        token=token,
        phone_as="" if arguments.phone_as == "none" else arguments.phone_as,
        language=arguments.lang or "",
    )
