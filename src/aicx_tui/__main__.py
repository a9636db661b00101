"""Entry: arguments first, then the console or one command. Imports nothing heavy."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as type checkers read it; importing typing costs `--version` a third
if TYPE_CHECKING:
    from aicx_tui.services.access import Access

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


def main() -> int:
    """Run the command line of this process and return its exit code."""
    os.umask(0o077)
    for name in LEAKING_VARIABLES:
        os.environ.pop(name, None)
    if sys.argv[1:] == ["--version"]:
        from aicx_tui import __version__

        sys.stdout.write(f"aicx {__version__}\n")
        return 0
    from aicx_tui.cli.reporting import reported

    return reported(lambda: _run(sys.argv[1:]))


def _run(words: list[str]) -> int:
    if words in CONSOLE_LINES:
        return _console(sandbox="--sandbox" in words, ephemeral="--ephemeral" in words)
    from aicx_tui.cli.grammar import parse

    arguments = parse(words)
    if arguments.command is None:
        return _console(sandbox=arguments.sandbox, ephemeral=arguments.ephemeral)
    if arguments.command == "sandbox":
        from aicx_tui.cli.sandbox import become_sandbox

        os.environ.pop("AICX_TOKEN", None)
        return become_sandbox(arguments.passed_on, environ=os.environ)
    from aicx_tui.cli.commands import run

    access = _access(sandbox=arguments.sandbox, ephemeral=arguments.ephemeral)
    return run(arguments, access)


def _console(*, sandbox: bool, ephemeral: bool) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from aicx_tui.errors import UsageError

        raise UsageError(
            "The console needs a terminal.", hint="Without one, use commands: aicx --help"
        )
    access = _access(sandbox=sandbox, ephemeral=ephemeral)
    from aicx_tui.tui.app import run

    return run(access)


def _access(*, sandbox: bool, ephemeral: bool) -> Access:
    from aicx_tui.services.access import EnvironmentAccess, SandboxAccess
    from aicx_tui.settings import home

    if sandbox:
        os.environ.pop("AICX_TOKEN", None)  # it belongs to AICX_URL, not to the sandbox
        return SandboxAccess(home=home(os.environ), ephemeral=ephemeral)
    return EnvironmentAccess(os.environ)


if __name__ == "__main__":
    sys.exit(main())
