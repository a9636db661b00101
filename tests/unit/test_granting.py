"""Waiting for a grant as the platform asks for it, and its code as a phone reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import segno
from pydantic import SecretStr

from aicx_tui.errors import AicxError, ConflictError, NotSignedInError, UnreachableError
from aicx_tui.models.signing import DeviceFlow, FlowAnswer
from aicx_tui.services.granting import granted
from aicx_tui.services.qr_codes import QUIET_MODULES, is_web_address, qr_lines

ADDRESS = "https://www.google.com/device"
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)

FLOW = DeviceFlow(
    flow=SecretStr("f"),
    user_code="WDJB-MJHT",
    verification_uri=ADDRESS,
    interval=5,
    expires_at=NOW + timedelta(minutes=10),
)


class Platform:
    """Answers one thing after another, and notes how long it was waited before each question."""

    def __init__(self, *answers: FlowAnswer | AicxError) -> None:
        self._answers = list(answers)
        self.pauses: list[float] = []
        self.now = NOW

    async def poll(self) -> FlowAnswer:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, AicxError):
            raise answer
        return answer

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)

    async def grant(self) -> FlowAnswer:
        return await granted(FLOW, poll=self.poll, pause=self.pause, now=lambda: self.now)


PENDING, DONE = FlowAnswer(status="pending"), FlowAnswer(status="done")
TOO_FAST = FlowAnswer(status="slow_down")


@pytest.mark.parametrize(
    ("answers", "pauses"),
    [
        ([PENDING, PENDING, DONE], [5, 5, 5]),
        ([TOO_FAST, PENDING, DONE], [5, 10, 10]),
        ([FlowAnswer(status="slow_down", interval=12), DONE], [5, 12]),
        ([FlowAnswer(status="slow_down", interval=1), DONE], [5, 5]),
        ([UnreachableError("Gone."), PENDING, DONE], [5, 10, 10]),
    ],
)
async def test_it_is_asked_as_rarely_as_the_platform_wants(
    answers: Sequence[FlowAnswer | AicxError], pauses: list[float]
) -> None:
    platform = Platform(*answers)
    assert (await platform.grant()).status == "done"
    assert platform.pauses == pauses


async def test_refused_and_too_late_are_told_apart() -> None:
    with pytest.raises(NotSignedInError, match="refused in the browser"):
        await Platform(FlowAnswer(status="denied")).grant()
    with pytest.raises(NotSignedInError, match="not used in time"):
        await Platform(FlowAnswer(status="expired")).grant()


async def test_nobody_is_asked_any_more_once_it_is_too_late() -> None:
    platform = Platform(PENDING)
    with pytest.raises(NotSignedInError, match="not used in time"):
        await platform.grant()
    assert sum(platform.pauses) == 600


async def test_what_the_platform_refuses_is_said_as_it_is() -> None:
    with pytest.raises(ConflictError, match="linked to another"):
        await Platform(ConflictError("It is linked to another user.")).grant()


def test_the_half_blocks_are_the_code_of_the_address() -> None:
    lines = qr_lines(ADDRESS)
    rows = [
        [block in blocks for block in line]
        for line in lines
        for blocks in ("█▀", "█▄")  # the upper half, then the lower
    ]
    code = segno.make(ADDRESS, error="l", boost_error=False, micro=False)
    expected = [[not dark for dark in row] for row in code.matrix_iter(border=QUIET_MODULES)]
    assert rows[: len(expected)] == expected
    assert {len(line) for line in lines} == {len(expected)}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://evil.example/device",
        "https://evil.example/\x1b]8;;x",
        "https://",
        "https://[::1",
        "file:///etc/passwd",
        "https://a.example/" + "x" * 400,
        "https://аррӏе.example/",
    ],
)
def test_only_a_plain_https_address_gets_a_code(address: str) -> None:
    assert not is_web_address(address)
    assert qr_lines(address) == ()
