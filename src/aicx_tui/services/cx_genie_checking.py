"""Asks an Authentication URL as CX Genie would, and says whether the reply would do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from pydantic import JsonValue, SecretStr

from aicx_tui.api.cx_genie import Answer, AuthenticationUrl
from aicx_tui.errors import AicxError, UsageError
from aicx_tui.numerals import grouped
from aicx_tui.services.cx_genie import ChatUser, Profile
from aicx_tui.services.cx_genie_profiles import header_token
from aicx_tui.services.cx_genie_records import CheckRecords
from aicx_tui.services.cx_genie_reply import Verdict, judged
from aicx_tui.services.findings import Check
from aicx_tui.services.masking import MASK, masked
from aicx_tui.services.setup import Setup

TOKEN_FIELD = "access_token"  # noqa: S105  the name of a field

_SECRET_HEADERS = ("set-cookie", "authorization", "proxy-authenticate", "www-authenticate")

SHOWN_BYTES = 4096
"""Of a body that is shown; a reply that would do is far shorter."""

LONGEST_SECRET = 4096

SHORTEST_SECRET = 4
"""What is shorter is in every text by chance, and kept from nobody by that."""


@dataclass(frozen=True)
class Visitor:
    """Who visits a chat, as its page tells CX Genie.

    Attributes:
        token: The user's token, which CX Genie hands on unread.
        fields: What goes with it.
    """

    token: SecretStr
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What came of one question.

    Attributes:
        visitor: Whom it was about.
        verdict: Whether the reply would do.
        answer: The reply; None where none came.
    """

    visitor: Visitor
    verdict: Verdict
    answer: Answer | None
    header_token: SecretStr = field(repr=False)

    @property
    def user(self) -> ChatUser | None:
        """Whom the reply is about, where it would do."""
        return self.verdict.user if self.verdict.would_do else None

    @property
    def summary(self) -> str:
        """In one sentence."""
        if self.verdict.would_do:
            seconds = self.answer.seconds if self.answer else 0.0
            return f"The reply would do; it took {grouped(round(seconds * 1000))} ms."
        first = self.verdict.failed[0]
        return f"The reply would not do. {first.name}: {first.found}"

    @property
    def kept(self) -> str:
        """The same without a word of the server: it may name whom it was about."""
        if self.verdict.would_do:
            return self.summary
        first = self.verdict.failed[0]
        if self.answer is None:
            return f"No reply came. {first.found}"
        return f"The reply would not do: {first.name} ({self.answer.status})."

    def headers(self) -> dict[str, str]:
        """The reply's headers as they may be shown."""
        if self.answer is None:
            return {}
        return {
            name: MASK if name.lower() in _SECRET_HEADERS else self._harmless(value)
            for name, value in self.answer.headers
        }

    def body(self) -> str:
        """The beginning of the reply's body as it may be shown."""
        if self.answer is None:
            return ""
        # Masked before it is cut, so that no piece of a secret is left at the end.
        text = self.answer.body[: SHOWN_BYTES + LONGEST_SECRET].decode(errors="replace")
        return self._harmless(text)[:SHOWN_BYTES]

    def _harmless(self, text: str) -> str:
        return _without(text, self.header_token, self.visitor.token)


class Asker:
    """Asks one Authentication URL.

    Args:
        profile: Which, and how.
        token: The header token.

    Attributes:
        shown: What came of the first question whose reply would do, else of the last one.

    Raises:
        UsageError: The file of certificates holds none.
    """

    def __init__(self, profile: Profile, token: SecretStr) -> None:
        self.profile = profile
        self.shown: Asked | None = None
        self._token = token
        authorization = SecretStr(profile.header_style.header(token.get_secret_value()))
        self._url = AuthenticationUrl(
            profile.url, authorization, seconds=profile.timeout, ca_file=profile.ca_file
        )

    async def ask(self, visitor: Visitor) -> Asked:
        """Ask about a visitor; that no answer came is a finding, too.

        Raises:
            UsageError: A field is missing that the profile sends, or is there that it does not.
        """
        asked = await self._asked(visitor)
        if self.shown is None or not self.shown.verdict.would_do:
            self.shown = asked
        return asked

    async def _asked(self, visitor: Visitor) -> Asked:
        body = body_of(self.profile, visitor)
        try:
            answer = await self._url.ask(body)
        except AicxError as error:
            check = Check("Answer", "failed", error.message, error.hint)
            return Asked(visitor, Verdict((check,)), None, self._token)
        verdict = judged(answer, identity=self.profile.identity)
        # A server that repeats what it was sent must not have it shown or kept by that.
        findings = (
            replace(finding, found=_without(finding.found, self._token, visitor.token))
            for finding in verdict.findings
        )
        return Asked(visitor, replace(verdict, findings=tuple(findings)), answer, self._token)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._url.aclose()


def _without(text: str, *secrets: SecretStr) -> str:
    for secret in secrets:
        if len(secret.get_secret_value()) >= SHORTEST_SECRET:
            text = masked(text, secret)
    return text


def body_of(profile: Profile, visitor: Visitor) -> dict[str, JsonValue]:
    """What CX Genie would send.

    Raises:
        UsageError: A field is missing that the profile sends, or is there that it does not.
    """
    wanted, given = set(profile.fields), set(visitor.fields)
    if missing := sorted(wanted - given):
        raise UsageError(
            f"{profile.name} sends {', '.join(missing)} too. Nothing was sent.",
            hint=f"Give it: --field {missing[0]}=VALUE",
        )
    if more := sorted(given - wanted):
        raise UsageError(
            f"{profile.name} does not send {', '.join(more)}. Nothing was sent.",
            hint="Which fields it sends is `fields` of the profile in config.toml.",
        )
    fields = {name: visitor.fields[name] for name in profile.fields}
    return {TOKEN_FIELD: visitor.token.get_secret_value(), **fields}


@asynccontextmanager
async def asker(setup: Setup, profile: Profile) -> AsyncIterator[Asker]:
    """What asks the URL of a profile with its header token; what that showed is kept at the end.

    Raises:
        NotSignedInError: There is no header token.
    """
    token = await header_token(profile, keyring=setup.credentials.keyring, environ=setup.environ)
    asks = Asker(profile, token)
    try:
        yield asks
    finally:
        await asks.aclose()
        if shown := asks.shown:
            CheckRecords(setup.home).note(
                profile.name, url=profile.url, would_do=shown.verdict.would_do, message=shown.kept
            )


async def checked(setup: Setup, profile: Profile, visitor: Visitor) -> Asked:
    """Ask about a visitor, and keep what that showed; raises as `asker` and `Asker.ask` do."""
    async with asker(setup, profile) as asks:
        return await asks.ask(visitor)
