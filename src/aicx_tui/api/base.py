"""What a platform is to the rest of the house: calls, and which of them it can answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, Protocol

from pydantic import SecretStr

from aicx_tui.errors import UnsupportedError
from aicx_tui.models.account import Account
from aicx_tui.models.capability import Capability
from aicx_tui.models.feed import FeedPage
from aicx_tui.models.human import (
    WRITABLE_FIELDS,
    Human,
    HumanChanges,
    HumanDraft,
    TagValue,
    VersionedHuman,
)
from aicx_tui.models.tag import TagChanges, TagDefinition, TagDraft

if TYPE_CHECKING:
    from aicx_tui.api.console_profile import ConsoleProfile
    from aicx_tui.api.console_token import ConsoleToken

FEED_PAGE_LIMIT = 1000
"""The most humans that one page of the feed may hold."""


CREDENTIAL_HEADERS = ("X-SINITIC-TOKEN", "Authorization")
"""Where a token travels, and where a session does."""

BEARER = "Bearer "


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A secret and the header it travels in."""

    header: str
    secret: SecretStr
    prefix: str = ""
    lasts: bool = False

    @classmethod
    def token(cls, secret: SecretStr) -> Credential:
        """A personal access token."""
        return cls(header=CREDENTIAL_HEADERS[0], secret=secret)

    @classmethod
    def session(cls, secret: SecretStr) -> Credential:
        """What a sign-in by password gave."""
        return cls(header=CREDENTIAL_HEADERS[1], secret=secret, prefix=BEARER)

    @classmethod
    def key(cls, secret: SecretStr) -> Credential:
        """An API key of a platform that takes one as a bearer does."""
        return cls(header=CREDENTIAL_HEADERS[1], secret=secret, prefix=BEARER, lasts=True)

    @property
    def is_session(self) -> bool:
        """Whether it ends on its own and can be ended."""
        return bool(self.prefix) and not self.lasts

    def header_value(self) -> str:
        """The header's value in clear; only the request hook asks for it."""
        return self.prefix + self.secret.get_secret_value()


class Platform(Protocol):
    """The calls of a platform for one company and bot.

    A concrete platform overrides what it can do; the rest raises `UnsupportedError` before
    anything is sent. Every call raises the errors of `aicx_tui.errors`, and no others.

    Attributes:
        capabilities: What it can do.
        fields: What can be written of a human there.
        installation: What tells it from others of its kind, whatever its address is just now.
    """

    capabilities: frozenset[Capability]
    fields: tuple[str, ...] = WRITABLE_FIELDS
    installation: str = ""

    async def get_human(self, human_id: str, /) -> VersionedHuman:
        """Read one human, with its version where the platform has versions."""
        self._unsupported(Capability.HUMANS_GET)

    async def resolve_human(self, access_token: SecretStr, /) -> Human:
        """Read the human that has an access token.

        Raises:
            NotFoundError: Nobody has it.
        """
        self._unsupported(Capability.HUMANS_RESOLVE)

    async def create_human(self, draft: HumanDraft, /, *, key: str = "") -> str:
        """Create a human and return its id.

        Args:
            draft: Whom.
            key: The same one gives the same human, however often it is sent; needs
                `writes.idempotent`.
        """
        self._unsupported(Capability.HUMANS_CREATE)

    async def update_human(
        self, human_id: str, changes: HumanChanges, /, *, if_match: str | None = None
    ) -> str:
        """Change the given fields and return the human's id.

        Args:
            human_id: Which human.
            changes: Only the fields to change; `None` clears one.
            if_match: The version that the change was made on; needs `humans.precondition`.
        """
        self._unsupported(Capability.HUMANS_UPDATE)

    async def delete_human(self, human_id: str, /, *, if_match: str | None = None) -> None:
        """Delete a human for good.

        Args:
            human_id: Which human.
            if_match: The version that was seen; needs `humans.precondition`.
        """
        self._unsupported(Capability.HUMANS_DELETE)

    async def assign_tags(self, human_ids: Sequence[str], tags: Sequence[TagValue], /) -> None:
        """Give every one of the humans every one of the tag values."""
        self._unsupported(Capability.TAGS_ASSIGN)

    async def unassign_tags(self, human_ids: Sequence[str], tag_ids: Sequence[str], /) -> None:
        """Take every one of the tags away from every one of the humans."""
        self._unsupported(Capability.TAGS_UNASSIGN)

    async def read_feed(self, cursor: str | None, /, *, limit: int = FEED_PAGE_LIMIT) -> FeedPage:
        """Read one page of the humans feed, from the start where there is no cursor."""
        self._unsupported(Capability.HUMANS_FEED)

    async def list_tags(self) -> tuple[TagDefinition, ...]:
        """Read the definitions of the bot's tags."""
        self._unsupported(Capability.TAGS_LIST)

    async def create_tag(self, draft: TagDraft, /, *, key: str = "") -> TagDefinition:
        """Define a tag and return it with its id.

        Args:
            draft: Which.
            key: The same one gives the same tag, however often it is sent; needs
                `writes.idempotent`.
        """
        self._unsupported(Capability.TAGS_DEFINE)

    async def update_tag(self, tag_id: str, changes: TagChanges, /) -> TagDefinition:
        """Change what is given of a definition and return it; humans keep their values."""
        self._unsupported(Capability.TAGS_DEFINE)

    async def delete_tag(self, tag_id: str, /, *, key: str = "") -> int:
        """Take a tag from every human, remove its definition and return how many had it.

        Args:
            tag_id: Which tag.
            key: The same one gives the same answer, however often it is sent; needs
                `writes.idempotent`.
        """
        self._unsupported(Capability.TAGS_DEFINE)

    @property
    def profile(self) -> ConsoleProfile:
        """The calls about the signed-in user itself."""
        self._unsupported(Capability.PROFILE_EDIT)

    @property
    def token(self) -> ConsoleToken:
        """The calls about the user's personal access token."""
        self._unsupported(Capability.TOKEN_ISSUE)

    async def get_account(self) -> Account:
        """Read who is signed in."""
        self._unsupported(Capability.SIGN_IN)

    async def check_token(self) -> None:
        """Find out, changing nothing, whether the platform accepts the credential.

        Raises:
            NotSignedInError: It does not.
            NotFoundError: Company or bot are not known to it.
        """
        self._unsupported(Capability.SIGN_IN)

    async def sign_out(self) -> None:
        """End the session; a personal access token stays as it is."""
        self._unsupported(Capability.SIGN_IN)

    async def aclose(self) -> None:
        """Close the connections, if there are any."""
        return

    def _unsupported(self, capability: Capability) -> NoReturn:
        unsupported(capability)


