"""Programs on PATH that stand in for gh, kubectl and commands of people's own.

Each writes down what it was given: arguments, environment and standard input. They answer as the
real ones do; what kubectl is asked was tried against kubectl 1.32 itself.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

RECORDING = f"""#!{sys.executable}
import base64, json, os, sys, time
from pathlib import Path
folder = Path({{folder!r}})
given = sys.stdin.buffer.read()
call = {{{{"words": sys.argv, "environ": dict(os.environ), "stdin": given.decode()}}}}
with open(folder / "calls.jsonl", "a") as file:
    file.write(json.dumps(call) + "\\n")
store = folder / "store.json"
held = json.loads(store.read_text()) if store.exists() else {{{{}}}}
problem = folder / "problem"
if problem.exists():
    sys.stderr.write(problem.read_text().replace("TOKEN", given.decode()))
    sys.exit(1)
"""

GH = """
if sys.argv[1:3] == ["secret", "set"]:
    held[sys.argv[3].upper()] = given.decode()
    store.write_text(json.dumps(held))
    print("Set Actions secret", given.decode())
else:
    listed = [{"name": n, "updatedAt": "2026-11-22T06:00:00Z"} for n in held]
    print(json.dumps(listed))
"""

KUBECTL = """
if "patch" in sys.argv:
    assert sys.argv[-4:] == ["--type", "merge", "--patch-file", "/dev/stdin"]
    held.update(json.loads(given)["data"])
    store.write_text(json.dumps(held))
    print("secret/aicx patched")
else:
    print(json.dumps({"kind": "Secret", "data": held}))
"""


@dataclass(frozen=True)
class StandIns:
    """Where they lie, and what they were given."""

    folder: Path

    def add(self, name: str, code: str) -> Path:
        """Put a recording program on PATH."""
        return self.add_plain(name, RECORDING.format(folder=str(self.folder)) + code)

    def add_plain(self, name: str, text: str) -> Path:
        """Put a program on PATH as it is."""
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    def fail(self, words: str) -> None:
        """Let them complain from now on; `TOKEN` stands for what they are given."""
        (self.folder / "problem").write_text(words)

    def mend(self) -> None:
        """Let them work again."""
        (self.folder / "problem").unlink()

    @property
    def calls(self) -> list[dict[str, object]]:
        """What each was given, in order."""
        recorded = self.folder / "calls.jsonl"
        if not recorded.exists():
            return []
        return [json.loads(line) for line in recorded.read_text().splitlines()]

    def held(self) -> dict[str, str]:
        """What they keep."""
        found: dict[str, str] = json.loads((self.folder / "store.json").read_text())
        return found


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """An empty folder at the head of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return StandIns(folder)
