"""A process that replaces the token of a context, and may be cut off anywhere on the way.

It says `held` once it knows what signs in, goes on when it is given a line, and says how it ended
as one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from aicx_tui.credentials import Credentials
from aicx_tui.errors import AicxError
from aicx_tui.services.rotation import accept, rotate
from aicx_tui.services.rotation_keeping import Step
from aicx_tui.services.rotation_opening import means_for, take_up_if_cut_off
from aicx_tui.settings import Context


def main() -> int:
    given = json.loads(sys.argv[1])
    asyncio.run(run(given))
    return 0


def say(**said: object) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def context_of(given: dict[str, str]) -> Context:
    return Context(
        name="work",
        kind="gateway" if given["kind"] == "gateway" else "console",
        root=given["url"],
        company_id=given["company_id"],
        bot_id=given["bot_id"],
    )


async def run(given: dict[str, str]) -> None:
    context, home = context_of(given), Path(given["home"])
    credentials = Credentials(os.environ)
    told: list[str] = []
    if given["do"] == "start":
        await take_up_if_cut_off(context, credentials, home, tell=told.append)
        say(told=" ".join(told))
        return

    def tell(step: Step) -> None:
        if step.value == given["freezes_at"]:
            say(step=step.value)
            sys.stdin.readline()
        if step.value == given["killed_at"]:
            os.kill(os.getpid(), signal.SIGKILL)

    held = await credentials.find(context)
    say(held=held is not None)
    pasted = sys.stdin.readline().strip()
    try:
        patience = float(given["patience"])
        means = means_for(context, credentials, home, told=tell, patience=patience)
        means = replace(means, verify_pauses=[0.0] * 5)
        if pasted:
            from pydantic import SecretStr

            rotated = await accept(means, SecretStr(pasted), held)
        else:
            assert held is not None
            rotated = await rotate(means, held)
        say(outcome=rotated.outcome, fingerprint=rotated.fingerprint, place=rotated.place)
    except AicxError as error:
        say(outcome="failed", told=f"{error.message} {error.hint}", code=error.exit_code)


if __name__ == "__main__":
    sys.exit(main())
