"""What config.toml may say: each setting is declared once.

Reading, the printed schema and the options of `aicx contexts add` and `edit` follow from the
declarations. Light on purpose: the console reads its configuration before the first paint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, get_args
from urllib.parse import urlsplit

from aicx_tui.addresses import PROTO_URL, checked_id, platform_root
from aicx_tui.errors import UsageError
from aicx_tui.settings import (
    DEFAULT_TIMEOUT,
    Context,
    PlatformKind,
    SavedView,
    checked_proxy,
    checked_timeout,
)
from aicx_tui.text import has_control_character

if TYPE_CHECKING:
    from aicx_tui.services.cx_genie import Profile
    from aicx_tui.services.targets import Target

COLOURS = ("red", "blue", "yellow", "violet", "green", "teal", "orange", "pink")
"""What the header of a context may wear; given out in this order, far apart ones first."""

THEMES = ("dark", "light", "terminal")
NO_IMAGES, HALF_BLOCKS, BY_TERMINAL = IMAGES = ("none", "half-blocks", "terminal")
"""Colours of the console; `terminal` uses the 16 that the terminal itself defines."""

RESERVED_NAMES = ("sandbox", "environment")
"""Contexts that are there without being written down."""

GATEWAY_KEYS = ("company", "bot")
"""What a gateway's context has to say, since a gateway cannot tell it."""

MAX_LOCK_MINUTES = 24 * 60
MAX_MIRROR_DAYS = 365
MAX_TOKEN_DAYS = 3650

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")

_COUNTRY = re.compile(r"[A-Z]{2}")


class Setting(NamedTuple):
    """A key of config.toml.

    Attributes:
        key: As it is written.
        kind: The TOML type.
        help: One sentence; help, schema and forms show it.
        check: Returns the usable value or raises `UsageError`, given the value and what to call it.
        choices: The only values there are; empty where any is.
        is_required: Whether a context cannot be without it.
        limits: What the schema says of the value beyond its type.
    """

    key: str
    kind: type[str | bool | int | float]
    help: str
    check: Callable[[Any, str], object] = lambda value, _what: value
    choices: tuple[str, ...] = ()
    is_required: bool = False
    limits: Mapping[str, str | int | float] = MappingProxyType({})


_ZONE = re.compile(r"^(?!.*\.\.)[A-Za-z][A-Za-z0-9_+/-]{0,63}$")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,7}")

_ID = {"pattern": r"^(?!\.+$)[!\"$&-.0->@-\[\]-~]{1,255}$"}
_ADDRESS = {"pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s?#/@]+(/[^\s?#]*)?$"}

CA_FILE = Setting(
    "ca_file",
    str,
    "A PEM file of authorities to trust in place of the system's; its full path.",
    check=lambda value, what: _checked_path(value, what),
    limits={"minLength": 1},
)

CONTEXT_SETTINGS = (
    Setting(
        "kind",
        str,
        "gateway: Proto's four documented calls; console: a server with the console contract; "
        "open-cx: OpenCX's contacts.",
        choices=get_args(PlatformKind),
        is_required=True,
    ),
    Setting(
        "url",
        str,
        f"The server's root, or its /gateway; for Proto {PROTO_URL}.",
        check=lambda value, what: platform_root(value, what=what),
        is_required=True,
        limits=_ADDRESS,
    ),
    Setting(
        "company",
        str,
        "Company id: in Proto's web app, company icon, bottom left > General Settings.",
        check=lambda value, what: checked_id(value, what=what),
        limits=_ID,
    ),
    Setting(
        "bot",
        str,
        "Bot id: in Proto's web app, BUILD > SETTINGS > API.",
        check=lambda value, what: checked_id(value, what=what),
        limits=_ID,
    ),
    Setting("account", str, "The e-mail address that signs in by password."),
    Setting("read_only", bool, "Refuse everything that changes data."),
    Setting("colour", str, "Worn by the header.", choices=COLOURS),
    Setting("production", bool, "Real customers: the header says so, in the context's colour."),
    Setting(
        "proxy",
        str,
        "An HTTP proxy; HTTPS_PROXY and the like are not read.",
        check=lambda value, what: _checked_proxy(value, what),
        limits={"pattern": r"^https?://[^\s@/?#]+/?$"},
    ),
    CA_FILE,
    Setting(
        "timeout",
        float,
        f"Seconds for one call in all; {DEFAULT_TIMEOUT:.0f} if left away.",
        check=lambda value, what: _checked_seconds(value, what),
        limits={"minimum": 0.1, "maximum": 600},
    ),
    Setting(
        "country",
        str,
        "Two letters, such as PH: whose phone numbers are written without a +.",
        check=lambda value, what: _checked_country(value, what),
        limits={"pattern": "^[A-Z]{2}$"},
    ),
    Setting(
        "timezone",
        str,
        "Such as Asia/Manila: where times are shown, unless a profile on the platform says it.",
        check=lambda value, what: _checked_zone(value, what),
        limits={"pattern": _ZONE.pattern},
    ),
    Setting(
        "language",
        str,
        "Such as en or zh-Hant: how dates are written, unless a profile on the platform says it.",
        check=lambda value, what: _checked_language(value, what),
        limits={"pattern": f"^{_LANGUAGE.pattern}$"},
    ),
    Setting(
        "webchat_channel",
        str,
        "Public id of Proto's webchat channel, such as gw_…, for aicx snippet webchat.",
    ),
    Setting("open_cx_widget", str, "Public token of OpenCX's widget, for aicx snippet open-cx."),
    Setting("cx_genie_bot", str, "Public id of CX Genie's bot, for aicx snippet cx-genie."),
)

