"""Proto's documented Authentication API: four calls, and nothing beyond them.

Source: the Authentication API page of Proto's documentation. It is silent on status codes,
errors and limits, so replies are read tolerantly; nothing that it does not name is ever sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from typing_extensions import override

from aicx_tui.addresses import checked_id
from aicx_tui.api.base import Platform
from aicx_tui.api.failures import CHECK_ADDRESS, WEB_PAGE
from aicx_tui.api.http import HttpCore
from aicx_tui.errors import (
    ForbiddenError,
    NotFoundError,
    NotSignedInError,
    NotTheApiError,
    RefusedError,
)
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import (
    NOTES,
    Human,
    HumanChanges,
    HumanDraft,
    TagValue,
    VersionedHuman,
)
from aicx_tui.models.wire import Envelope, HumanReference, TagsAssigned

NOBODY = "eu_000000000000"
"""An id of the documented form that no human has."""

_NOT_FOUND_ABOVE = ("company_not_found", "bot_not_found")
"""Codes by which a server of the console contract tells a wrong company or bot from a human."""


class ProtoGateway(Platform):
    """The four gateway calls for one company and bot.

    Args:
        http: The HTTP core of the platform's origin, with the credential.
        company_id: From General Settings.
        bot_id: From BUILD > SETTINGS > API.
    """

    capabilities = frozenset(
        {
            Capability.HUMANS_GET,
            Capability.HUMANS_CREATE,
            Capability.HUMANS_UPDATE,
            Capability.TAGS_ASSIGN,
        }
    )

    def __init__(self, http: HttpCore, *, company_id: str, bot_id: str) -> None:
        self._http = http
        company = checked_id(company_id, what="The company id")
        bot = checked_id(bot_id, what="The bot id")
        self._crm = f"/gateway/{company}/{bot}/crm"

    @override
    async def get_human(self, human_id: str, /) -> VersionedHuman:
        reply = await self._http.get(f"{self._crm}/human/{checked_human_id(human_id)}")
        return VersionedHuman(reply.parse(Envelope[Human]).result, reply.headers.get("etag"))

    @override
    async def create_human(self, draft: HumanDraft, /, *, key: str = "") -> str:
        self._refuse_notes(draft)
        self._refuse_key(key)
        reply = await self._http.post(f"{self._crm}/human", draft.body(), key=key)
        return reply.parse(Envelope[HumanReference]).result.id

    @override
    async def update_human(
        self, human_id: str, changes: HumanChanges, /, *, if_match: str | None = None
    ) -> str:
        self._refuse_notes(changes)
        self._refuse_precondition(if_match)
        path = f"{self._crm}/human/{checked_human_id(human_id)}"
        reply = await self._http.put(path, changes.body(), if_match=if_match)
        return reply.parse(Envelope[HumanReference]).result.id

    @override
    async def assign_tags(self, human_ids: Sequence[str], tags: Sequence[TagValue], /) -> None:
        body = {
            "human_ids": [checked_human_id(human_id) for human_id in human_ids],
            "tags": [tag.model_dump() for tag in tags],
        }
        reply = await self._http.post(f"{self._crm}/assign_tags", body)
        # The documents print this one reply as a Python literal.
        literal = reply.body.replace(b"True", b"true").replace(b"False", b"false")
        if replace(reply, body=literal).parse(TagsAssigned).success is False:
            raise RefusedError("The platform did not assign the tags; it gave no reason.")

    @override
    async def check_token(self) -> None:
        """Read a human that cannot be there: Proto documents no call that checks a token.

        An answer that there is no such human shows that the token was let through. Which status
        a refused token gets is not documented either; 401 and 403 are taken for that.
        """
        try:
            reply = await self._http.get(f"{self._crm}/human/{NOBODY}")
            reply.parse(Envelope[Human])
        except ForbiddenError as error:
            raise NotSignedInError(error.message, hint=error.hint) from None
        except NotFoundError as error:
            if error.code in _NOT_FOUND_ABOVE:
                raise
            if error.code == WEB_PAGE:
                raise NotTheApiError(error.message, hint=CHECK_ADDRESS) from None

    def _refuse_notes(self, written: HumanDraft | HumanChanges) -> None:
        if NOTES in written.model_fields_set and Capability.HUMANS_NOTES not in self.capabilities:
            self._unsupported(Capability.HUMANS_NOTES)

    def _refuse_key(self, key: str) -> None:
        if key and Capability.WRITES_IDEMPOTENT not in self.capabilities:
            self._unsupported(Capability.WRITES_IDEMPOTENT)

    def _refuse_precondition(self, if_match: str | None) -> None:
        if if_match and Capability.HUMANS_PRECONDITION not in self.capabilities:
            self._unsupported(Capability.HUMANS_PRECONDITION)

    @override
    async def aclose(self) -> None:
        await self._http.aclose()


def checked_human_id(human_id: str) -> str:
    """A human's id that can stand in a path.

    Raises:
        UsageError: It cannot.
    """
    return checked_id(human_id, what="The human's id")
