"""Where files live, and where the platform is that a command talks to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from aicx_tui.addresses import PROTO_URL, checked_id, origin_of, platform_root
from aicx_tui.errors import UsageError

PlatformKind = Literal["gateway", "console", "open-cx"]
"""`gateway` has Proto's four documented calls; `console` serves the console contract as well;
`open-cx` is OpenCX, whose contacts are the humans."""

ContextSource = Literal["config", "environment", "sandbox"]
"""Where a context is described."""

DEFAULT_TIMEOUT = 30.0
"""Seconds that one call may take in all, retries included."""

AIMING_VARIABLES = ("AICX_URL", "AICX_PLATFORM", "AICX_COMPANY_ID", "AICX_BOT_ID")
"""Each of them says that the environment, and no context of config.toml, is meant."""

WHERE_TO_FIND = {
    "AICX_COMPANY_ID": "In Proto's web app: company icon, bottom left, then General Settings.",
    "AICX_BOT_ID": "In Proto's web app: BUILD > SETTINGS > API.",
    "AICX_TOKEN": "In Proto's web app: Profile > API, best of an admin account that is not tied "
    "to a person.",
}


@dataclass(frozen=True, kw_only=True)
class Context:
    """A named connection: where a platform is, as whom, and how it is reached.

    Secrets are kept apart, in `credentials`.

    Attributes:
        name: What it is called, on the command line and in the header.
        kind: Which calls the platform serves; stated by the user, never probed.
        root: The server's root without a trailing slash, such as `https://api.proto.cx`.
        company_id: Opaque id of the company; empty until the first sign-in tells it.
        bot_id: Opaque id of the bot whose humans are meant; as above.
        account: The e-mail address that signs in, where it is by password.
        read_only: Whether everything that changes data is refused.
        colour: One of `COLOURS`, worn by the header; empty for none.
        production: Whether the header says so, in the context's colour.
        proxy: Address of an HTTP proxy; the environment's own proxy settings do not count.
        ca_file: A PEM file to trust instead of the system's store.
        timeout: Seconds for one call in all.
        country: Two letters: whose phone numbers are written without a `+`; empty for none.
        timezone: By IANA: where times are shown, where the platform has no profile that says it.
        language: By BCP 47: as dates and numbers are written, likewise.
        webchat_channel: Public id of Proto's webchat channel, for snippets.
        open_cx_widget: Public token of OpenCX's widget, likewise.
        cx_genie_bot: Public id of CX Genie's bot, likewise.
        source: What the name stands in: `config.toml`, the environment or the sandbox.
    """

    name: str
    kind: PlatformKind
    root: str
    company_id: str = ""
    bot_id: str = ""
    account: str = ""
    read_only: bool = False
    colour: str = ""
    production: bool = False
    proxy: str | None = None
    ca_file: Path | None = None
    timeout: float = DEFAULT_TIMEOUT
    country: str = ""
    timezone: str = ""
    language: str = ""
    webchat_channel: str = ""
    open_cx_widget: str = ""
    cx_genie_bot: str = ""
    source: ContextSource = "config"

    @property
    def host(self) -> str:
        """The host and port, for messages."""
        return urlsplit(self.root).netloc

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a secret belongs to."""
        return origin_of(self.root)


@dataclass(frozen=True, kw_only=True)
class SavedView:
    """A named search, and how its result is shown.

    Attributes:
        name: What its tab says.
        query: The search as it would be typed, with its order; empty for everybody.
        columns: As `services.columns` writes them; empty for the usual ones.
    """

    name: str
    query: str = ""
    columns: tuple[str, ...] = ()


def home(environ: Mapping[str, str]) -> Path:
    """The one place for every file: `AICX_HOME`, else where the system keeps application data."""
    if moved := environ.get("AICX_HOME", "").strip():
        return Path(moved).expanduser().absolute()
    from platformdirs import user_data_path  # only without AICX_HOME, and not for --version

    return user_data_path("aicx", appauthor=False)


def is_aimed(environ: Mapping[str, str]) -> bool:
    """Whether the environment names a platform of its own."""
    return any(environ.get(name, "").strip() for name in AIMING_VARIABLES)


def token_origin(environ: Mapping[str, str]) -> str:
    """The origin that `AICX_TOKEN` belongs to: that of `AICX_URL`, or Proto's."""
    url = environ.get("AICX_URL", "").strip() or PROTO_URL
    return origin_of(platform_root(url, what="AICX_URL"))


def context_from(environ: Mapping[str, str]) -> Context:
    """Read the context that the environment describes.

    Raises:
        UsageError: A variable is missing or cannot be used; the message names it.
    """
    said = environ.get("AICX_PLATFORM", "").strip() or "gateway"
    kind = next((kind for kind in get_args(PlatformKind) if kind == said), None)
    if kind is None:
        raise UsageError(
            "AICX_PLATFORM is neither gateway nor console nor open-cx.",
            hint="Set it to gateway for Proto, to console for a server with the console contract.",
        )
    has_ids = kind != "open-cx"
    return Context(
        name="environment",
        source="environment",
        kind=kind,
        root=platform_root(environ.get("AICX_URL", "").strip() or PROTO_URL, what="AICX_URL"),
        company_id=_required_id(environ, "AICX_COMPANY_ID") if has_ids else "",
        bot_id=_required_id(environ, "AICX_BOT_ID") if has_ids else "",
        proxy=_proxy(environ),
        ca_file=_ca_file(environ),
        timeout=_timeout(environ),
    )


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
    return checked_proxy(address, what="AICX_PROXY") if address else None


def _ca_file(environ: Mapping[str, str]) -> Path | None:
    name = environ.get("AICX_CA_FILE", "").strip()
    return checked_ca_file(name, what="AICX_CA_FILE") if name else None


def _timeout(environ: Mapping[str, str]) -> float:
    text = environ.get("AICX_TIMEOUT", "").strip()
    return checked_timeout(text, what="AICX_TIMEOUT") if text else DEFAULT_TIMEOUT


def checked_proxy(address: str, *, what: str) -> str:
    """Return the address of an HTTP proxy.

    Raises:
        UsageError: It is none.
    """
    if not address.startswith(("http://", "https://")) or any(c.isspace() for c in address):
        raise UsageError(
            f"{what} is not the address of an HTTP proxy.", hint="Give http://host:port."
        )
    return address


def checked_ca_file(name: str, *, what: str) -> Path:
    """Return the path of a file of certificates.

    Raises:
        UsageError: There is no such file.
    """
    path = Path(os.path.expanduser(name))  # Path.expanduser raises for ~nobody
    if not path.is_file():
        raise UsageError(
            f"{what} does not name a readable file.", hint="Give the path of a PEM file."
        )
    return path


def checked_timeout(given: str | float, *, what: str) -> float:
    """Return a number of seconds for one call.

    Raises:
        UsageError: It is no number, or no sensible one.
    """
    try:
        seconds = float(given)
    except (ValueError, OverflowError):
        seconds = 0.0
    if not 0.1 <= seconds <= 600:
        raise UsageError(
            f"{what} is not a number of seconds from 0.1 to 600.",
            hint=f"Leave it away for {DEFAULT_TIMEOUT:.0f} seconds.",
        )
    return seconds
