"""What config.toml says of Authentication URLs that CX Genie asks; never a secret.

[cx_genie.shop]
url = "https://shop.example/api/chat-user"
identity = "email"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aicx_tui.addresses import endpoint_address
from aicx_tui.config import CA_FILE, NAME, Setting
from aicx_tui.config_problems import Problems
from aicx_tui.config_values import values_of
from aicx_tui.errors import UsageError
from aicx_tui.services.cx_genie import (
    DEFAULT_SECONDS,
    DOCUMENTED_FIELD,
    HeaderStyle,
    Identity,
    Profile,
)
from aicx_tui.settings import checked_timeout

_FIELDS = re.compile(r"[A-Za-z_][\w-]*(,[A-Za-z_][\w-]*)*", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_FIELD_HELP = (
    f"Fields sent besides access_token, separated by commas; the documents name {DOCUMENTED_FIELD}."
)
_STYLE_HELP = "How the header token is sent; token-bearer, which the documents show, if left away."


def _like(key: str, pattern: re.Pattern[str], text: str, such_as: str) -> Setting:
    def check(value: str, what: str) -> str:
        if len(value) > 255 or not pattern.fullmatch(value):
            raise UsageError(f"{what} cannot be one; it is written such as {such_as}.")
        return value

    return Setting(key, str, text, check=check, limits={"pattern": f"^({pattern.pattern})$"})


PROFILE_SETTINGS = (
    Setting(
        "url",
        str,
        "The Authentication URL, whole.",
        check=lambda value, what: endpoint_address(value, what=what),
        is_required=True,
        limits={"pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s?#/@]+([/?][^\s#]*)?$"},
    ),
    Setting(
        "identity",
        str,
        "The identify method that is chosen in CX Genie; id if left away.",
        choices=tuple(Identity),
    ),
    Setting("header_style", str, _STYLE_HELP, choices=tuple(HeaderStyle)),
    _like("fields", _FIELDS, _FIELD_HELP, DOCUMENTED_FIELD),
    Setting("label_tag", str, "The tag that takes the label of a reply: its name or id."),
    _like(
        "token_env",
        _VARIABLE,
        "The variable that has the header token, where no keyring keeps it.",
        "SHOP_HEADER_TOKEN",
    ),
    CA_FILE,
    Setting(
        "timeout",
        float,
        f"Seconds for one call; {DEFAULT_SECONDS:.0f} if left away.",
        check=lambda value, what: checked_timeout(max(0, min(value, 1000)), what=what),
        limits={"minimum": 0.1, "maximum": 600},
    ),
)


def profiles_of(value: object, *, problems: Problems) -> dict[str, Profile]:
    """Read the profiles, by their names.

    Args:
        value: What config.toml says under `cx_genie`.
        problems: Takes what is wrong.
    """
    if not isinstance(value, Mapping):
        problems.add("cx_genie", "has to be a table of profiles")
        return {}
    read = {name: _profile(name, said, problems) for name, said in value.items()}
    return {name: profile for name, profile in read.items() if profile is not None}


def checked_profile_name(name: str) -> str:
    """Return the name of a profile.

    Raises:
        UsageError: It could not be typed on a command line.
    """
    if not NAME.fullmatch(name):
        raise UsageError(
            "A profile's name has 1 to 40 letters, digits, dots, dashes and underscores, and "
            "starts with a letter or digit.",
            hint="Such as shop.",
        )
    return name


def _profile(name: str, table: object, problems: Problems) -> Profile | None:
    before, where = len(problems.found), f"cx_genie.{name}"
    try:
        checked_profile_name(name)
    except UsageError as error:
        problems.add(where, error.message)
    if not isinstance(table, Mapping):
        problems.add(where, "has to be a table")
        return None
    values = values_of(table, PROFILE_SETTINGS, where=where, problems=problems)
    return None if len(problems.found) > before else _made(name, values)


def _made(name: str, values: dict[str, Any]) -> Profile:
    fields = values.pop("fields", "")
    return Profile(
        name=name,
        identity=Identity(values.pop("identity", Identity.ID)),
        header_style=HeaderStyle(values.pop("header_style", HeaderStyle.TOKEN_BEARER)),
        fields=tuple(fields.split(",")) if fields else (),
        **values,
    )


def profiles_schema(of_profile: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of `cx_genie`.

    Args:
        of_profile: That of one profile.
    """
    return {
        "type": "object",
        "description": "Authentication URLs that CX Genie asks.",
        "propertyNames": {"pattern": f"^{NAME.pattern}$"},
        "additionalProperties": of_profile,
    }
