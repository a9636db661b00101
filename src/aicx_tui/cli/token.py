"""What `aicx token status`, `verify`, `set` and `forget` do."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Awaitable
from datetime import datetime

from pydantic import JsonValue, SecretStr

from aicx_tui.cli.output import print_fields, print_json
from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.secrets import asked_for_secret, is_terminal
from aicx_tui.cli.session import named_context, patiently
from aicx_tui.cli.token_context import own_token
from aicx_tui.credentials import (
    Credentials,
    checked_token,
    patience,
    token_from_descriptor,
    token_from_file,
    token_from_stdin,
)
from aicx_tui.errors import NotSignedInError
from aicx_tui.os_keyring import SILENT_SECONDS, Slot
from aicx_tui.services.access import Access
from aicx_tui.services.rotation import accept
from aicx_tui.services.rotation_journal import RotationJournal, fingerprint, now
from aicx_tui.services.rotation_opening import means_for, take_up_if_cut_off
from aicx_tui.services.rotation_targets import left_over
from aicx_tui.services.setup import Setup
from aicx_tui.services.token_facts import TokenFacts, masked, utc_now
from aicx_tui.settings import Context


async def status(arguments: Namespace, setup: Setup) -> None:
    """`token status`: what is known of the token; nothing is changed.

    Raises:
        NotSignedInError: None is kept, or it is not accepted; what is known was printed.
    """
    async with own_token(arguments, setup) as own:
        context, facts = own.context, await own.facts()
    document = _document(facts, context, setup)
    if arguments.json:
        print_json(document)
    else:
        _print(facts, context, document)
    for line in (*_warnings(facts, setup), *_left_over(context, setup)):
        narrate(line)
    if facts.found is None or facts.is_accepted is False:
        raise _not_signed_in(facts, context)


async def verify(arguments: Namespace, setup: Setup) -> None:
    """`token verify`: asks the platform.

    Raises:
        NotSignedInError: None is kept, or it is not accepted.
        AicxError: The platform could not be asked.
    """
    async with own_token(arguments, setup) as own:
        context = own.context
        await take_up_if_cut_off(context, setup.credentials, setup.home, tell=narrate)
        facts = await own.facts()
    if arguments.json:
        print_json(_document(facts, context, setup))
    if facts.found is None or facts.is_accepted is False:
        raise _not_signed_in(facts, context)
    if facts.problem:
        raise facts.problem
    if facts.token is None:
        raise NotSignedInError(
            f"A session signs in to {context.name}, and no token is kept.",
            hint=f"Issue one: aicx token issue --context {context.name}",
        )
    narrate(f"{context.host} accepts the token from {facts.found.source}.")
    if context.kind == "gateway":
        narrate("Proto documents no call that checks a token: this one was not refused.")


def set_token(arguments: Namespace, setup: Setup) -> Awaitable[None]:
    """`token set`: takes a token issued elsewhere, once the platform accepts it.

    It is read before an event loop runs, which would hold back Ctrl-C.
    """
    context = named_context(arguments, setup)
    return _set_token(arguments, context, setup, _given(arguments))


async def _set_token(
    arguments: Namespace, context: Context, setup: Setup, token: SecretStr
) -> None:
    credentials, waits = setup.credentials, patience(setup.environ)
    await take_up_if_cut_off(context, credentials, setup.home, tell=narrate)
    held = await credentials.find_kept(context, patience=waits)
    known = arguments.human or await _known_human(setup.access(context.name))
    means = means_for(
        context,
        credentials,
        setup.home,
        patience=waits,
        known_human=known,
        is_human_named=bool(arguments.human),
    )
    rotated = await patiently(accept(means, token, held))
    if held is not None and held.slot is Slot.SESSION:
        await credentials.forget_session(context, patience=SILENT_SECONDS)
    if arguments.json:
        print_json(
            {
                "context": context.name,
                "outcome": rotated.outcome,
                "fingerprint": rotated.fingerprint,
                "replaced": rotated.replaced or None,
                "stored_in": rotated.place,
                "verified_by_human": bool(known) if context.kind == "gateway" else None,
            }
        )
    narrate(f"{context.host} accepts the token; it is in {rotated.place} and signs in from now on.")
    if context.kind == "gateway" and not known:
        narrate("It was not refused; name a human to be surer: --human ID.")
    if credentials.given(context) is not None and not arguments.json:
        narrate("AICX_TOKEN or --token-file still goes first, where it is given.")


async def forget(arguments: Namespace, setup: Setup) -> None:
    """`token forget`: removes the token from the keyring; what was read stays readable."""
    context = named_context(arguments, setup)
    credentials, waits = setup.credentials, patience(setup.environ)
    async with RotationJournal(setup.home, context).turn():
        slots = (Slot.TOKEN, Slot.PENDING, Slot.CANARY)
        removed = await patiently(credentials.remove(context, slots, patience=waits))
        if credentials.problem:
            raise credentials.problem
        RotationJournal(setup.home, context).remove()
    if Slot.TOKEN in removed or Slot.PENDING in removed:
        narrate(f"The token of {context.name} is gone from {credentials.keyring.name}.")
        narrate("It stays valid at the platform until a new one is issued.")
    else:
        narrate(f"No token of {context.name} was kept.")


def _given(arguments: Namespace) -> SecretStr:
    if arguments.fd is not None:
        return token_from_descriptor(arguments.fd)
    if arguments.file:
        return token_from_file(arguments.file)
    if arguments.stdin and not is_terminal():
        return token_from_stdin()
    typed = asked_for_secret(
        "Token, from Profile > API (it is not shown): ", instead="--stdin, --file or --fd"
    )
    return checked_token(typed.get_secret_value().strip(), source="the terminal")


async def _known_human(access: Access) -> str:
    """The id of a human that was read here before; empty where there is none."""
    if access.context.kind != "gateway" or (known := await access.known_mirror()) is None:
        return ""
    try:
        moment = now()
        ids = await asyncio.wrap_future(known.mirror.ids_not_read_since(moment, moment))
        return ids[-1] if ids else ""
    finally:
        await asyncio.to_thread(known.mirror.close)


def _not_signed_in(facts: TokenFacts, context: Context) -> NotSignedInError:
    again = f"Sign in: aicx login --context {context.name}"
    if facts.found is None and facts.problem is not None:
        said = f"Whether a token of {context.name} is kept is not known. {facts.problem.message}"
        return NotSignedInError(said, hint=facts.problem.hint or again)
    if facts.found is None:
        return NotSignedInError(f"No token of {context.name} is kept.", hint=again)
    why = facts.problem.message if facts.problem else ""
    return NotSignedInError(
        f"{context.host} does not accept what is kept in {facts.found.source}. {why}".rstrip(),
        hint=again,
    )


def _document(facts: TokenFacts, context: Context, setup: Setup) -> dict[str, JsonValue]:
    live, token, found = facts.live, facts.token, facts.found
    age = facts.age_days(utc_now())
    return {
        "context": context.name,
        "platform": context.root,
        "signed_in_by": found.slot.value if found else None,
        "token": masked(token) if token else None,
        "stored_in": _place(facts, setup.credentials),
        "fingerprint": fingerprint(token) or None,
        "live_fingerprint": live.fingerprint if live else None,
        "accepted": facts.is_accepted,
        "issued_at": _text(live.issued_at) if live else None,
        "last_used_at": _text(live.last_used_at) if live else None,
        "age_days": age,
        "is_old": facts.is_old(utc_now(), after_days=setup.config.token_days),
        "replacement_cut_off": facts.is_cut_off,
        "problem": facts.problem.message if facts.problem else None,
    }


def _place(facts: TokenFacts, credentials: Credentials) -> str | None:
    """Where the token is: the keyring by name, a variable or file, or memory."""
    if facts.found is None or facts.token is None:
        return None
    return facts.found.source or credentials.keyring.name


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _print(facts: TokenFacts, context: Context, document: dict[str, JsonValue]) -> None:
    words = {True: "yes", False: "no", None: "not known"}
    age = document["age_days"]
    issued = f"{document['issued_at']} ({age} days ago)" if age is not None else "not known"
    used = document["last_used_at"] or ("never" if facts.live else "not known")
    session = "none; a session signs in" if facts.found and not facts.token else None
    print_fields(
        [
            ("context", context.name),
            ("token", str(document["token"]) if document["token"] else session),
            ("kept in", str(document["stored_in"]) if document["stored_in"] else None),
            ("fingerprint", str(document["fingerprint"]) if document["fingerprint"] else None),
            ("accepted", words[facts.is_accepted]),
            ("issued", issued),
            ("last used", str(used)),
        ]
    )


def _left_over(context: Context, setup: Setup) -> list[str]:
    said = left_over(setup, context)
    return [f"{said} Give it to them: aicx token targets update --missing"] if said else []


def _warnings(facts: TokenFacts, setup: Setup) -> list[str]:
    said = []
    if facts.rescued:
        said.append(f"The new token was kept by hand: {facts.rescued}. Store it: aicx token set")
    elif facts.is_cut_off:
        said.append("A replacement of the token was cut off; the next command finishes it.")
    if facts.is_old(utc_now(), after_days=setup.config.token_days):
        age = facts.age_days(utc_now())
        said.append(f"The token is {age} days old; replace it: aicx token rotate")
    if facts.live and facts.token and not facts.is_live:
        said.append("The platform's record is of another token than the one kept here.")
    if facts.is_accepted is None and facts.problem and facts.found:
        said.append(f"The platform could not be asked. {facts.problem.message}")
    return said
