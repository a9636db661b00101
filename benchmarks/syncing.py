"""Reads a sandbox into a mirror for the first time, and prints how long that took.

What the sandbox announced, and the mirror's key, come as JSON on standard input.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from pydantic import SecretStr

from aicx_tui.__main__ import OBJECTS_PER_COLLECTION
from aicx_tui.api.base import Credential
from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.api.http import HttpCore
from aicx_tui.services.pace import READING
from aicx_tui.services.sync import Sync
from aicx_tui.storage.mirror import Mirror


async def measured(announced: dict[str, Any], path: Path) -> dict[str, float]:
    """Seconds until the list can be browsed and until it can be searched, CPU seconds, peak MiB."""
    http = HttpCore(
        announced["url"], credential=Credential.token(SecretStr(announced["admin"]["token"]))
    )
    platform = await ConsoleApi.open(
        http, company_id=announced["company_id"], bot_id=announced["bot_id"]
    )
    mirror = Mirror(path, bytes.fromhex(announced["key"]))
    started, used = perf_counter(), process_time()
    browsable = 0.0
    async for progress in Sync(platform, mirror).run():
        if progress.what != READING and not browsable:
            browsable = perf_counter() - started
    searchable = perf_counter() - started
    used = process_time() - used
    mirror.close()
    await http.aclose()
    return {"browsable": browsable, "searchable": searchable, "cpu": used, "peak": _peak()}


def _peak() -> float:
    """The most memory that was ever resident, in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[0]) / 1024


if __name__ == "__main__":
    gc.set_threshold(OBJECTS_PER_COLLECTION)  # as in every process of aicx
    result = asyncio.run(measured(json.load(sys.stdin), Path(sys.argv[1])))
    sys.stdout.write(json.dumps(result))
