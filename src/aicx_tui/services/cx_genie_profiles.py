"""The Authentication URLs that config.toml names, and where their header tokens are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from aicx_tui.addresses import origin_of
from aicx_tui.credentials import checked_token, patience
from aicx_tui.errors import KeyringUnavailableError, NotSignedInError, UsageError
from aicx_tui.os_keyring import Item, Slot
from aicx_tui.services.cx_genie import Profile
from aicx_tui.services.cx_genie_records import CheckRecord, CheckRecords

if TYPE_CHECKING:
    import tomlkit
    from pydantic import SecretStr

    from aicx_tui.config import Config
    from aicx_tui.os_keyring import OsKeyring
    from aicx_tui.services.setup import Setup

SECTION = "cx_genie"
"""Its table in config.toml."""

Value = str | float
"""What a setting is written as."""


@dataclass(frozen=True)
class Known:
    """A profile, and what its last check showed.

    Attributes:
        profile: As config.toml has it.
        last: None where it was never checked, or only at another address.
    """

    profile: Profile
    last: CheckRecord | None


def known_profiles(setup: Setup) -> tuple[Known, ...]:
    """Every profile in the order of config.toml, with what its last check showed."""
    records = CheckRecords(setup.home).read()
    return tuple(
        Known(profile, last if (last := records.get(name)) and last.url == profile.url else None)
        for name, profile in setup.config.cx_genie.items()
    )


def profile_called(config: Config, name: str) -> Profile:
    """The one of a name.

    Raises:
        UsageError: There is none.
    """
    if found := config.cx_genie.get(name.strip()):
        return found
    nearest = get_close_matches(name, config.cx_genie, n=1, cutoff=0.5)
    meant = f" Is {nearest[0]} meant?" if nearest else ""
    raise UsageError(
        f"There is no profile “{name}”.{meant}",
        hint="See those there are: aicx cx-genie profiles list",
    )


async def add_profile(
    setup: Setup, name: str, values: Mapping[str, Value], *, header_token: SecretStr | None
) -> Profile:
    """Describe a profile in config.toml, and keep its header token in the keyring.

    The token goes first: where the keyring takes none, nothing is described.

    Args:
        setup: Of this run.
        name: What it is to be called.
        values: Its settings as config.toml has them.
        header_token: None where a variable has it.

    Raises:
        UsageError: The name is taken, or a setting is missing or unusable; `problems` has all.
        KeyringUnavailableError: The keyring did not take the token.
    """
    from aicx_tui.config_cx_genie import checked_profile_name
    from aicx_tui.services.config_writing import changed

    checked_profile_name(name)
    if name in setup.config.cx_genie:
        raise UsageError(
            f"There is a profile {name} already; it was left as it is.",
            hint="Choose another name, or remove that one first.",
        )

    def add(document: tomlkit.TOMLDocument, _: Config) -> str | None:
        from aicx_tui.services.config_lists import append_table

        return append_table(document, SECTION, name, values)

    profile = _checked(setup, name, values)
    if header_token is not None:
        await _keep(setup, profile, header_token)
    setup.config = changed(setup.config.path, add)
    return profile


def _checked(setup: Setup, name: str, values: Mapping[str, Value]) -> Profile:
    from aicx_tui.config_cx_genie import profiles_of
    from aicx_tui.config_problems import Problems

    problems = Problems()
    made = profiles_of({name: values}, problems=problems)
    if problems.found:
        raise UsageError(
            "That cannot be used. Nothing was changed.",
            problems=problems.found,
            hint="See: aicx cx-genie profiles add --help",
        )
    return made[name]


async def _keep(setup: Setup, profile: Profile, header_token: SecretStr) -> None:
    try:
        await setup.credentials.keyring.set(
            _item(profile), header_token, patience=patience(setup.environ)
        )
    except KeyringUnavailableError as problem:
        problem.message += " The profile was not added."
        problem.hint = (
            "Where there is no keyring, put the header token into a variable and name that: "
            f"--token-env NAME. {problem.hint}"
        )
        raise


async def remove_profile(setup: Setup, name: str) -> str:
    """Take a profile out of config.toml, and its header token out of the keyring.

    Returns:
        What the keyring did not do; empty where nothing is left there.

    Raises:
        UsageError: There is none of that name.
    """
    from aicx_tui.services.config_writing import changed, text_without

    profile = profile_called(setup.config, name)

    def remove(document: tomlkit.TOMLDocument, _: Config) -> str | None:
        profiles: Any = document[SECTION]
        text = text_without(profiles[profile.name], document)
        del profiles[profile.name]
        if not profiles:
            del document[SECTION]
        return text

    setup.config = changed(setup.config.path, remove)
    CheckRecords(setup.home).forget(profile.name)
    if profile.token_env:
        return ""
    try:
        await setup.credentials.keyring.delete(_item(profile), patience=patience(setup.environ))
    except KeyringUnavailableError as problem:
        return problem.message
    return ""


def checked_header_token(text: str, *, source: str) -> SecretStr:
    """Return a header token that can travel in a header.

    Raises:
        UsageError: It cannot.
    """
    try:
        return checked_token(text, source=source)
    except UsageError as error:
        error.hint = "Copy it as CX Genie has it, without quotes or line ends."
        raise


async def header_token(
    profile: Profile, *, keyring: OsKeyring, environ: Mapping[str, str]
) -> SecretStr:
    """The header token of a profile.

    Raises:
        NotSignedInError: There is none.
        UsageError: The variable holds what cannot be one.
    """
    if name := profile.token_env:
        if value := environ.get(name, "").strip():
            return checked_header_token(value, source=name)
        raise NotSignedInError(
            f"{name} holds no header token for {profile.name}. Nothing was done.",
            hint=f"Set {name} to the header token that CX Genie has for this address.",
        )
    try:
        found = await keyring.get(_item(profile), patience=patience(environ))
    except KeyringUnavailableError as problem:
        raise NotSignedInError(
            f"The header token of {profile.name} is not known. {problem.message}",
            hint=problem.hint,
        ) from None
    if found is None:
        raise NotSignedInError(
            f"The keyring has no header token for {profile.name} at {origin_of(profile.url)}. "
            "Nothing was done.",
            hint="Remove the profile and add it anew; its token belongs to its address.",
        )
    return found


def _item(profile: Profile) -> Item:
    """Where the token is kept: no context can be called so, and another address does not get it."""
    return Item(context=f"cx-genie/{profile.name}", slot=Slot.TOKEN, origin=origin_of(profile.url))
