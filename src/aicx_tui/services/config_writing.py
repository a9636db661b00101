"""Writes config.toml: comments and order stay, and nothing unusable is ever written."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Item, Table

from aicx_tui.config import Config
from aicx_tui.config_file import checked_config, read_config
from aicx_tui.errors import AicxError, UsageError
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.replacing import held, replace_text

Change = Callable[[tomlkit.TOMLDocument, Config], str | None]
"""Changes the document, and returns its text where that keeps more than the document would."""

_ACTION_IDS = tuple(ACTIONS)

_BOM = "\ufeff"
"""What some editors of Windows write first."""

_FROM, _TO = "aicx:cut-from-here", "aicx:cut-to-here"
"""Comments that are never written: they mark a table in the text of a document."""


def changed(path: Path, change: Change) -> Config:
    """Read, change, check and write, while no other console does.

    Raises:
        UsageError: The file cannot be used as it is, or could not after the change.
        AicxError: It cannot be changed or written; it is as it was.
    """
    with held(path):
        config = read_config(path, action_ids=_ACTION_IDS)
        before = _text(path)
        is_crlf = "\r\n" in before and "\n" not in before.replace("\r\n", "")
        text = _text_after(
            change, before.replace("\r\n", "\n") if is_crlf else before, config, path
        )
        try:
            said = tomllib.loads(text.removeprefix(_BOM))
            checked = checked_config(said, path=path, action_ids=_ACTION_IDS)
        except UsageError as error:
            raise UsageError(
                "That cannot be used. Nothing was changed.",
                problems=error.problems,
                hint="`aicx config schema` says what there is.",
            ) from None
        replace_text(path, text.replace("\n", "\r\n") if is_crlf else text)
    return checked


def put(table: MutableMapping[str, Any], key: str, value: object) -> None:
    """Set a key; a new one goes below the last one, above the comments on what follows."""
    if key in table or not isinstance(table, Table):
        table[key] = value
        return
    below = _taken_from_below(table)
    table[key] = value
    table.value.body.extend((None, item) for item in below)


def _taken_from_below(table: Table) -> list[Item]:
    """Take out the comments and empty lines behind the last key."""
    below: list[Item] = []
    while table.value.body and table.value.body[-1][0] is None:
        below.insert(0, table.value.body.pop()[1])
    return below


def text_with_below(added: str, document: tomlkit.TOMLDocument) -> str:
    """The text with something below everything else, and an empty line between."""
    above = tomlkit.dumps(document)
    between = "" if not above or above.endswith("\n\n") else "\n"
    if above and not above.endswith("\n"):
        between = "\n\n"
    return above + between + added


def text_without(table: MutableMapping[str, Any], document: tomlkit.TOMLDocument) -> str | None:
    """The text without a table, but with the comments below it, which are on what follows.

    Returns:
        The text; None where the table has no lines of its own.
    """
    if not isinstance(table, Table):
        return None
    below = _taken_from_below(table)
    table.trivia.comment_ws, table.trivia.comment = " ", f"# {_FROM}"
    mark = tomlkit.comment(_TO)
    mark.trivia.indent = "\n"  # the last key may have no line end
    table.value.body.extend((None, item) for item in (mark, *below))
    text = tomlkit.dumps(document)
    if text.count(_FROM) != 1 or text.count(_TO) != 1:
        return None
    before = text[: text.rfind("\n", 0, text.index(_FROM)) + 1]
    after = text[text.index(_TO) + len(_TO) :].removeprefix("\n")
    if not before or before.endswith("\n\n"):
        after = after.removeprefix("\n")
    return before.removesuffix("\n") if before.endswith("\n\n") and not after else before + after


def _text_after(change: Change, text: str, config: Config, path: Path) -> str:
    """The changed text, which is sure to say what the changed document says."""
    bare = text.removeprefix(_BOM)
    try:
        document = tomlkit.parse(bare)
        shorter = change(document, config)
        meant = document.unwrap()
        for written in (shorter, tomlkit.dumps(document)):
            if written is not None and _says(written, meant):
                return _BOM + written if text != bare else written
    except (TOMLKitError, ValueError, TypeError):
        pass  # it has ways of writing that tomlkit cannot change
    raise AicxError(
        f"{path} is written in a way that cannot be changed here. It is as it was.",
        hint="Change it with an editor, or write each context as a table: [contexts.NAME].",
    )


def _says(text: str, meant: Mapping[str, Any]) -> bool:
    """Whether a text says what is meant; a table of no contexts says nothing."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return {"contexts": {}} | said == {"contexts": {}} | dict(meant)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
