"""Humans that are given other tags are shown with them at once, and found by them soon."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aicx_tui.models.human import Human, TagValue
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import Tagged
from tests.storage.mirrors import PATIENCE, changed, filled, found
from tests.storage.syncing import in_the_mirror

PRIVATE = "\ue001\ue7d1\uefa1"
"""What codes of tags are made of."""

HUMANS = [
    Human(id="eu_1", fullname="Ana", tags=(TagValue(id="t", value="Gold"),)),
    Human(id="eu_2", fullname=f"Bruno {PRIVATE}", tags=(TagValue(id="t", value="Gold"),)),
    Human(id="eu_3", fullname="Chidi"),
]


def retagged(mirror: Mirror, wanted: Mapping[str, Mapping[str, str | None]]) -> None:
    mirror.write(lambda _, writer: writer.retag(wanted)).result(PATIENCE)


def recoded(mirror: Mirror) -> None:
    mirror.write(lambda _, writer: writer.recode([h.id for h in HUMANS])).result(PATIENCE)


def having(mirror: Mirror, value: str) -> set[str]:
    return set(found(mirror, Tagged("t", value), Sort(), {"t": "Tier"}))


def test_they_are_shown_at_once_and_found_once_that_is_in_order(tmp_path: Path) -> None:
    with filled(tmp_path / "mirror.db", HUMANS) as mirror:
        retagged(mirror, {human.id: {"t": "Silver"} for human in HUMANS})
        assert '"value":"Silver"' in str(mirror.document("eu_1").result(PATIENCE))
        in_the_mirror(mirror)  # its tables agree meanwhile, too
        recoded(mirror)
        assert having(mirror, "Silver") == {"eu_1", "eu_2", "eu_3"}
        assert having(mirror, "Gold") == set()
        assert len(in_the_mirror(mirror)) == 3


def test_a_tag_that_is_taken_away_is_not_found(tmp_path: Path) -> None:
    with filled(tmp_path / "mirror.db", HUMANS) as mirror:
        retagged(mirror, {human.id: {"t": None} for human in HUMANS})
        recoded(mirror)
        assert having(mirror, "Gold") == set()
        assert '"tags":null' in str(mirror.document("eu_2").result(PATIENCE))
        in_the_mirror(mirror)


def test_who_is_read_anew_before_that_is_found_too(tmp_path: Path) -> None:
    with filled(tmp_path / "mirror.db", HUMANS) as mirror:
        retagged(mirror, {"eu_1": {"t": "Silver"}})
        anew = (TagValue(id="t", value="Bronze"),)
        assert changed(mirror, HUMANS[0].model_copy(update={"tags": anew}))
        recoded(mirror)
        assert having(mirror, "Bronze") == {"eu_1"}
        assert having(mirror, "Silver") == set()
        in_the_mirror(mirror)
