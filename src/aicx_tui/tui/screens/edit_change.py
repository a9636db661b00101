"""Other values for a change that waits or was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aicx_tui.services.field_words import Tags, field_name
from aicx_tui.storage.changes import Change, Kind
from aicx_tui.text import clean
from aicx_tui.tui.change_words import in_order
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field

if TYPE_CHECKING:
    from aicx_tui.tui.sending import Sending

SECRET = "access_token"  # noqa: S105  # the name of a field


class EditChangeScreen(FormScreen[bool]):
    """Asks for the values of a change anew; what is left empty is cleared.

    Args:
        change: Which; its access token stays unless another is typed.
        sending: Where it waits.
        tags: Definitions by id.
    """

    SENDS = "queue"
    BUSY = "Queueing …"

    def __init__(self, change: Change, sending: Sending, *, tags: Tags) -> None:
        self._change = change
        self._sending = sending
        # Ids of tags can be anything; those of widgets cannot.
        values = _flat(change.body)
        self._names = {f"value-{at}": name for at, name in enumerate(in_order(values))}
        fields = tuple(
            Field(
                key,
                field_name(name, tags),
                value="" if name == SECRET else str(values[name] or ""),
                hint="Stays as it was typed unless another is typed." if name == SECRET else "",
                is_secret=name == SECRET,
                is_required=name == "fullname",
            )
            for key, name in self._names.items()
        )
        said = clean(change.problem.message) if change.problem is not None else ""
        super().__init__(f"Edit the change of {clean(change.name)}", fields, said=said)

    def on_mount(self) -> None:
        """Say under each field why it was refused."""
        refused = self._change.problem.fields if self._change.problem is not None else {}
        problems = {key: refused[name] for key, name in self._names.items() if name in refused}
        self.call_later(self._form.show_problems, problems)  # once the form has its focus

    async def send(self, values: dict[str, str]) -> bool:
        """Queue the change with these values."""
        typed = {name: values[key] for key, name in self._names.items()}
        body = _body(self._change, typed)
        await self._sending.decide(lambda outbox: outbox.edit(self._change.id, body))
        return True


def _flat(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body as one value for each field and tag."""
    tags = {f"tag:{tag['id']}": tag.get("value") or "" for tag in body.get("tags") or ()}
    return {name: value for name, value in body.items() if name != "tags"} | tags


def _body(change: Change, typed: Mapping[str, str]) -> dict[str, Any]:
    """What is sent instead; a creation leaves out what is empty, a change clears it."""
    body: dict[str, Any] = {}
    for name, value in typed.items():
        if name == SECRET and not value:
            body[name] = change.body[name]
        elif name.startswith("tag:"):
            continue
        elif value or change.kind is not Kind.CREATE:
            body[name] = value or None
    return body | _tags(change, typed)


def _tags(change: Change, typed: Mapping[str, str]) -> dict[str, Any]:
    """The tags of it; one that was to be removed stays so while it is empty."""
    removed = {tag["id"] for tag in change.body.get("tags") or () if tag.get("value") is None}
    values = {n.removeprefix("tag:"): v for n, v in typed.items() if n.startswith("tag:")}
    tags = [
        {"id": tag_id, "value": None if tag_id in removed and not value else value}
        for tag_id, value in values.items()
        if value or change.kind is not Kind.CREATE
    ]
    return {"tags": tags} if tags else {}
