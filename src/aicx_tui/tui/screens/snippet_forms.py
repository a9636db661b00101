"""What an embed code needs beside the human, and where it is to be saved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from pydantic import SecretStr
from typing_extensions import override

from aicx_tui.errors import UsageError
from aicx_tui.services.snippet_kinds import KINDS, SnippetKind
from aicx_tui.services.snippets import Choices, PhoneAs, Snippet, Way
from aicx_tui.services.whole_file import WholeFile
from aicx_tui.tui.paths import full_path
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field

CHANNEL, WAY, LANGUAGE, TOKEN, RECORDED, PHONE = (
    *("channel", "way", "language", "token", "recorded", "phone"),
)

WAYS = (("settings", "in its settings"), ("call", "by setHumanUid"))
PHONES = (("data-phone-number", "phone-number"), ("data-phone", "phone"), ("", "none"))


class SnippetOptions(FormScreen[Choices]):
    """Asks for the channel, and for what else a kind can be told.

    Args:
        kind: For which widget.
        choices: What was chosen before.
        check: Raises why there can be no snippet by what was chosen.
        read_token: Reads the human's own access token; None where that cannot be.
        advice: What becomes of the channel's id.
    """

    SENDS = "go on"

    def __init__(
        self,
        kind: SnippetKind,
        choices: Choices,
        *,
        check: Callable[[Choices], object],
        read_token: Callable[[], Awaitable[SecretStr]] | None,
        advice: str,
    ) -> None:
        self._check = check
        self._token = choices.token
        self._read_token = read_token if kind.startswith("cx-genie") else None
        fields = _fields(kind, choices, can_read=self._read_token is not None)
        super().__init__(KINDS[kind].title, fields, advice=advice)

    @override
    async def send(self, values: dict[str, str]) -> Choices:
        token = SecretStr(values[TOKEN]) if values.get(TOKEN) else self._token
        if not values.get(TOKEN) and values.get(RECORDED) and self._read_token is not None:
            token = await self._read_token()
        choices = Choices(
            channel=values[CHANNEL],
            way=cast("Way", values.get(WAY, "settings")),
            token=token,
            phone_as=cast("PhoneAs", values.get(PHONE, "")),
            language=values.get(LANGUAGE, ""),
        )
        self._check(choices)
        return choices


def _fields(kind: SnippetKind, choices: Choices, *, can_read: bool) -> tuple[Field, ...]:
    facts = KINDS[kind]
    fields = [Field(CHANNEL, facts.label, facts.where, value=choices.channel)]
    if kind == "webchat":
        fields.append(Field(WAY, "The uid goes", value=choices.way, choices=WAYS))
    if facts.takes_token:
        given = "empty keeps the one there is" if choices.token is not None else "empty for none"
        hint = f"What proves who the visitor is; {given}."
        fields.append(Field(TOKEN, "User's token", hint, is_secret=True, is_required=False))
    if can_read:
        hint = "The access token in the human's record is that token."
        fields.append(Field(RECORDED, "From record", hint, is_choice=True))
    if kind == "cx-genie":
        fields.append(
            Field(
                PHONE,
                "Phone as",
                "Behind data-; CX Genie's documents disagree.",
                value=choices.phone_as,
                choices=PHONES,
                is_required=False,
            )
        )
    if kind != "cx-genie-mobile":
        fields.append(
            Field(
                LANGUAGE,
                "Language",
                "Such as en; English where it is empty."
                if kind == "cx-genie"
                else "Such as en; empty for the widget's own.",
                value=choices.language,
                is_required=False,
            )
        )
    return tuple(fields)


class SaveSnippet(FormScreen[Path]):
    """Asks where to, and writes the code.

    Args:
        snippet: The code.
    """

    SENDS = "write"
    BUSY = "Writing …"

    def __init__(self, snippet: Snippet) -> None:
        name = KINDS[snippet.kind].file
        field = Field("file", "File", "~ is your home folder.", value=name, is_path=True)
        said = (
            "It holds a token of the human, which stands in the file." if snippet.is_secret else ""
        )
        super().__init__("Save the snippet", (field,), advice=said)
        self._snippet = snippet
        self._warned_of: Path | None = None

    @override
    async def send(self, values: dict[str, str]) -> Path:
        path = full_path(values["file"])
        if path.is_file() and path != self._warned_of:
            self._warned_of = path
            raise UsageError(
                f"{path} is there already. Nothing was written.",
                hint="Enter again replaces it; or give another name.",
            )
        with WholeFile(path, replaces=path == self._warned_of) as file:
            file.write(self._snippet.code)
            await file.publish()
        return path
