"""Whom an access token belongs to, for who asks by it; nothing of the answers is kept."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue, SecretStr

from aicx_tui.addresses import checked_id
from aicx_tui.api.base import Platform
from aicx_tui.errors import (
    FieldProblem,
    ForbiddenError,
    NotFoundError,
    UnsupportedError,
    UsageError,
)
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human
from aicx_tui.numerals import grouped
from aicx_tui.services.action import ADMIN
from aicx_tui.services.phone_numbers import split
from aicx_tui.services.session import Session
from aicx_tui.text import is_blank


class Answers(Protocol):
    """Finds humans by their access tokens."""

    @property
    def said(self) -> str:
        """What is served, as a person reads it."""
        ...

    async def human(self, token: str, /) -> Human | None:
        """The human that has a token; None where nobody has.

        Raises:
            AicxError: The platform cannot be asked.
        """
        ...


@dataclass(frozen=True)
class ByPlatform:
    """Asks the platform for each token."""

    platform: Platform
    said = "every human that has an access token"

    async def human(self, token: str, /) -> Human | None:
        """The one that the platform finds."""
        try:
            return await self.platform.resolve_human(SecretStr(token))
        except NotFoundError as error:
            if error.code in _NO_HUMAN:
                raise
            return None


_NO_HUMAN = ("company_not_found", "bot_not_found", "not_found")
"""What is not found, where it is no human."""


@dataclass(frozen=True)
class ByFile:
    """Knows whose each token is, and asks the platform for the human alone.

    Attributes:
        platform: Where humans are read.
        human_ids: By the digest of a token: to find one takes as long for any.
    """

    platform: Platform
    human_ids: Mapping[bytes, str]

    @property
    def said(self) -> str:
        """How many."""
        count = len(self.human_ids)
        return (
            "the 1 token of the file" if count == 1 else f"the {grouped(count)} tokens of the file"
        )

    async def human(self, token: str, /) -> Human | None:
        """The one of the file, unless the platform says that it has another token by now."""
        human_id = self.human_ids.get(digest_of(token))
        if human_id is None:
            return None
        try:
            human = (await self.platform.get_human(human_id)).human
        except NotFoundError as error:
            if error.code in _NO_HUMAN:
                raise
            return None  # deleted meanwhile
        now = human.access_token
        if now is not None and not is_same_secret(now.get_secret_value(), token):
            return None
        return human


async def answers_of(session: Session, user_tokens: bytes | None) -> Answers:
    """The way in which an open platform is asked.

    Args:
        session: The platform.
        user_tokens: A file that says whose each token is; None for none.

    Raises:
        UnsupportedError: The platform cannot find humans by token, and no file is given.
        ForbiddenError: Only an admin may have that done.
        UsageError: The file cannot be used.
    """
    platform = session.platform
    if user_tokens is not None:
        if Capability.HUMANS_GET not in platform.capabilities:
            raise UnsupportedError(
                "This platform has no call that reads one human, so nobody could be answered for. "
                "Nothing is served.",
                hint="Serve the humans of a console or a gateway: --context NAME",
            )
        return ByFile(platform, _read(user_tokens))
    if Capability.HUMANS_RESOLVE not in platform.capabilities:
        raise UnsupportedError(
            "This platform has no call that finds a human by its access token; Proto documents "
            "none for its gateway. So only tokens given by file can be served.",
            hint="Give JSON Lines of access_token and human_id: --user-tokens FILE",
        )
    await session.identify()
    if session.role not in ("", ADMIN):
        raise ForbiddenError(
            f"Your role here is {session.role}; only an admin may find humans by their tokens.",
            hint="Sign in as an admin, or give the tokens by file: --user-tokens FILE",
        )
    return ByPlatform(platform)


def reply_of(human: Human, *, label_tag: str) -> dict[str, JsonValue]:
    """What CX Genie expects of a user, by its documents; fields without a value are left out.

    A profile's picture has an id here and no address, so no `avatar` is sent.

    Args:
        human: Whom.
        label_tag: The id of the tag whose value is the label; empty for none.
    """
    code, phone = split(human.phone_number or "")
    labels = [tag.value for tag in human.tags if tag.id == label_tag]
    data: dict[str, JsonValue] = {
        "id": human.uid or human.id,
        "name": human.fullname,
        "phone_number": phone,
        "country_code": code,
        "email": human.email,
        "label": labels[0] if labels else "",
    }
    told: dict[str, JsonValue] = {name: value for name, value in data.items() if value}
    return {"status": True, "message": "Successfully!", "data": told}


def digest_of(secret: str) -> bytes:
    """What stands for a secret where secrets are compared."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


def is_same_secret(one: str, other: str) -> bool:
    """Whether two are the same; how long that takes tells nothing of either."""
    return hmac.compare_digest(digest_of(one), digest_of(other))


def _is_id(text: str) -> bool:
    """Whether a text can stand in the path of a call."""
    try:
        return bool(checked_id(text, what="human_id"))
    except UsageError:
        return False


def _read(content: bytes) -> dict[bytes, str]:
    problems, human_ids = [], {}
    for number, line in enumerate(content.decode("utf-8-sig", "replace").split("\n"), 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            token, human_id = said["access_token"], said["human_id"]
        except (ValueError, KeyError, TypeError, RecursionError):
            token = human_id = None
        if not (isinstance(token, str) and not is_blank(token) and isinstance(human_id, str)):
            problems.append(FieldProblem(f"line {number}", "no access_token with its human_id"))
        elif not _is_id(human_id):
            problems.append(FieldProblem(f"line {number}", "human_id is no id of a human"))
        elif digest_of(token) in human_ids:
            problems.append(FieldProblem(f"line {number}", "this token is there twice"))
        else:
            human_ids[digest_of(token)] = human_id
    if problems or not human_ids:
        raise UsageError(
            "The file of tokens cannot be used. Nothing is served.",
            problems=problems,
            hint='Each line is one object: {"access_token": "…", "human_id": "eu_…"}',
        )
    return human_ids
