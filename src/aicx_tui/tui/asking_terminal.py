"""Lets the terminal say which pictures it can paint, before the console takes over what it says."""

from __future__ import annotations

from importlib import import_module

from aicx_tui.config import BY_TERMINAL


def ask_terminal(images: str) -> None:
    """Ask, where pictures are to be as the terminal paints them; that takes a moment.

    Args:
        images: How config.toml wants pictures.
    """
    if images == BY_TERMINAL:
        import logging

        logging.getLogger("textual_image").setLevel(logging.ERROR)  # else it writes on the screen
        import_module("aicx_tui.tui.widgets.terminal_picture")
