"""Targets that a program of this machine reaches: gh, kubectl, or a command of one's own.

Each gets the token on standard input, so that it stands on no command line and in no variable.
"""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import JsonValue, SecretStr, TypeAdapter, ValidationError

from aicx_tui.errors import AicxError, NotTheApiError, UsageError
from aicx_tui.services.child_process import Ended, run
from aicx_tui.services.masking import masked
from aicx_tui.services.targets import Checked, Target
from aicx_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

QUOTED_CHARACTERS = 300
"""How much a message quotes of what a program complains of; it says the reason last."""

NOTHING = SecretStr("")
"""What a program is given that needs no token."""


async def own_check(target: Target, token: SecretStr) -> Checked:
    """Ask the target's own check command."""
    ended = await _run(shlex.split(target.check), target, token, given=token)
    if ended.code == 0:
        return Checked(True, "Its check command found the token.")
    return Checked(False, f"Its check command did not find the token.{_quoted(ended, token)}")


class Command:
    """A command of one's own."""

    attempts = 1  # what it does twice is not known

    async def update(self, target: Target, token: SecretStr) -> None:
        """Run it."""
        await _done(_words(target), target, token, given=token)

    async def check(self, target: Target, token: SecretStr) -> Checked:
        """Nothing is known of it."""
        return Checked(None, "It has no check command.")

    async def rehearse(self, target: Target, token: SecretStr) -> str:
        """Look whether there is such a program."""
        return f"Would run {_program(_words(target))}, with the token on its standard input."


class GitHub:
    """A secret of GitHub Actions."""

    attempts = 3

    async def update(self, target: Target, token: SecretStr) -> None:
        """Set it; gh encrypts it on this machine."""
        settings = target.settings
        words = ["gh", "secret", "set", settings["secret"], *_place(settings)]
        if visibility := settings.get("visibility"):
            words += ["--visibility", visibility]
        if repositories := settings.get("repositories"):
            words += ["--repos", repositories]
        await _done(words, target, token, given=token)

    async def check(self, target: Target, token: SecretStr) -> Checked:
        """Look whether there is one of that name: GitHub shows nobody its value."""
        name = target.settings["secret"]
        set_at = await self._set_at(target, token)
        if set_at is None:
            return Checked(False, f"There is no secret {name} in {_where(target.settings)}.")
        return Checked(None, f"Set {clean(set_at, limit=40)}; GitHub shows no secret's value.")

    async def rehearse(self, target: Target, token: SecretStr) -> str:
        """List the secrets, which shows whether gh is signed in and may."""
        is_there = await self._set_at(target, token) is not None
        done = "replace" if is_there else "create"
        return f"Would {done} the secret {target.settings['secret']} in {_where(target.settings)}."

    async def _set_at(self, target: Target, token: SecretStr) -> str | None:
        words = ["gh", "secret", "list", *_place(target.settings), "--json", "name,updatedAt"]
        ended = await _done(words, target, token, keeps_output=True)
        listed = _parsed(ended.out, "gh")
        for secret in listed if isinstance(listed, list) else []:
            if isinstance(secret, dict) and secret.get("name") == target.settings["secret"].upper():
                return str(secret.get("updatedAt", ""))
        return None


