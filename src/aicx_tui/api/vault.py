"""One secret of HashiCorp Vault's key-value engine, version 2, over HTTP.

A secret is written as a whole, so what else is in it is read first and written with it, and only
if nobody has written in between: check-and-set with the version that was read.
Source: Vault's documentation of the engine's HTTP API.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx
from pydantic import BaseModel, JsonValue, SecretStr, ValidationError

from aicx_tui import __version__
from aicx_tui.api import failures
from aicx_tui.api.tls import tls_context
from aicx_tui.errors import (
    AicxError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    NotTheApiError,
    OutcomeUnknownError,
    PlatformFailedError,
    RateLimitedError,
    RefusedError,
    TimedOutError,
    TlsError,
    UnreachableError,
)

MOST_BYTES = 4 * 1024 * 1024
"""Of an answer."""

CONNECT_SECONDS = 5.0

_MISMATCH = "check-and-set"
"""What Vault's words have where somebody else has written in between."""


class _Metadata(BaseModel):
    version: int = 0


class _Data(BaseModel):
    data: dict[str, JsonValue] | None = None
    metadata: _Metadata = _Metadata()


class _Answer(BaseModel, hide_input_in_errors=True):
    data: _Data | None = None
    errors: list[str] | None = None


@dataclass(frozen=True)
class VaultSecret:
    """What a secret holds.

    Attributes:
        values: By key; empty where there is none, or its last version was deleted.
        version: Of the last one, deleted or not; 0 where there never was one.
    """

    values: Mapping[str, JsonValue] = field(default_factory=dict, repr=False)
    version: int = 0


