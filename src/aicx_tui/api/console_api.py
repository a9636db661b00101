"""A platform that serves the console contract: the sandbox, or a self-hosted server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pydantic import JsonValue, SecretStr
from typing_extensions import override

from aicx_tui.addresses import checked_id
from aicx_tui.api.base import FEED_PAGE_LIMIT
from aicx_tui.api.console_profile import ConsoleProfile
from aicx_tui.api.console_token import ConsoleToken
from aicx_tui.api.http import HttpCore
from aicx_tui.api.proto_gateway import ProtoGateway, checked_human_id
from aicx_tui.errors import NotFoundError, NotTheApiError
from aicx_tui.models.account import Account, PlatformCapabilities
from aicx_tui.models.capability import Capability
from aicx_tui.models.feed import FEED_ENVELOPE, FeedPage
from aicx_tui.models.human import Human
from aicx_tui.models.tag import TagChanges, TagDefinition, TagDeleted, TagDraft
from aicx_tui.models.wire import Envelope

_BASE = "/console/v1"


class ConsoleApi(ProtoGateway):
    """The four gateway calls and those of the console contract, for one company and bot.

    Use `open` to make one: what it can do is the server's to say.
    """

    def __init__(
        self, http: HttpCore, *, company_id: str, bot_id: str, server: PlatformCapabilities
    ) -> None:
        super().__init__(http, company_id=company_id, bot_id=bot_id)
        known = frozenset(Capability)
        self.capabilities = frozenset(c for c in known if c.value in server.capabilities)
        self.installation = server.installation_id
        self._bot = f"{_BASE}/bots/{bot_id}"

    @classmethod
    async def open(cls, http: HttpCore, *, company_id: str, bot_id: str) -> ConsoleApi:
        """Ask the server what it can do.

        Raises:
            NotTheApiError: The server does not serve the console contract.
        """
        server = await read_capabilities(http)
        return cls(http, company_id=company_id, bot_id=bot_id, server=server)

    @override
    async def read_feed(self, cursor: str | None, /, *, limit: int = FEED_PAGE_LIMIT) -> FeedPage:
        query: dict[str, str | int] = {"limit": limit}
        if cursor is not None:
            query["cursor"] = cursor
        reply = await self._http.get(f"{self._bot}/humans", query=query)
        page = (await asyncio.to_thread(reply.parse_by, FEED_ENVELOPE))["result"]
        if page["items"] and page["next"] == cursor:
            raise NotTheApiError(
                "The platform's feed of humans goes round in a circle; it was not read on.",
                hint="Tell whoever runs the platform.",
            )
        return page

    @override
    async def resolve_human(self, access_token: SecretStr, /) -> Human:
        self._need(Capability.HUMANS_RESOLVE)
        body = {"access_token": access_token.get_secret_value()}
        reply = await self._http.ask(f"{self._bot}/humans/resolve", body)
        return reply.parse(Envelope[Human]).result

    @override
    async def delete_human(self, human_id: str, /, *, if_match: str | None = None) -> None:
        self._need(Capability.HUMANS_DELETE)
        self._refuse_precondition(if_match)
        path = f"{self._bot}/humans/{checked_human_id(human_id)}"
        await self._http.delete(path, if_match=if_match)

    @override
    async def unassign_tags(self, human_ids: Sequence[str], tag_ids: Sequence[str], /) -> None:
        self._need(Capability.TAGS_UNASSIGN)
        ids = [checked_human_id(human_id) for human_id in human_ids]
        body = {"human_ids": ids, "tag_ids": list(tag_ids)}
        reply = await self._http.post(f"{self._bot}/humans/unassign_tags", body)
        reply.parse(Envelope[JsonValue])  # so that a web page is not taken for an answer

    @override
    async def list_tags(self) -> tuple[TagDefinition, ...]:
        reply = await self._http.get(f"{self._bot}/tags")
        return reply.parse(Envelope[tuple[TagDefinition, ...]]).result

    @override
    async def create_tag(self, draft: TagDraft, /, *, key: str = "") -> TagDefinition:
        self._need(Capability.TAGS_DEFINE)
        self._refuse_key(key)
        reply = await self._http.post(f"{self._bot}/tags", draft.body(), key=key)
        return reply.parse(Envelope[TagDefinition]).result

    @override
    async def update_tag(self, tag_id: str, changes: TagChanges, /) -> TagDefinition:
        self._need(Capability.TAGS_DEFINE)
        reply = await self._http.patch(self._tag_path(tag_id), changes.body())
        return reply.parse(Envelope[TagDefinition]).result

    @override
    async def delete_tag(self, tag_id: str, /, *, key: str = "") -> int:
        self._need(Capability.TAGS_DEFINE)
        self._refuse_key(key)
        reply = await self._http.delete(self._tag_path(tag_id), key=key)
        return reply.parse(Envelope[TagDeleted]).result.humans

    @property
    @override
    def profile(self) -> ConsoleProfile:
        return ConsoleProfile(self._http, capabilities=self.capabilities)

    @property
    @override
    def token(self) -> ConsoleToken:
        return ConsoleToken(self._http, capabilities=self.capabilities)

    @override
    async def get_account(self) -> Account:
        return await read_account(self._http)

    @override
    async def check_token(self) -> None:
        await self.get_account()

    @override
    async def sign_out(self) -> None:
        self._http.renew = None  # a session that has ended already is what is wanted
        await self._http.post(f"{_BASE}/sign-out", {})
        self._http.credential = None

    def _need(self, capability: Capability) -> None:
        if capability not in self.capabilities:
            self._unsupported(capability)

    def _tag_path(self, tag_id: str) -> str:
        return f"{self._bot}/tags/{checked_id(tag_id, what='The id of the tag')}"


async def read_capabilities(http: HttpCore) -> PlatformCapabilities:
    """Ask the server what it can do; needs no credential.

    Raises:
        NotTheApiError: The server does not serve the console contract.
    """
    try:
        reply = await http.get(f"{_BASE}/capabilities")
    except NotFoundError:
        raise NotTheApiError(
            "This server does not serve the console contract.",
            hint="Check the address. If it is Proto's gateway, its kind is gateway.",
        ) from None
    return reply.parse(Envelope[PlatformCapabilities]).result


async def read_account(http: HttpCore) -> Account:
    """Ask who is signed in."""
    reply = await http.get(f"{_BASE}/me")
    return reply.parse(Envelope[Account]).result
