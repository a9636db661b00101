"""Pictures as the terminal itself paints them: by Sixel, or by Kitty's protocol.

The library asks the terminal what it can do when it is imported. Textual takes over later what
comes from the terminal, so this is imported before it runs, and only where config.toml asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from PIL import Image
from rich.segment import ControlType, Segment
from textual.app import ComposeResult
from textual.widget import Widget
from textual_image import renderable
from textual_image.widget import SixelImage, TGPImage
from textual_image.widget.sixel import _ImageSixelImpl
from typing_extensions import override

from aicx_tui.services.pictures import FORMATS

LARGEST = (640, 640)
"""Pixels; more than a profile has room for."""


class _Sixels(_ImageSixelImpl, inherit_css=False):
    """Says of where it moves the cursor that this is meant, for the filter behind all widgets."""

    @override
    def _get_sixel_segments(self, sixel_data: str) -> Iterable[Segment]:
        moves = ((ControlType.CURSOR_MOVE_TO, 0, 0),)
        for text, style, control in super()._get_sixel_segments(sixel_data):
            yield Segment(text, style, control or moves)


class _SixelPicture(SixelImage, Renderable=SixelImage._Renderable):
    @override
    def compose(self) -> ComposeResult:
        yield _Sixels(self.image)


def painted(content: bytes) -> Widget | None:
    """What shows a picture that was checked already; None where the terminal can do neither.

    Args:
        content: The file.
    """
    if renderable.Image not in (renderable.SixelImage, renderable.TGPImage):
        return None
    with Image.open(BytesIO(content), formats=FORMATS) as image:
        small = image.convert("RGBA")
    small.thumbnail(LARGEST)
    return _SixelPicture(small) if renderable.Image is renderable.SixelImage else TGPImage(small)
