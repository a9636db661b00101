"""The keys that hold in a run: the defaults, changed by config.toml where that makes sense."""

from __future__ import annotations

from collections.abc import Mapping

from textual.keys import Keys as KeyNames
from textual.keys import _character_to_key, format_key

from aicx_tui.tui.keys import EVERYWHERE, FIXED, KEYS, ON_TOKENS

_MODIFIERS = ("ctrl", "alt", "shift", "super", "meta", "hyper")
_NAMED_KEYS = frozenset(key.value for key in KeyNames)
_SHOWN_NAMES = {"escape": "Esc", "enter": "Enter", "pagedown": "PgDn", "pageup": "PgUp"}


class Keymap:
    """The keys that hold in this run: the defaults, changed by config.toml.

    An override that cannot be used leaves the default in place.

    Args:
        overrides: Key names by action id.

    Attributes:
        problems: Why overrides are not used, a sentence each.
    """

    def __init__(self, overrides: Mapping[str, str]) -> None:
        self.problems: list[str] = []
        self._keys = {action_id: keys.keys for action_id, keys in KEYS.items() if not keys.like}
        self._overridden: set[str] = set()
        for action_id, keys in overrides.items():
            self._override(action_id, keys)
        self._settle_conflicts()

    @property
    def overrides(self) -> dict[str, str]:
        """The keys that differ from the defaults, for Textual."""
        return {
            action_id: self._keys[keys.like or action_id]
            for action_id, keys in KEYS.items()
            if (keys.like or action_id) in self._overridden
        }

    def shown(self, action_id: str) -> str:
        """The keys of an action as a person reads them; empty where it has none."""
        if action_id not in KEYS:
            return ""
        action_id = KEYS[action_id].like or action_id
        if action_id not in self._overridden and KEYS[action_id].shown:
            return KEYS[action_id].shown
        return " ".join(_shown(key) for key in self._keys[action_id].split(","))

    def _override(self, action_id: str, text: str) -> None:
        if action_id not in KEYS or action_id in FIXED:
            self.problems.append(f"{action_id} has no key that could be changed.")
            return
        if like := KEYS[action_id].like:
            self.problems.append(f"{action_id} has the key of {like}: change that one.")
            return
        names = [_named(key) for key in text.replace(" ", "").split(",")]
        for name in names:
            if not _is_key(name):
                self.problems.append(f"{action_id}: there is no key “{name}”.")
                return
        self._keys[action_id] = ",".join(names)
        self._overridden.add(action_id)

    def _settle_conflicts(self) -> None:
        """Give up overrides until every key means one thing."""
        while clash := self._first_conflict():
            key, action_id, other = clash
            self.problems.append(f"{action_id}: {_shown(key)} is the key of {other} already.")
            self._keys[action_id] = KEYS[action_id].keys
            self._overridden.discard(action_id)

    def _first_conflict(self) -> tuple[str, str, str] | None:
        """A key with two meanings: the key, an overridden action, and the other one."""
        taken: dict[tuple[str, str], str] = {}
        for action_id in sorted(self._keys, key=self._overridden.__contains__):
            for key in self._keys[action_id].split(","):
                for where in _places_of(action_id):
                    if (where, key) in taken:
                        return key, action_id, taken[where, key]
                    taken[where, key] = action_id
        return None


def _places_of(action_id: str) -> tuple[str, ...]:
    """The screens of keys kept apart that an action is on; empty stands for all others."""
    return ("", ON_TOKENS) if action_id in EVERYWHERE else (KEYS[action_id].where,)


def _named(key: str) -> str:
    return _character_to_key(key) if len(key) == 1 else key


def _is_key(name: str) -> bool:
    *modifiers, key = name.split("+")
    if not key.isprintable() or any(modifier not in _MODIFIERS for modifier in modifiers):
        return False
    return len(key) == 1 or key in _NAMED_KEYS or len(format_key(key)) == 1


def _shown(key: str) -> str:
    *modifiers, name = key.split("+")
    shown = _SHOWN_NAMES.get(name) or format_key(name)
    if modifiers == ["ctrl"]:
        return f"^{shown}"
    return "+".join([*modifiers, shown])
