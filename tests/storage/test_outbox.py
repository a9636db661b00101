"""Changes wait in the mirror's file, go out in order, and show what became of them."""

from __future__ import annotations

import asyncio
import json
from asyncio import wrap_future
from pathlib import Path

import pytest
from filelock import FileLock
from pydantic import SecretStr

from aicx_tui.api.base import Platform
from aicx_tui.errors import MirrorError, UnreachableError, UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import MASK, HumanChanges, HumanDraft, TagValue
from aicx_tui.services.outbox import Outbox
from aicx_tui.services.sending import Sender
from aicx_tui.services.turn import POLL_SECONDS
from aicx_tui.storage.changes import ENDED, LOCAL, Change, Kind, State
from aicx_tui.storage.database import Connection
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.writing import Writer
from tests.storage.mirrors import KEY, PATIENCE, opened
from tests.storage.syncing import at_the_platform, in_the_mirror, synced


async def read_into(tmp_path: Path, platform: Platform) -> Mirror:
    mirror = Mirror(tmp_path / "mirror.db", KEY)
    await synced(platform, mirror)
    return mirror


def outbox_of(mirror: Mirror) -> Outbox:
    return Outbox(mirror, who="Ana Cruz")


async def sent(platform: Platform, mirror: Mirror) -> list[Change]:
    """Send all, and return what was decided."""
    return [change async for change in Sender(platform, mirror).run()]


async def test_a_change_shows_at_once_and_is_made_later(platform: Platform, tmp_path: Path) -> None:
    mirror = await read_into(tmp_path, platform)
    outbox = outbox_of(mirror)
    human_id = next(iter(await at_the_platform(platform)))
    queued = await outbox.update(human_id, HumanChanges(email="new@example.com", uid=None))
    assert '"email":"new@example.com"' in str(mirror.document(human_id).result(PATIENCE))
    assert await outbox.signs() == {human_id: State.PENDING}
    await synced(platform, mirror, full=True)  # the platform's version does not hide the change
    assert '"email":"new@example.com"' in str(mirror.document(human_id).result(PATIENCE))
    assert (await platform.get_human(human_id)).human.email != "new@example.com"
    (done,) = await sent(platform, mirror)
    assert (done.id, done.state) == (queued.id, State.DONE)
    assert (await platform.get_human(human_id)).human.email == "new@example.com"
    (entry,) = await outbox.history(human_id)
    assert (entry.who, entry.outcome, entry.differences[0].after) == (
        "Ana Cruz",
        "done",
        "new@example.com",
    )
    assert entry.request_id
    await synced(platform, mirror)
    assert in_the_mirror(mirror) == await at_the_platform(platform)
    mirror.close()


async def test_a_created_human_and_its_changes_go_by_the_platforms_id(
    platform: Platform, tmp_path: Path
) -> None:
    mirror = await read_into(tmp_path, platform)
    outbox = outbox_of(mirror)
    created = await outbox.create(HumanDraft(fullname="Nora [/] New", email="nora@example.com"))
    assert created.human_id.startswith(LOCAL)
    await outbox.update(created.human_id, HumanChanges(phone_number="+1 555"))
    assert '"phone_number":"+1 555"' in str(mirror.document(created.human_id).result(PATIENCE))
    first, second = await sent(platform, mirror)
    assert first.state is second.state is State.DONE
    human = (await platform.get_human(first.human_id)).human
    assert (human.fullname, human.phone_number) == ("Nora [/] New", "+1 555")
    assert mirror.document(created.human_id).result(PATIENCE) is None
    await synced(platform, mirror)
    assert in_the_mirror(mirror) == await at_the_platform(platform)
    mirror.close()


async def test_what_somebody_else_changed_too_is_a_conflict(
    platform: Platform, tmp_path: Path
) -> None:
    mirror = await read_into(tmp_path, platform)
    outbox = outbox_of(mirror)
    human_id = next(iter(await at_the_platform(platform)))
    await outbox.update(human_id, HumanChanges(email="mine@example.com", uid="mine"))
    await platform.update_human(human_id, HumanChanges(email="theirs@example.com", fullname="T"))
    (stopped,) = await sent(platform, mirror)
    assert stopped.state is State.CONFLICT
    assert stopped.problem and stopped.problem.theirs == {"email": "theirs@example.com"}
    await outbox.resolve(stopped.id, mine=())
    (done,) = await sent(platform, mirror)
    human = (await platform.get_human(human_id)).human
    assert (done.state, human.email, human.uid) == (State.DONE, "theirs@example.com", "mine")
    assert human.fullname == "T"
    await synced(platform, mirror)
    assert in_the_mirror(mirror) == await at_the_platform(platform)
    mirror.close()


