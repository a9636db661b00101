"""Gives actions their keys; bindings, footer, palette and help are made from this."""

from __future__ import annotations

from typing import NamedTuple

from textual.binding import Binding

from aicx_tui.services.actions import ACTIONS


class Keys(NamedTuple):
    """How an action is reached by key.

    Attributes:
        keys: Key names as Textual spells them, separated by commas.
        label: What the footer calls it; empty keeps it out of the footer.
        shown: How footer and help write the keys, where the first name does not say it well.
        like: The action of another screen that does the same there; both always have its keys.
        where: The screen that they are kept apart for; the same keys may mean something else on
            other screens, though nothing that holds everywhere.
    """

    keys: str
    label: str = ""
    shown: str = ""
    like: str = ""
    where: str = ""


ON_TOKENS = "token screen"

KEYS: dict[str, Keys] = {
    "humans.search": Keys("slash", "search"),
    "tags.assign": Keys("t", "tags"),
    "humans.open": Keys("enter"),
    "humans.update": Keys("e", "edit"),
    "humans.create": Keys("n", "new"),
    "humans.sort": Keys("s"),
    "humans.mark": Keys("space", "mark"),
    "humans.mark-range": Keys("V"),
    "humans.mark-all": Keys("a"),
    "humans.mark-list": Keys("M"),
    "humans.mark-invert": Keys("asterisk"),
    "humans.mark-clear": Keys("A"),
    "humans.export": Keys("x"),
    "humans.import": Keys("I"),
    "views.save": Keys("v"),
    "views.show": Keys("1,2,3,4,5,6,7,8,9,0", shown="1 … 9"),
    "humans.columns": Keys("c"),
    "humans.copy": Keys("y", "copy"),
    "outbox.undo": Keys("u,ctrl+z", "undo", "u"),
    "outbox.redo": Keys("ctrl+r"),
    "humans.refresh": Keys("r"),
    "humans.get": Keys("i"),
    "humans.reveal": Keys("full_stop"),
    "humans.delete": Keys("number_sign"),
    "snippets.show": Keys("w"),
    "humans.previous": Keys("left_square_bracket"),
    "humans.next": Keys("right_square_bracket"),
    "humans.tab": Keys("right,l", "history, JSON", "→"),
    "humans.tab-back": Keys("left,h", shown="←"),
    "outbox.list": Keys("O"),
    "bulk.list": Keys("b"),
    "outbox.retry": Keys("T", "try again"),
    "outbox.edit": Keys("E", "edit"),
    "outbox.discard": Keys("D", "discard"),
    "tags.define": Keys("n", "new", like="humans.create"),
    "tags.edit": Keys("e", "edit", like="humans.update"),
    "tags.delete": Keys("number_sign", "delete", like="humans.delete"),
    "profile.set": Keys("e", like="humans.update"),
    "profile.tab": Keys("right,l", "tab", "→", like="humans.tab"),
    "profile.tab-back": Keys("left,h", shown="←", like="humans.tab-back"),
    "aliases.create": Keys("n", "new", like="humans.create"),
    "aliases.edit": Keys("e", "edit", like="humans.update"),
    "aliases.default": Keys("d", "make default"),
    "aliases.delete": Keys("number_sign", "delete", like="humans.delete"),
    "token.issue": Keys("I", "issue", where=ON_TOKENS),
    "token.rotate": Keys("R", "rotate", where=ON_TOKENS),
    "token.verify": Keys("V", "verify", where=ON_TOKENS),
    "token.targets-add": Keys("A", "add target", where=ON_TOKENS),
    "token.copy": Keys("y", "copy", like="humans.copy"),
    "token.set": Keys("P", "paste", where=ON_TOKENS),
    "token.targets-check": Keys("C", "check", where=ON_TOKENS),
    "token.targets-update": Keys("U", "update", where=ON_TOKENS),
    "token.targets-confirm": Keys("H", where=ON_TOKENS),
    "token.targets-remove": Keys("number_sign", like="humans.delete"),
    "token.reveal": Keys("full_stop", like="humans.reveal"),
    "token.forget": Keys("F", where=ON_TOKENS),
    "cx-genie.sync-users": Keys("S", "sync users"),
    "session.sign-in": Keys("L"),
    "bots.switch": Keys("B"),
    "console.go": Keys("g", "go"),
    "console.back": Keys("escape", "back"),
    "console.lock": Keys("ctrl+l"),
    "console.palette": Keys("ctrl+p"),
    "console.quit": Keys("ctrl+q", "quit"),
    "console.help": Keys("question_mark", "help"),
}
"""The keys, in the order in which footer and help show them."""

EVERYWHERE = frozenset(
    {"session.sign-in", "bots.switch", "outbox.list", "humans.refresh"}
    | {action_id for action_id in KEYS if action_id.startswith("console.")}
)
"""Actions that screens of keys kept apart have, too."""

FIXED = frozenset({"views.show"})
"""Actions whose keys say which of several is meant, so that they cannot be others."""

MOVING = (
    ("j k ↑ ↓", "Move by one"),
    ("PgUp PgDn", "Move by a page"),
    ("Home End", "First and last"),
    ("Tab", "List, details, search"),
)
"""Keys that only move, for help."""


def binding(action_id: str, target: str, *, at_once: bool = False) -> Binding:
    """The binding of an action to a method of the screen or app.

    Args:
        action_id: An action in the registry that has keys.
        target: Name of the `action_…` method, with its namespace if it is not the screen's.
        at_once: Whether it acts before the next key is even looked at, as what moves the focus
            must: else what is typed right behind it reaches the old place.
    """
    keys = KEYS[action_id]
    return Binding(
        keys.keys,
        target,
        keys.label or ACTIONS[action_id].title,
        show=bool(keys.label),
        priority=at_once,
        id=action_id,
        tooltip=ACTIONS[action_id].help,
    )
