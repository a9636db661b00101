"""Whether bytes are the picture of a kind that we take, decided by decoding them.

What is kept is drawn anew from the decoded pixels. So nothing else that the bytes held reaches
anybody: no place where a photograph was taken, no script that a browser could find behind it.
"""

from __future__ import annotations

import threading
import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from aicx_tui.sandbox.pictures import KINDS, Picture

MOST_PIXELS = 25_000_000
LONGEST_SIDE = 8192
LONGEST_STORED_SIDE = 1024
"""Of a picture that shows who speaks."""

_QUALITY = 90
_DECODING_TURN = threading.BoundedSemaphore(2)
"""A decoded picture may take 100 MB, however small it travelled."""

# Pillow then refuses by the header alone what would grow too large, and does not just warn.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


class NotAPictureError(Exception):
    """These bytes are not taken; the message says why, as a field's message does."""


def checked_picture(sent: bytes) -> Picture:
    """Decode a picture and draw it anew: upright, still, at most 1024 pixels a side.

    Raises:
        NotAPictureError: It is none, it is damaged, or it would be too large.
    """
    with _DECODING_TURN:
        try:
            return _drawn_anew(sent)
        except NotAPictureError:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise NotAPictureError(_TOO_LARGE) from None
        except UnidentifiedImageError:
            raise NotAPictureError("This is no PNG, JPEG, WebP or GIF picture") from None
        except Exception:  # noqa: BLE001  decoders raise anything for bytes that somebody made up
            raise NotAPictureError("This picture is damaged or incomplete") from None


_TOO_LARGE = (
    f"This picture is larger than {LONGEST_SIDE} pixels a side, "
    f"or than {MOST_PIXELS // 1_000_000} million in all"
)


def _drawn_anew(sent: bytes) -> Picture:
    with Image.open(BytesIO(sent), formats=[*KINDS]) as found:
        if max(found.size) > LONGEST_SIDE:
            raise NotAPictureError(_TOO_LARGE)
        # Telephones write photographs as JPEG with further pictures behind, by another name.
        kind = "JPEG" if found.format == "MPO" else str(found.format)
        found.load()
        still = ImageOps.exif_transpose(found)
        transparent = still.has_transparency_data and kind != "JPEG"
        still = still.convert("RGBA" if transparent else "RGB")
    still.thumbnail((LONGEST_STORED_SIDE, LONGEST_STORED_SIDE))
    still.info.clear()
    drawn = BytesIO()
    still.save(drawn, kind, quality=_QUALITY)
    return Picture(KINDS[kind], drawn.getvalue())
