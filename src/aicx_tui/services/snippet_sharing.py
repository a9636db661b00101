"""Whom a chat widget could not tell from the human that an embed code is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.numerals import grouped
from aicx_tui.services.duplicates import others_with

if TYPE_CHECKING:
    from aicx_tui.models.human import Human
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.snippet_kinds import SnippetKind
    from aicx_tui.services.snippets import Choices

_TOLD_BY: dict[SnippetKind, str] = {"webchat": "uid", "cx-genie": "uid", "open-cx": "email"}

NAMED = 3


async def sharing_note(
    directory: Directory, human: Human, kind: SnippetKind, choices: Choices
) -> str:
    """What to know where others have the same, by the local copy; empty where nobody has.

    Raises:
        MirrorError: The local copy cannot be read.
    """
    field = _TOLD_BY.get(kind, "")
    is_told_by_token = kind != "webchat" and choices.token is not None
    value = getattr(human, field) if field and not is_told_by_token else None
    others = (await others_with(directory, {field: value or ""}, but=human.id)).get(field, ())
    if not others:
        return ""
    names = ", ".join(f"{one.fullname or one.id} ({one.id})" for one in others[:NAMED])
    more = f" and {grouped(len(others) - NAMED)} more" if len(others) > NAMED else ""
    word = "e-mail address" if field == "email" else field
    return (
        f"The same {word} is that of {names}{more}: to the widget they are one person, who sees "
        "what each of them wrote."
    )
