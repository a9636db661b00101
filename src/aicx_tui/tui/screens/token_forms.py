"""The forms of the token: paste one issued elsewhere, name a file, describe a target."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr
from typing_extensions import override

from aicx_tui.config import Setting
from aicx_tui.config_targets import COMMON, KINDS, checked_target_name
from aicx_tui.credentials import checked_token
from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.services.own_token import OwnToken
from aicx_tui.services.rotation import Rotated
from aicx_tui.services.signing_in import WHERE_TO_COPY
from aicx_tui.services.target_registry import Value, add_target
from aicx_tui.services.token_places import FilePlace
from aicx_tui.tui.paths import full_path
from aicx_tui.tui.profile_lines import WEB_APP
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.token_lines import KINDS as CALLED
from aicx_tui.tui.widgets.form import Field

if TYPE_CHECKING:
    from aicx_tui.services.setup import Setup
    from aicx_tui.settings import Context

PASTING = (
    "2  Copy the new one and paste it here. It is verified, and only then takes the place of the "
    "one before."
)

IN_WEB_APP = f"{WEB_APP}API > ISSUE NEW TOKEN. The token in use stops working at that moment."

LABELS = {"stop_on_failure": "stop if fails", "token_env": "token in env", "name": "Name"}
"""What fields are called whose setting has a longer name than fits."""


class PasteForm(FormScreen[Rotated]):
    """Takes a token that was issued in the web app, once the platform accepts it.

    Args:
        own: The token it takes the place of.
        known_human: The id of a human that the platform has; empty for none.
    """

    SENDS = "verify and keep"
    BUSY = "Verifying …"
    AT_STAKE = "A token is being verified."
    GIVEN_UP = "Not waited for: the screen below shows which token is kept."

    def __init__(self, own: OwnToken, *, known_human: str = "") -> None:
        fields = [Field("token", "Token", "It is not shown.", is_secret=True)]
        if own.context.kind == "gateway":
            hint = "The id of a human that there is: reading it shows that the token works."
            human = Field("human", "Human", hint, value=known_human, is_required=False)
            fields.append(human)
        first = WHERE_TO_COPY["open-cx"] if own.context.kind == "open-cx" else IN_WEB_APP
        said = f"1  {first}\n{PASTING}"
        super().__init__("Paste a token issued elsewhere", tuple(fields), said=said)
        self._own = own
        self._known_human = known_human

    @override
    async def send(self, values: dict[str, str]) -> Rotated:
        try:
            token = checked_token(values["token"].strip(), source="this field")
        except UsageError as error:
            error.problems = (FieldProblem("token", error.message),)
            raise
        human = values.get("human", "")
        is_named = human != self._known_human
        return await self._own.accept(token, known_human=human, is_human_named=is_named)


class FileForm(FormScreen[FilePlace]):
    """Asks for a file, for its owner only, that takes a token.

    Args:
        title: What for.
        file_at: What a file that a person names is as a place.
        token: What is written there at once; None where it is not issued yet.
    """

    SENDS = "save"
    BUSY = "Saving …"

    def __init__(
        self,
        title: str,
        *,
        file_at: Callable[[Path], FilePlace],
        token: SecretStr | None = None,
    ) -> None:
        hint = "A full path. The token lies there in the clear, for its owner only (0600)."
        super().__init__(title, (Field("file", "File", hint, is_path=True),))
        self._token = token
        self._file_at = file_at

    @override
    async def send(self, values: dict[str, str]) -> FilePlace:
        place = self._file_at(full_path(values["file"]))
        if self._token is None:
            await place.prove(characters=0)
        else:
            await place.put(self._token)
        return place


class TargetForm(FormScreen[str]):
    """Describes another place that uses the token; answers with its name.

    Args:
        setup: Whose config.toml names it.
        context: Whose token.
        kind: What it is.
    """

    SENDS = "add"
    BUSY = "Adding …"
    GUARDS_TYPED = True
    IS_SENT_BY_ENTER = False

    def __init__(self, setup: Setup, context: Context, kind: str) -> None:
        name, _, *others = COMMON
        self._settings = (name, *KINDS[kind], *others)
        title = f"Add a target: {CALLED[kind]}"
        advice = "config.toml keeps this, and no secret."
        super().__init__(title, tuple(_field(s) for s in self._settings), advice=advice)
        self._setup = setup
        self._of = context
        self._kind = kind

    @override
    def start(self) -> None:
        self._form.start_at_first()

    @override
    async def send(self, values: dict[str, str]) -> str:
        said: dict[str, Value] = {"name": values["name"], "kind": self._kind}
        for setting in self._settings[1:]:
            if typed := values[setting.key]:
                said[setting.key] = _value(setting, typed)
        try:
            name = checked_target_name(values["name"], what="The name")
            path = self._setup.config.path
            self._setup.config = add_target(path, self._of.name, said)
        except UsageError as error:
            fields = {setting.key for setting in self._settings}
            error.problems = tuple(
                p._replace(field=key) if (key := p.field.rpartition(".")[2]) in fields else p
                for p in error.problems
            )
            raise
        return name


def _field(setting: Setting) -> Field:
    choices = (("", "–"), *((choice, choice) for choice in setting.choices))
    return Field(
        setting.key,
        LABELS.get(setting.key, setting.key.replace("_", " ").capitalize()),
        setting.help,
        is_required=setting.is_required,
        is_choice=setting.kind is bool,
        choices=choices if setting.choices else (),
    )


def _value(setting: Setting, typed: str) -> Value:
    if setting.kind is bool:
        return True
    if setting.kind is not float:
        return typed
    try:
        return float(typed)
    except ValueError:
        problem = FieldProblem(setting.key, "Give a number of seconds.")
        raise UsageError("Nothing was added.", problems=[problem]) from None
