"""What `aicx open-cx` does."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue, SecretStr

from aicx_tui.cli.output import print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.credentials import token_from_file
from aicx_tui.errors import UsageError
from aicx_tui.models.human import Human
from aicx_tui.services.directory import open_directory
from aicx_tui.services.one_human import one_human
from aicx_tui.services.open_cx_opening import (
    Vouching,
    meant,
    only_one,
    vouching_at,
    vouching_for,
)
from aicx_tui.services.setup import Setup
from aicx_tui.services.vouching import (
    CUSTOM,
    Vouch,
    add_row,
    left_of,
    parsed_object,
    parsed_overrides,
    prefilled,
    preview,
)
from aicx_tui.settings import Context

MOST_FILE_BYTES = 256 * 1024


def authenticate(arguments: Namespace, setup: Setup) -> Awaitable[None]:
    """`authenticate ID`: prints the token for OpenCX's widget; what is given is read first."""
    given = _Given(arguments)
    return _authenticate(arguments, given, setup)


class _Given:
    """What was given beside the human."""

    def __init__(self, arguments: Namespace) -> None:
        self._arguments = arguments
        self.key = token_from_file(arguments.key_file) if arguments.key_file else None
        self.context = _text(arguments.context_file)
        custom = parsed_object(_text(arguments.custom_file), field=CUSTOM)
        rows: dict[str, JsonValue] = {}
        for key, value in arguments.custom:
            add_row(rows, key, value, field=CUSTOM)
        self.custom = custom | rows
        self.overrides = parsed_overrides(_text(arguments.overrides_file))

    def vouch(self, human: Human) -> Vouch:
        """What is said of a human."""
        known, arguments = prefilled(human), self._arguments

        def said(name: str) -> str:
            typed = getattr(arguments, name)
            return str(getattr(known, name) if typed is None else typed)

        return Vouch(
            email=said("email"),
            name=said("name"),
            phone=said("phone"),
            avatar_url=arguments.avatar_url,
            language=arguments.language,
            custom_data=self.custom,
            chat_context=self.context,
            overrides=self.overrides,
        )


def _text(name: str | None) -> str:
    if name is None:
        return ""
    try:
        with Path(name).expanduser().open("rb") as file:
            read = file.read(MOST_FILE_BYTES + 1)
        if len(read) <= MOST_FILE_BYTES:
            return read.decode("utf-8-sig")
        reason = f"it is larger than {MOST_FILE_BYTES // 1024} KiB"
    except (OSError, RuntimeError) as error:  # the latter for `~nobody`
        reason = getattr(error, "strerror", None) or "there is no such home folder"
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    raise UsageError(f"{name} cannot be read: {reason}. Nothing was sent.")


async def _authenticate(arguments: Namespace, given: _Given, setup: Setup) -> None:
    name = "sandbox" if arguments.sandbox else setup.chosen_name(arguments.context)
    access = setup.access(name, ephemeral=arguments.ephemeral)
    access.tell = narrate
    try:
        session = await access.open()
        try:
            async with open_directory(access, session) as directory:
                human = await one_human(session, directory, arguments.id)
            body = given.vouch(human).body()
            if arguments.dry_run:
                print_line(preview(meant(setup, session.context, named=arguments.named).root, body))
                narrate("Nothing was sent.")
                return
            vouching = await vouching_for(setup, session, named=arguments.named, key=given.key)
        finally:
            await session.aclose()
        await _vouch(vouching, body, as_json=arguments.json)
    finally:
        access.close()


async def _vouch(vouching: Vouching, body: dict[str, JsonValue], *, as_json: bool) -> None:
    vouching.tell = narrate
    vouched = await vouching.vouch(body)
    token = vouched.token.get_secret_value()
    if as_json:
        ends = vouched.expires_at.isoformat() if vouched.expires_at else None
        contact = vouched.contact_id or None
        print_json({"token": token, "contact_id": contact, "expires_at": ends})
    else:
        print_line(token)
    contact = f"Contact {vouched.contact_id}" if vouched.contact_id else "A contact"
    held = left_of(vouched.expires_at, datetime.now(UTC))
    narrate(f"{contact} at {vouching.context.host}. The token is kept nowhere; {held}.")


def check(arguments: Namespace, setup: Setup) -> Awaitable[None]:
    """`check`: whether the API key is accepted."""
    key = token_from_file(arguments.key_file) if arguments.key_file else None
    return _check(arguments, key, setup)


async def _check(arguments: Namespace, key: SecretStr | None, setup: Setup) -> None:
    name = "sandbox" if arguments.sandbox else setup.chosen_name(arguments.context)
    if name == "sandbox" and not arguments.named:
        vouched_for = await _checked_in_sandbox(arguments, key, setup)
    else:
        here = setup.context(arguments.named or name or only_one(setup))
        vouching = await vouching_at(meant(setup, here, named=arguments.named), setup, key=key)
        await vouching.check()
        vouched_for = vouching.context
    if arguments.json:
        print_json({"context": vouched_for.name, "accepted": True})
    narrate(f"{vouched_for.host} accepts the API key of {vouched_for.name}.")


async def _checked_in_sandbox(arguments: Namespace, key: SecretStr | None, setup: Setup) -> Context:
    """Check the OpenCX that the sandbox emulates, while it runs."""
    access = setup.access("sandbox", ephemeral=arguments.ephemeral)
    try:
        session = await access.open()
        try:
            vouching = await vouching_for(setup, session, key=key)
            await vouching.check()
        finally:
            await session.aclose()
        return vouching.context
    finally:
        access.close()