class Kubernetes:
    """One key of a secret in a cluster."""

    attempts = 3

    async def update(self, target: Target, token: SecretStr) -> None:
        """Change that key alone.

        A patch, since `kubectl apply` would write the token a second time, as an annotation.
        """
        if sys.platform == "win32":
            raise UsageError("kubectl takes no patch on standard input on Windows.")
        value = b64encode(token.get_secret_value().encode()).decode()
        patch = json.dumps({"data": {target.settings["key"]: value}})
        words = [*self._kubectl(target, "patch"), "--type", "merge", "--patch-file", "/dev/stdin"]
        await _done(words, target, token, given=SecretStr(patch))

    async def check(self, target: Target, token: SecretStr) -> Checked:
        """Read it."""
        key = target.settings["key"]
        value = (await self._data(target, token)).get(key)
        try:
            held = b64decode(value, validate=True) if isinstance(value, str) else None
        except ValueError:
            held = b""
        if held is None:
            return Checked(False, f"The secret has no {key}.")
        if held != token.get_secret_value().encode():
            return Checked(False, f"{key} of the secret is another token.")
        return Checked(True, f"{key} of the secret is the token.")

    async def rehearse(self, target: Target, token: SecretStr) -> str:
        """Read the secret, which shows whether kubectl is signed in and it exists."""
        settings = target.settings
        done = "replace" if settings["key"] in await self._data(target, token) else "add"
        return (
            f"Would {done} {settings['key']} of the secret {settings['secret']} in "
            f"{settings['namespace']}."
        )

    async def _data(self, target: Target, token: SecretStr) -> Mapping[str, JsonValue]:
        words = [*self._kubectl(target, "get"), "-o", "json"]
        read = _parsed((await _done(words, target, token, keeps_output=True)).out, "kubectl")
        data = read.get("data") if isinstance(read, dict) else None
        return data if isinstance(data, dict) else {}

    def _kubectl(self, target: Target, verb: str) -> list[str]:
        settings = target.settings
        cluster = ["--context", settings["cluster"]] if "cluster" in settings else []
        return [
            *("kubectl", *cluster, "--namespace", settings["namespace"]),
            *(verb, "secret", settings["secret"]),
        ]


def _words(target: Target) -> list[str]:
    return shlex.split(target.settings["command"])


def _place(settings: Mapping[str, str]) -> list[str]:
    if "organisation" in settings:
        return ["--org", settings["organisation"]]
    place = ["--repo", settings["repository"]]
    return [*place, "--env", settings["environment"]] if "environment" in settings else place


def _where(settings: Mapping[str, str]) -> str:
    place = settings.get("organisation") or settings["repository"]
    return f"{place}, {settings['environment']}" if "environment" in settings else place


def _program(words: Sequence[str]) -> str:
    found = shutil.which(words[0])
    if found is None:
        raise UsageError(
            f"There is no program {words[0]}.", hint="Install it, or give its full path."
        )
    return found


async def _run(
    words: Sequence[str],
    target: Target,
    token: SecretStr,
    *,
    given: SecretStr = NOTHING,
    keeps_output: bool = False,
) -> Ended:
    return await run(
        words,
        given=given.get_secret_value().encode(),
        secret=token,
        seconds=target.seconds,
        keeps_output=keeps_output,
        withheld=target.withheld,
    )


async def _done(
    words: Sequence[str],
    target: Target,
    token: SecretStr,
    *,
    given: SecretStr = NOTHING,
    keeps_output: bool = False,
) -> Ended:
    """Run a program that has to succeed.

    Raises:
        AicxError: It did not.
    """
    ended = await _run(words, target, token, given=given, keeps_output=keeps_output)
    if ended.code != 0:
        how = f"with {ended.code}" if ended.code > 0 else f"by signal {-ended.code}"
        raise AicxError(
            f"{words[0]} ended {how}.{_quoted(ended, token)}",
            hint="Mend what it complains of, then give this target the token once more.",
        )
    return ended


def _quoted(ended: Ended, token: SecretStr) -> str:
    said = " ".join(clean(masked(ended.err, token), multiline=True).split())
    if len(said) > QUOTED_CHARACTERS:
        said = f"… {said[-QUOTED_CHARACTERS:]}"
    return f" It says: {said}" if said else ""


_JSON = TypeAdapter[JsonValue](JsonValue)


def _parsed(out: bytes, program: str) -> JsonValue:
    try:
        return _JSON.validate_json(out)
    except ValidationError:
        raise NotTheApiError(f"What {program} printed is not the JSON asked for.") from None
