"""Changes of OpenCX's contacts: made upon what changed since, though no call reads one."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.http import HttpCore
from aicx_tui.api.open_cx import OpenCx
from aicx_tui.models.human import HumanChanges, HumanDraft
from aicx_tui.services.outbox import Outbox
from aicx_tui.services.sending import Sender
from aicx_tui.storage.changes import State
from tests.cli.test_open_cx import environment
from tests.sandbox_platform import SandboxPlatform
from tests.storage.mirrors import PATIENCE, opened
from tests.storage.syncing import in_the_mirror, synced


def client(sandbox: SandboxPlatform) -> OpenCx:
    env = environment(sandbox)
    key = Credential.key(SecretStr(env["AICX_TOKEN"]))
    return OpenCx(HttpCore(env["AICX_URL"], credential=key))


async def test_what_somebody_else_changed_meanwhile_is_a_conflict_and_the_rest_is_made(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    mine, theirs = client(own_sandbox), client(own_sandbox)
    jane = await theirs.create_human(HumanDraft(fullname="Jane", email="jane@a.example"))
    john = await theirs.create_human(HumanDraft(fullname="John", email="john@a.example"))
    with opened(tmp_path / "mirror.db") as mirror:
        await synced(mine, mirror)
        outbox = Outbox(mirror, who="Ana Cruz")
        await outbox.update(jane, HumanChanges(email="jane@mine.example"))
        await outbox.update(john, HumanChanges(email="john@mine.example"))
        await theirs.update_human(jane, HumanChanges(email="jane@theirs.example"))
        await theirs.update_human(john, HumanChanges(phone_number="+12"))
        ended = {change.human_id: change async for change in Sender(mine, mirror).run()}
        assert ended[jane].state is State.CONFLICT
        problem = ended[jane].problem
        assert problem is not None
        assert problem.theirs == {"email": "jane@theirs.example"}
        assert ended[john].state is State.DONE
        await synced(mine, mirror)
        known = json.loads(str(mirror.document(john).result(PATIENCE)))
        assert (known["email"], known["phone_number"]) == ("john@mine.example", "+12")
        await theirs.delete_human(john)
        await synced(mine, mirror)
        assert john in in_the_mirror(mirror)  # no call tells who was deleted
        await synced(mine, mirror, full=True)
        assert john not in in_the_mirror(mirror)
    await mine.aclose()
    await theirs.aclose()
