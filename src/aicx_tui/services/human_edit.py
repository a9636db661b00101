"""What is typed of one human, against what is known of it: which fields differ, what to send."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import SecretStr

from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.models.human import NOTES, WRITABLE_FIELDS, Human, HumanChanges, HumanDraft

TOKEN = "access_token"  # noqa: S105  # the name of a field
CLEARS_TOKEN = "clears_token"  # noqa: S105  # likewise

TEXTS = tuple(name for name in WRITABLE_FIELDS if name != TOKEN)
"""The fields that show what they hold."""


class HumanEdit:
    """One human being edited or created.

    Args:
        human: As it is known; None for a new one.
        can_write_notes: Whether the platform takes notes.
        fields: What can be written of a human there.

    Attributes:
        human: As above.
        has_token: Whether a human has an access token there.
        names: The fields that can be typed into and show what they hold.
        shown: What those fields showed before anything was typed.
    """

    def __init__(
        self,
        human: Human | None,
        *,
        can_write_notes: bool,
        fields: Collection[str] = WRITABLE_FIELDS,
    ) -> None:
        self.human = human
        self.has_token = TOKEN in fields
        # Notes of another shape could not be put back as they were.
        is_text = human is None or human.notes is None or isinstance(human.notes, str)
        texts = tuple(name for name in TEXTS if name in fields)
        self.names = (*texts, NOTES) if can_write_notes and is_text else texts
        self.shown: Mapping[str, str] = {name: self.known(name) for name in self.names}

    def known(self, name: str) -> str:
        """What a field holds; empty where that is nothing."""
        value = getattr(self.human, name) if self.human is not None else None
        return value if isinstance(value, str) else ""

    def differing(self, typed: Mapping[str, str]) -> dict[str, str]:
        """What was typed into those fields that somebody typed into."""
        return {name: typed[name] for name in self.names if typed[name] != self.shown[name]}

    def draft(self, typed: Mapping[str, str]) -> HumanDraft:
        """The human to create.

        Args:
            typed: By field, the access token too.
        """
        typed = {TOKEN: "", **typed}
        given = {name: _without_blanks(name, typed[name]) for name in (*self.names, TOKEN)}
        return HumanDraft.model_validate({n: value for n, value in given.items() if value})

    def changes(self, typed: Mapping[str, str]) -> HumanChanges:
        """The fields that differ; one that was emptied is cleared.

        Args:
            typed: By field, the access token and whether to clear it too.

        Raises:
            UsageError: Nothing differs, or the token is both given and cleared.
        """
        token, clears = typed.get(TOKEN, ""), bool(typed.get(CLEARS_TOKEN))
        if token and clears:
            problem = FieldProblem(CLEARS_TOKEN, "There is a new one above.")
            raise UsageError("A new access token or none? Nothing was sent.", problems=[problem])
        given: dict[str, object] = {}
        for name, text in self.differing(typed).items():
            value = _without_blanks(name, text)
            if value != self.known(name):
                given[name] = value or None
        if token or clears:
            given[TOKEN] = SecretStr(token) if token else None
        if not given:
            raise UsageError("Nothing is changed, so nothing was sent.", hint="Esc goes back.")
        return HumanChanges.model_validate(given)


def _without_blanks(name: str, text: str) -> str:
    """What was typed without the blanks around it; in notes only where there is nothing else."""
    if name == TOKEN or (name == NOTES and text.strip()):
        return text
    return text.strip()
