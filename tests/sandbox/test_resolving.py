"""Finding a human by its access token: for admins, exactly, and slow for who guesses."""

from __future__ import annotations

from contextlib import aclosing, suppress

import pytest
from pydantic import SecretStr

from aicx_tui.errors import ConflictError, ForbiddenError, NotFoundError, RateLimitedError
from aicx_tui.models.human import HumanDraft
from tests.sandbox_platform import SandboxPlatform

TOKEN = SecretStr("end-user-4711")


async def test_an_admin_finds_who_has_a_token_and_nobody_else_does(
    own_sandbox: SandboxPlatform,
) -> None:
    async with (
        aclosing(await own_sandbox.console()) as admin,
        aclosing(await own_sandbox.console(person="agent")) as agent,
    ):
        human_id = await admin.create_human(HumanDraft(fullname="Ana", access_token=TOKEN))
        found = await admin.resolve_human(TOKEN)
        assert (found.id, found.fullname) == (human_id, "Ana")
        with pytest.raises(ForbiddenError, match="Only an admin"):
            await agent.resolve_human(TOKEN)
        for other in ("end-user-471", "END-USER-4711", "end-user-4711 "):
            with pytest.raises(NotFoundError):
                await admin.resolve_human(SecretStr(other))

        await admin.create_human(HumanDraft(fullname="Bo", access_token=TOKEN))
        with pytest.raises(ConflictError, match="Several humans"):
            await admin.resolve_human(TOKEN)

        known = SecretStr("known")
        await admin.create_human(HumanDraft(fullname="Cy", access_token=known))
        with pytest.raises(RateLimitedError) as paused:
            for guess in range(100):
                with suppress(NotFoundError):
                    await admin.resolve_human(SecretStr(f"guess {guess}"))
        assert paused.value.retry_after > 10
        with pytest.raises(RateLimitedError):
            await admin.resolve_human(known)
