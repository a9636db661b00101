"""Reads the body of an answer, inflated no further than may be kept."""

from __future__ import annotations

import zlib
from typing import Any

import httpx

from aicx_tui.api import failures
from aicx_tui.errors import NotTheApiError, UnreachableError


async def read_body(response: httpx.Response, call: failures.Call, *, most: int) -> bytes:
    """Collect the body of an answer.

    Args:
        response: Whose body was not read yet.
        call: What it answers.
        most: Bytes that may be kept; a small answer may inflate to gigabytes.

    Raises:
        NotTheApiError: It is larger, damaged, or in an encoding not asked for.
        UnreachableError: It ends too soon.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip"):
        raise call.unanswered(f"{call.host} sent an encoding not asked for.", NotTheApiError)
    inflate = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = bytearray()
    async for chunk in response.aiter_raw():
        room = most + 1 - len(body)
        body += _inflated(inflate, chunk, room, call) if inflate else chunk[:room]
        if len(body) > most:
            raise call.unanswered(
                f"The answer of {call.host} is larger than {most // 1024 // 1024} MiB and was "
                "not read on.",
                NotTheApiError,
            )
    if inflate and body and not inflate.eof:
        raise call.unanswered(f"{call.host} broke off its answer.", UnreachableError)
    return bytes(body)


def _inflated(stream: Any, chunk: bytes, room: int, call: failures.Call) -> bytes:  # noqa: ANN401  # zlib names no type
    try:
        inflated: bytes = stream.decompress(chunk, room)
    except zlib.error:
        raise call.unanswered(f"{call.host} sent a damaged answer.", NotTheApiError) from None
    return inflated
