"""Where files live, and where the platform is that a command talks to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from aicx_tui.errors import UsageError

PROTO_URL = "https://api.proto.cx/gateway"
"""The documented base address of Proto's Authentication API."""

PlatformKind = Literal["gateway", "console"]
"""`gateway` has the four documented calls; `console` serves the console contract as well."""

DEFAULT_TIMEOUT = 30.0
"""Seconds that one call may take in all, retries included."""

WHERE_TO_FIND = {
    "AICX_COMPANY_ID": "In Proto's web app: company icon, bottom left, then General Settings.",
    "AICX_BOT_ID": "In Proto's web app: BUILD > SETTINGS > API.",
    "AICX_TOKEN": "In Proto's web app: Profile > API, best of an admin account that is not tied "
    "to a person.",
}


@dataclass(frozen=True, kw_only=True)
class Connection:
    """Where a platform is and how it is reached; credentials are kept apart.

    Attributes:
        kind: Which calls it serves; stated by the user, never probed.
        root: The server's root without a trailing slash, such as `https://api.proto.cx`.
        company_id: Opaque id of the company.
        bot_id: Opaque id of the bot whose humans are meant.
        proxy: Address of an HTTP proxy; the environment's own proxy settings do not count.
        ca_file: A PEM file to trust instead of the system's store.
        timeout: Seconds for one call in all.
        name: What the console calls it; the host where nothing better is known.
    """

    kind: PlatformKind
    root: str
    company_id: str
    bot_id: str
    proxy: str | None = None
    ca_file: Path | None = None
    timeout: float = DEFAULT_TIMEOUT
    name: str = ""

    @property
    def host(self) -> str:
        """The host and port, for messages."""
        return urlsplit(self.root).netloc


def home(environ: Mapping[str, str]) -> Path:
    """The one place for every file: `AICX_HOME`, else where the system keeps application data."""
    if moved := environ.get("AICX_HOME", "").strip():
        return Path(moved).expanduser().absolute()
    from platformdirs import user_data_path  # only without AICX_HOME, and not for --version

    return user_data_path("aicx", appauthor=False)


def connection_from(environ: Mapping[str, str]) -> Connection:
    """Read the connection that a command line without contexts uses.

    Raises:
        UsageError: A variable is missing or cannot be used; the message names it.
    """
    kind = environ.get("AICX_PLATFORM", "").strip() or "gateway"
    if kind not in ("gateway", "console"):
        raise UsageError(
            "AICX_PLATFORM is neither gateway nor console.",
            hint="Set it to gateway for Proto, to console for a server with the console contract.",
        )
    return Connection(
        kind="console" if kind == "console" else "gateway",
        root=platform_root(environ.get("AICX_URL", "").strip() or PROTO_URL),
        company_id=_required_id(environ, "AICX_COMPANY_ID"),
        bot_id=_required_id(environ, "AICX_BOT_ID"),
        proxy=_proxy(environ),
        ca_file=_ca_file(environ),
        timeout=_timeout(environ),
    )


def platform_root(url: str) -> str:
    """Check a platform's address and return its root, without `/gateway` and trailing slashes.

    Raises:
        UsageError: It has credentials or a query, no host, or would send a token in clear.
    """
    problem = "AICX_URL is not a usable address"
    example = f"Give the server's root, such as {PROTO_URL}."
    if not url.isprintable() or any(character.isspace() for character in url):
        raise UsageError(f"{problem}: it has a space or a control character in it.", hint=example)
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # a bad port shows only when it is read
    except ValueError:
        raise UsageError(f"{problem}: its host or port cannot be read.", hint=example) from None
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            f"{problem}: it carries credentials, and addresses end up in logs.",
            hint="Remove them from the address; the token goes into AICX_TOKEN.",
        )
    if parts.query or parts.fragment:
        raise UsageError(f"{problem}: it has a query or a fragment.", hint=example)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise UsageError(f"{problem}: it does not start with https:// and a host.", hint=example)
    if parts.scheme == "http" and not _is_loopback(parts):
        raise UsageError(
            f"{problem}: http:// would send the token in clear; only loopback may do that.",
            hint="Use https://.",
        )
    path = parts.path.rstrip("/").removesuffix("/gateway").rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


def checked_id(value: str, *, what: str, hint: str = "") -> str:
    """Return an opaque id that can stand in an address.

    Raises:
        UsageError: It is empty, or holds what no id holds; sending it could reach another call.
    """
    if not value:
        raise UsageError(f"{what} is empty.", hint=hint)
    usable = value.isascii() and value.isprintable() and not set(value) & set(" /\\?#%")
    if not usable or set(value) == {"."} or len(value) > 255:
        raise UsageError(
            f"{what} cannot be one: it is too long, or holds a space, a slash or another sign "
            "that no id has. Nothing was sent.",
            hint=hint or "Copy it as the platform shows it.",
        )
    return value


def _required_id(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise UsageError(
            f"{name} is not set.",
            hint=f"{WHERE_TO_FIND[name]} Or try everything on this machine: aicx --sandbox",
        )
    return checked_id(value, what=name, hint=WHERE_TO_FIND[name])


def _proxy(environ: Mapping[str, str]) -> str | None:
    address = environ.get("AICX_PROXY", "").strip()
    if address and not address.startswith(("http://", "https://")):
        raise UsageError(
            "AICX_PROXY is not the address of an HTTP proxy.", hint="Give http://host:port."
        )
    return address or None


def _ca_file(environ: Mapping[str, str]) -> Path | None:
    name = environ.get("AICX_CA_FILE", "").strip()
    if not name:
        return None
    path = Path(name).expanduser()
    if not path.is_file():
        raise UsageError(
            "AICX_CA_FILE does not name a readable file.", hint="Give the path of a PEM file."
        )
    return path


def _timeout(environ: Mapping[str, str]) -> float:
    text = environ.get("AICX_TIMEOUT", "").strip()
    try:
        seconds = float(text) if text else DEFAULT_TIMEOUT
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 600:
        raise UsageError(
            "AICX_TIMEOUT is not a number of seconds from 0.1 to 600.",
            hint=f"Leave it away for {DEFAULT_TIMEOUT:.0f} seconds.",
        )
    return seconds


def _is_loopback(parts: SplitResult) -> bool:
    from ipaddress import ip_address  # only for http://, not at every start

    host = parts.hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
