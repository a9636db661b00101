"""The measures of the mirror run to their end; how fast is not judged here."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.__main__ import OF_HUMANS, main
from benchmarks.report import Finding, Samples


def test_measures_of_few_humans_say_what_they_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = [word for name in OF_HUMANS for word in ("--only", name)]

    main([*chosen, "--humans", "200", "--pairs", "2", "--data", str(tmp_path)])

    said = capsys.readouterr().out
    assert "not measured" not in said
    assert "search by name, tagged" in said
    assert "encrypted: pages" in said
    assert "sync until searchable" in said
    assert "growth of private" in said
    assert "bulk, until all are tagged" in said
    assert "serve, 50 clients, p99" in said


@pytest.mark.parametrize(("reached", "verdict"), [(19.0, "missed"), (21.0, "kept")])
def test_what_must_be_reached_is_told_as_a_floor(reached: float, verdict: str) -> None:
    rate = Samples(name="aicx", values=[reached], unit="humans/s")

    cells = Finding(what="sync", own=rate, floor=20.0).cells()

    assert cells[-2:] == ["≥ 20 humans/s", verdict]
