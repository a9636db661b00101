"""The tag editor over the list: for the marked humans, or else for the one at the cursor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import TimeoutError as TookTooLong
from functools import partial
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError, UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human, TagValue
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.bulk import Wish
from aicx_tui.services.recent_tags import recent_tags, use_tags
from aicx_tui.services.tag_values import tag_value
from aicx_tui.services.tagging import Held, Staged, Whom, differing, held_of
from aicx_tui.tui.beginning import begin_bulk
from aicx_tui.tui.editing_humans import MIRROR_SECONDS
from aicx_tui.tui.screens.tag_editor import TagEditorScreen, Tagging

if TYPE_CHECKING:
    from aicx_tui.services.bulk import Preview
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.session import Session
    from aicx_tui.storage.bulks import Bulk
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.bulking import Bulking
    from aicx_tui.tui.sending import Sending
    from aicx_tui.tui.widgets.human_list import HumanList

TAG = "tag:"

NO_REMOVAL = "This platform has no call that takes tags away."


def ask_for_tags(
    app: AicxApp, session: Session, humans: HumanList, *, sending: Sending, bulking: Bulking
) -> None:
    """Open the tag editor.

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
    ids = list(humans.table.marks)
    if len(ids) > 1:
        begun: list[Bulk] = []
        editor = _for_several(
            app, session, directory, Whom(ids=ids), bulking=bulking, begun=begun.append
        )
        app.push_screen(TagEditorScreen(editor), lambda _: [bulking.show(bulk) for bulk in begun])
        return
    try:
        found = _one(humans, ids)
    except (AicxError, TookTooLong):
        app.notify("The local copy is busy. Try again.", severity="warning", timeout=5)
        return
    if found is not None:
        whom, held = found
        editor = _for_one(session, directory, whom, held, sending=sending)
        app.push_screen(TagEditorScreen(editor))


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


def _for_one(
    session: Session, directory: Directory, whom: Whom, now: dict[str, str], *, sending: Sending
) -> Tagging:
    known = held_of(now)

    async def held() -> Held:
        return known

    async def apply(staged: Staged) -> bool:
        wanted = differing(staged, known)
        if not wanted:
            raise UsageError("Nothing would change:", hint="it is so already.")
        values = [TagValue(id=i, value=value) for i, value in wanted.items() if value is not None]
        removed = [tag_id for tag_id, value in wanted.items() if value is None]
        await sending.queue_assign(whom.ids[0], values, removed=removed)
        await use_tags(directory.mirror, list(staged))
        return True

    undefined = {i: TagDefinition(id=i, name=i) for i in now if i not in directory.tags}
    tagging = _tagging(session, directory, whom, tags={**directory.tags, **undefined})
    return tagging(known=known, held=held, preview=None, apply=apply)


def _for_several(
    app: AicxApp,
    session: Session,
    directory: Directory,
    whom: Whom,
    *,
    bulking: Bulking,
    begun: Callable[[Bulk], None],
) -> Tagging:
    tags = dict(directory.tags)

    async def held() -> Held:
        if not tags:
            return {}
        preview = await bulking.preview(whom.ids, Wish(tags=dict.fromkeys(tags)))
        return {field.removeprefix(TAG): values for field, values in preview.held.items()}

    async def preview(staged: Staged) -> Preview:
        return await bulking.preview(whom.ids, Wish(tags=staged))

    async def apply(staged: Staged) -> bool:
        bulk = await begin_bulk(app, bulking, whom, Wish(tags=staged), verb="Tag", tags=tags)
        if bulk is None:
            return False
        begun(bulk)
        await use_tags(directory.mirror, list(staged))
        return True

    tagging = _tagging(session, directory, whom, tags=tags)
    return tagging(known=None, held=held, preview=preview, apply=apply)


def _tagging(
    session: Session, directory: Directory, whom: Whom, *, tags: Mapping[str, TagDefinition]
) -> Callable[..., Tagging]:
    """What is the same for one and for several."""
    today = directory.clock().astimezone().date()

    async def recent() -> Sequence[str]:
        return await recent_tags(directory.mirror)

    def checked(tag: TagDefinition, text: str) -> str:
        if not text.strip():
            raise UsageError("A value is missing.", hint="^x removes the tag.")
        return tag_value(tag, text, today=today)

    can_remove = Capability.TAGS_UNASSIGN in session.platform.capabilities
    return partial(
        Tagging,
        whom=whom,
        tags=tags,
        recent=recent,
        checked=checked,
        why_not_remove="" if can_remove else NO_REMOVAL,
        today=today,
    )
