"""The words of the command line, one module per noun."""

from aicx_tui.cli.grammar.root import parse

__all__ = ["parse"]
