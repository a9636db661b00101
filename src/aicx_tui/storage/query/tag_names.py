"""Tags as people name them: by name, whatever its case and accents, or by id."""

from __future__ import annotations

from collections.abc import Mapping

from aicx_tui.storage.query.folding import fold


def tag_ids(name: str, tags: Mapping[str, str] | None) -> tuple[str, ...]:
    """The ids that a name in a search stands for; several where tags share a name.

    Args:
        name: A tag's name or id, as typed.
        tags: Names by id; None where they are not known, and then the name is taken for the id.
    """
    if tags is None:
        return (name,)
    folded = fold(name)
    return tuple(i for i, known in tags.items() if i == name or fold(known) == folded)
