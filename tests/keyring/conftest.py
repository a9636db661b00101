from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.keyring.desk import Desk, Make
from tests.keyring.losing_proxy import LosingProxy, losing_proxy
from tests.keyring.secret_service import SecretService
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import by_password


@pytest.fixture(autouse=True)
def no_desktop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reaches the keyring of the person who runs it."""
    for name in ("DBUS_SESSION_BUS_ADDRESS", "AICX_KEYRING", "PYTHON_KEYRING_BACKEND"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, no_desktop: None) -> Iterator[SecretService]:
    """An unlocked keyring that this process and its children find."""
    with SecretService() as running:
        use(running, monkeypatch)
        yield running


def use(service: SecretService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Aim this process at a keyring."""
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess("--ephemeral", "--humans", "3") as process:
        yield process


@pytest.fixture(scope="module")
def session(sandbox: SandboxProcess) -> str:
    """By password, as the web app has one."""
    return str(by_password(sandbox, "admin")["session"])


@pytest.fixture
async def platform(sandbox: SandboxProcess) -> AsyncIterator[LosingProxy]:
    """The platform, which takes the key of a call that is sent again."""
    async with losing_proxy(sandbox.url) as proxy:
        yield proxy


@pytest.fixture
async def plain_platform(sandbox: SandboxProcess) -> AsyncIterator[LosingProxy]:
    """The platform as if it knew no keys."""
    async with losing_proxy(sandbox.url, takes_keys=False) as proxy:
        yield proxy


@pytest.fixture
def make(
    sandbox: SandboxProcess, session: str, service: SecretService, tmp_path: Path
) -> Iterator[Make]:
    """Makes a context whose tokens must not be found outside the keyring afterwards."""
    made: list[Desk] = []

    def desk(proxy: LosingProxy, *, kind: str = "console") -> Desk:
        made.append(Desk(tmp_path / "aicx", service, sandbox, proxy, session, kind))
        return made[-1]

    yield desk
    assert [each.leaked() for each in made] == [[] for _ in made]
