"""The last line of defence between remote text and the terminal."""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class ControlFilter(LineFilter):
    """Replaces whatever control character got past `text.clean` in any widget."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments with every control character replaced."""
        if not _CONTROL.search("".join([segment.text for segment in segments])):
            return segments
        return [
            Segment(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text), style)
            if control is None and _CONTROL.search(text)
            else segment
            for segment in segments
            for text, style, control in (segment,)
        ]
