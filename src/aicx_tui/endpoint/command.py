"""What `aicx cx-genie serve` does."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from contextlib import suppress
from datetime import UTC, datetime

from aicx_tui.endpoint.application import AuthenticationEndpoint
from aicx_tui.endpoint.serving import Place, check_place, serve
from aicx_tui.services.access import Access
from aicx_tui.services.answering import answers_of
from aicx_tui.services.cx_genie import Profile
from aicx_tui.services.cx_genie_profiles import header_token, profile_called
from aicx_tui.services.importing_files import read_bytes
from aicx_tui.services.setup import Setup
from aicx_tui.services.tag_catalogue import catalogue_of
from aicx_tui.text import clean


def serve_endpoint(arguments: Namespace, setup: Setup) -> int:
    """Serve until asked to end, and return the exit code.

    Raises:
        AicxError: It cannot be served as asked.
    """
    profile = profile_called(setup.config, arguments.name)
    place = Place(
        host=arguments.host,
        port=arguments.port,
        allows_remote=arguments.allow_remote,
        tls_cert=arguments.tls_cert or "",
        tls_key=arguments.tls_key or "",
        proxy=arguments.behind_proxy,
    )
    check_place(place)
    tokens = read_bytes(arguments.user_tokens) if arguments.user_tokens else None
    name = "sandbox" if arguments.sandbox else setup.chosen_name(arguments.context)
    access = setup.access(name, ephemeral=arguments.ephemeral)
    access.tell = _log
    try:
        asyncio.run(_serve(profile, place, access, setup, tokens, arguments.calls_per_minute))
    finally:
        access.close()
    return 0


async def _serve(
    profile: Profile,
    place: Place,
    access: Access,
    setup: Setup,
    tokens: bytes | None,
    calls_per_minute: int,
) -> None:
    token = await header_token(profile, keyring=setup.credentials.keyring, environ=setup.environ)
    session = await access.open()
    try:
        answers = await answers_of(session, tokens)
        tag = (await catalogue_of(session)).meant(profile.label_tag) if profile.label_tag else None
        application = AuthenticationEndpoint(
            answers,
            header_token=token,
            label_tag=tag.id if tag else "",
            calls_per_minute=calls_per_minute,
            log=_log,
        )

        def ready(url: str) -> None:
            sys.stdout.write(f"{url}\n")
            sys.stdout.flush()
            _say(f"Serves {answers.said} of {session.context.name}. Ctrl-C stops it.")

        await serve(application, place, ready=ready, log=_log)
    finally:
        await session.aclose()


def _log(line: str) -> None:
    _say(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}")


def _say(line: str) -> None:
    with suppress(OSError):  # whoever read it went away; callers are answered all the same
        sys.stderr.write(clean(line) + "\n")
        sys.stderr.flush()
