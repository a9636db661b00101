"""What the form of a human sends, and what looks odd in it."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from aicx_tui.errors import UsageError
from aicx_tui.models.human import Human, HumanChanges
from aicx_tui.services.human_edit import CLEARS_TOKEN, HumanEdit
from aicx_tui.services.oddities import oddities
from tests.hostile import PAYLOADS

JANE = Human(id="eu_1", fullname=" Jane ", email="jane@example.com", uid="", notes="a \n")


def changed(human: Human, **typed: str) -> HumanChanges:
    edit = HumanEdit(human, can_write_notes=True)
    return edit.changes({**edit.shown, "access_token": "", CLEARS_TOKEN: ""} | typed)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ({"email": "j@example.com"}, {"email": "j@example.com"}),
        ({"email": " j@example.com "}, {"email": "j@example.com"}),
        ({"email": ""}, {"email": None}),
        ({"email": "  "}, {"email": None}),
        ({"fullname": "Jane"}, {"fullname": "Jane"}),
        ({"notes": "a"}, {"notes": "a"}),
        ({"notes": " \n"}, {"notes": None}),
        ({"access_token": " s "}, {"access_token": " s "}),
        ({CLEARS_TOKEN: "yes"}, {"access_token": None}),
        ({"uid": "u", "phone_number": "1"}, {"uid": "u", "phone_number": "1"}),
    ],
)
def test_only_what_differs_is_sent(typed: dict[str, str], sent: dict[str, str | None]) -> None:
    assert changed(JANE, **typed).body() == sent


@pytest.mark.parametrize("typed", [{}, {"uid": " "}, {"email": "jane@example.com "}])
def test_blanks_change_nothing(typed: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="Nothing is changed"):
        changed(JANE, **typed)


@pytest.mark.parametrize("notes", [{"kind": "list"}, ["a"], 7, True])
def test_notes_of_another_shape_are_left_alone(notes: JsonValue) -> None:
    edit = HumanEdit(Human(id="eu_1", notes=notes), can_write_notes=True)
    assert "notes" not in edit.names


def test_notes_are_offered_only_where_the_platform_takes_them() -> None:
    assert "notes" in HumanEdit(None, can_write_notes=True).names
    assert "notes" not in HumanEdit(None, can_write_notes=False).names


def test_a_new_human_has_only_what_was_typed() -> None:
    edit = HumanEdit(None, can_write_notes=False)
    typed = dict.fromkeys(edit.names, "") | {"access_token": "", "fullname": " Ada "}
    assert edit.draft(typed).body() == {"fullname": "Ada"}


@pytest.mark.parametrize(
    ("phone", "country", "is_odd"),
    [
        ("0917 123 4567", "PH", False),
        ("+63 917 123 4567", "", False),
        ("+63 917 123 4567", "US", False),
        ("0917 123 4567", "US", True),
        ("0917 123 4567", "UK", True),
        ("", "PH", False),
    ],
)
def test_a_phone_is_judged_by_the_country_of_the_context(
    phone: str, country: str, is_odd: bool
) -> None:
    assert bool(oddities({"phone_number": phone}, country=country)) == is_odd


@pytest.mark.parametrize("email", ["山田@example.jp", "a+b@example.com", "o'neill@example.co.uk"])
def test_real_addresses_look_fine(email: str) -> None:
    assert oddities({"email": email}) == {}


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload.name)
def test_nothing_that_can_be_typed_breaks_the_checks(payload: object) -> None:
    text = getattr(payload, "text", "")
    for fields in ({"email": text}, {"email": f"a@{text}"}, {"phone_number": text}):
        oddities(fields, country="PH")
        oddities({"phone_number": f"+{text}"})
