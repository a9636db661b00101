"""`aicx cx-genie serve` as a process of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

from tests.cli.command import clean_environment
from tests.forked import Forked

PATIENCE = 30
"""Seconds that nothing here should ever take."""


class Serving:
    """Served while it is entered.

    Args:
        words: Behind `aicx cx-genie serve`.
        env: The variables that it is given.
    """

    def __init__(self, *words: str, env: Mapping[str, str]) -> None:
        out, its_out = os.pipe()
        self._said = TemporaryFile()  # noqa: SIM115  # lives as long as the process
        with open(os.devnull, "rb") as nothing:
            self.process = Forked(
                "aicx_tui.__main__",
                ["cx-genie", "serve", *words, "--port", "0"],
                env=clean_environment(env),
                files=[nothing.fileno(), its_out, self._said.fileno()],
            )
        os.close(its_out)
        self._out = os.fdopen(out, "rb")
        self.url = ""

    def __enter__(self) -> Self:
        self.url = self._out.readline().decode().strip()
        assert self.url, self.said()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        self._out.close()
        self._said.close()

    def said(self) -> str:
        """What it wrote on standard error so far."""
        self._said.seek(0)
        return self._said.read().decode()
