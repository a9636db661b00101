"""Pictures are checked by their content before they are sent, and painted in half blocks."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest

from aicx_tui.errors import UsageError
from aicx_tui.models.profile import MAX_FILE_BYTES
from aicx_tui.services.pictures import FORMATS, checked_picture, in_half_blocks, read_picture
from tests.pictures import png


def problem_of(content: bytes) -> str:
    with pytest.raises(UsageError, match="Nothing was sent") as caught:
        checked_picture(content, name="me.png")
    return caught.value.problems[0].message


def claimed(width: int, height: int) -> bytes:
    """A small PNG that says it is large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    end = b"IEND"
    return b"".join(
        (
            *(b"\x89PNG\r\n\x1a\n", struct.pack(">I", len(header)), chunk),
            struct.pack(">I", zlib.crc32(chunk)),
            *(struct.pack(">I", 0), end, struct.pack(">I", zlib.crc32(end))),
        )
    )


@pytest.mark.parametrize("kind", FORMATS)
def test_every_kind_that_platforms_take_is_known_by_its_content(kind: str) -> None:
    picture = checked_picture(png(30, 20, kind=kind), name="without-an-ending")
    assert (picture.kind, picture.width, picture.height) == (kind, 30, 20)


def test_what_is_no_picture_is_refused_whatever_its_name_says() -> None:
    for content in (
        b"",
        b"<html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"BM" + b"0" * 99,
    ):
        assert "no PNG, JPEG, WebP or GIF" in problem_of(content)
    assert "damaged" in problem_of(png(200, 200)[:-40])
    assert "pixels" in problem_of(claimed(30_000, 30_000)) or "damaged" in problem_of(
        claimed(30_000, 30_000)
    )
    assert "pixels" in problem_of(claimed(9_000, 10))
    assert "larger than 2 MiB" in problem_of(b"x" * (MAX_FILE_BYTES + 1))


async def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    for path, why in ((tmp_path, "a folder"), (tmp_path / "no", "no such file")):
        with pytest.raises(UsageError) as caught:
            await read_picture(path)
        assert why in caught.value.problems[0].message
    with pytest.raises(UsageError):
        await read_picture(Path(f"{tmp_path}{os.sep}\0"))


async def test_two_pixels_make_a_cell_and_the_picture_keeps_its_form() -> None:
    cells = await in_half_blocks(png(40, 40), columns=20, lines=10, on=(0, 0, 0))
    assert (len(cells), len(cells[0])) == (10, 20)
    assert cells[0][0] == ((200, 30, 30), (200, 30, 30))
    assert cells[-1][-1] == ((30, 30, 200), (30, 30, 200))
    wide = await in_half_blocks(png(100, 10), columns=20, lines=10, on=(0, 0, 0))
    assert (len(wide), len(wide[0])) == (1, 20)