def unsupported(capability: Capability) -> NoReturn:
    """Refuse a call that the platform does not have, before anything is sent."""
    raise UnsupportedError(_MISSING[capability], hint=_INSTEAD[capability])


_MISSING = {
    Capability.HUMANS_GET: "This platform has no call that reads a human.",
    Capability.HUMANS_CREATE: "This platform has no call that creates a human.",
    Capability.HUMANS_UPDATE: "This platform has no call that changes a human.",
    Capability.HUMANS_DELETE: "This platform has no call that deletes a human.",
    Capability.HUMANS_RESOLVE: "This platform has no call that finds a human by its access token: "
    "Proto documents none for its gateway. Nothing was sent.",
    Capability.HUMANS_FEED: "This platform has no call that lists humans: "
    "Proto documents none for its gateway. Nothing was sent.",
    Capability.WRITES_IDEMPOTENT: "This platform cannot tell a change that is sent twice.",
    Capability.HUMANS_NOTES: "This platform has no documented way to write notes.",
    Capability.HUMANS_PRECONDITION: "This platform cannot check a version before it changes.",
    Capability.TAGS_ASSIGN: "This platform has no call that assigns tags.",
    Capability.TAGS_UNASSIGN: "This platform has no call that takes tags away.",
    Capability.TAGS_LIST: "This platform has no call that lists tags: "
    "Proto documents none for its gateway. Nothing was sent.",
    Capability.TAGS_DEFINE: "This platform has no call that defines tags. Nothing was sent.",
    Capability.SIGN_IN: "This platform has no call that signs in or tells who is signed in.",
    Capability.PROFILE_EDIT: "This platform has no call for the profile. Nothing was sent.",
    Capability.PROFILE_PASSWORD: "This platform has no call that changes a password.",
    Capability.PROFILE_TWO_FACTOR: "This platform has no call for two-factor authentication.",
    Capability.PROFILE_IDENTITIES: "This platform has no call that links accounts.",
    Capability.PROFILE_ALIASES: "This platform has no call for aliases. Nothing was sent.",
    Capability.FILES: "This platform has no call that stores pictures. Nothing was sent.",
    Capability.TOKEN_ISSUE: "This platform has no call that issues a token. Nothing was sent.",
}

_OTHER_PLATFORM = "A server with the console contract can: a context of kind console."

_IN_THE_WEB_APP = "In Proto's web app: the profile icon at the top right > Profile"

_INSTEAD = dict.fromkeys(Capability, _OTHER_PLATFORM) | {
    Capability.PROFILE_EDIT: f"{_IN_THE_WEB_APP} > GENERAL.",
    Capability.PROFILE_PASSWORD: f"{_IN_THE_WEB_APP} > GENERAL > Password.",
    Capability.PROFILE_TWO_FACTOR: f"{_IN_THE_WEB_APP} > GENERAL > Two-factor authentication.",
    Capability.PROFILE_IDENTITIES: f"{_IN_THE_WEB_APP} > GENERAL.",
    Capability.PROFILE_ALIASES: f"{_IN_THE_WEB_APP} > ALIASES.",
    Capability.TOKEN_ISSUE: f"{_IN_THE_WEB_APP} > API > ISSUE NEW TOKEN.",
    Capability.HUMANS_FEED: f"Read one with: aicx humans get ID. {_OTHER_PLATFORM}",
    Capability.TAGS_LIST: f"Tag ids stand in Proto's web app: Human > Settings. {_OTHER_PLATFORM}",
}
