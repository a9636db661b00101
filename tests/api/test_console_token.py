"""The client's calls about the token, against a real sandbox."""

from __future__ import annotations

import secrets

import pytest

from aicx_tui.api.base import Credential
from aicx_tui.api.console_token import ConsoleToken
from aicx_tui.errors import ConflictError, NotSignedInError, RefusedError, UnsupportedError
from tests.sandbox_platform import SandboxPlatform


async def test_a_token_replaces_itself_and_a_lost_reply_is_had_again(
    own_sandbox: SandboxPlatform,
) -> None:
    platform = await own_sandbox.console(person="agent")
    before = await platform.token.get()
    key = secrets.token_urlsafe(32)
    issued = await platform.token.issue(key=key)
    # The client still has the dead token, as after a reply that never came.
    with pytest.raises(NotSignedInError):
        await platform.get_account()
    assert await platform.token.issue(key=key) == issued
    assert issued.token.get_secret_value() not in repr(issued)
    core = own_sandbox.core(person="agent")
    core.credential = Credential.token(issued.token)
    token = ConsoleToken(core, capabilities=platform.capabilities)
    now = await token.get()
    assert before and now
    assert (now.fingerprint, now.issued_at) == (issued.fingerprint, issued.issued_at)
    assert now.fingerprint != before.fingerprint
    await token.issue(key=secrets.token_urlsafe(32))
    with pytest.raises(ConflictError):
        await platform.token.issue(key=key)
    with pytest.raises(NotSignedInError):
        await token.issue(key=secrets.token_urlsafe(32))
    await core.aclose()
    await platform.aclose()


async def test_a_key_that_keeps_no_token_safe_is_refused(own_sandbox: SandboxPlatform) -> None:
    platform = await own_sandbox.console()
    before = await platform.token.get()
    with pytest.raises(RefusedError):
        await platform.token.issue(key="1")
    after = await platform.token.get()
    assert before and after
    assert after.fingerprint == before.fingerprint
    await platform.aclose()


async def test_a_platform_that_issues_no_token_says_where_it_is_done(
    own_sandbox: SandboxPlatform,
) -> None:
    gateway = own_sandbox.gateway()
    with pytest.raises(UnsupportedError) as caught:
        _ = gateway.token
    assert "API > ISSUE NEW TOKEN" in str(caught.value.hint)
    core = own_sandbox.core()
    with pytest.raises(UnsupportedError):
        await ConsoleToken(core, capabilities=frozenset()).issue(key="k" * 43)
    await core.aclose()
    await gateway.aclose()
