"""Targets that are one key of a secret in HashiCorp Vault."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from aicx_tui.errors import ConflictError, NotSignedInError
from aicx_tui.services.targets import Checked, Target

if TYPE_CHECKING:
    from pydantic import SecretStr

    from aicx_tui.api.vault import Vault

DEFAULT_MOUNT = "secret"

MOST_WRITERS = 3
"""How often somebody else may write in between."""


class VaultKey:
    """One key of a secret; its other keys stay."""

    attempts = 3

    async def update(self, target: Target, token: SecretStr) -> None:
        """Read, change and write, unless somebody else has written in between."""
        async with _vault(target) as vault:
            for left in reversed(range(MOST_WRITERS)):
                found = await vault.read()
                values = {**found.values, target.settings["key"]: token.get_secret_value()}
                try:
                    await vault.write(values, after=found.version)
                except ConflictError:
                    if not left:
                        raise
                else:
                    return

    async def check(self, target: Target, token: SecretStr) -> Checked:
        """Read it."""
        key = target.settings["key"]
        async with _vault(target) as vault:
            values = (await vault.read()).values
        if key not in values:
            return Checked(False, f"The secret has no {key}.")
        if values[key] != token.get_secret_value():
            return Checked(False, f"{key} of the secret is another token.")
        return Checked(True, f"{key} of the secret is the token.")

    async def rehearse(self, target: Target, token: SecretStr) -> str:
        """Read it, which shows whether Vault is open and its token is good."""
        settings = target.settings
        async with _vault(target) as vault:
            found = await vault.read()
        done = "replace" if settings["key"] in found.values else "add"
        return (
            f"Would {done} {settings['key']} of {settings['path']}, whose last version is "
            f"{found.version}."
        )


def _vault(target: Target) -> Vault:
    from aicx_tui.api.vault import Vault  # it loads the API client layer

    settings = target.settings
    ca_file = settings.get("ca_file")
    return Vault(
        settings["address"],
        _own_token(target),
        mount=settings.get("mount", DEFAULT_MOUNT),
        path=settings["path"],
        seconds=target.seconds,
        namespace=settings.get("namespace", ""),
        ca_file=Path(os.path.expanduser(ca_file)) if ca_file else None,
    )


def _own_token(target: Target) -> SecretStr:
    """Vault's token, from where config.toml says that it is.

    Raises:
        NotSignedInError: There is none.
    """
    from pydantic import SecretStr

    if name := target.settings.get("token_env"):
        if _is_usable(value := os.environ.get(name, "").strip()):
            return SecretStr(value)
        raise NotSignedInError(
            f"{name} holds no token for Vault. Nothing was sent.",
            hint=f"Set {name}, for instance with: vault login",
        )
    path = Path(os.path.expanduser(target.settings["token_file"]))
    try:
        value = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        value = ""
    if not _is_usable(value):
        raise NotSignedInError(
            f"{path} holds no token for Vault that can be read. Nothing was sent.",
            hint="Sign in there with: vault login",
        )
    return SecretStr(value)


def _is_usable(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable()
