"""A keyboard-first terminal console for AI customer-experience platforms."""

__version__ = "0.1.0"
