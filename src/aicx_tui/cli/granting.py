"""A grant that a person gives in a browser, told on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aicx_tui.cli.reporting import narrate
from aicx_tui.models.signing import DeviceFlow
from aicx_tui.services.qr_codes import is_web_address, qr_lines

ResultT = TypeVar("ResultT")

WHITE_ON_BLACK, PLAIN = "\x1b[97;40m", "\x1b[0m"


async def granted_on_terminal(
    start: Callable[[], Awaitable[DeviceFlow]],
    finish: Callable[[DeviceFlow], Awaitable[ResultT]],
) -> ResultT:
    """Say what to do in the browser, and wait until it is done. Ctrl-C gives it up.

    Args:
        start: Begins it.
        finish: Waits.
    """
    flow = await start()
    narrate(f"Open {flow.verification_uri} and type the code {flow.user_code}")
    if not is_web_address(flow.verification_uri):
        narrate("Mind: this is no secure address.")
    elif sys.stderr.isatty():
        for line in qr_lines(flow.verification_uri_complete or flow.verification_uri):
            sys.stderr.write(f"{WHITE_ON_BLACK}{line}{PLAIN}\n")
    narrate("Waiting until it is allowed there; Ctrl-C gives it up.")
    return await finish(flow)
