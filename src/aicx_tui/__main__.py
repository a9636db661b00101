"""Entry: arguments first, then the console or one command. Imports nothing heavy."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False  # as type checkers read it; importing typing costs `--version` a third
if TYPE_CHECKING:
    from aicx_tui.services.setup import Setup

LEAKING_VARIABLES = (
    "SSLKEYLOGFILE",  # writes the keys of every TLS connection to a file
    "SSL_CERT_FILE",  # would trust a foreign authority; AICX_CA_FILE says so openly
    "SSL_CERT_DIR",
    "TEXTUAL",  # devtools see every key that is pressed
    "TEXTUAL_LOG",  # a log of every key, readable by all
    "TEXTUAL_SCREENSHOT",
)
"""Taken out of the environment: through them secrets would leave the process unasked."""

CONSOLE_LINES: tuple[list[str], ...] = ([], ["--sandbox"], ["--sandbox", "--ephemeral"])
"""Command lines that open the console. They are known without the grammar, which the first paint
would wait for."""

BROKEN_OR_NOT = ("doctor.run", "config.schema", "config.path")
"""Commands that a broken config.toml must not keep from helping with it."""


OBJECTS_PER_COLLECTION = 10_000
"""A page of humans is thousands of objects and no cycle: to look for one after every 700 of them
costs a tenth of a sync."""


def main() -> int:
    """Run the command line of this process and return its exit code."""
    os.umask(0o077)
    gc.set_threshold(OBJECTS_PER_COLLECTION)
    for name in LEAKING_VARIABLES:
        os.environ.pop(name, None)
    if sys.argv[1:] == ["--version"]:
        from aicx_tui import __version__

        sys.stdout.write(f"aicx {__version__}\n")
        return 0
    from aicx_tui.cli.reporting import reported

    return reported(lambda: _run(sys.argv[1:]))


def _run(words: list[str]) -> int:
    if words in CONSOLE_LINES and "_ARGCOMPLETE" not in os.environ:  # a shell that completes
        return _console(None, sandbox="--sandbox" in words, ephemeral="--ephemeral" in words)
    from aicx_tui.cli.grammar import parse

    arguments = parse(words)
    if arguments.command == "sandbox":
        from aicx_tui.cli.sandbox import become_sandbox

        os.environ.pop("AICX_TOKEN", None)
        return become_sandbox(arguments.passed_on, environ=os.environ)
    if arguments.command is None:
        return _console(
            arguments.context,
            sandbox=arguments.sandbox,
            ephemeral=arguments.ephemeral,
            token_file=arguments.token_file,
            key_file=arguments.mirror_key_file,
        )
    if arguments.command == "completion.print":
        from aicx_tui.cli.completion import print_completion

        return print_completion(arguments.shell)
    setup = _setup(
        sandbox=arguments.sandbox,
        token_file=arguments.token_file,
        key_file=arguments.mirror_key_file,
        as_found=arguments.command in BROKEN_OR_NOT,
    )
    if arguments.command == "cx-genie.serve":
        from aicx_tui.endpoint.command import serve_endpoint

        return serve_endpoint(arguments, setup)
    from aicx_tui.cli.commands import run

    return run(arguments, setup)


def _console(
    name: str | None,
    *,
    sandbox: bool,
    ephemeral: bool,
    token_file: str | None = None,
    key_file: str | None = None,
) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from aicx_tui.errors import UsageError

        raise UsageError(
            "The console needs a terminal.", hint="Without one, use commands: aicx --help"
        )
    gc.disable()  # costs the first paint an eighth; the console turns it on again
    setup = _setup(sandbox=sandbox, token_file=token_file, key_file=key_file, as_found=sandbox)
    chosen = "sandbox" if sandbox else setup.chosen_name(name)
    access = setup.access(chosen, ephemeral=ephemeral) if chosen else None
    from aicx_tui.tui.app import run

    return run(setup, access)


def _setup(
    *, sandbox: bool, token_file: str | None, key_file: str | None, as_found: bool = False
) -> Setup:
    from pathlib import Path  # `--version` does without

    from aicx_tui.services.setup import Setup

    if sandbox:
        os.environ.pop("AICX_TOKEN", None)  # it belongs to AICX_URL, not to the sandbox
    set_up = Setup.as_found if as_found else Setup
    token = None
    if token_file:
        from aicx_tui.credentials import token_from_file

        token = (token_from_file(token_file), f"the file {token_file}")
    return set_up(os.environ, token=token, key_file=Path(key_file) if key_file else None)


if __name__ == "__main__":
    sys.exit(main())
