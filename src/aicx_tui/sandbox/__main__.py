"""Start the sandbox: `python -m aicx_tui.sandbox`."""

from __future__ import annotations

import os
import sys

from aicx_tui.sandbox.arguments import parse_arguments
from aicx_tui.sandbox.failure import StartError
from aicx_tui.sandbox.lifetime import Lifetime, Stopped


def main() -> int:
    """Serve until asked to stop, and return the exit code."""
    os.umask(0o077)
    arguments = parse_arguments(sys.argv[1:])
    try:
        lifetime = Lifetime()
        lifetime.watch(attached=arguments.attached)
        from aicx_tui.sandbox.server import run  # slow to import: only once it can be stopped

        run(arguments, lifetime)
    except StartError as error:
        sys.stderr.write(f"aicx: {error.message}.\n  {error.hint}\n")
        return 1
    except Stopped:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
