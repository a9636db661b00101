"""Which column of a file is which field of a human."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue, TypeAdapter, ValidationError

from aicx_tui.errors import NotFoundError, UsageError
from aicx_tui.models.human import HumanDraft, TagValue
from aicx_tui.services.editing import check_draft
from aicx_tui.services.importing_files import Row, is_secret, normal
from aicx_tui.services.spreadsheet import OTHER_TAGS, TAG_PREFIX
from aicx_tui.services.tag_catalogue import TagCatalogue

FIELDS = ("fullname", "email", "uid", "phone_number", "profile_pic_id")
"""What a column can be, apart from tags."""

_ALSO_CALLED = {"name": "fullname", "full_name": "fullname", "e_mail": "email"} | {
    "phone": "phone_number"
}

_HOW = "by --map or under Columns"
"""Where command and console let a person say what a column is."""

_SET_BY_THE_PLATFORM = ("id", "human_id", "created_at", "updated_at")
_TAGS = TypeAdapter(tuple[TagValue, ...])


@dataclass(frozen=True)
class Columns:
    """How rows become humans.

    Attributes:
        fields: What each used column is: one of `FIELDS`, `tags`, or `tag:` and the tag's id.
        ignored: Why, by column that is not used.
    """

    fields: Mapping[str, str]
    ignored: Mapping[str, str]

    def draft(self, row: Row) -> HumanDraft:
        """The human that a row describes.

        Raises:
            UsageError: It describes none that any platform could store.
        """
        if row.problem:
            raise UsageError(row.problem)
        values: dict[str, str] = {}
        tags: list[TagValue] = []
        for column, name in self.fields.items():
            value = row.cells.get(column)
            if value is None:
                continue
            if name == OTHER_TAGS:
                tags += _tags(value, column)
            elif name.startswith(TAG_PREFIX):
                tags.append(TagValue(id=name.removeprefix(TAG_PREFIX), value=_text(value, column)))
            else:
                values[name] = _text(value, column)
        if not values.get("fullname", "").strip():
            raise UsageError("The full name is missing.")
        draft = HumanDraft(**values, tags=tuple(tags)) if tags else HumanDraft(**values)
        check_draft(draft)
        return draft


def _text(value: JsonValue, column: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise UsageError(f"{column:.80} is not text.")


def _tags(value: JsonValue, column: str) -> tuple[TagValue, ...]:
    try:
        listed = json.loads(value) if isinstance(value, str) else value
        if isinstance(listed, list):
            listed = [{"id": tag} if isinstance(tag, str) else tag for tag in listed]
        return _TAGS.validate_python(listed)
    except (ValueError, ValidationError, RecursionError):
        raise UsageError(f"{column:.80} is no JSON list of ids and values of tags.") from None


def matched(columns: Sequence[str], *, chosen: Mapping[str, str], tags: TagCatalogue) -> Columns:
    """Find out what the columns of a file are.

    Args:
        columns: Their names.
        chosen: What a person said they are; empty for a column to leave out.
        tags: The bot's tags.

    Raises:
        UsageError: A column can be nothing, two are the same, or none is the full name.
    """
    for column in chosen:
        if column not in columns:
            raise UsageError(
                f"The file has no column “{column:.80}”. Nothing was sent.",
                hint=f"It has: {', '.join(columns)[:400]}.",
            )
    fields: dict[str, str] = {}
    ignored: dict[str, str] = {}
    for column in columns:
        is_chosen = column in chosen
        name = _field(chosen[column] if is_chosen else column, tags, is_chosen=is_chosen)
        if name and not (is_chosen is False and is_secret(column)):
            _refuse_second(name, column, fields)
            fields[column] = name
        else:
            ignored[column] = "left out" if is_chosen else _reason(column)
    if "fullname" not in fields.values():
        raise UsageError(
            "No column is the full name. Nothing was sent.",
            hint=f"Say which, {_HOW}: COLUMN=fullname. There is {', '.join(columns)[:400]}.",
        )
    return Columns(fields, ignored)


def _refuse_second(name: str, column: str, fields: Mapping[str, str]) -> None:
    if first := next((other for other, taken in fields.items() if taken == name), None):
        raise UsageError(
            f"“{first:.80}” and “{column:.80}” would both be {name}. Nothing was sent.",
            hint=f"Leave one out, {_HOW}: {column:.80}=",
        )


def _field(said: str, tags: TagCatalogue, *, is_chosen: bool) -> str:
    """What a name stands for; empty for nothing."""
    if said.strip().casefold().startswith(TAG_PREFIX):
        return TAG_PREFIX + _tag_id(said.strip()[len(TAG_PREFIX) :].strip(), tags)
    name = _ALSO_CALLED.get(normal(said), normal(said))
    if name in (*FIELDS, OTHER_TAGS):
        return name
    if is_chosen and name == "access_token":
        raise UsageError(
            "Access tokens are never read from a file that may lie around. Nothing was sent.",
            hint="Give one at a time: aicx humans update ID --access-token-stdin",
        )
    if is_chosen and name:
        raise UsageError(
            f"“{said:.80}” is no field of a human. Nothing was sent.",
            hint=f"There is {', '.join(FIELDS)}, and tag:NAME.",
        )
    return ""


def _tag_id(said: str, tags: TagCatalogue) -> str:
    try:
        return tags.meant(said).id
    except NotFoundError:
        raise UsageError(
            f"The bot has no tag “{said:.80}”. Nothing was sent.",
            hint=f"See them: aicx tags list. Or leave it out, {_HOW}: {TAG_PREFIX}{said:.80}=",
        ) from None


def _reason(column: str) -> str:
    name = normal(column)
    if is_secret(column):
        return "access tokens are never read from a file"
    if name in _SET_BY_THE_PLATFORM:
        return "the platform sets it"
    return "no documented call writes it" if name == "notes" else "not known"
