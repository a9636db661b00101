"""What `aicx login`, `logout` and `whoami` do."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from pydantic import SecretStr

from aicx_tui.cli.granting import granted_on_terminal
from aicx_tui.cli.output import print_fields, print_json
from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.secrets import (
    asked_for_secret,
    is_terminal,
    secret_from_stdin,
    signed_in_with_code,
)
from aicx_tui.credentials import (
    MEMORY,
    checked_token,
    patience,
    token_from_file,
    token_from_stdin,
)
from aicx_tui.errors import KeyringUnavailableError, UsageError
from aicx_tui.models.account import Account
from aicx_tui.os_keyring import SILENT_SECONDS, Slot
from aicx_tui.services.rotation_opening import take_up_if_cut_off
from aicx_tui.services.setup import Setup
from aicx_tui.services.signing_in import (
    SignedIn,
    abandon,
    begin_by_password,
    check_belongs,
    check_takes_password,
    keep,
    learn,
    sign_in_by_token,
    sign_out,
)
from aicx_tui.services.signing_in_elsewhere import GrantedSignIn
from aicx_tui.settings import Context

ResultT = TypeVar("ResultT")


def login(arguments: Namespace, setup: Setup) -> Awaitable[None]:
    """`login`: proves a token or password to the platform, then keeps it in the keyring.

    What is typed or piped is read before an event loop runs, which would hold back Ctrl-C.
    """
    context = named_context(arguments, setup)
    return _login(_sign_in(arguments, context), context, setup, as_json=arguments.json)


async def _login(
    sign_in: Callable[[], Awaitable[SignedIn]],
    context: Context,
    setup: Setup,
    *,
    as_json: bool,
) -> None:
    await take_up_if_cut_off(context, setup.credentials, setup.home, tell=narrate)
    signed_in = await sign_in()
    keeping = keep(signed_in, setup.credentials, patience=patience(setup.environ))
    place = await patiently(keeping)
    problem = setup.credentials.problem
    if place == MEMORY:
        await abandon(signed_in)
        why = problem.message if problem else "there is no keyring."
        raise KeyringUnavailableError(
            f"{context.host} accepted it, but it could not be kept for later: {why}",
            hint=(problem.hint if problem else "")
            or "Without a keyring, give the token to each command: AICX_TOKEN or --token-file.",
        )
    if as_json:
        account = signed_in.account
        told = account.model_dump(mode="json") if account is not None else None
        kind = signed_in.slot.value
        print_json({"context": context.name, "account": told, "kind": kind, "kept_in": place})
    who = f" as {signed_in.account.name}" if signed_in.account else ""
    narrate(f"Signed in to {context.name}{who}; the {signed_in.slot.value} is in {place}.")
    if context.kind == "gateway":
        narrate("Proto documents no call that checks a token: this one was not refused.")
    if problem:
        narrate(f"An earlier secret may still be there and go first. {problem.message}")
    await learn(signed_in, context, setup)
    if signed_in.account and len(signed_in.account.bots) > 1 and not context.bot_id:
        bot = signed_in.context.bot_id
        narrate(f"Its bot is {bot}; for another: aicx contexts edit {context.name} --bot ID")


async def patiently(work: Awaitable[ResultT]) -> ResultT:
    """Wait for the keyring, and say so where it takes long."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait((task,), timeout=SILENT_SECONDS / 2)
    if not done:
        narrate("Waiting for the keyring; it may show a window that asks for its password.")
    return await task


def named_context(arguments: Namespace, setup: Setup) -> Context:
    """The context of config.toml that is meant: only those keep what signs in.

    Raises:
        UsageError: The sandbox or the environment is meant, or none.
    """
    name = _name(arguments, setup)
    if name in ("", "sandbox", "environment"):
        what = {
            "": "No context is chosen.",
            "sandbox": "The sandbox needs no sign-in.",
            "environment": "The environment carries its own token, in AICX_TOKEN, which aicx "
            "cannot change.",
        }[name]
        raise UsageError(what, hint="Name a context: --context NAME, of those in contexts list.")
    return setup.context(name)


def _name(arguments: Namespace, setup: Setup) -> str:
    return "sandbox" if arguments.sandbox else setup.chosen_name(arguments.context)


