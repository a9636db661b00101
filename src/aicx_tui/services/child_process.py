"""Runs a program that gets something on standard input, for so long and no longer.

What it is given stands on no command line and in no variable. A program that does not end is
ended, with everything that it started.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError, TimedOutError, UsageError

if TYPE_CHECKING:
    from pydantic import SecretStr

MOST_BYTES = 4 * 1024 * 1024
"""What is kept of standard output; a program that writes more is heard out nevertheless."""

MOST_ERRORS = 4096
"""Bytes that are kept of standard error, its end."""

GRACE_SECONDS = 2.0
"""Between asking a program to end and ending it."""

POLL_SECONDS = 0.02
"""How often it is looked whether a program has ended."""

_CHUNK = 65536


@dataclass(frozen=True)
class Ended:
    """How a program ended.

    Attributes:
        code: Its exit code; negative for the signal that ended it.
        out: What it wrote to standard output, where that was kept.
        err: The end of what it wrote to standard error, as text.
    """

    code: int
    out: bytes
    err: str


async def run(
    words: Sequence[str],
    *,
    given: bytes,
    secret: SecretStr,
    seconds: float,
    keeps_output: bool = False,
    withheld: Collection[str] = (),
) -> Ended:
    """Run a program to its end.

    Args:
        words: The program and its arguments.
        given: What it gets on standard input, and then its end.
        secret: What it must find nowhere else.
        seconds: How long it may take.
        keeps_output: Whether what it writes to standard output matters.
        withheld: Variables that are not for it.

    Raises:
        UsageError: There is no such program.
        AicxError: It could not be started.
        TimedOutError: It was ended.
    """
    # Given up halfway, asyncio would wait for all that the program starts: it is ended after.
    starting = asyncio.ensure_future(
        _started(words, _environment(secret, withheld), keeps_output=keeps_output)
    )
    try:
        talk = _Talk(await asyncio.shield(starting))
    except asyncio.CancelledError:
        await _Talk(await starting).end()
        raise
    try:
        async with asyncio.timeout(seconds):
            return await talk.held(given)
    except TimeoutError:
        raise TimedOutError(
            f"{words[0]} did not end within {seconds:g} s, so it was ended.",
            hint="Whether it did its work is not known: look there, or allow more with timeout.",
        ) from None
    finally:
        await talk.end()


async def _started(
    words: Sequence[str], environ: Mapping[str, str], *, keeps_output: bool
) -> Process:
    # A process group of its own: what it starts ends with it, and Ctrl-C is heard by us alone.
    apart = (
        {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
        if sys.platform == "win32"
        else {"start_new_session": True}
    )
    try:
        return await asyncio.create_subprocess_exec(
            *words,
            stdin=PIPE,
            stdout=PIPE if keeps_output else DEVNULL,
            stderr=PIPE,
            env=dict(environ),
            **apart,
        )
    except FileNotFoundError:
        raise UsageError(
            f"There is no program {words[0]}. Nothing was sent.",
            hint="Install it, or give its full path.",
        ) from None
    except OSError as error:
        raise AicxError(
            f"{words[0]} could not be started: {error.strerror}. Nothing was sent."
        ) from None


def _environment(secret: SecretStr, withheld: Collection[str]) -> dict[str, str]:
    """This process's, without any variable that holds the secret, or is not for it."""
    text = secret.get_secret_value()
    return {
        name: value
        for name, value in os.environ.items()
        if name != "AICX_TOKEN" and name not in withheld and not (text and text in value)
    }


class _Talk:
    """Gives and takes at once: a program may write before it reads, or read nothing."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._out, self._err = bytearray(), bytearray()
        self._reading = [
            asyncio.ensure_future(_read(process.stdout, self._out, most=MOST_BYTES)),
            asyncio.ensure_future(
                _read(process.stderr, self._err, most=MOST_ERRORS, at_the_end=True)
            ),
        ]

    async def held(self, given: bytes) -> Ended:
        giving = asyncio.ensure_future(_give(self._process, given))
        self._reading.append(giving)
        code = await self._exited()
        await asyncio.wait(self._reading, timeout=GRACE_SECONDS)
        return Ended(code, bytes(self._out), self._err.decode("utf-8", "replace"))

    async def end(self) -> None:
        """Leave nothing running that did not end in time, and nothing open."""
        if self._process.returncode is None:
            _signal(self._process, signal.SIGTERM)
            await self._gone()
            # Also where it has gone itself: what it started may not have heard.
            _signal(self._process, getattr(signal, "SIGKILL", signal.SIGTERM))
            await self._gone()
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        # Closes the pipes too, where something that it started still has their other ends.
        self._process._transport.close()  # type: ignore[attr-defined]

    async def _gone(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await self._exited()

    async def _exited(self) -> int:
        """Its exit code; `wait` would also wait for what it leaves running with its streams."""
        while True:
            if (code := self._process.returncode) is not None:
                return code
            await asyncio.sleep(POLL_SECONDS)


async def _give(process: Process, given: bytes) -> None:
    assert process.stdin is not None  # noqa: S101  # it was asked for
    with suppress(BrokenPipeError, ConnectionResetError):  # it shows in how the program ends
        process.stdin.write(given)
        await process.stdin.drain()
    process.stdin.close()


async def _read(
    stream: asyncio.StreamReader | None, kept: bytearray, *, most: int, at_the_end: bool = False
) -> None:
    while stream is not None and (chunk := await stream.read(_CHUNK)):
        if at_the_end:
            kept += chunk
            del kept[:-most]
        else:
            kept += chunk[: most - len(kept)]


def _signal(process: Process, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, number)
