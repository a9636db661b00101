"""Pictures for profiles and aliases: checked before they are sent, and painted in half blocks."""

from __future__ import annotations

import asyncio
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.models.profile import MAX_FILE_BYTES
from aicx_tui.numerals import grouped

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
"""As Pillow names what platforms take."""

MAX_SIDE = 8192
"""Pixels; a small file may claim to be large enough to fill the memory."""

FIELD = "file"
"""What a form calls the file of a picture."""

Colour = tuple[int, int, int]

Cells = tuple[tuple[tuple[Colour, Colour], ...], ...]
"""Lines of cells, each the colours of its upper and its lower half."""


@dataclass(frozen=True)
class Picture:
    """A picture that can be sent.

    Attributes:
        content: The file as it is.
        name: Of the file, without its folder.
        kind: One of `FORMATS`.
        width: In pixels.
        height: In pixels.
    """

    content: bytes
    name: str
    kind: str
    width: int
    height: int


async def read_picture(path: Path) -> Picture:
    """Read a file and find out whether it is a picture that platforms take.

    Raises:
        UsageError: It cannot be read, is too large, or is no such picture; nothing was sent.
    """
    return await asyncio.to_thread(_read, path)


def _read(path: Path) -> Picture:
    try:
        if path.is_dir():
            raise _refused("This is a folder.")
        if path.exists() and not path.is_file():  # a pipe might never say anything
            raise _refused("This is no file.")
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise _refused("There is no such file.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can be called so"
        raise _refused(f"It cannot be read: {reason}.") from None
    return checked_picture(content, name=path.name)


def checked_picture(content: bytes, *, name: str) -> Picture:
    """Find out by its content whether a file is a picture that platforms take.

    Raises:
        UsageError: It is not; nothing was sent.
    """
    if len(content) > MAX_FILE_BYTES:
        raise _refused(f"It is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB.")
    from PIL import Image, UnidentifiedImageError  # only where there is a picture

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=FORMATS) as image:
                width, height, kind = *image.size, image.format or ""
                if max(width, height) > MAX_SIDE:
                    sides = f"{grouped(width)} × {grouped(height)}"
                    raise _refused(f"It is {sides} pixels; {grouped(MAX_SIDE)} is most.")
                image.load()
    except UnidentifiedImageError:
        raise _refused("It is no PNG, JPEG, WebP or GIF, whatever its name says.") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning):
        raise _refused("It is damaged, or not a picture that can be shown.") from None
    return Picture(content, name, kind, width, height)


async def in_half_blocks(content: bytes, *, columns: int, lines: int, on: Colour) -> Cells:
    """A picture from a platform, small enough to be painted with `▀`, two pixels a cell.

    Args:
        content: The file.
        columns: Cells that it may be wide.
        lines: Cells that it may be high.
        on: What stands behind what is transparent.

    Raises:
        UsageError: It is no picture.
    """
    return await asyncio.to_thread(_in_half_blocks, content, columns, lines, on)


def _in_half_blocks(content: bytes, columns: int, lines: int, on: Colour) -> Cells:
    from PIL import Image, ImageOps

    checked_picture(content, name="")
    with Image.open(BytesIO(content), formats=FORMATS) as image:
        small = ImageOps.contain(image.convert("RGBA"), (columns, lines * 2))
    ground = Image.new("RGBA", (small.width, small.height + small.height % 2), (*on, 255))
    ground.alpha_composite(small)
    flat = ground.convert("RGB").tobytes()

    def colour(x: int, y: int) -> Colour:
        at = (y * ground.width + x) * 3
        return flat[at], flat[at + 1], flat[at + 2]

    return tuple(
        tuple((colour(x, y), colour(x, y + 1)) for x in range(ground.width))
        for y in range(0, ground.height, 2)
    )


def _refused(message: str) -> UsageError:
    return UsageError("Nothing was sent.", problems=[FieldProblem(FIELD, message)])
