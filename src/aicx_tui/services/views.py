"""Where a person was: the search, the order, the human and the pane, to go on there later."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from typing import Any

from aicx_tui.storage.query.sorting import Sort, SortKey


@dataclass(frozen=True, kw_only=True)
class View:
    """A place in the list of humans of one mirror.

    Attributes:
        place: The mirror whose humans these are, by its name.
        query: What was searched for; may name customers.
        sort: The order's key.
        descending: Whether the order is turned round.
        tag_id: The tag that is ordered by, where it is one.
        human_id: The human at the cursor; empty for none.
        pane: Where the focus was: `list`, `details` or `json`.
        columns: Those that were chosen, as `columns.written` has them.
    """

    place: str
    query: str = ""
    sort: str = SortKey.UPDATED.value
    descending: bool = True
    tag_id: str = ""
    human_id: str = ""
    pane: str = "list"
    columns: tuple[str, ...] = ()

    @property
    def order(self) -> Sort:
        """The order of the list; the usual one where it is not known."""
        with suppress(ValueError):
            return Sort(SortKey(self.sort), self.descending, self.tag_id)
        return Sort()

    def written(self) -> str:
        """The view as text."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


def read_view(text: str | None) -> View | None:
    """Read a view; None where there is none that can be read."""
    if not text:
        return None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not isinstance(said.get("place"), str):
        return None
    kinds = {field.name: str for field in fields(View)} | {"descending": bool, "columns": list}
    usable: dict[str, Any] = {
        k: v for k, v in said.items() if k in kinds and isinstance(v, kinds[k])
    }
    columns = [column for column in usable.get("columns", ()) if isinstance(column, str)]
    return View(**usable | {"columns": tuple(columns)})
