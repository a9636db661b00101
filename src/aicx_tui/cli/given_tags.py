"""Tags that a command gives values to: named as people name them, valued as their kinds take it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aicx_tui.cli.reader import zone_at
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import UsageError
from aicx_tui.services.outbox_opening import OpenOutbox
from aicx_tui.services.tag_catalogue import catalogue_of
from aicx_tui.services.tag_values import tag_value
from aicx_tui.text import clean


async def given_tags(
    opened: OpenOutbox, said: Iterable[tuple[str, str | None]]
) -> tuple[dict[str, str | None], Mapping[str, str]]:
    """Values by the ids of their tags, as their kinds have them, and the names of all tags by id.

    Args:
        opened: Where the tags are known.
        said: What stands before the first `=` and what behind it; None takes the tag away.

    Raises:
        NotFoundError: There is no such tag.
        UsageError: A name means several, a tag is named twice, or it does not take the value.
    """
    platform = opened.session
    known = await catalogue_of(platform) if platform else opened.directory.catalogue
    now = opened.directory.clock().astimezone()
    today = now.astimezone(zone_at(opened.directory, now)).date()
    tags: dict[str, str | None] = {}
    for name, text in said:
        tag, value = (known.meant(name), None) if text is None else known.given(name, text)
        if tag not in known.tags:
            narrate(
                f"“{clean(name)}” is no name of a tag that is known here: it is taken as an id."
            )
        if tag.id in tags:
            raise UsageError(f"The tag {clean(tag.name)} is named twice. Nothing was sent.")
        tags[tag.id] = None if value is None else tag_value(tag, value, today=today)
    return tags, {tag.id: tag.name for tag in known.tags}
