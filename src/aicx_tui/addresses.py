"""What may stand in the address of a platform, and whom a secret for it belongs to."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from aicx_tui.errors import UsageError

PROTO_URL = "https://api.proto.cx/gateway"
"""The documented base address of Proto's Authentication API."""

OPEN_CX_URL = "https://api.open.cx"
"""The documented base address of OpenCX's API."""

MAX_ID_CHARACTERS = 255


def origin_of(root: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(root)
    return f"{parts.scheme}://{parts.netloc}".lower()


def platform_root(url: str, *, what: str) -> str:
    """Check a platform's address and return its root, without `/gateway` and trailing slashes.

    Args:
        url: As typed.
        what: What the address is called where it was typed, for messages.

    Raises:
        UsageError: It has credentials or a query, no host, or would send a token in clear.
    """
    example = f"Give the server's root, such as {PROTO_URL}."
    parts = _parts(url, what=what, example=example)
    if parts.query or parts.fragment:
        raise UsageError(f"{_problem(what)}: it has a query or a fragment.", hint=example)
    path = parts.path.rstrip("/").removesuffix("/gateway").rstrip("/")
    return f"{parts.scheme}://{_as_sent(parts.netloc, _problem(what))}{path}"


def endpoint_address(url: str, *, what: str) -> str:
    """Check the address of one call, and return it whole.

    Args:
        url: As typed.
        what: What the address is called where it was typed, for messages.

    Raises:
        UsageError: It has credentials, no host, or would send a token in clear.
    """
    parts = _parts(url, what=what, example="Give it whole, such as https://example.com/user.")
    if parts.fragment:
        raise UsageError(f"{_problem(what)}: it has a fragment, which is never sent.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{_as_sent(parts.netloc, _problem(what))}{parts.path}{query}"


def _problem(what: str) -> str:
    return f"{what} is not a usable address"


def _parts(url: str, *, what: str, example: str) -> SplitResult:
    problem = _problem(what)
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
            hint="Take them out of the address; the token is asked for apart.",
        )
    if set(parts.netloc) & set("\\%") or parts.port == 0 or "/../" in f"{parts.path}/":
        raise UsageError(f"{problem}: its host, port or path cannot be meant.", hint=example)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise UsageError(f"{problem}: it does not start with https:// and a host.", hint=example)
    if parts.scheme == "http" and not _is_loopback(parts):
        raise UsageError(
            f"{problem}: http:// would send the token in clear; only loopback may do that.",
            hint="Use https://.",
        )
    return parts


def _as_sent(netloc: str, problem: str) -> str:
    """The host as it is looked up: a letter that only looks like another shows as `xn--…`."""
    if netloc.isascii():
        return netloc.lower()
    try:
        return netloc.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise UsageError(f"{problem}: its host cannot be looked up.", hint="Check it.") from None


def checked_id(value: str, *, what: str, hint: str = "") -> str:
    """Return an opaque id that can stand in an address.

    Raises:
        UsageError: It is empty, or holds what no id holds; sending it could reach another call.
    """
    if not value:
        raise UsageError(f"{what} is empty.", hint=hint)
    usable = value.isascii() and value.isprintable() and not set(value) & set(" /\\?#%")
    if not usable or set(value) == {"."} or len(value) > MAX_ID_CHARACTERS:
        raise UsageError(
            f"{what} cannot be one: it is too long, or holds a space, a slash or another sign "
            "that no id has. Nothing was sent.",
            hint=hint or "Copy it as the platform shows it.",
        )
    return value


def _is_loopback(parts: SplitResult) -> bool:
    from ipaddress import ip_address  # only for http://, not at every start

    host = parts.hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
