"""The tags of humans in the value editor: of the marked, or else of the one at the cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError, UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human, TagValue
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.recent_tags import recent_tags, use_tags
from aicx_tui.services.tag_values import tag_value
from aicx_tui.services.tagging import TAG, Held, Staged, Whom, differing, held_of
from aicx_tui.tui.editing_humans import MIRROR_SECONDS
from aicx_tui.tui.editing_many import edit_many, marked
from aicx_tui.tui.editing_values import Editing
from aicx_tui.tui.screens.value_editor import ValueEditorScreen

if TYPE_CHECKING:
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.session import Session
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.bulking import Bulking
    from aicx_tui.tui.sending import Sending
    from aicx_tui.tui.widgets.human_list import HumanList

NO_REMOVAL = "This platform has no call that takes tags away."


def ask_for_tags(
    app: AicxApp, session: Session, humans: HumanList, *, sending: Sending, bulking: Bulking
) -> None:
    """Open the editor.

    Args:
        app: The console.
        session: The platform.
        humans: The list, with its marks and its cursor.
        sending: What queues and sends changes of one human.
        bulking: What makes and runs those of several.
    """
    directory = humans.directory
    if directory is None:
        return
    editing = _editing(app, session, directory)
    ids = marked(humans)
    if len(ids) > 1:
        entries = {TAG + tag.id: tag for tag in _in_order(directory.tags.values())}

        async def applied(staged: Staged) -> None:
            await _remember(directory, staged)

        whom = Whom(ids=ids)
        edit_many(app, bulking, editing, whom=whom, entries=entries, applied=applied)
        return
    try:
        found = _one(humans, ids)
    except (AicxError, TookTooLong):
        app.notify("The local copy is busy. Try again.", severity="warning", timeout=5)
        return
    if found is not None:
        whom, tags = found
        app.push_screen(ValueEditorScreen(_of_one(editing, directory, whom, tags, sending=sending)))


def _one(humans: HumanList, ids: Sequence[str]) -> tuple[Whom, dict[str, str]] | None:
    """The one human that is meant, and its tags; None where there is none."""
    record, directory = humans.table.current, humans.directory
    if record is not None and (not ids or ids[0] == record.id):
        return Whom(ids=[record.id], name=record.fullname or ""), dict(record.tags)
    if not ids or directory is None:
        return None
    text = directory.mirror.document(ids[0]).result(MIRROR_SECONDS)
    if text is None:
        return Whom(ids=ids), {}
    human = Human.model_validate_json(text)
    tags = {tag.id: tag.value for tag in human.tags}
    return Whom(ids=ids, name=human.fullname or ""), tags


def _of_one(
    editing: Callable[..., Editing],
    directory: Directory,
    whom: Whom,
    tags: dict[str, str],
    *,
    sending: Sending,
) -> Editing:
    """What the editor works with for one human, whose change goes through the outbox."""
    known = held_of(tags)
    undefined = [TagDefinition(id=i, name=i) for i in tags if i not in directory.tags]

    async def held() -> Held:
        return known

    async def apply(staged: Staged) -> bool:
        wanted = differing(staged, known)
        if not wanted:
            raise UsageError("Nothing would change:", hint="it is so already.")
        by_id = {field.removeprefix(TAG): value for field, value in wanted.items()}
        values = [TagValue(id=i, value=value) for i, value in by_id.items() if value is not None]
        removed = [tag_id for tag_id, value in by_id.items() if value is None]
        await sending.queue_assign(whom.ids[0], values, removed=removed)
        await _remember(directory, staged)
        return True

    return editing(
        whom=whom,
        entries={TAG + t.id: t for t in _in_order([*directory.tags.values(), *undefined])},
        known=known,
        held=held,
        preview=None,
        apply=apply,
    )


def _editing(app: AicxApp, session: Session, directory: Directory) -> Callable[..., Editing]:
    """What is the same for one human and for several."""
    today = directory.clock().astimezone(app.reader.zone).date()
    can_remove = Capability.TAGS_UNASSIGN in session.platform.capabilities

    async def recent() -> Sequence[str]:
        return [TAG + tag_id for tag_id in await recent_tags(directory.mirror)]

    def checked(tag: TagDefinition, text: str) -> str:
        if not text.strip():
            raise UsageError(
                "A value is missing.", hint="^x removes the tag." if can_remove else ""
            )
        return tag_value(tag, text, today=today)

    def why_not_remove(_: TagDefinition) -> str:
        return "" if can_remove else NO_REMOVAL

    return partial(
        Editing,
        thing="tag",
        recent=recent,
        checked=checked,
        why_not_remove=why_not_remove,
        today=today,
    )


def _in_order(tags: Iterable[TagDefinition]) -> list[TagDefinition]:
    return sorted(tags, key=lambda tag: tag.name.casefold())


async def _remember(directory: Directory, staged: Staged) -> None:
    """Let these tags be found first from now on; not to have kept that is no loss worth a word."""
    with suppress(AicxError):
        await use_tags(directory.mirror, [field.removeprefix(TAG) for field in staged])
