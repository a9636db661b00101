"""QR codes of addresses, in half blocks that a phone reads off a terminal."""

from __future__ import annotations

from urllib.parse import urlsplit

QUIET_MODULES = 2
"""Light modules around the code; phones need no more on a plain ground."""

LONGEST = 300
"""Characters of an address that is small enough to be shown."""

_BLOCKS = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}


def qr_lines(address: str) -> tuple[str, ...]:
    """The code of an address, two rows of modules a line; empty where it cannot be one.

    Light modules are the blocks: paint them white on black, and a reader sees it as printed.
    """
    if not is_web_address(address):
        return ()
    import segno  # only where one is shown

    code = segno.make(address, error="l", boost_error=False, micro=False)
    rows = [[not dark for dark in row] for row in code.matrix_iter(border=QUIET_MODULES)]
    if len(rows) % 2:
        rows.append([True] * len(rows[0]))
    return tuple(
        "".join(_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )


def is_web_address(address: str) -> bool:
    """Whether a provider may want a person to open it: HTTPS, or this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    is_here = parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1")
    is_plain = address.isascii() and address.isprintable() and len(address) <= LONGEST
    return bool(host) and is_plain and (parts.scheme == "https" or is_here)
