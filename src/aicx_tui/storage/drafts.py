"""What was typed into the form of a human and not saved yet: in the mirror, so encrypted.

A row is for a human's id, or for nobody's (an empty one) while it is yet to be created.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from aicx_tui.storage.database import Connection


class Draft(NamedTuple):
    """An unsaved form.

    Attributes:
        fields: What was typed where, of the fields that differ; never an access token.
        at: When, in seconds since 1970.
    """

    fields: Mapping[str, str]
    at: float


def keep_draft(connection: Connection, human_id: str, draft: Draft) -> None:
    """Keep a form in place of what was kept of it before."""
    row = (human_id, json.dumps(dict(draft.fields)), draft.at)
    connection.execute("INSERT OR REPLACE INTO drafts (human_id, fields, at) VALUES (?, ?, ?)", row)


def kept_draft(connection: Connection, human_id: str) -> Draft | None:
    """What was kept of a form, if anything."""
    sought = connection.execute("SELECT fields, at FROM drafts WHERE human_id = ?", (human_id,))
    found = sought.fetchone()
    return None if found is None else Draft(json.loads(found[0]), found[1])


def drop_draft(connection: Connection, human_id: str) -> None:
    """Forget what was kept of a form."""
    connection.execute("DELETE FROM drafts WHERE human_id = ?", (human_id,))
