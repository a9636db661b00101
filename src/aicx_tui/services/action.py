"""What an action is; `services.actions` has all there are."""

from __future__ import annotations

from typing import NamedTuple

from aicx_tui.models.capability import Capability

READING_ROLES = ("viewer",)
"""Roles whose accounts may read only; the platform refuses their changes too."""

ADMIN = "admin"

CURSOR = "moves within what is on the screen"
CLIPBOARD = "a shell has its own ways to the clipboard; print the field and pipe it there"
MARKS = "a command takes ids or a query instead"


class Action(NamedTuple):
    """Something a person can do, whatever with.

    Attributes:
        id: Stable name, `noun.verb`; keymaps refer to it.
        title: What menus and help call it.
        help: One sentence on what it does.
        needs: What the platform must be able to do, if anything.
        mutates: Whether it changes data on the platform.
        headless: The command that does the same, such as `humans get`; empty if there is none.
        only_console: Why there is no such command; empty if there is one.
        is_for_admins: Whether platforms let only admins do it.
        is_own: Whether it is about the signed-in user itself, which every role may change.
    """

    id: str
    title: str
    help: str
    needs: Capability | None = None
    mutates: bool = False
    headless: str = ""
    only_console: str = ""
    is_for_admins: bool = False
    is_own: bool = False