async def test_a_refused_change_shows_what_the_platform_has(
    platform: Platform, tmp_path: Path
) -> None:
    mirror = await read_into(tmp_path, platform)
    outbox = outbox_of(mirror)
    human_id = next(iter(await at_the_platform(platform)))
    await outbox.update(human_id, HumanChanges(email="x" * 5000))
    (failed,) = await sent(platform, mirror)
    assert failed.state is State.FAILED
    assert failed.problem and "email" in failed.problem.fields
    assert in_the_mirror(mirror) == await at_the_platform(platform)
    await outbox.edit(failed.id, {"email": "short@example.com"})
    (done,) = await sent(platform, mirror)
    assert done.state is State.DONE
    assert [entry.outcome for entry in await outbox.history()] == ["done", "failed"]
    with pytest.raises(UsageError, match="is done"):
        await outbox.discard(done.id)
    mirror.close()


async def test_unreachable_it_waits_for_the_next_process(
    platform: Platform, tmp_path: Path
) -> None:
    class Away(Platform):
        capabilities = frozenset(Capability)

        async def get_human(self, human_id: str, /) -> object:  # type: ignore[override]
            raise UnreachableError("Away.")

    mirror = await read_into(tmp_path, platform)
    human_id = next(iter(await at_the_platform(platform)))
    tag = (await platform.list_tags())[0]
    await outbox_of(mirror).assign(human_id, [TagValue(id=tag.id, value="x y")])
    with pytest.raises(UnreachableError):
        await sent(Away(), mirror)
    mirror.close()
    with opened(tmp_path / "mirror.db") as mirror:
        (done,) = await sent(platform, mirror)
        assert (done.kind, done.state) == (Kind.ASSIGN, State.DONE)
        assert {t.id: t.value for t in (await platform.get_human(human_id)).human.tags}[
            tag.id
        ] == "x y"
        assert [c.id for c in await outbox_of(mirror).listed(ENDED)] == [done.id]


async def test_tags_are_given_and_removed_by_one_change(platform: Platform, tmp_path: Path) -> None:
    mirror = await read_into(tmp_path, platform)
    human_id = next(
        i for i, text in (await at_the_platform(platform)).items() if json.loads(text)["tags"]
    )
    had = [tag.id for tag in (await platform.get_human(human_id)).human.tags]
    new = next(tag.id for tag in await platform.list_tags() if tag.id not in had)
    outbox = outbox_of(mirror)
    change = await outbox.assign(human_id, [TagValue(id=new, value="")], removed=had)
    assert [d.after for d in change.differences] == ["", *(None for _ in had)]
    shown = json.loads(mirror.document(human_id).result(PATIENCE) or "")
    assert shown["tags"] == [{"id": new, "value": ""}]
    (done,) = await sent(platform, mirror)
    assert done.state is State.DONE
    (left,) = (await platform.get_human(human_id)).human.tags
    assert (left.id, left.value) == (new, "")
    again = await outbox.assign(human_id, [], removed=[new])
    (done,) = await sent(platform, mirror)
    assert (done.id, done.state) == (again.id, State.DONE)
    assert not (await platform.get_human(human_id)).human.tags


async def test_a_tag_is_given_or_removed_but_not_both(platform: Platform, tmp_path: Path) -> None:
    mirror = await read_into(tmp_path, platform)
    human_id = next(iter(await at_the_platform(platform)))
    with pytest.raises(UsageError, match="given twice"):
        await outbox_of(mirror).assign(human_id, [TagValue(id="a", value="x")], removed=["a"])
    with pytest.raises(UsageError, match="nothing to change"):
        await outbox_of(mirror).assign(human_id, [])
    assert not await outbox_of(mirror).listed()


async def test_a_deleted_human_stays_until_the_platform_confirms(
    platform: Platform, tmp_path: Path
) -> None:
    mirror = await read_into(tmp_path, platform)
    human_id = next(iter(await at_the_platform(platform)))
    await outbox_of(mirror).delete(human_id)
    assert mirror.document(human_id).result(PATIENCE)
    (done,) = await sent(platform, mirror)
    assert (done.kind, done.state) == (Kind.DELETE, State.DONE)
    assert mirror.document(human_id).result(PATIENCE) is None
    assert human_id not in await at_the_platform(platform)
    mirror.close()


