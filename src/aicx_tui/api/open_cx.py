"""OpenCX: contacts as humans, and vouching for one to its widget.

Source: OpenCX's API reference. Written is `phone`, read is `phone_number`, and what is written of
a contact is wrapped; no call reads one contact, empties a field, or tells what was deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, NoReturn

from pydantic import JsonValue
from typing_extensions import override

from aicx_tui.addresses import checked_id
from aicx_tui.api.base import FEED_PAGE_LIMIT, Platform
from aicx_tui.api.budget import Budget
from aicx_tui.api.http import HttpCore, Reply
from aicx_tui.errors import CursorTooOldError, ForbiddenError, OutcomeUnknownError, UnsupportedError
from aicx_tui.models.capability import Capability
from aicx_tui.models.feed import FeedItem, FeedPage, feed_item
from aicx_tui.models.human import HumanChanges, HumanDraft
from aicx_tui.models.open_cx import Authenticated, Contact, ContactReference, ContactsPage

MOST_REQUESTS = 100
"""In a minute, of the calls that do not stream."""

MOST_BYTES = 4 * 1024 * 1024
"""Of one answer; no size of a page is documented."""

OVERLAP = timedelta(minutes=1)
"""How far before the last reading the next one begins: a reading takes a while, and whether
`updated_after` means that moment too is not documented."""

_FIELDS = {"fullname": "name", "email": "email", "phone_number": "phone"}
"""What is written of a contact, by what a human calls it."""

_NOT_DOCUMENTED = {
    Capability.HUMANS_GET: "call that reads one contact",
    Capability.TAGS_LIST: "tags of contacts",
    Capability.TAGS_ASSIGN: "tags of contacts",
    Capability.TAGS_UNASSIGN: "tags of contacts",
    Capability.TAGS_DEFINE: "tags of contacts",
    Capability.TOKEN_ISSUE: "call that makes an API key",
    Capability.SIGN_IN: "call that tells whose a key is",
    Capability.PROFILE_EDIT: "profile",
}

_INSTEAD = {
    Capability.HUMANS_GET: "Find it in the local copy: aicx humans list id:ID",
    Capability.TOKEN_ISSUE: "In OpenCX's dashboard: Settings > Access.",
}

_THE_CHANGE = "The change was sent and"

_BUDGETS: dict[str, Budget] = {}


def budget_of(root: str, host: str) -> Budget:
    """The budget of a platform, one for all clients of this process."""
    return _BUDGETS.setdefault(root, Budget(MOST_REQUESTS, what=host))


class OpenCx(Platform):
    """The contacts of the organisation that an API key belongs to.

    Args:
        http: The HTTP core of the platform's origin, with the key.
    """

    fields = tuple(_FIELDS)
    capabilities = frozenset(
        {
            Capability.HUMANS_FEED,
            Capability.HUMANS_CREATE,
            Capability.HUMANS_UPDATE,
            Capability.HUMANS_DELETE,
        }
    )

    def __init__(self, http: HttpCore) -> None:
        self._http = http

    @override
    async def read_feed(self, cursor: str | None, /, *, limit: int = FEED_PAGE_LIMIT) -> FeedPage:
        del limit  # no size of a page is documented
        place = _Place.read(cursor)
        if place.is_at_end:
            return FeedPage(items=[], next=str(_Place(since=place.next_since)))
        since = {"updated_after": place.since} if place.since else {}
        asked = {place.cursor}
        reply = await self._http.get(
            "/contacts", query=since | ({"cursor": place.cursor} if place.cursor else {})
        )
        page = reply.parse(ContactsPage)
        next_since = place.next_since or _begun_at(reply)
        while not page.items and page.next and page.next not in asked:  # only null is the end
            asked.add(page.next)
            again = await self._http.get("/contacts", query=since | {"cursor": page.next})
            page = again.parse(ContactsPage)
        following = _Place(
            since=place.since,
            next_since=next_since,
            cursor=page.next or "",
            is_at_end=not page.next,
        )
        if not page.items:
            following = _Place(since=next_since)
        return FeedPage(items=[_item(contact) for contact in page.items], next=str(following))

    @override
    async def create_human(self, draft: HumanDraft, /, *, key: str = "") -> str:
        if key:
            self._unsupported(Capability.WRITES_IDEMPOTENT)
        body = {"contact": _contact(draft.body())}
        return (await self._http.post("/contacts", body)).parse(ContactReference).id

    @override
    async def update_human(
        self, human_id: str, changes: HumanChanges, /, *, if_match: str | None = None
    ) -> str:
        if if_match:
            self._unsupported(Capability.HUMANS_PRECONDITION)
        contact = _contact(changes.body())
        if None in contact.values():
            raise UnsupportedError(
                "OpenCX documents no way to empty a field of a contact. Nothing was sent.",
                hint="Give it another value, or empty it in OpenCX's dashboard.",
            )
        await self._http.patch(_path(human_id), {"contact": contact})
        return human_id

    @override
    async def delete_human(self, human_id: str, /, *, if_match: str | None = None) -> None:
        if if_match:
            self._unsupported(Capability.HUMANS_PRECONDITION)
        await self._http.delete(_path(human_id))

    @override
    async def check_token(self) -> None:
        """Read a page of contacts; a key that may not is let through all the same."""
        try:
            (await self._http.get("/contacts")).parse(ContactsPage)
        except ForbiddenError:
            return  # it is a key, and may be for the widget alone

    async def authenticate(self, body: Mapping[str, JsonValue]) -> Authenticated:
        """Vouch for a human, who becomes a contact by the e-mail address.

        Args:
            body: As documented for `POST /widget/authenticate-user`.
        """
        try:
            reply = await self._http.post("/widget/authenticate-user", body)
            return reply.parse(Authenticated)
        except OutcomeUnknownError as error:
            said = error.message.replace(_THE_CHANGE, "There is no token; the contact")
            raise OutcomeUnknownError(said, hint="Ask once more.") from None

    @override
    def _unsupported(self, capability: Capability) -> NoReturn:
        not_documented(capability)

    @override
    async def aclose(self) -> None:
        await self._http.aclose()


def not_documented(capability: Capability) -> NoReturn:
    """Refuse what OpenCX has no call for, before anything is sent."""
    what = _NOT_DOCUMENTED.get(capability, "such call")
    raise UnsupportedError(
        f"OpenCX documents no {what}. Nothing was sent.",
        hint=_INSTEAD.get(capability, "OpenCX's dashboard may have it."),
    )


class _Place(NamedTuple):
    """How far a reading is: all contacts, or those that changed since; the feed's cursor."""

    since: str = ""
    next_since: str = ""
    cursor: str = ""
    is_at_end: bool = False

    @classmethod
    def read(cls, text: str | None) -> _Place:
        if text is None:
            return cls()
        since, _, rest = text.partition(" ")
        next_since, _, cursor = rest.partition(" ")
        if cursor[:1] not in ("", ">", "."):
            raise CursorTooOldError("This is no place in OpenCX's contacts.")
        return cls(since.strip("-"), next_since.strip("-"), cursor[1:], cursor[:1] == ".")

    def __str__(self) -> str:
        sign = "." if self.is_at_end else ">" if self.cursor else ""
        return f"{self.since or '-'} {self.next_since or '-'} {sign}{self.cursor}"


def _begun_at(reply: Reply) -> str:
    """When a reading began, by the platform's own clock where it tells."""
    try:
        moment = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        moment = datetime.now(UTC)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _item(contact: Contact) -> FeedItem:
    """A contact as the feed has humans."""
    item = contact.model_dump(mode="json", exclude_unset=True)
    return feed_item({"fullname": item.pop("name", None)} | item)


def _contact(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent of a human.

    Raises:
        UnsupportedError: A contact has no such field.
    """
    unknown = [name for name, value in body.items() if name not in _FIELDS and value]
    if unknown:
        raise UnsupportedError(
            f"A contact of OpenCX has no {' and no '.join(unknown)}. Nothing was sent.",
            hint="It has a name, an e-mail address and a phone.",
        )
    return {_FIELDS[name]: value for name, value in body.items() if name in _FIELDS}


def _path(human_id: str) -> str:
    return f"/contacts/{checked_id(human_id, what='The id of the contact')}"