ATTRIBUTES = {"url": "root", "company": "company_id", "bot": "bot_id"}
"""Attributes of `Context` that are called otherwise than their keys."""

CONSOLE_SETTINGS = (
    Setting("theme", str, "Colours of the console.", choices=THEMES),
    Setting(
        "images",
        str,
        "How pictures are shown; by terminal, as Sixel or Kitty has them, where it says it can.",
        choices=IMAGES,
    ),
    Setting(
        "lock_after",
        int,
        "Minutes without a key after which the screen is covered; 0 for never.",
        check=lambda value, what: _checked_minutes(value, what),
        limits={"minimum": 0, "maximum": MAX_LOCK_MINUTES},
    ),
    Setting(
        "mirror_days",
        int,
        "Days without its platform after which a local copy stays shut.",
        check=lambda value, what: _checked_days(value, what),
        limits={"minimum": 1, "maximum": MAX_MIRROR_DAYS},
    ),
    Setting(
        "token_days",
        int,
        "Days after which a personal access token is said to be old; 0 for never.",
        check=lambda value, what: _checked_age(value, what),
        limits={"minimum": 0, "maximum": MAX_TOKEN_DAYS},
    ),
)


@dataclass(frozen=True, kw_only=True)
class Config:
    """What config.toml says, checked.

    Attributes:
        path: Where it lies, or would lie.
        current: The context used where none is named; empty for none.
        contexts: By name, in the order of the file.
        keys: Key names by action id, where they differ from the defaults.
        views: Saved views by context, in the order of their keys.
        targets: Where else the token is used, by context, in their order.
        cx_genie: Authentication URLs that CX Genie asks, by name.
        theme: One of `THEMES`; empty for what fits the terminal.
        images: One of `IMAGES`.
        lock_after: Minutes; 0 for never.
        mirror_days: Days without its platform after which a local copy stays shut.
        token_days: Days after which a token is said to be old; 0 for never.
    """

    path: Path
    current: str = ""
    contexts: Mapping[str, Context] = field(default_factory=lambda: MappingProxyType({}))
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    views: Mapping[str, tuple[SavedView, ...]] = field(default_factory=lambda: MappingProxyType({}))
    targets: Mapping[str, tuple[Target, ...]] = field(default_factory=lambda: MappingProxyType({}))
    cx_genie: Mapping[str, Profile] = field(default_factory=lambda: MappingProxyType({}))
    theme: str = ""
    images: str = HALF_BLOCKS
    lock_after: int = 30
    mirror_days: int = 7
    token_days: int = 90


def checked_value(setting: Setting, value: object, *, what: str) -> object:
    """Return the usable form of a value.

    Raises:
        UsageError: It has another type, or is none of the choices, or is not usable.
    """
    is_number = setting.kind is float and isinstance(value, int) and not isinstance(value, bool)
    if type(value) is not setting.kind and not is_number:
        raise UsageError(f"{what} has to be {_KIND_WORDS[setting.kind]}.")
    if isinstance(value, str) and has_control_character(value):
        raise UsageError(f"{what} has a control character in it.")
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise UsageError(f"{what} is not UTF-8.")  # as a command line in another encoding
    if setting.choices and value not in setting.choices:
        raise UsageError(f"{what} has to be one of {', '.join(setting.choices)}.")
    return setting.check(value, what)


