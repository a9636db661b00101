"""Calls an Authentication URL as CX Genie does, and hands back whatever came.

Source: CX Genie's documentation of custom authentication, v1 and the newer guide. They name the
method, the two headers and the body. Nothing else is sent but what HTTP itself needs; limits of
time and size are ours.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from pydantic import JsonValue, SecretStr

from aicx_tui import __version__
from aicx_tui.api import failures
from aicx_tui.api.tls import tls_context
from aicx_tui.errors import AicxError, TimedOutError, TlsError, UnreachableError

MOST_BYTES = 1024 * 1024
"""Of an answer; what is longer is not read on."""

CONNECT_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, unread.

    Attributes:
        status: Of HTTP.
        headers: As they came, in their order.
        body: As it came: not unpacked, and no more than `MOST_BYTES`.
        is_cut: Whether there was more.
        seconds: From the request to the last byte that was read.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    is_cut: bool
    seconds: float

    def header(self, name: str) -> str:
        """The value of a header; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class AuthenticationUrl:
    """One Authentication URL.

    Args:
        url: The whole address; a redirect from it is never followed.
        authorization: The whole value of the header.
        seconds: How long one call may take in all.
        ca_file: A PEM file to trust instead of the system's store.

    Raises:
        UsageError: The file holds no certificate.
    """

    def __init__(
        self, url: str, authorization: SecretStr, *, seconds: float, ca_file: Path | None = None
    ) -> None:
        self._url = url
        self._authorization = authorization
        self._seconds = seconds
        self._client = httpx.AsyncClient(
            verify=tls_context(ca_file),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            headers={"Accept-Encoding": "identity", "User-Agent": f"aicx-tui/{__version__}"},
            event_hooks={"response": [_keep_from_following]},
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def ask(self, body: Mapping[str, JsonValue]) -> Answer:
        """Send a visitor's token.

        Args:
            body: `access_token`, and the fields that go with it.

        Raises:
            AicxError: No answer came.
        """
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {
            "Authorization": self._authorization.get_secret_value(),
            "Content-Type": "application/json",
        }
        call = failures.Call(
            method="POST",
            host=httpx.URL(self._url).netloc.decode("ascii"),
            secrets=(self._authorization,),
            only_reads=True,
        )
        try:
            async with asyncio.timeout(self._seconds):
                return await self._asked(content, headers)
        except TimeoutError:
            raise TimedOutError(
                f"{call.host} did not answer in full within {self._seconds:g} s.",
                hint="That limit is ours: CX Genie's own is not documented. Answer sooner.",
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            raise _in_words_of_profiles(
                failures.from_exception(error, call, seconds=self._seconds)
            ) from None

    async def _asked(self, content: bytes, headers: Mapping[str, str]) -> Answer:
        began, body = time.monotonic(), bytearray()
        async with self._client.stream(
            "POST", self._url, content=content, headers=headers
        ) as response:
            async for chunk in response.aiter_raw():
                body += chunk[: MOST_BYTES + 1 - len(body)]
                if len(body) > MOST_BYTES:
                    break
            return Answer(
                status=response.status_code,
                headers=tuple(response.extensions[_CAME]),
                body=bytes(body[:MOST_BYTES]),
                is_cut=len(body) > MOST_BYTES,
                seconds=time.monotonic() - began,
            )


_CAME = "aicx_headers"


async def _keep_from_following(response: httpx.Response) -> None:
    """Hide where a redirect leads: httpx reads that also where it does not follow, or breaks."""
    response.extensions[_CAME] = response.headers.multi_items()
    response.headers.pop("location", None)


def _in_words_of_profiles(error: AicxError) -> AicxError:
    match error:
        case TlsError():
            error.hint = (
                "CX Genie would not accept it either, unless it trusts that authority. To go on "
                "here, name its PEM file: ca_file of the profile."
            )
        case UnreachableError():
            error.hint = "Check the address, and that it can be reached from outside."
    return error