class Vault:
    """One secret of a Vault.

    Args:
        address: Vault's root.
        token: Vault's own token; sent there and nowhere else.
        mount: Where the engine is mounted.
        path: Of the secret.
        seconds: How long one call may take.
        namespace: Vault's namespace; empty for none.
        ca_file: A PEM file to trust instead of the system's store.

    Raises:
        UsageError: The file holds no certificate.
    """

    def __init__(
        self,
        address: str,
        token: SecretStr,
        *,
        mount: str,
        path: str,
        seconds: float,
        namespace: str = "",
        ca_file: Path | None = None,
    ) -> None:
        self._url = f"{address}/v1/{quote(mount)}/data/{quote(path)}"
        self._host = httpx.URL(address).netloc.decode("ascii")
        self._seconds = seconds
        self._token = token
        headers = {
            "X-Vault-Token": token.get_secret_value(),
            "X-Vault-Request": "true",
            "Accept-Encoding": "identity",
            "User-Agent": f"aicx-tui/{__version__}",
        }
        if namespace:
            headers["X-Vault-Namespace"] = namespace
        self._client = httpx.AsyncClient(
            verify=tls_context(ca_file),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            headers=headers,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def read(self) -> VaultSecret:
        """Read the last version.

        Raises:
            AicxError: It could not be read.
        """
        status, body = await self._sent("GET", None, secrets=())
        answer = self._parsed(body, "GET", status)
        if status == HTTPStatus.NOT_FOUND and (answer.data or answer.errors == []):
            # Never written, or deleted: then the version still counts for check-and-set. What
            # is not in Vault's words says nothing of the secret.
            return VaultSecret(version=answer.data.metadata.version if answer.data else 0)
        if status != HTTPStatus.OK:
            raise self._refused(status, answer, "GET", secrets=())
        if answer.data is None or answer.data.data is None:
            raise NotTheApiError(
                f"What {self._host} answered is no secret of a key-value engine, version 2.",
                hint="Check the mount: one of version 1 answers otherwise.",
            )
        return VaultSecret(answer.data.data, answer.data.metadata.version)

    async def write(self, values: Mapping[str, JsonValue], *, after: int) -> int:
        """Write a version, and return its number.

        Args:
            values: All of it.
            after: The version that was read.

        Raises:
            ConflictError: Somebody else has written since.
            OutcomeUnknownError: It was sent and not answered.
            AicxError: It was refused.
        """
        secrets = tuple(SecretStr(value) for value in values.values() if isinstance(value, str))
        body: dict[str, JsonValue] = {"options": {"cas": after}, "data": dict(values)}
        status, answered = await self._sent("POST", body, secrets=secrets)
        if status == HTTPStatus.NO_CONTENT:  # an engine of version 1 takes anything
            raise NotTheApiError(
                f"{self._host} took it, but not as a key-value engine of version 2 does.",
                hint="Check the mount, and look there what was written.",
            )
        answer = self._parsed(answered, "POST", status)
        if status != HTTPStatus.OK:
            raise self._refused(status, answer, "POST", secrets=secrets)
        return answer.data.metadata.version if answer.data else 0

    async def _sent(
        self, method: str, body: Mapping[str, JsonValue] | None, *, secrets: Sequence[SecretStr]
    ) -> tuple[int, bytes]:
        call = self._call(method, secrets)
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client.stream(method, self._url, json=body) as response,
            ):
                return response.status_code, await self._body(response, call)
        except TimeoutError:
            raise call.unanswered(
                f"{self._host} did not answer within {self._seconds:g} s.", TimedOutError
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            raise _in_words_of_vault(
                failures.from_exception(error, call, seconds=self._seconds)
            ) from None

    async def _body(self, response: httpx.Response, call: failures.Call) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MOST_BYTES:
                raise call.unanswered(
                    f"The answer of {self._host} is too large and was not read on.", NotTheApiError
                )
        return bytes(body)

    def _parsed(self, body: bytes, method: str, status: int) -> _Answer:
        """Read an answer; a refusal whose words are not Vault's says nothing."""
        try:
            return _Answer.model_validate_json(body)
        except ValidationError:
            if status != HTTPStatus.OK:
                return _Answer()
            raise self._call(method, ()).unanswered(
                f"{self._host} does not answer as Vault does.", NotTheApiError
            ) from None

    def _call(self, method: str, secrets: Sequence[SecretStr]) -> failures.Call:
        return failures.Call(method=method, host=self._host, secrets=(self._token, *secrets))

    def _refused(
        self, status: int, answer: _Answer, method: str, *, secrets: Sequence[SecretStr]
    ) -> AicxError:
        words = self._call(method, secrets).quote("; ".join(answer.errors or []))
        said = f"Vault at {self._host} refused it ({status}{f': {words}' if words else ''})."
        match status:
            case HTTPStatus.BAD_REQUEST if _MISMATCH in words:
                return ConflictError(
                    f"Somebody else wrote this secret at {self._host} meanwhile. Nothing was "
                    "written.",
                    hint="Try again.",
                )
            case HTTPStatus.FORBIDDEN:
                return ForbiddenError(
                    f"{said} Nothing was written.",
                    hint="Vault's token has ended, or its policy lacks read or update on this "
                    "path.",
                )
            case HTTPStatus.NOT_FOUND:
                return NotFoundError(said, hint="Check the mount and the namespace.")
            case HTTPStatus.TOO_MANY_REQUESTS:
                return RateLimitedError(f"{said} Nothing was written.", retry_after=1.0)
            case HTTPStatus.SERVICE_UNAVAILABLE:
                return PlatformFailedError(
                    f"{said} Nothing was written.", hint="It may be sealed; unseal it, then retry."
                )
            case _ if status in range(300, 400):
                return NotTheApiError(
                    f"Vault at {self._host} redirects ({status}). That was not followed, since "
                    "its token is for this address alone.",
                    hint="Name the address of the active node.",
                )
            case _ if status >= 500 and method != "GET":
                return OutcomeUnknownError(f"{said} Whether it was written is not known.")
            case _:
                return RefusedError(f"{said} Nothing was written.")


def _in_words_of_vault(error: AicxError) -> AicxError:
    """The error with a next step that is about Vault and not about the platform."""
    match error:
        case TlsError():
            error.hint = (
                "If your company has its own authority, name its PEM file: ca_file of the target."
            )
        case UnreachableError():
            error.hint = "Check the network and Vault's address, then try again."
        case OutcomeUnknownError():
            error.hint = "Look into it with: aicx token targets check"
    return error
