"""What `aicx cx-genie profiles` and `check` do."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Awaitable

from pydantic import JsonValue, SecretStr

from aicx_tui.cli.output import print_fields, print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.secrets import asked_for_secret, secret_from_stdin
from aicx_tui.config_cx_genie import PROFILE_SETTINGS
from aicx_tui.errors import AicxError, UsageError
from aicx_tui.numerals import grouped
from aicx_tui.services.cx_genie import DOCUMENTED_FIELD, ChatUser, HeaderStyle, Profile
from aicx_tui.services.cx_genie_checking import TOKEN_FIELD, Asked, Visitor, checked
from aicx_tui.services.cx_genie_profiles import (
    Known,
    Value,
    add_profile,
    checked_header_token,
    known_profiles,
    profile_called,
    remove_profile,
)
from aicx_tui.services.masking import MASK
from aicx_tui.services.setup import Setup
from aicx_tui.text import clean

SIGNS = {"ok": "✓", "warning": "!", "failed": "✗"}


async def list_profiles(arguments: Namespace, setup: Setup) -> None:
    """`profiles list`: with what the last check of each showed."""
    known = known_profiles(setup)
    if arguments.json:
        print_json([_document(one) for one in known])
        return
    if not known:
        narrate("There are no profiles. Add one: aicx cx-genie profiles add NAME --url …")
    for one in known:
        print_line(f"{one.profile.name}  {clean(one.profile.url)}  {_last(one)}")


def _last(known: Known) -> str:
    if known.last is None:
        return "! never checked"
    sign = SIGNS["ok" if known.last.would_do else "failed"]
    return f"{sign} {known.last.at:%Y-%m-%d %H:%M %Z}: {clean(known.last.message)}"


def _document(known: Known) -> dict[str, JsonValue]:
    profile = known.profile
    return {
        "name": profile.name,
        "url": profile.url,
        "identity": profile.identity.value,
        "header_style": profile.header_style.value,
        "fields": list(profile.fields),
        "label_tag": profile.label_tag or None,
        "token_env": profile.token_env or None,
        "last": known.last.model_dump(mode="json") if known.last else None,
    }


def add(arguments: Namespace, setup: Setup) -> Awaitable[None]:
    """`profiles add NAME …`; what is typed or piped is read before an event loop runs."""
    values: dict[str, Value] = {}
    for setting in PROFILE_SETTINGS:
        value = getattr(arguments, f"of_profile_{setting.key}")
        if value is not None:
            values[setting.key] = value
    token = None if "token_env" in values else _header_token(arguments)
    return _add(setup, arguments.name, values, token)


def _header_token(arguments: Namespace) -> SecretStr:
    if arguments.header_token_stdin:
        given = secret_from_stdin("header token")
    else:
        given = asked_for_secret("Header token: ", instead="--header-token-stdin")
    return checked_header_token(given.get_secret_value(), source="standard input")


async def _add(setup: Setup, name: str, values: dict[str, Value], token: SecretStr | None) -> None:
    profile = await add_profile(setup, name, values, header_token=token)
    where = f"read from {profile.token_env}" if profile.token_env else "in the keyring"
    narrate(f"Added {name}; its header token is {where}. Try it: aicx cx-genie check {name}")
    for said in _undocumented(profile):
        narrate(f"  {said}")


def _undocumented(profile: Profile) -> list[str]:
    """What of a profile the documents do not say."""
    said = []
    if profile.header_style is not HeaderStyle.TOKEN_BEARER:
        shown = HeaderStyle.TOKEN_BEARER.header("TOKEN")
        said.append(f"The documents show the header as “{shown}” and in no other way.")
    if others := [name for name in profile.fields if name != DOCUMENTED_FIELD]:
        names = ", ".join(others)
        said.append(f"Of extra fields the documents name {DOCUMENTED_FIELD} alone, not {names}.")
    return said


async def remove(arguments: Namespace, setup: Setup) -> None:
    """`profiles remove NAME`."""
    profile = profile_called(setup.config, arguments.name)
    left = await remove_profile(setup, profile.name)
    token = "" if left or profile.token_env else ", and its header token from the keyring"
    narrate(f"Removed {profile.name} from config.toml{token}.")
    if left:
        narrate(f"  Its header token may still be in the keyring: {left}")


def check(arguments: Namespace, setup: Setup) -> Awaitable[None]:
    """`check NAME`: one question, and whether the reply would do.

    Raises:
        AicxError: It would not.
    """
    profile = profile_called(setup.config, arguments.name)
    if arguments.user_token_stdin:
        token = secret_from_stdin("user's token")
    else:
        token = asked_for_secret("The user's token: ", instead="--user-token-stdin")
    visitor = Visitor(checked_user_token(token), dict(arguments.fields))
    return _check(setup, profile, visitor, as_json=arguments.json)


def checked_user_token(token: SecretStr) -> SecretStr:
    """A user's token that can be one; what is in it is the site's own business.

    Raises:
        UsageError: There is none.
    """
    if not token.get_secret_value().strip():
        raise UsageError("The user's token is empty. Nothing was sent.")
    return token


async def _check(setup: Setup, profile: Profile, visitor: Visitor, *, as_json: bool) -> None:
    asked = await checked(setup, profile, visitor)
    if as_json:
        print_json(_checked_document(profile, asked))
    else:
        _print_check(profile, asked)
    if not asked.verdict.would_do:
        count, failed = len(asked.verdict.findings), len(asked.verdict.failed)
        raise AicxError(
            f"The reply of {profile.name} would not do: {failed} of {count} checks failed.",
            hint=asked.verdict.failed[0].next_step,
        )


def _print_check(profile: Profile, asked: Asked) -> None:
    sent = ", ".join([TOKEN_FIELD, *profile.fields])
    header = profile.header_style.header(MASK)
    facts: list[tuple[str, str | None]] = [
        ("Asked", f"POST {profile.url}"),
        ("Authorization", header),
        ("Body", sent),
    ]
    if answer := asked.answer:
        facts += [
            ("Status", str(answer.status)),
            ("Time", f"{grouped(round(answer.seconds * 1000))} ms"),
        ]
        facts += [(f"  {name}", value) for name, value in asked.headers().items()]
        facts.append(("Reply", asked.body()))
    print_fields(facts)
    for finding in asked.verdict.findings:
        print_line(f"{SIGNS[finding.status]} {clean(finding.name)}: {clean(finding.found)}")
        if finding.next_step:
            print_line(f"    {clean(finding.next_step)}")


def _checked_document(profile: Profile, asked: Asked) -> dict[str, JsonValue]:
    answer = asked.answer
    return {
        "profile": profile.name,
        "url": profile.url,
        "identity": profile.identity.value,
        "would_do": asked.verdict.would_do,
        "status": answer.status if answer else None,
        "seconds": round(answer.seconds, 4) if answer else None,
        "headers": {**asked.headers()},
        "body": asked.body(),
        "findings": [
            {"name": f.name, "status": f.status, "found": f.found, "next_step": f.next_step}
            for f in asked.verdict.findings
        ],
        "user": user_document(asked.verdict.user) if asked.verdict.user else None,
    }


def user_document(user: ChatUser) -> dict[str, JsonValue]:
    """Whom a reply is about, for a machine."""
    return {
        "id": user.id,
        "email": user.email,
        "phone_number": user.phone,
        "name": user.name,
        "avatar": user.avatar,
        "label": user.label,
    }
