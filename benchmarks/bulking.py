"""Tags everybody at a sandbox, in a bare loop and as a bulk in turn, and prints how long each took.

What the sandbox announced, the mirror's key and how many pairs of runs are wanted come as JSON on
standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import aclosing
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import httpx
from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.api.http import HttpCore
from aicx_tui.services.bulk import Bulks, Wish
from aicx_tui.services.bulk_running import BulkRunner
from aicx_tui.services.editing import ASSIGN_BATCH
from aicx_tui.storage.bulks import BulkState
from aicx_tui.storage.mirror import Mirror


async def measured(announced: dict[str, Any], path: Path) -> dict[str, list[float]]:
    """Seconds of each run, and of making the bulk; private memory grown by each bulk in MiB."""
    token = announced["admin"]["token"]
    http = HttpCore(announced["url"], credential=Credential.token(SecretStr(token)))
    where = {name: announced[name] for name in ("company_id", "bot_id")}
    platform = await ConsoleApi.open(http, **where)
    tag = (await platform.list_tags())[0].id
    mirror = Mirror(path, bytes.fromhex(announced["key"]))
    bulks, runner = Bulks(mirror, who="measured"), BulkRunner(platform, mirror)
    ids = await asyncio.wrap_future(mirror.read(_ids))
    found: dict[str, list[float]] = {
        name: [] for name in ("bare", "bulk", "searchable", "making", "grown", "used")
    }
    url = f"{announced['url']}/gateway/{where['company_id']}/{where['bot_id']}/crm/assign_tags"
    async with httpx.AsyncClient(headers={"X-SINITIC-TOKEN": token}, trust_env=False) as client:
        for number in range(announced["pairs"]):
            value = f"bare {number}"
            found["bare"].append(await _bare(client, url, ids, {"id": tag, "value": value}))
            before, started = _private(), perf_counter()
            bulk = await bulks.make(ids, Wish(tags={tag: f"bulk {number}"}), title="measured")
            found["making"].append(perf_counter() - started)
            started, used = perf_counter(), process_time()
            async with aclosing(runner.run(bulk.id)) as steps:
                async for progress in steps:
                    if progress.bulk.state is BulkState.DONE:
                        found["bulk"].append(perf_counter() - started)
                    end = progress
            found["searchable"].append(perf_counter() - started)
            found["used"].append(process_time() - used)
            found["grown"].append(_private() - before)
            if end.done != len(ids):
                raise SystemExit(f"Only {end.done} of {len(ids)} were tagged.")
    mirror.close()
    await http.aclose()
    return found


async def _bare(client: httpx.AsyncClient, url: str, ids: list[str], tag: dict[str, str]) -> float:
    """Send the same requests and nothing else."""
    started = perf_counter()
    for first in range(0, len(ids), ASSIGN_BATCH):
        body = {"human_ids": ids[first : first + ASSIGN_BATCH], "tags": [tag]}
        (await client.post(url, json=body)).raise_for_status()
    return perf_counter() - started


def _ids(connection: Any) -> list[str]:  # noqa: ANN401  # a connection, of a module without types
    return [row[0] for row in connection.execute("SELECT id FROM humans ORDER BY place")]


def _private() -> float:
    """What this process has of its own, in MiB."""
    rollup = Path("/proc/self/smaps_rollup").read_text().splitlines()
    sizes = [int(line.split()[1]) for line in rollup if line.startswith("Private_")]
    return sum(sizes) / 1024


if __name__ == "__main__":
    result = asyncio.run(measured(json.load(sys.stdin), Path(sys.argv[1])))
    sys.stdout.write(json.dumps(result))
