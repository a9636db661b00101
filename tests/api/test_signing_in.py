"""The client's calls by which one signs in and guards it, against a real sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.console_api import read_account
from aicx_tui.api.console_profile import ConsoleProfile
from aicx_tui.api.http import HttpCore
from aicx_tui.api.sign_in import resend_code, sign_in, verify_code
from aicx_tui.errors import (
    AicxError,
    ForbiddenError,
    InvalidFieldsError,
    NotFoundError,
    NotSignedInError,
    PlatformFailedError,
    RateLimitedError,
)
from aicx_tui.models.account import Session
from aicx_tui.models.capability import Capability
from aicx_tui.models.profile import ProfileChanges
from aicx_tui.models.signing import Challenge
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import Data, another, turn_two_factor_on
from tests.sandbox.smtp import MailServer, mail_server
from tests.sandbox.test_mail import LONG_AGO
from tests.sandbox.test_passwords import NEW


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Data]:
    """A platform whose agent has a second factor."""
    file = tmp_path / "a.db"
    with SandboxProcess("--data", str(file), "--humans", "0") as sandbox:
        turn_two_factor_on(sandbox)
        yield Data(sandbox, file)


@pytest.fixture
async def http(data: Data) -> AsyncIterator[HttpCore]:
    core = HttpCore(data.sandbox.url)
    yield core
    await core.aclose()


async def signed_in(data: Data, http: HttpCore, role: str) -> Session | Challenge:
    person = data.sandbox.person(role)
    return await sign_in(http, email=person.email, password=SecretStr(str(person.password)))


async def challenged(data: Data, http: HttpCore) -> SecretStr:
    answer = await signed_in(data, http, "agent")
    assert isinstance(answer, Challenge)
    assert http.credential is None
    return answer.challenge


def code_of(data: Data) -> SecretStr:
    return SecretStr(data.sandbox.code_sent())


def field_of(error: AicxError) -> list[str]:
    assert isinstance(error, InvalidFieldsError)
    return [problem.field for problem in error.problems]


async def test_a_code_signs_in(data: Data, http: HttpCore) -> None:
    challenge = await challenged(data, http)
    await verify_code(http, challenge=challenge, code=code_of(data))
    assert (await read_account(http)).email == "agent@acme.example"


async def test_a_wrong_code_and_a_challenge_that_is_over_are_told_apart(
    data: Data, http: HttpCore
) -> None:
    challenge = await challenged(data, http)
    wrong = SecretStr(another(data.sandbox.code_sent()))
    for _ in range(4):
        with pytest.raises(InvalidFieldsError) as caught:
            await verify_code(http, challenge=challenge, code=wrong)
        assert (caught.value.code, field_of(caught.value)) == ("code_wrong", ["code"])
    with pytest.raises(NotSignedInError) as ended:
        await verify_code(http, challenge=challenge, code=wrong)
    challenge = await challenged(data, http)
    data.change("UPDATE challenges SET expires_at = '2020-01-01'")
    with pytest.raises(NotSignedInError) as expired:
        await verify_code(http, challenge=challenge, code=code_of(data))
    with pytest.raises(NotSignedInError) as unknown:
        await resend_code(http, challenge=SecretStr("ch_x"))
    codes = [caught.value.code for caught in (ended, expired, unknown)]
    assert codes == ["challenge_ended", "challenge_expired", "challenge_unknown"]
    assert http.credential is None


async def test_another_code_asked_for_too_early_does_not_hold_up_the_first(
    data: Data, http: HttpCore
) -> None:
    challenge = await challenged(data, http)
    with pytest.raises(RateLimitedError) as early:
        await resend_code(http, challenge=challenge)
    assert 1 <= early.value.retry_after <= 30
    await verify_code(http, challenge=challenge, code=code_of(data))
    assert (await read_account(http)).role == "agent"


async def test_another_code_is_sent_for_the_same_challenge(data: Data, http: HttpCore) -> None:
    challenge = await challenged(data, http)
    data.change(LONG_AGO)
    resent = await resend_code(http, challenge=challenge)
    assert resent.challenge == challenge
    await verify_code(http, challenge=challenge, code=code_of(data))


async def test_a_profile_is_changed_and_guarded(data: Data, http: HttpCore) -> None:
    await signed_in(data, http, "viewer")
    profile = ConsoleProfile(http, capabilities=[*Capability])
    before = await profile.get()
    changed = await profile.update(ProfileChanges(timezone="Asia/Tokyo", language="ja"))
    assert changed == await profile.get()
    assert (changed.timezone, changed.language, changed.name) == ("Asia/Tokyo", "ja", before.name)
    with pytest.raises(InvalidFieldsError) as caught:
        await profile.update(ProfileChanges(timezone="Tokyo", name=" "))
    assert field_of(caught.value) == ["name", "timezone"]
    current, new = SecretStr(str(data.sandbox.person("viewer").password)), SecretStr(NEW)
    with pytest.raises(InvalidFieldsError) as caught:
        await profile.change_password(current=new, new=new)
    assert field_of(caught.value) == ["current"]
    with pytest.raises(InvalidFieldsError) as caught:
        await profile.change_password(current=current, new=SecretStr("password1234"))
    assert field_of(caught.value) == ["new"]
    await profile.change_password(current=current, new=new)
    await turn_on(data, profile)
    with pytest.raises(InvalidFieldsError) as caught:
        await profile.end_two_factor(password=current)
    assert field_of(caught.value) == ["password"]
    await profile.end_two_factor(password=new)
    assert (await profile.get()).two_factor is False


async def turn_on(data: Data, profile: ConsoleProfile) -> None:
    challenge = (await profile.start_two_factor()).challenge
    code = code_of(data)
    with pytest.raises(InvalidFieldsError) as caught:
        await profile.verify_two_factor(
            challenge=challenge, code=SecretStr(another(code.get_secret_value()))
        )
    assert caught.value.code == "code_wrong"
    with pytest.raises(NotFoundError) as unknown:
        await profile.verify_two_factor(challenge=SecretStr("ch_x"), code=code)
    assert unknown.value.code == "challenge_unknown"
    await profile.verify_two_factor(challenge=challenge, code=code)
    assert (await profile.get()).two_factor is True


async def test_a_token_is_told_that_a_fresh_sign_in_is_wanted(data: Data, http: HttpCore) -> None:
    http.credential = Credential.token(SecretStr(str(data.sandbox.person("agent").token)))
    profile = ConsoleProfile(http, capabilities=[*Capability])
    secret = SecretStr(NEW)
    for call in (
        profile.change_password(current=secret, new=secret),
        profile.start_two_factor(),
        profile.verify_two_factor(challenge=secret, code=secret),
        profile.end_two_factor(password=secret),
    ):
        with pytest.raises(ForbiddenError) as caught:
            await call
        assert caught.value.code == "fresh_session_required"


async def test_a_mail_that_cannot_be_sent_leaves_nothing_open(data: Data) -> None:
    server: MailServer
    with mail_server() as server:
        server.refusal = "451 later"
        smtp = f"127.0.0.1:{server.port}"
        data.sandbox.end_input()
        data.sandbox.ended()
        with SandboxProcess("--data", str(data.file), "--smtp", smtp) as sandbox:
            http = HttpCore(sandbox.url)
            with pytest.raises(PlatformFailedError) as caught:
                await signed_in(Data(sandbox, data.file), http, "agent")
            assert caught.value.code == "mail_failed"
            assert "could not be sent" in caught.value.message
            await http.aclose()
