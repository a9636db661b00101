"""Tags by their names in what commands say; what they print as JSON keeps ids."""

from __future__ import annotations

from collections.abc import Collection

from aicx_tui.errors import AicxError, FieldProblem, NotFoundError
from aicx_tui.services.field_words import with_names
from aicx_tui.services.outbox_opening import OpenOutbox
from aicx_tui.services.tagging import TAG


def named(text: str, opened: OpenOutbox) -> str:
    """A text that names a tag as `tag:` and its name, as commands take it."""
    return with_names(text, opened.directory.tags, prefix=TAG)


def tags_by_name(error: AicxError, opened: OpenOutbox) -> None:
    """Let an error name tags so, too."""
    error.message, error.hint = named(error.message, opened), named(error.hint, opened)
    error.problems = tuple(
        FieldProblem(named(p.field, opened), named(p.message, opened)) for p in error.problems
    )


def field_meant(said: str, opened: OpenOutbox, *, among: Collection[str] = ()) -> str:
    """The field that was named: of a tag, its id stands for its name.

    Args:
        said: As somebody typed it.
        opened: Where tags are known.
        among: Fields that mean themselves.
    """
    name = said.removeprefix(TAG)
    if name == said or said in among:
        return said
    try:
        return TAG + opened.directory.catalogue.meant(name).id
    except NotFoundError:
        return said
