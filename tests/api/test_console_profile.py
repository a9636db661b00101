"""The client's calls about the user itself against a real sandbox, as its contract."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.console_profile import ConsoleProfile
from aicx_tui.api.http import HttpCore
from aicx_tui.api.sign_in import poll_grant, sign_in, start_grant
from aicx_tui.errors import (
    ConflictError,
    ForbiddenError,
    InvalidFieldsError,
    NotFoundError,
    NotSignedInError,
    PlatformFailedError,
)
from aicx_tui.models.account import Session
from aicx_tui.models.capability import Capability
from aicx_tui.models.profile import MAX_FILE_BYTES, AliasChanges, AliasDraft, ProfileChanges
from aicx_tui.models.signing import DeviceFlow, FlowAnswer
from tests.sandbox.granting import oidc_file
from tests.sandbox.issuer import Issuer, Said
from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_files import drawn


@pytest.fixture(scope="module")
def google() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, google: Issuer) -> Iterator[SandboxProcess]:
    file: Path = oidc_file(tmp_path_factory.mktemp("oidc"), google=google)
    with SandboxProcess("--ephemeral", "--humans", "0", "--oidc", str(file)) as running:
        yield running


@pytest.fixture
async def core(sandbox: SandboxProcess) -> AsyncIterator[HttpCore]:
    """Signed in as the agent by password."""
    person, http = sandbox.person("agent"), HttpCore(sandbox.url)
    password = SecretStr(str(person.password))
    assert isinstance(await sign_in(http, email=person.email, password=password), Session)
    yield http
    await http.aclose()


@pytest.fixture
def profile(core: HttpCore) -> ConsoleProfile:
    return ConsoleProfile(core, capabilities=[*Capability])


async def test_aliases_are_created_changed_and_deleted(profile: ConsoleProfile) -> None:
    draft = AliasDraft(display_name="Desk", default=True)
    one, again = [await profile.create_alias(draft, key="of this test") for _ in range(2)]
    assert one == again
    changed = await profile.update_alias(one.id, AliasChanges(display_name="Night desk"))
    assert (changed.display_name, changed.default) == ("Night desk", True)
    assert [it.id for it in await profile.list_aliases() if it.default] == [one.id]
    with pytest.raises(InvalidFieldsError) as refused:
        await profile.update_alias(one.id, AliasChanges(avatar_id="fi_unknown"))
    assert [problem.field for problem in refused.value.problems] == ["avatar_id"]
    await profile.delete_alias(one.id)
    with pytest.raises(NotFoundError):
        await profile.delete_alias(one.id)


async def test_a_picture_is_uploaded_worn_and_shown(profile: ConsoleProfile) -> None:
    stored = await profile.upload(drawn("GIF"), name="me.gif")
    assert stored.content_type == "image/gif"
    content = await profile.download(stored.id)
    assert (content[:4], len(content)) == (b"GIF8", stored.size)
    assert (await profile.update(ProfileChanges(avatar_id=stored.id))).avatar_id == stored.id
    assert (await profile.update(ProfileChanges(avatar_id=None))).avatar_id is None
    with pytest.raises(InvalidFieldsError) as refused:
        await profile.upload(b"<html>", name="me.png")
    assert [problem.field for problem in refused.value.problems] == ["file"]
    with pytest.raises(InvalidFieldsError, match="larger than 2 MiB"):
        await profile.upload(b"\x00" * (MAX_FILE_BYTES + 1), name="me.png")
    with pytest.raises(NotFoundError):
        await profile.download("fi_unknown")


async def test_an_account_elsewhere_is_linked_signs_in_and_is_unlinked(
    profile: ConsoleProfile, sandbox: SandboxProcess, google: Issuer
) -> None:
    token = google.token(google.claims("bo"))
    flow = await profile.start_link(provider="google")
    assert flow.verification_uri == f"{google.origin}/enter"
    google.decide(flow.user_code, token)
    assert (await answer_of_link(profile, flow)).status == "done"
    (identity,) = (await profile.get()).identities
    assert (identity.provider, identity.email) == ("google", "bo@elsewhere.example")
    with pytest.raises(ConflictError, match="linked already"):
        await profile.start_link(provider="google")
    elsewhere = HttpCore(sandbox.url)
    flow = await start_grant(elsewhere, provider="google")
    google.decide(flow.user_code, token)
    answer = await answer_of_sign_in(elsewhere, flow)
    assert answer.session and elsewhere.credential == Credential.session(answer.session.session)
    with pytest.raises(NotSignedInError) as over:
        await poll_grant(elsewhere, flow=flow.flow)
    assert over.value.code == "flow_unknown"
    await elsewhere.aclose()
    await profile.unlink("google")
    with pytest.raises(NotFoundError):
        await profile.unlink("google")


async def test_a_provider_that_fails_leaves_nothing_open(
    profile: ConsoleProfile, google: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(google.instead, "/device", lambda: Said(500, b""))
    with pytest.raises(PlatformFailedError, match="Google answered with status 500; nothing was"):
        await profile.start_link(provider="google")


async def test_a_token_links_nothing(sandbox: SandboxProcess) -> None:
    token = SecretStr(str(sandbox.person("viewer").token))
    http = HttpCore(sandbox.url, credential=Credential.token(token))
    with pytest.raises(ForbiddenError) as refused:
        await ConsoleProfile(http, capabilities=[*Capability]).start_link(provider="google")
    assert refused.value.code == "fresh_session_required"
    await http.aclose()


WAITING = ("pending", "slow_down")


async def answer_of_link(profile: ConsoleProfile, flow: DeviceFlow) -> FlowAnswer:
    while True:
        answer = await profile.poll_link(flow=flow.flow)
        if answer.status not in WAITING:
            return answer


async def answer_of_sign_in(http: HttpCore, flow: DeviceFlow) -> FlowAnswer:
    while True:
        answer = await poll_grant(http, flow=flow.flow)
        if answer.status not in WAITING:
            return answer
