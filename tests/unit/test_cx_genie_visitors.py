"""The users of a file of tokens."""

from __future__ import annotations

import pytest

from aicx_tui.errors import UsageError
from aicx_tui.services.cx_genie_visitors import visitors_in


@pytest.mark.parametrize(
    "line", [r'{"access_token": "\ud800"}', r'{"access_token": "a", "x": "\udfff"}']
)
def test_half_a_character_is_refused_by_its_line(line: str) -> None:
    with pytest.raises(UsageError) as refused:
        visitors_in(f"good\n{line}\n".encode(), fields={})
    assert [problem.field for problem in refused.value.problems] == ["line 2"]
    assert "half a character" in refused.value.problems[0].message
