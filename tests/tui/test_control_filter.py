"""The filter behind every widget, which works even where `text.clean` was forgotten."""

from __future__ import annotations

import pytest
from rich.segment import ControlType, Segment
from textual.color import Color

from aicx_tui.tui.control_filter import ControlFilter
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import console_app

BLACK = Color(0, 0, 0)


@pytest.mark.parametrize(
    "sign", ["\x1b", "\x00", "\x07", "\x7f", "\x9b", "\u202e", "\u2066", "\ud800"]
)
def test_what_acts_is_replaced(sign: str) -> None:
    (shown,) = ControlFilter().apply([Segment(f"a{sign}b")], BLACK)
    assert shown.text == "a\N{REPLACEMENT CHARACTER}b"


def test_plain_text_and_the_consoles_own_controls_stay() -> None:
    plain = Segment("Jane \u5c71\u7530")
    own = Segment("\x1b[2J", None, [(ControlType.CLEAR,)])
    assert ControlFilter().apply([plain, own], BLACK) == [plain, own]


async def test_every_line_of_the_console_passes_it(browsed_sandbox: SandboxPlatform) -> None:
    filters = console_app(browsed_sandbox.own_access()).get_line_filters()
    assert any(isinstance(one, ControlFilter) for one in filters)
