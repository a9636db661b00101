"""Pictures that tests make, small and the same each time."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def png(width: int, height: int, *, kind: str = "PNG") -> bytes:
    """A picture: red above, blue below."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (0, height // 2, width, height))
    file = BytesIO()
    image.save(file, kind)
    return file.getvalue()
