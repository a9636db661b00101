"""What is said to OpenCX of a human: a form that is filled in as far as the human is known."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue, SecretStr
from typing_extensions import override

from aicx_tui.models.human import Human
from aicx_tui.models.open_cx import OVERRIDES
from aicx_tui.os_keyring import Slot
from aicx_tui.services.open_cx_opening import Vouching, vouching_at
from aicx_tui.services.setup import Setup
from aicx_tui.services.vouching import (
    AVATAR,
    CUSTOM,
    EMAIL,
    LANGUAGE,
    Vouch,
    parsed_rows,
    prefilled,
)
from aicx_tui.settings import Context
from aicx_tui.text import MISSING, clean
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field

NAME, PHONE, CHAT = "name", "phone", "chat_context"

_ROWS = "Rows of key=value, or one JSON object."

_LABELS = dict(zip(OVERRIDES, ("Query", "Path", "Body", "Headers"), strict=True))

Body = Mapping[str, JsonValue]
"""What is to be sent."""


class VouchForm(FormScreen[Body]):
    """Asks for what is said of a human; answers with what is to be sent, which is shown first.

    Args:
        human: Who.
        host: Where it goes.
        typed: What was typed before; empty at first.

    Attributes:
        typed: What was typed when it was sent last.
    """

    SENDS = "look at it"

    def __init__(self, human: Human, *, host: str, typed: Mapping[str, str]) -> None:
        known = prefilled(human)
        values = {EMAIL: known.email, NAME: known.name, PHONE: known.phone, **typed}
        name = clean(human.fullname or MISSING, limit=40)
        advice = f"Nothing is sent yet. It goes to {host}."
        self.typed = typed
        super().__init__(f"Authenticate {name} with OpenCX", _fields(values), advice=advice)

    @override
    def start(self) -> None:
        self._form.start_at_first()

    @override
    async def send(self, values: dict[str, str]) -> Body:
        self.typed = self._form.typed
        maps = {name: parsed_rows(values[name], field=name) for name in OVERRIDES}
        vouch = Vouch(
            email=values[EMAIL],
            name=values[NAME],
            phone=values[PHONE],
            avatar_url=values[AVATAR],
            language=values[LANGUAGE],
            custom_data=parsed_rows(values[CUSTOM], field=CUSTOM),
            chat_context=values[CHAT].strip(),
            overrides={name: rows for name, rows in maps.items() if rows},
        )
        return vouch.body()


class KeyForm(FormScreen[Vouching]):
    """Asks for the API key of an OpenCX whose key no keyring has; answers with what vouches there.

    Args:
        context: Which OpenCX.
        setup: Where the key is kept until this console ends, once it is accepted.
        said: Why it is asked for.
    """

    SENDS = "go on"

    def __init__(self, context: Context, setup: Setup, *, said: str) -> None:
        hint = "In OpenCX's dashboard: Settings > Access"
        field = Field("key", "API key", hint, is_secret=True)
        advice = "It is kept in this console's memory alone, until it ends."
        title = f"API key of {clean(context.name)}"
        super().__init__(title, (field,), said=said, advice=advice)
        self._open_cx = context
        self._setup = setup

    @override
    async def send(self, values: dict[str, str]) -> Vouching:
        key = SecretStr(values["key"])
        vouching = await vouching_at(self._open_cx, self._setup, key=key)
        await vouching.check()
        self._setup.credentials.remember(self._open_cx, Slot.TOKEN, key)
        return vouching


def _fields(values: Mapping[str, str]) -> tuple[Field, ...]:
    def field(key: str, label: str, hint: str = "", *, is_long: bool = False) -> Field:
        return Field(
            key,
            label,
            hint,
            value=values.get(key, ""),
            is_required=key == EMAIL,
            is_long=is_long,
        )

    return (
        field(EMAIL, "E-mail", "How OpenCX finds a contact again is not documented."),
        field(NAME, "Name"),
        field(PHONE, "Phone", "With its country code."),
        field(LANGUAGE, "Language", "One of OpenCX's 56 codes, such as en."),
        field(AVATAR, "Avatar", "The address of a picture."),
        field(CUSTOM, "Custom data", _ROWS, is_long=True),
        field(CHAT, "Chat context", "What the AI is told before it answers.", is_long=True),
        *(
            field(name, _LABELS[name], f"http_action_overrides.{name}", is_long=True)
            for name in OVERRIDES
        ),
    )
