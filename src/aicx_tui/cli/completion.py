"""What makes a shell complete aicx's words, out of the grammar itself."""

from __future__ import annotations

import sys

from argcomplete.shell_integration import shellcode

from aicx_tui.cli.reporting import narrate

INSTALLING = {
    "bash": 'Put this into ~/.bashrc:  eval "$(aicx completion bash)"',
    "zsh": 'Put this into ~/.zshrc, behind compinit:  eval "$(aicx completion zsh)"',
    "fish": "Run this once:  aicx completion fish > ~/.config/fish/completions/aicx.fish",
}
"""How each shell gets to read the code at its start."""


def print_completion(shell: str) -> int:
    """Print the code for a shell to read at its start."""
    sys.stdout.write(shellcode(["aicx"], shell=shell))
    if sys.stdout.isatty():  # a person looks at it, and no shell reads it
        narrate(INSTALLING[shell])
    return 0