_KIND_WORDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
_JSON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}


def _checked_minutes(value: int, what: str) -> int:
    if not 0 <= value <= MAX_LOCK_MINUTES:
        raise UsageError(f"{what} is not a number of minutes from 0 to {MAX_LOCK_MINUTES}.")
    return value


def _checked_days(value: int, what: str) -> int:
    if not 1 <= value <= MAX_MIRROR_DAYS:
        raise UsageError(f"{what} is not a number of days from 1 to {MAX_MIRROR_DAYS}.")
    return value


def _checked_age(value: int, what: str) -> int:
    if not 0 <= value <= MAX_TOKEN_DAYS:
        raise UsageError(f"{what} is not a number of days from 0 to {MAX_TOKEN_DAYS}.")
    return value


def _checked_seconds(value: float, what: str) -> float:
    """A TOML integer may be too long for a float, so it is cut to just beyond what is allowed."""
    return checked_timeout(max(0, min(value, 1000)), what=what)


def _checked_proxy(value: str, what: str) -> str:
    checked_proxy(value, what=what)
    try:
        parts = urlsplit(value)
        is_usable = bool(parts.hostname and parts.port != 0)
    except ValueError:
        is_usable = False
    if is_usable and "@" in parts.netloc:
        raise UsageError(f"{what} carries credentials, which a file must not keep.")
    if not is_usable or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise UsageError(f"{what} is not the address of an HTTP proxy: http://host:port.")
    return value


def _checked_country(value: str, what: str) -> str:
    """Two letters; which of them stand for a country is told where a number is checked."""
    if not _COUNTRY.fullmatch(value):
        raise UsageError(f"{what} is not a country in two capital letters, such as PH.")
    return value


def _checked_zone(value: str, what: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # only where one is named

    try:
        if _ZONE.fullmatch(value):
            ZoneInfo(value)
            return value
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise UsageError(f"{what} is no time zone, such as Asia/Manila.")


def _checked_language(value: str, what: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise UsageError(f"{what} is no language tag, such as en or zh-Hant.")
    return value


def _checked_path(value: str, what: str) -> Path:
    """A path that means the same wherever a command is typed.

    Whether the file is there shows when it is needed: other contexts work without it.
    """
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise UsageError(f"{what} names a home folder that is not there.") from None
    if not path.is_absolute():
        raise UsageError(f"{what} is not a full path.")
    return path


def config_schema(action_ids: tuple[str, ...]) -> dict[str, Any]:
    """The JSON Schema of config.toml, which editors complete and check by.

    Args:
        action_ids: What can be given another key.
    """
    from aicx_tui.config_cx_genie import PROFILE_SETTINGS, profiles_schema  # more settings
    from aicx_tui.config_targets import targets_schema
    from aicx_tui.config_views import VIEW_SETTINGS, views_schema

    key = {"type": "string", "description": "Keys, separated by commas, such as ctrl+r,f5"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "aicx config.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "context": {"type": "string", "description": "The context used where none is named."},
            "contexts": {
                "type": "object",
                "propertyNames": {
                    "pattern": f"^{NAME.pattern}$",
                    "not": {"enum": list(RESERVED_NAMES)},
                },
                "additionalProperties": _schema_of(CONTEXT_SETTINGS)
                | {
                    "if": {"properties": {"kind": {"const": "gateway"}}},
                    "then": {"required": ["kind", "url", *GATEWAY_KEYS]},
                },
            },
            "views": views_schema(_schema_of(VIEW_SETTINGS)),
            "targets": targets_schema(_schema_of),
            "cx_genie": profiles_schema(_schema_of(PROFILE_SETTINGS)),
            "console": _schema_of(CONSOLE_SETTINGS),
            "keys": {
                "type": "object",
                "additionalProperties": False,
                "properties": dict.fromkeys(action_ids, key),
            },
        },
    }


def _schema_of(settings: tuple[Setting, ...]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for setting in settings:
        properties[setting.key] = {"type": _JSON_TYPES[setting.kind], "description": setting.help}
        if setting.choices:
            properties[setting.key]["enum"] = list(setting.choices)
        properties[setting.key] |= setting.limits
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [setting.key for setting in settings if setting.is_required],
        "properties": properties,
    }
