"""What the screen draws of a part is what Textual's own compositor draws of it."""

from __future__ import annotations

import random
from unittest.mock import patch

from textual._compositor import Compositor
from textual.geometry import Region
from textual.widget import Widget

from aicx_tui.tui.front_compositor import FrontCompositor
from aicx_tui.tui.widgets.human_table import HumanTable
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import console


def drawn(compositor: Compositor, part: Region) -> list[str]:
    """The texts of a part, line by line."""
    lines = compositor._render_chops(part, part.line_range.__contains__)
    return [
        "".join([strip.text for x, strip in lines[y].items() if strip and part.contains(x, y)])
        for y in part.line_range
    ]


async def test_any_part_looks_as_textual_draws_it(browsed_sandbox: SandboxPlatform) -> None:
    chance = random.Random(5)
    async with console(browsed_sandbox.access(), size=(120, 40)) as person:
        await person.presses("slash", "a", "escape", "space", "down")
        own = person.app.screen._compositor
        assert isinstance(own, FrontCompositor)
        widgets = [region for region, _ in own.visible_widgets.values()]
        parts = [region.intersection(own.size.region) for region in widgets]
        for _ in range(100):
            x, y = chance.randrange(119), chance.randrange(39)
            parts.append(Region(x, y, chance.randint(1, 120 - x), chance.randint(1, 40 - y)))
        for part in filter(None, parts):
            whole = drawn(own, part)
            with patch.object(FrontCompositor, "_get_renders", Compositor._get_renders):
                assert drawn(own, part) == whole, part


async def test_a_moved_cursor_asks_only_the_table_for_lines(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with console(browsed_sandbox.access()) as person:
        region = person.app.screen.query_one(HumanTable).region
        with patch.object(Widget, "render_lines") as asked:
            person.app.screen._compositor._render_chops(region, region.line_range.__contains__)
        asked.assert_not_called()  # the table has lines of its own, and nobody is in front of it
