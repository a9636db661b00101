"""The Authentication URL that is served, under the calls of many clients at once."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.humans import STOP_SECONDS, Humans
from benchmarks.programs import AICX, SERVING, surroundings
from benchmarks.report import Finding, Line, Samples, quantile
from benchmarks.terminal import NothingShown

CLIENTS = 50

SECONDS = 30

HEADER_TOKEN = "measured"  # noqa: S105  # of a server that is measured and gone


def measure(humans: Humans, pairs: int | None) -> Iterator[Line]:
    """Milliseconds of a call from 50 clients for 30 s, or for as many as pairs are asked for."""
    with (
        humans.sandbox() as announced,
        TemporaryDirectory(dir=humans.folder) as home,
        _served(announced, Path(home)) as url,
    ):
        given = announced | {
            "platform": announced["url"],
            "url": url,
            "header_token": HEADER_TOKEN,
            "clients": CLIENTS,
            "seconds": pairs or SECONDS,
        }
        done = subprocess.run(  # noqa: S603  # our own command
            SERVING,
            input=json.dumps(given).encode(),
            stdout=subprocess.PIPE,
            env=surroundings(humans.folder),
            check=True,
        )
    found = json.loads(done.stdout)
    took: list[float] = found["took"]
    if not took:
        raise NothingShown("No call was answered for.")
    calls = [len(took) / (pairs or SECONDS)]
    what = f"serve, {CLIENTS} clients"
    yield Finding(what=f"{what}, a call", own=Samples(name="aicx", values=took))
    yield Finding(what=f"{what}, p99", own=Samples(name="aicx", values=[quantile(took, 99)]))
    yield Finding(what=f"{what}, rate", own=Samples(name="aicx", values=calls, unit="calls/s"))
    errors = Samples(name="aicx", values=[float(found["errors"])], unit="errors")
    yield Finding(what=f"{what}, errors", own=errors, budget=0.0)


@contextmanager
def _served(announced: dict[str, Any], home: Path) -> Iterator[str]:
    """The address of a server that asks the sandbox."""
    (home / "config.toml").write_text(
        '[cx_genie.measured]\nurl = "http://127.0.0.1:1/"\ntoken_env = "MEASURED_TOKEN"\n'
    )
    aimed = {
        "AICX_HOME": str(home),
        "AICX_URL": announced["url"],
        "AICX_PLATFORM": "console",
        "AICX_COMPANY_ID": announced["company_id"],
        "AICX_BOT_ID": announced["bot_id"],
        "AICX_TOKEN": announced["admin"]["token"],
        "MEASURED_TOKEN": HEADER_TOKEN,
    }
    words = ["cx-genie", "serve", "measured", "--port", "0", "--calls-per-minute", "10000000"]
    with subprocess.Popen(  # noqa: S603  # our own command
        [*AICX, *words],
        env=surroundings(home) | aimed,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else b""
            if not line:
                raise NothingShown("The server ended before it was ready.")
            yield line.decode().strip()
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)
