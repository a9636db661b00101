"""What `aicx profile show`, `set`, `avatar` and the calls that need a new sign-in do."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Awaitable, Callable
from pathlib import Path

from pydantic import SecretStr

from aicx_tui.cli.command import OnAccount
from aicx_tui.cli.granting import granted_on_terminal
from aicx_tui.cli.output import print_fields, print_json
from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.secrets import asked_for_secret, is_terminal, secret_from_stdin, with_code
from aicx_tui.errors import NotFoundError, UnsupportedError, UsageError
from aicx_tui.models.profile import Profile, ProfileChanges
from aicx_tui.services.granting import provider_called
from aicx_tui.services.localities import checked_language, checked_zone
from aicx_tui.services.open_account import OpenAccount
from aicx_tui.services.passwords import check_new
from aicx_tui.services.pictures import read_picture
from aicx_tui.text import clean, has_control_character


def prepare_show(arguments: Namespace) -> OnAccount:
    """`show`."""

    async def run(opened: OpenAccount) -> None:
        if opened.is_local:
            _print_local(opened, arguments)
        else:
            _print(await opened.account.read(), arguments)

    return OnAccount(run)


def prepare_set(arguments: Namespace) -> OnAccount:
    """`set --name … --timezone … --language …`: changes only what is given."""
    fields = ("name", "timezone", "language")
    given = {f: value for f in fields if (value := getattr(arguments, f)) is not None}
    if not given:
        raise UsageError(
            "Nothing is given that could be changed. Nothing was sent.",
            hint="Such as --name, --timezone or --language.",
        )
    if "timezone" in given:
        checked_zone(given["timezone"])
    if "language" in given:
        given["language"] = checked_language(given["language"])
    if has_control_character(given.get("name", "")):
        raise UsageError("A control character is in the name. Nothing was sent.")
    if not given.get("name", "x").strip():
        raise UsageError("The name is empty. Nothing was sent.")

    async def run(opened: OpenAccount) -> None:
        if not opened.is_local:
            _print(await opened.account.change(ProfileChanges(**given)), arguments)
            narrate("Changed.")
            return
        if "name" in given:
            raise UnsupportedError(
                "This platform has no call for the profile. Nothing was changed.",
                hint="In Proto's web app: the profile icon at the top right > Profile > GENERAL.",
            )
        opened.keep_here(given)
        _print_local(opened, arguments)
        narrate("Kept on this machine, for this context.")

    return OnAccount(run, is_local=True)


def prepare_avatar(arguments: Namespace) -> OnAccount:
    """`avatar FILE`, or `--none`."""
    if arguments.file is not None and not arguments.file.strip():
        raise UsageError("The name of the file is empty. Nothing was sent.", hint="Or say --none.")

    async def run(opened: OpenAccount) -> None:
        file = arguments.file
        picture = await read_picture(Path(file)) if file else None
        _print(await opened.account.set_avatar(picture), arguments)
        narrate("The avatar is changed." if picture else "There is no avatar any more.")

    return OnAccount(run)


def prepare_password(arguments: Namespace) -> OnAccount:
    """`password`: asks for both, or reads both from standard input."""
    if arguments.password_stdin and not is_terminal():
        current, new = secret_from_stdin("present password"), secret_from_stdin("new password")
        if not new.get_secret_value():
            raise UsageError(
                "The second line, with the new password, is missing. Nothing was sent.",
                hint="Pipe two lines: the present password, and the new one.",
            )
        again = None
    else:
        current = asked_for_secret("Present password: ", instead="--password-stdin")
        new = asked_for_secret("New password, 12 characters or more: ", instead="--password-stdin")
        again = asked_for_secret("The new one again: ", instead="--password-stdin")
    check_new(new, again=again)

    async def run(opened: OpenAccount) -> None:
        await opened.account.change_password(current=current, new=new)
        _say(arguments, {"changed": True}, "The password is changed; your other sessions ended.")

    return OnAccount(run, password=current, code_from_stdin=arguments.code_stdin)


def prepare_two_factor_on(arguments: Namespace) -> OnAccount:
    """`two-factor on`: a code is sent, and asked for."""
    password = _password(arguments)

    async def run(opened: OpenAccount) -> None:
        account = opened.account
        challenge = await account.start_two_factor()

        async def send_another() -> str:
            nonlocal challenge
            challenge = await account.start_two_factor()
            return challenge.hint

        await with_code(
            lambda code: account.verify_two_factor(challenge, code),
            hint=challenge.hint,
            send_another=send_another,
            from_stdin=arguments.code_stdin,
        )
        said = "Every sign-in asks for a code by e-mail now."
        _say(arguments, {"two_factor": True}, said)

    return OnAccount(run, password=password, code_from_stdin=arguments.code_stdin)


def prepare_two_factor_off(arguments: Namespace) -> OnAccount:
    """`two-factor off`: by the password."""
    password = _password(arguments) or asked_for_secret("Password: ", instead="--password-stdin")

    async def run(opened: OpenAccount) -> None:
        await opened.account.end_two_factor(password)
        _say(arguments, {"two_factor": False}, "The password alone signs in now.")

    return OnAccount(run, password=password, code_from_stdin=arguments.code_stdin)


def prepare_link(arguments: Namespace) -> OnAccount:
    """`link PROVIDER`: waits until it is allowed there."""

    async def run(opened: OpenAccount) -> None:
        account, provider = opened.account, arguments.provider
        await granted_on_terminal(lambda: account.start_link(provider), account.finish_link)
        said = f"{provider_called(provider)} can sign in from now on."
        _say(arguments, {"linked": provider}, said)

    return _needing_password(arguments, run)


def prepare_unlink(arguments: Namespace) -> OnAccount:
    """`unlink PROVIDER`."""

    async def run(opened: OpenAccount) -> None:
        linked = (await opened.account.read()).identities
        if all(one.provider != arguments.provider for one in linked):
            raise NotFoundError(
                f"No account of {provider_called(arguments.provider)} is linked. "
                "Nothing was changed.",
                hint="What is linked: aicx profile show",
            )
        await opened.account.unlink(arguments.provider)
        said = f"{provider_called(arguments.provider)} signs in no more."
        _say(arguments, {"unlinked": arguments.provider}, said)

    return _needing_password(arguments, run)


def _needing_password(
    arguments: Namespace, run: Callable[[OpenAccount], Awaitable[None]]
) -> OnAccount:
    password = _password(arguments)
    return OnAccount(run, password=password, code_from_stdin=arguments.code_stdin)


def _password(arguments: Namespace) -> SecretStr | None:
    """The password that was piped; else it is asked for where the platform wants it."""
    is_piped = arguments.password_stdin and not is_terminal()
    return secret_from_stdin("password") if is_piped else None


def _print(profile: Profile, arguments: Namespace) -> None:
    if arguments.json:
        print_json(profile.model_dump(mode="json"))
        return
    linked = ", ".join(
        f"{provider_called(one.provider)} {one.email or ''}".strip() for one in profile.identities
    )
    print_fields(
        [
            ("name", profile.name),
            ("e-mail", profile.email),
            ("time zone", profile.timezone),
            ("language", profile.language),
            ("avatar", profile.avatar_id),
            ("two-factor", "on" if profile.two_factor else "off"),
            ("linked", linked),
        ]
    )


def _print_local(opened: OpenAccount, arguments: Namespace) -> None:
    context = opened.context
    if arguments.json:
        print_json({"timezone": context.timezone or None, "language": context.language or None})
    else:
        print_fields([("time zone", context.timezone), ("language", context.language)])
    if context.kind == "gateway":
        narrate(
            "The rest of it stands in Proto's web app: the profile icon at the top right > Profile"
        )


def _say(arguments: Namespace, told: dict[str, str | bool], said: str) -> None:
    if arguments.json:
        print_json({**told}, indent=None)
    narrate(clean(said))
