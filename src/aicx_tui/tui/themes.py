"""The colours of the console: one accent on calm greys, dark, light, or the terminal's own 16."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="dark",
    primary="#7aa2f7",
    accent="#7dcfff",
    secondary="#9aa5ce",
    foreground="#d5daea",
    background="#16181f",
    surface="#1b1e27",
    panel="#252936",
    success="#9ece6a",
    warning="#e0af68",
    error="#f7768e",
    dark=True,
    variables={
        "quiet": "#8b91a8",
        "faint": "#5a6076",
        "on-colour": "#16181f",
        "context-red": "#f7768e",
        "context-orange": "#ff9e64",
        "context-yellow": "#e0c368",
        "context-green": "#9ece6a",
        "context-teal": "#5fd1c0",
        "context-blue": "#7aa2f7",
        "context-violet": "#bb9af7",
        "context-pink": "#f5a3d0",
    },
)

LIGHT = Theme(
    name="light",
    primary="#2959aa",
    accent="#0b6bcb",
    secondary="#5b6478",
    foreground="#20242e",
    background="#fbfbfd",
    surface="#f2f3f7",
    panel="#e2e6ef",
    success="#2c7a3f",
    warning="#96610b",
    error="#b3263c",
    dark=False,
    variables={
        "quiet": "#5d6577",
        "faint": "#8d94a5",
        "on-colour": "#ffffff",
        "context-red": "#b3263c",
        "context-orange": "#b4520f",
        "context-yellow": "#806600",
        "context-green": "#2c7a3f",
        "context-teal": "#0f766e",
        "context-blue": "#2959aa",
        "context-violet": "#6b3fb5",
        "context-pink": "#a82a72",
    },
)

_ANSI = BUILTIN_THEMES["ansi-dark"]

TERMINAL = Theme(
    name="terminal",
    ansi=True,
    primary="ansi_blue",
    accent="ansi_cyan",
    secondary="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    dark=True,
    variables=_ANSI.variables
    | {
        "quiet": "ansi_default 50%",
        "faint": "ansi_default 50%",
        "on-colour": "ansi_black",
        "context-red": "ansi_red",
        "context-orange": "ansi_bright_red",
        "context-yellow": "ansi_yellow",
        "context-green": "ansi_green",
        "context-teal": "ansi_cyan",
        "context-blue": "ansi_blue",
        "context-violet": "ansi_magenta",
        "context-pink": "ansi_bright_magenta",
    },
)
"""No colour of its own, so that it is readable on any background of the terminal's."""

THEMES = (DARK, LIGHT, TERMINAL)


def fitting(theme: str, *, colours: str | None, no_color: bool) -> str:
    """The theme to start with.

    Args:
        theme: What config.toml says; empty where it says nothing.
        colours: What the terminal can show, in Rich's words: `truecolor`, `256`, `standard`.
        no_color: Whether `NO_COLOR` is set.
    """
    if no_color or colours not in ("truecolor", "256"):
        return TERMINAL.name  # fine shades would fall together, and without colours it is all bold
    return theme or DARK.name
