"""The bodies that the calls about signing in and the user itself accept, with their limits."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from pydantic_core import PydanticCustomError

from aicx_tui.sandbox.requests import WITHOUT_CONTROLS, OpaqueId, not_null, some_text

LEAST_PASSWORD = 12

_NO_PLACE = frozenset({"Factory", "localtime", "posixrules"})
"""Names in a system's folder of time zones that are none."""

_LANGUAGE = re.compile(
    # RFC 5646, 2.1: language, script, region, variants, extensions, private use. No language of
    # four letters or more was ever registered.
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.ASCII | re.IGNORECASE,
)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_PLACE


def _known_zone(value: str) -> str:
    if value not in _zones():
        raise PydanticCustomError("timezone", "There is no such time zone. Send an IANA name")
    return value


def _language_tag(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise PydanticCustomError("language", "This is no language tag. Send one as BCP 47 has it")
    return value


_Password = Annotated[str, StringConstraints(max_length=1024, pattern=WITHOUT_CONTROLS)]
_NewPassword = Annotated[_Password, StringConstraints(min_length=LEAST_PASSWORD)]
_Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, pattern=WITHOUT_CONTROLS),
    AfterValidator(some_text),
]
_Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
_Language = Annotated[str, StringConstraints(max_length=64), AfterValidator(_language_tag)]


class ChallengeBody(BaseModel):
    """A challenge that waits for its code."""

    challenge: OpaqueId


class CodeBody(ChallengeBody):
    """The code that came by mail for a challenge."""

    code: Annotated[str, StringConstraints(max_length=64, pattern=WITHOUT_CONTROLS)] = Field(
        description="Six digits."
    )


class ChangeProfileBody(BaseModel):
    """What to change of a profile: what is left out stays; only the picture may be null."""

    name: Annotated[_Name | None, AfterValidator(not_null)] = None
    timezone: Annotated[_Zone | None, AfterValidator(not_null)] = Field(
        default=None, description="An IANA name.", examples=["Asia/Manila"]
    )
    language: Annotated[_Language | None, AfterValidator(not_null)] = Field(
        default=None, description="A BCP 47 tag.", examples=["zh-Hant"]
    )
    avatar_id: OpaqueId | None = None


class ChangePasswordBody(BaseModel):
    """The password that the user has, and the one it wants."""

    current: _Password
    new: _NewPassword


class ProviderBody(BaseModel):
    """Where the account is that is to sign in or to be linked."""

    provider: OpaqueId = Field(examples=["google"])


class FlowBody(BaseModel):
    """A grant that is waited for."""

    flow: OpaqueId


class PasswordBody(BaseModel):
    """The user's password, to show that it is still the user."""

    password: _Password
