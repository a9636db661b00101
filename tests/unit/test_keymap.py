"""The keys that hold in a run: defaults, overrides of config.toml, and their conflicts."""

from __future__ import annotations

import pytest

from aicx_tui.services.actions import ACTIONS
from aicx_tui.tui.keymap import Keymap
from aicx_tui.tui.keys import KEYS


def test_the_defaults_have_no_conflict_and_are_written_as_people_write_them() -> None:
    keymap = Keymap({})
    assert (keymap.problems, keymap.overrides) == ([], {})
    shown = {action_id: keymap.shown(action_id) for action_id in KEYS}
    assert shown["humans.search"] == "/"
    assert shown["humans.previous"] == "["
    assert shown["console.quit"] == "^q"
    assert shown["console.back"] == "Esc"
    assert (shown["humans.tab"], shown["humans.tab-back"]) == ("→", "←")
    assert all(shown.values())


@pytest.mark.parametrize(
    ("keys", "named", "shown"),
    [
        ("o", "o", "o"),
        ("Y", "Y", "Y"),
        ("f5", "f5", "f5"),
        ("ctrl+t, f5", "ctrl+t,f5", "^t f5"),
        (";", "semicolon", ";"),
        ("ctrl+shift+f", "ctrl+shift+f", "ctrl+shift+f"),
        ("pagedown", "pagedown", "PgDn"),
    ],
)
def test_an_override_replaces_every_key_of_its_action(keys: str, named: str, shown: str) -> None:
    keymap = Keymap({"humans.sort": keys})
    assert keymap.problems == []
    assert keymap.overrides == {"humans.sort": named}
    assert keymap.shown("humans.sort") == shown


@pytest.mark.parametrize("keys", ["hyperspace", "ctrl+nothing", "s,hyperspace", "", "shift+ctrl"])
def test_a_key_that_there_is_not_is_refused_and_the_default_stays(keys: str) -> None:
    keymap = Keymap({"humans.sort": keys})
    assert keymap.overrides == {}
    assert keymap.shown("humans.sort") == "s"
    assert "humans.sort: there is no key" in keymap.problems[0]


@pytest.mark.parametrize("sign", ["\n", "\x1b", "\x7f", "\x9b", "\ue000"])
@pytest.mark.parametrize("modifier", ["", "ctrl+"])
def test_what_is_no_sign_to_type_is_no_key(modifier: str, sign: str) -> None:
    keymap = Keymap({"humans.sort": modifier + sign})
    assert keymap.overrides == {}
    assert keymap.problems == [f"humans.sort: there is no key “{modifier + sign}”."]


def test_an_action_without_a_key_of_its_own_says_so() -> None:
    assert "humans.list" in ACTIONS
    assert "humans.list has no key" in Keymap({"humans.list": "x"}).problems[0]


def test_a_key_that_is_taken_is_refused() -> None:
    keymap = Keymap({"humans.sort": "y"})
    assert keymap.problems == ["humans.sort: y is the key of humans.copy already."]
    assert keymap.shown("humans.sort") == "s"


def test_two_actions_may_change_places() -> None:
    keymap = Keymap({"humans.sort": "y", "humans.copy": "s"})
    assert keymap.problems == []
    assert (keymap.shown("humans.sort"), keymap.shown("humans.copy")) == ("y", "s")


def test_of_two_that_want_the_same_key_one_keeps_its_default() -> None:
    keymap = Keymap({"humans.sort": "o", "humans.copy": "o"})
    assert len(keymap.problems) == 1
    assert {keymap.shown("humans.sort"), keymap.shown("humans.copy")} in ({"o", "y"}, {"s", "o"})


def test_giving_up_one_override_may_not_leave_another_in_conflict() -> None:
    keymap = Keymap({"humans.sort": "hyperspace", "humans.copy": "s", "humans.refresh": "y"})
    assert keymap.shown("humans.sort") == "s"
    own = [action_id for action_id, keys in KEYS.items() if not (keys.like or keys.where)]
    keys = [key for action_id in own for key in keymap.shown(action_id).split()]
    assert len(keys) == len(set(keys))


def test_keys_of_a_screen_of_its_own_may_not_be_those_that_hold_everywhere() -> None:
    keymap = Keymap({"token.issue": "n", "token.rotate": "g", "token.verify": "U"})
    assert keymap.shown("token.issue") == "n"  # also what creates a human, on another screen
    assert keymap.shown("token.rotate") == "R"
    assert keymap.shown("token.verify") == "V"
    assert len(keymap.problems) == 2


def test_what_does_the_same_on_another_screen_always_has_the_same_key() -> None:
    keymap = Keymap({"humans.create": "N"})
    assert keymap.problems == []
    assert keymap.overrides == {
        "humans.create": "N",
        "tags.define": "N",
        "aliases.create": "N",
    }
    assert keymap.shown("tags.define") == keymap.shown("humans.create") == "N"
    refused = Keymap({"tags.define": "N"})
    assert refused.problems == ["tags.define has the key of humans.create: change that one."]
    assert refused.overrides == {}
