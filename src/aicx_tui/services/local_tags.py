"""Definitions of tags that this machine keeps, for a context whose platform lists none.

They are in a file of each context, as `aicx tags list --json` prints them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aicx_tui.errors import UsageError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.settings import Context


class LocalTags:
    """The definitions of one context.

    Args:
        home: The one place for files.
        context: Whose.
    """

    def __init__(self, home: Path, context: Context) -> None:
        self.path = home / "tags" / f"{context.name}.json"

    def stamp(self) -> tuple[int, int, int] | None:
        """What tells the file from what it was; None where there is none."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def read(self) -> tuple[TagDefinition, ...]:
        """The definitions; none where there is no file.

        Raises:
            UsageError: The file cannot be used.
        """
        from pydantic import TypeAdapter, ValidationError

        from aicx_tui.models.tag import TagDefinition

        try:
            text = self.path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise self._unusable(error.strerror or "it cannot be read") from None
        try:
            return TypeAdapter(tuple[TagDefinition, ...]).validate_json(text)
        except ValidationError:
            raise self._unusable("it is no JSON list of tags") from None

    def change(
        self, change: Callable[[tuple[TagDefinition, ...]], Sequence[TagDefinition]]
    ) -> None:
        """Read, change and write, while no other console does.

        Raises:
            UsageError: The file cannot be used.
            AicxError: It cannot be written; it is as it was.
        """
        from aicx_tui.services.documents import json_text
        from aicx_tui.services.replacing import held, replace_text

        with held(self.path):
            before = self.read()
            after = change(before)
            if tuple(after) != before:
                listed: list[JsonValue] = [tag.model_dump(mode="json") for tag in after]
                replace_text(self.path, json_text(listed, indent=2) + "\n")

    def forget(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)

    def _unusable(self, reason: str) -> UsageError:
        return UsageError(
            f"The tags in {self.path} cannot be used: {reason}. The file was left as it is.",
            hint="Correct it, or remove it and define them again.",
        )
