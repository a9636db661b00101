"""A real keyring of its own for tests: a private D-Bus bus and a gnome-keyring on it.

Nothing of it meets the desktop of whoever runs the tests: address, files and home are new.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Self

import pytest

if sys.platform == "linux":  # the only system that has them
    import secretstorage
    from jeepney import (  # type: ignore[import-untyped]  # it has no types
        HeaderFields,
        MatchRule,
        Message,
        message_bus,
    )
    from jeepney.bus_messages import Monitoring  # type: ignore[import-untyped]  # it has no types
    from jeepney.io.blocking import (  # type: ignore[import-untyped]  # it has no types
        DBusConnection,
        Proxy,
        open_dbus_connection,
    )

PATIENCE = 30.0
"""Seconds that nothing here should ever take."""

NAME = "org.freedesktop.secrets"
PASSWORD = b"correct horse"
TOOLS = ("dbus-daemon", "gnome-keyring-daemon")

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={home}/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{home}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


def require_tools() -> None:
    """Skip the test where there is no Secret Service to be had; in CI that is a failure."""
    if sys.platform != "linux":
        pytest.skip("a Secret Service is a thing of Linux")
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        reason = (
            f"missing: {', '.join(missing)}; "
            "apt-get install --no-install-recommends dbus gnome-keyring libsecret-tools"
        )
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


class SecretService:
    """Started by entering it, and gone when left, with everything it stored.

    Args:
        daemon: Whether a keyring runs, unlocked.
        activation: Whether the bus starts a keyring, a locked one, when somebody asks for it.

    Attributes:
        environment: What aims a process at it: for `subprocess` on top of `os.environ`, or for
            `monkeypatch.setenv`.
    """

    def __init__(self, *, daemon: bool = True, activation: bool = False) -> None:
        require_tools()
        self._with_daemon = daemon
        self._home = Path(mkdtemp(prefix="aicx-keyring-"))  # short: a socket's path is limited
        for folder in ("run", "data", "config", "cache", "services"):
            (self._home / folder).mkdir(mode=0o700)
        (self._home / "bus.conf").write_text(BUS.format(home=self._home))
        if activation:
            (self._home / "services" / f"{NAME}.service").write_text(
                f"[D-BUS Service]\nName={NAME}\n"
                f"Exec={shutil.which(TOOLS[1])} --start --foreground --components=secrets\n"
            )
        self.address = f"unix:path={self._home}/bus"
        self.environment = {
            "DBUS_SESSION_BUS_ADDRESS": self.address,
            "HOME": str(self._home),
            "XDG_RUNTIME_DIR": str(self._home / "run"),
            "XDG_DATA_HOME": str(self._home / "data"),
            "XDG_CONFIG_HOME": str(self._home / "config"),
            "XDG_CACHE_HOME": str(self._home / "cache"),
            "XDG_CURRENT_DESKTOP": "",
            # Nothing may ask a person on a real display.
            "DISPLAY": "",
            "WAYLAND_DISPLAY": "",
            "AICX_KEYRING": "",
            "PYTHON_KEYRING_BACKEND": "",
        }
        self._bus: subprocess.Popen[bytes] | None = None
        self._daemon: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._start_bus()
            if self._with_daemon:
                self._start_daemon()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def config(self) -> Path:
        """Where `keyringrc.cfg` would be."""
        return self._home / "config" / "python_keyring" / "keyringrc.cfg"

    def stop(self) -> None:
        """End all its processes, those that the bus started too, and remove its files."""
        if self._bus:
            # What the bus starts stays in its process group.
            with suppress(ProcessLookupError):
                os.killpg(self._bus.pid, signal.SIGKILL)
        for process in (self._daemon, self._bus):
            if process:
                process.wait(PATIENCE)
        shutil.rmtree(self._home, ignore_errors=True)

    def lock(self) -> None:
        """Lock the keyring, as a screen saver may."""
        with closing(self._connection()) as connection:
            secretstorage.get_default_collection(connection).lock()

    def freeze(self) -> None:
        """Make the daemon hang: it keeps its name and answers nothing."""
        daemon = self._running_daemon()
        daemon.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, daemon.pid, os.WSTOPPED)

    def thaw(self) -> None:
        """Let the daemon go on and answer what it was asked meanwhile."""
        self._running_daemon().send_signal(signal.SIGCONT)

    def kill_daemon(self) -> None:
        """End the daemon at once; the bus has noticed when this returns."""
        daemon = self._running_daemon()
        with self._changes_of_owner() as changes:
            daemon.kill()
            daemon.wait(PATIENCE)
            changes.until(owned=False)
        self._daemon = None

    def restart_daemon(self) -> None:
        """Start it afresh and unlocked, with what was stored before."""
        if self._daemon:
            self.kill_daemon()
        self._start_daemon()

    def stop_bus(self) -> None:
        """End the bus; the daemon stays without one."""
        assert self._bus
        self._bus.terminate()
        self._bus.wait(PATIENCE)

    def stored(self) -> dict[tuple[str, str], str]:
        """Every secret by its service and user name, as another program reads them."""
        with closing(self._connection()) as connection:
            found = {}
            for item in secretstorage.get_default_collection(connection).get_all_items():
                of = item.get_attributes()
                found[of.get("service", ""), of.get("username", "")] = item.get_secret().decode()
            return found

    def put(self, service: str, username: str, secret: bytes) -> None:
        """Store something the way another program does."""
        attributes = {"service": service, "username": username, "application": "another"}
        with closing(self._connection()) as connection:
            collection = secretstorage.get_default_collection(connection)
            collection.create_item("of another program", attributes, secret)

    @contextmanager
    def calls(self) -> Iterator[Calls]:
        """Watch the bus, to know when a call to the keyring is on its way."""
        with closing(self._connection()) as connection:
            rule = MatchRule(type="method_call", destination=NAME).serialise()
            Proxy(Monitoring(), connection).BecomeMonitor([rule])
            yield Calls(connection)

    def _start_bus(self) -> None:
        self._bus = subprocess.Popen(
            [TOOLS[0], f"--config-file={self._home}/bus.conf", "--nofork", "--print-address=1"],
            env=self._clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        assert self._bus.stdout
        with self._bus.stdout as ready:
            assert ready.readline(), "the bus did not start"

    def _start_daemon(self) -> None:
        assert self._bus
        with self._changes_of_owner() as changes:
            self._daemon = subprocess.Popen(
                [TOOLS[1], "--unlock", "--foreground", "--components=secrets"],
                env=self._clean_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                process_group=self._bus.pid,
            )
            assert self._daemon.stdin
            with self._daemon.stdin as password:
                password.write(PASSWORD)
            changes.until(owned=True)

    def _running_daemon(self) -> subprocess.Popen[bytes]:
        assert self._daemon, "no daemon was started here"
        return self._daemon

    def _clean_environment(self) -> dict[str, str]:
        kept = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        given = {name: value for name, value in self.environment.items() if value}
        return kept | given

    def _connection(self) -> DBusConnection:
        return open_dbus_connection(self.address)

    @contextmanager
    def _changes_of_owner(self) -> Iterator[ChangesOfOwner]:
        rule = MatchRule(type="signal", sender=message_bus.bus_name, member="NameOwnerChanged")
        rule.add_arg_condition(0, NAME)
        with closing(self._connection()) as connection:
            Proxy(message_bus, connection).AddMatch(rule)
            with connection.filter(rule) as signals:
                yield ChangesOfOwner(connection, signals)


class ChangesOfOwner:
    """When the keyring's name on the bus is taken and given up."""

    def __init__(self, connection: DBusConnection, signals: deque[Message]) -> None:
        self._connection = connection
        self._signals = signals

    def until(self, *, owned: bool) -> None:
        while True:
            signal = self._connection.recv_until_filtered(self._signals, timeout=PATIENCE)
            _, _, new_owner = signal.body
            if bool(new_owner) is owned:
                return


class Calls:
    """What travels to the keyring."""

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection

    def wait(self) -> None:
        """Return when a call was sent to the keyring since the watch began."""
        while True:
            message = self._connection.receive(timeout=PATIENCE)
            if message.header.fields.get(HeaderFields.destination) == NAME:
                return
