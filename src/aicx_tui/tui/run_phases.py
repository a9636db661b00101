"""How far the replacing of a token is, and what keys may be pressed then."""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """How far it is; what keys may be pressed follows from that."""

    ASKS = "i go on · Esc back"
    WAITS = "it begins after that · Esc back"
    REPLACES = "it goes on to its end"
    STRANDED = "r try again · u unlock · s show once · f file"
    FAILED = "r try again · Esc close"
    UNKEPT = "r try again · f keep in a file · Esc close"
    UPDATES = "Esc goes on in the background"
    LEFT = "r try those again · Enter close"
    DONE = "Enter close"


WAITING = (
    "Another run replaces the token just now, or gives it to a place: it is waited for. Nothing "
    "has begun here."
)

KEPT_NOWHERE = (
    "A new token was issued, so the one before is dead, and the new one is not kept anywhere yet."
)

OVER = (Phase.FAILED, Phase.UNKEPT, Phase.LEFT, Phase.DONE)

ALLOWED = {
    "go_on": (Phase.ASKS,),
    "again": (Phase.STRANDED, Phase.FAILED, Phase.UNKEPT, Phase.LEFT),
    "unlock": (Phase.STRANDED,),
    "show": (Phase.STRANDED,),
    "file": (Phase.STRANDED, Phase.UNKEPT),
    "close": (Phase.LEFT, Phase.DONE),
}
"""When the keys of the dialog mean something, by what they do."""
