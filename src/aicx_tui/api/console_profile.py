"""The calls about the signed-in user itself, of a platform that serves the console contract."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import JsonValue, SecretStr

from aicx_tui.addresses import checked_id
from aicx_tui.api.base import unsupported
from aicx_tui.api.http import HttpCore
from aicx_tui.models.capability import Capability
from aicx_tui.models.profile import (
    Alias,
    AliasChanges,
    AliasDraft,
    Profile,
    ProfileChanges,
    StoredFile,
)
from aicx_tui.models.signing import Challenge, DeviceFlow, FlowAnswer
from aicx_tui.models.wire import Envelope

_BASE = "/console/v1/profile"


class ConsoleProfile:
    """What a user may ask and change of itself; needs neither company nor bot.

    Calls about password, second factor and linked accounts need a session younger than 15
    minutes: an older one, or a token, is refused by `ForbiddenError` with the code
    `fresh_session_required`.

    Args:
        http: As whom.
        capabilities: What the platform can do.
    """

    def __init__(self, http: HttpCore, *, capabilities: Collection[Capability]) -> None:
        self._http = http
        self._capabilities = capabilities

    async def get(self) -> Profile:
        """Read the profile."""
        self._need(Capability.PROFILE_EDIT)
        reply = await self._http.get(_BASE)
        return reply.parse(Envelope[Profile]).result

    async def update(self, changes: ProfileChanges, /) -> Profile:
        """Change the given fields and return the profile as it is now.

        Raises:
            InvalidFieldsError: The platform knows no such time zone, language or picture.
        """
        self._need(Capability.PROFILE_EDIT)
        reply = await self._http.patch(_BASE, changes.body())
        return reply.parse(Envelope[Profile]).result

    async def change_password(self, *, current: SecretStr, new: SecretStr) -> None:
        """Set another password; every other session of the user ends.

        Raises:
            InvalidFieldsError: `current` is wrong, or `new` is too short or known to be common.
        """
        self._need(Capability.PROFILE_PASSWORD)
        body = {"current": current.get_secret_value(), "new": new.get_secret_value()}
        await self._send(f"{_BASE}/password", body)

    async def start_two_factor(self) -> Challenge:
        """Have a code sent that proves the e-mail address works."""
        self._need(Capability.PROFILE_TWO_FACTOR)
        reply = await self._http.post(f"{_BASE}/two-factor", {})
        return reply.parse(Envelope[Challenge]).result

    async def verify_two_factor(self, *, challenge: SecretStr, code: SecretStr) -> None:
        """Turn the second factor on by the code that was sent.

        Raises:
            InvalidFieldsError: The code is wrong.
            NotFoundError: The challenge is over.
        """
        self._need(Capability.PROFILE_TWO_FACTOR)
        body = {"challenge": challenge.get_secret_value(), "code": code.get_secret_value()}
        await self._send(f"{_BASE}/two-factor/verify", body)

    async def end_two_factor(self, *, password: SecretStr) -> None:
        """Turn the second factor off.

        Raises:
            InvalidFieldsError: The password is wrong.
        """
        self._need(Capability.PROFILE_TWO_FACTOR)
        await self._send(f"{_BASE}/two-factor/off", {"password": password.get_secret_value()})

    async def start_link(self, *, provider: str) -> DeviceFlow:
        """Begin to link an account elsewhere.

        Raises:
            NotFoundError: The platform has no such provider.
        """
        self._need(Capability.PROFILE_IDENTITIES)
        reply = await self._http.post(f"{_BASE}/identities/start", {"provider": provider})
        return reply.parse(Envelope[DeviceFlow]).result

    async def poll_link(self, *, flow: SecretStr) -> FlowAnswer:
        """Ask how far linking is.

        Raises:
            ConflictError: The account elsewhere is linked to another user.
        """
        self._need(Capability.PROFILE_IDENTITIES)
        body = {"flow": flow.get_secret_value()}
        reply = await self._http.post(f"{_BASE}/identities/poll", body)
        return reply.parse(Envelope[FlowAnswer]).result

    async def unlink(self, provider: str, /) -> None:
        """Let an account elsewhere sign in no more.

        Raises:
            NotFoundError: None of this provider is linked.
        """
        self._need(Capability.PROFILE_IDENTITIES)
        await self._http.delete(f"{_BASE}/identities/{checked_id(provider, what='The provider')}")

    async def list_aliases(self) -> tuple[Alias, ...]:
        """Read the aliases, in the order in which they were created."""
        self._need(Capability.PROFILE_ALIASES)
        reply = await self._http.get(f"{_BASE}/aliases")
        return reply.parse(Envelope[tuple[Alias, ...]]).result

    async def create_alias(self, draft: AliasDraft, /, *, key: str) -> Alias:
        """Create an alias; as the default it takes that from the one before.

        Args:
            draft: Which.
            key: The same one gives the same alias, however often it is sent.
        """
        self._need(Capability.PROFILE_ALIASES)
        reply = await self._http.post(f"{_BASE}/aliases", draft.body(), key=key)
        return reply.parse(Envelope[Alias]).result

    async def update_alias(self, alias_id: str, changes: AliasChanges, /) -> Alias:
        """Change the given fields and return the alias as it is now."""
        self._need(Capability.PROFILE_ALIASES)
        reply = await self._http.patch(_alias_path(alias_id), changes.body())
        return reply.parse(Envelope[Alias]).result

    async def delete_alias(self, alias_id: str, /) -> None:
        """Delete an alias for good; without a default the user's own name is used."""
        self._need(Capability.PROFILE_ALIASES)
        await self._http.delete(_alias_path(alias_id))

    async def upload(self, picture: bytes, /, *, name: str) -> StoredFile:
        """Store a picture: PNG, JPEG, WebP or GIF of at most 2 MiB.

        Raises:
            InvalidFieldsError: It is none of these, whatever its name says.
            RefusedError: It is too large (413).
        """
        self._need(Capability.FILES)
        reply = await self._http.upload("/console/v1/files", picture, name=name)
        return reply.parse(Envelope[StoredFile]).result

    async def download(self, file_id: str, /) -> bytes:
        """Read a stored picture."""
        self._need(Capability.FILES)
        path = f"/console/v1/files/{checked_id(file_id, what='The id of the picture')}"
        return (await self._http.get(path)).body

    async def _send(self, path: str, body: dict[str, str]) -> None:
        reply = await self._http.post(path, body)
        reply.parse(Envelope[JsonValue])  # so that a web page is not taken for an answer

    def _need(self, capability: Capability) -> None:
        if capability not in self._capabilities:
            unsupported(capability)


def _alias_path(alias_id: str) -> str:
    return f"{_BASE}/aliases/{checked_id(alias_id, what='The id of the alias')}"
