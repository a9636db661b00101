from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.keyring.secret_service import SecretService


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