def _sign_in(arguments: Namespace, context: Context) -> Callable[[], Awaitable[SignedIn]]:
    """Read the secret, and return what is to be done with it."""
    token_file = arguments.login_token_file or arguments.token_file
    gives_token = bool(token_file or arguments.token_stdin)
    email = arguments.email or ""
    if gives_token and (email or arguments.password_stdin):
        raise UsageError("A token signs in alone, without an e-mail address or a password.")
    if arguments.oidc:
        return _granted(arguments, context)
    if not gives_token and context.kind == "console":
        email = email or context.account
    if email or arguments.password_stdin:
        check_takes_password(context)
        password = _password(arguments, email=email)
        code_from_stdin: bool = arguments.code_stdin
        begin = partial(begin_by_password, context, email=email, password=password)
        return lambda: signed_in_with_code(begin(), from_stdin=code_from_stdin)
    token = _token(arguments, token_file, context)
    return lambda: sign_in_by_token(context, token)


def _granted(arguments: Namespace, context: Context) -> Callable[[], Awaitable[SignedIn]]:
    if arguments.email or arguments.password_stdin or arguments.login_token_file:
        raise UsageError("An account elsewhere signs in alone, without a password or a token.")
    granting = GrantedSignIn(context, arguments.oidc)
    code_from_stdin: bool = arguments.code_stdin

    async def run() -> SignedIn:
        try:
            begun = granted_on_terminal(granting.start, granting.finish)
            return await signed_in_with_code(begun, from_stdin=code_from_stdin)
        finally:
            await granting.aclose()

    return run


def _password(arguments: Namespace, *, email: str) -> SecretStr:
    if not email:
        raise UsageError("A password needs an account.", hint="Add --email.")
    if not arguments.password_stdin or is_terminal():
        return asked_for_secret(f"Password of {email}: ", instead="--password-stdin")
    return secret_from_stdin("password")


def _token(arguments: Namespace, token_file: str | None, context: Context) -> SecretStr:
    if token_file:
        return token_from_file(token_file)
    if arguments.token_stdin and not is_terminal():
        return token_from_stdin()
    is_key = context.kind == "open-cx"
    what = "API key, from Settings > Access" if is_key else "Token, from Profile > API"
    prompt = f"{what} (it is not shown): "
    typed = asked_for_secret(prompt, instead="--token-stdin or --token-file")
    return checked_token(typed.get_secret_value().strip(), source="the terminal")


async def logout(arguments: Namespace, setup: Setup) -> None:
    """`logout`: ends a session, and forgets what signed in."""
    context = named_context(arguments, setup)
    keeps: bool = arguments.keep_mirror
    ending = sign_out(
        context,
        setup,
        keeps_mirror=keeps,
        discards=arguments.discard,
        patience=patience(setup.environ),
    )
    ended = await patiently(ending)
    narrate("The local copy stays." if keeps else "There is no local copy of its humans now.")
    if setup.credentials.problem:
        raise setup.credentials.problem
    if ended.slot is None:
        narrate(f"Nobody was signed in to {context.name}.")
        return
    narrate(f"Signed out of {context.name}; the {ended.slot.value} is gone from the keyring.")
    if ended.slot is Slot.TOKEN:
        narrate("The token stays valid at the platform until a new one is issued.")
    elif ended.unended:
        narrate(
            f"{context.host} could not be told, so the session ends there on its own, after some "
            f"hours. {ended.unended.message}"
        )


async def whoami(arguments: Namespace, setup: Setup) -> None:
    """`whoami`: asks the platform."""
    access = setup.access(_name(arguments, setup), ephemeral=arguments.ephemeral)
    access.tell = narrate
    try:
        session = await access.open()
        try:
            await session.identify()
            if session.account:
                check_belongs(session.context, session.account)
            else:
                await session.platform.check_token()
        finally:
            await session.aclose()
        _print_who(arguments, session.context, session.account, session.source)
    finally:
        access.close()


def _print_who(
    arguments: Namespace, context: Context, account: Account | None, source: str
) -> None:
    source = source or "the sandbox itself"
    document = {
        "context": context.name,
        "platform": context.root,
        "kind": context.kind,
        "company_id": context.company_id,
        "bot_id": context.bot_id,
        "signed_in_by": source,
        "account": account.model_dump(mode="json") if account else None,
    }
    if arguments.json:
        print_json(document)
        return
    who = f"{account.name} <{account.email}>, {account.role}" if account else None
    company = f"{account.company.name} ({account.company.id})" if account else context.company_id
    print_fields(
        [
            ("context", context.name),
            ("platform", context.root),
            ("account", who),
            ("company", company),
            ("bot", context.bot_id),
            ("signed in by", source),
        ]
    )
    if account is None:
        narrate("The token was let through; no call is documented that tells whose it is.")
