"""By what a server's certificate is checked."""

from __future__ import annotations

import ssl
from pathlib import Path

import truststore

from aicx_tui.errors import UsageError


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """What a server's certificate is checked by: the system's store, or one file instead.

    Raises:
        UsageError: The file holds no certificate.
    """
    if ca_file is None:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ssl.SSLError):
        raise UsageError(
            f"{ca_file} holds no certificate that can be read.",
            hint="It has to be a PEM file.",
        ) from None
    return context
