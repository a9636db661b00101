"""What Linux tells about processes: whose they are, and the memory they take."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from pathlib import Path
from typing import NamedTuple

KIBIBYTES_PER_MEBIBYTE = 1024

POLL_SECONDS = 0.005


class Memory(NamedTuple):
    """Memory of one process, in MiB.

    Attributes:
        peak: The most that was ever resident (`VmHWM`), pages shared with others included.
        private: What would be free without it (`Private_*` of `smaps_rollup`).
    """

    peak: float
    private: float


def memory(pid: int) -> Memory:
    """Read the memory of a process, which is stopped meanwhile and so cannot move on."""
    os.kill(pid, signal.SIGSTOP)
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    finally:
        os.kill(pid, signal.SIGCONT)
    return Memory(peak=_mebibytes(r"VmHWM", status), private=_mebibytes(r"Private_\w+", rollup))


def _mebibytes(name: str, text: str) -> float:
    sizes = re.findall(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    return sum(map(int, sizes)) / KIBIBYTES_PER_MEBIBYTE


def end_all_of(home: Path) -> None:
    """End every process that was started for a folder, and return when none is left.

    A sandbox that is still going down would take time from whatever is measured next.
    """
    while found := _processes_of(home):
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def _processes_of(home: Path) -> list[int]:
    mark, own = os.fsencode(home), os.getpid()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == own:
            continue
        with contextlib.suppress(OSError):  # it has ended meanwhile, or is somebody else's
            if mark in (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found