async def test_only_one_process_sends_and_the_other_waits_for_it(
    platform: Platform, tmp_path: Path
) -> None:
    mirror = await read_into(tmp_path, platform)
    human_id = next(iter(await at_the_platform(platform)))
    queued = await outbox_of(mirror).update(human_id, HumanChanges(uid="one"))
    with FileLock(mirror.path.with_suffix(".sending")) as another:
        assert await sent(platform, mirror) == []
        waiting = asyncio.create_task(Sender(platform, mirror).outcome(queued))
        await asyncio.wait([waiting], timeout=2 * POLL_SECONDS)
        assert not waiting.done()
        assert (await outbox_of(mirror).get(queued.id)).state is State.PENDING
        another.release()
        assert (await waiting).state is State.DONE
    mirror.close()


async def test_a_secret_is_kept_only_until_it_is_sent(platform: Platform, tmp_path: Path) -> None:
    mirror = await read_into(tmp_path, platform)
    outbox = outbox_of(mirror)
    human_id = next(iter(await at_the_platform(platform)))
    queued = await outbox.update(human_id, HumanChanges(access_token=SecretStr("canary-9")))
    assert [difference.after for difference in queued.differences] == [MASK]
    assert "canary-9" not in str(mirror.document(human_id).result(PATIENCE))
    (done,) = await sent(platform, mirror)
    assert "canary-9" not in str(await outbox.get(done.id))
    assert "canary-9" not in str(await outbox.history())
    token = (await platform.get_human(human_id)).human.access_token
    assert token and token.get_secret_value() == "canary-9"
    mirror.close()


async def test_the_history_is_only_added_to(platform: Platform, tmp_path: Path) -> None:
    mirror = await read_into(tmp_path, platform)
    human_id = next(iter(await at_the_platform(platform)))
    queued = await outbox_of(mirror).update(human_id, HumanChanges(uid="one"))
    await outbox_of(mirror).discard(queued.id)
    for statement in ("UPDATE audit SET who = 'x'", "DELETE FROM audit"):

        def forge(connection: Connection, _: Writer, said: str = statement) -> None:
            connection.execute(said)

        with pytest.raises(MirrorError, match="only added to"):
            await wrap_future(mirror.write(forge))
    (entry,) = await outbox_of(mirror).history()
    assert (entry.outcome, entry.who) == ("discarded", "Ana Cruz")
    mirror.close()


async def test_the_history_of_a_human_begins_before_the_platform_has_it(
    platform: Platform, tmp_path: Path
) -> None:
    mirror = await read_into(tmp_path, platform)
    outbox = outbox_of(mirror)
    queued = await outbox.create(HumanDraft(fullname="Nora", email="x" * 5000))
    (failed,) = await sent(platform, mirror)
    assert failed.state is State.FAILED
    await outbox.edit(queued.id, {"fullname": "Nora", "email": "nora@example.com"})
    (done,) = await sent(platform, mirror)
    assert [entry.outcome for entry in await outbox.history(done.human_id)] == ["done", "failed"]
    mirror.close()


async def test_a_conflict_can_end_with_what_was_there_before_both(
    platform: Platform, tmp_path: Path
) -> None:
    mirror = await read_into(tmp_path, platform)
    outbox = outbox_of(mirror)
    human_id = next(iter(await at_the_platform(platform)))
    before = (await platform.get_human(human_id)).human
    tag = before.tags[0]
    await outbox.update(human_id, HumanChanges(email="mine@example.com"))
    await outbox.assign(human_id, [TagValue(id=tag.id, value="mine")])
    await platform.update_human(human_id, HumanChanges(email="theirs@example.com"))
    await platform.assign_tags([human_id], [TagValue(id=tag.id, value="theirs")])
    (of_fields,) = await sent(platform, mirror)
    await outbox.resolve(of_fields.id, mine=(), instead={"email": before.email})
    _, of_tags = await sent(platform, mirror)
    await outbox.resolve(of_tags.id, mine=(), instead={f"tag:{tag.id}": tag.value})
    (done,) = await sent(platform, mirror)
    assert done.state is State.DONE
    human = (await platform.get_human(human_id)).human
    assert (human.email, human.tags) == (before.email, before.tags)
    mirror.close()
