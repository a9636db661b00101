"""The system's keyring, against a real one: locked, hung, killed, gone or not to be trusted."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from aicx_tui.os_keyring import Item, KeyringProblem, KeyringState, OsKeyring, Slot
from tests.keyring.conftest import use
from tests.keyring.secret_service import SecretService

ITEM = Item("work", Slot.TOKEN, "https://api.proto.cx")
CANARY = "canary-8f3b"
SECRET = SecretStr(CANARY)
BRIEFLY = 0.3
"""A patience that is meant to end."""

PATIENCE = 30.0
"""Seconds that nothing here should ever take."""


@pytest.fixture
def keyring() -> OsKeyring:
    return OsKeyring(os.environ)


async def state_of_get(keyring: OsKeyring, *, patience: float = PATIENCE) -> KeyringState:
    with pytest.raises(KeyringProblem) as caught:
        await keyring.get(ITEM, patience=patience)
    assert caught.value.state is keyring.state
    assert caught.value.message
    assert caught.value.hint
    return caught.value.state


@asynccontextmanager
async def hung_get(service: SecretService, keyring: OsKeyring) -> AsyncIterator[asyncio.Task[None]]:
    """A call that the frozen daemon has been sent and does not answer."""
    await keyring.probe()  # so that the backend is chosen
    service.freeze()
    with service.calls() as calls:
        task = asyncio.create_task(ignore(keyring))
        await asyncio.to_thread(calls.wait)
    yield task


async def ignore(keyring: OsKeyring) -> None:
    await keyring.get(ITEM, patience=PATIENCE)


class TestAnUnlockedKeyring:
    async def test_gives_back_what_it_took(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        assert (keyring.state, keyring.name) == (None, "")
        assert await keyring.get(ITEM) is None
        await keyring.set(ITEM, SECRET)
        assert await keyring.get(ITEM) == SECRET
        assert keyring.state is KeyringState.READY
        assert keyring.name == "Secret Service"
        assert service.stored() == {("aicx/work/token", "https://api.proto.cx"): CANARY}

    @pytest.mark.parametrize("text", ["x" * 4096, "ключ ๆ 密钥 🗝️ é", " a\nb\t", ""])
    async def test_keeps_any_text(
        self, service: SecretService, keyring: OsKeyring, text: str
    ) -> None:
        await keyring.set(ITEM, SecretStr(text))
        found = await keyring.get(ITEM)
        assert found is not None
        assert found.get_secret_value() == text

    async def test_replaces(self, service: SecretService, keyring: OsKeyring) -> None:
        await keyring.set(ITEM, SecretStr("old"))
        await keyring.set(ITEM, SECRET)
        assert list(service.stored().values()) == [CANARY]

    async def test_removes(self, service: SecretService, keyring: OsKeyring) -> None:
        await keyring.set(ITEM, SECRET)
        assert await keyring.delete(ITEM) is True
        assert await keyring.delete(ITEM) is False
        assert await keyring.get(ITEM) is None
        assert service.stored() == {}

    async def test_wins_over_what_another_program_stored_there(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        service.put(ITEM.service, ITEM.origin, b"theirs")
        await keyring.set(ITEM, SECRET)
        assert await keyring.get(ITEM) == SECRET
        assert await keyring.delete(ITEM) is True
        assert service.stored() == {}

    async def test_never_mixes_contexts_slots_and_origins(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        items = [
            ITEM,
            ITEM._replace(context="home"),
            ITEM._replace(slot=Slot.SESSION),
            ITEM._replace(slot=Slot.VIEW),
            ITEM._replace(origin="https://evil.example"),
        ]
        for number, item in enumerate(items):
            assert await keyring.get(item) is None
            await keyring.set(item, SecretStr(str(number)))
        assert [await keyring.get(item) for item in items] == [
            SecretStr(str(number)) for number in range(len(items))
        ]
        assert await keyring.delete(ITEM) is True
        assert await keyring.get(items[1]) == SecretStr("1")

    async def test_serves_many_calls_at_once(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        items = [ITEM._replace(context=str(number)) for number in range(20)]
        before = set(threading.enumerate())
        await asyncio.gather(
            *(keyring.set(item, SecretStr(item.context), patience=PATIENCE) for item in items)
        )
        assert len(set(threading.enumerate()) - before) == 1
        found = await asyncio.gather(*(keyring.get(item, patience=PATIENCE) for item in items))
        assert found == [SecretStr(item.context) for item in items]

    async def test_says_how_long_a_look_takes(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        assert 0 < await keyring.probe() < PATIENCE
        assert service.stored() == {}


class TestAKeyringThatDoesNotAnswer:
    async def test_leaves_the_event_loop_alone(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        async with hung_get(service, keyring) as task:
            for _ in range(1000):
                await asyncio.sleep(0)
            assert not task.done()
            service.thaw()
            await task

    async def test_is_given_up_and_asked_again(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        await keyring.set(ITEM, SECRET)
        service.freeze()
        assert await state_of_get(keyring, patience=BRIEFLY) is KeyringState.SILENT
        assert keyring.name == "Secret Service"
        service.thaw()
        assert await keyring.get(ITEM) == SECRET

    async def test_does_not_claim_to_know_what_became_of_a_secret(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        await keyring.probe()
        service.freeze()
        with pytest.raises(KeyringProblem, match="may or may not have been stored"):
            await keyring.set(ITEM, SECRET, patience=BRIEFLY)
        with pytest.raises(KeyringProblem, match="may or may not have been removed"):
            await keyring.delete(ITEM, patience=BRIEFLY)

    async def test_costs_one_thread_however_many_wait(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        await keyring.probe()
        before = set(threading.enumerate())
        service.freeze()
        await asyncio.gather(*(state_of_get(keyring, patience=BRIEFLY) for _ in range(20)))
        assert not set(threading.enumerate()) - before
        service.thaw()
        assert await keyring.get(ITEM) is None

    async def test_can_be_cancelled(self, service: SecretService, keyring: OsKeyring) -> None:
        async with hung_get(service, keyring) as task:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        service.thaw()
        assert await keyring.get(ITEM) is None

    async def test_a_call_in_line_is_cancelled_alone(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        async with hung_get(service, keyring) as served:
            in_line = asyncio.create_task(keyring.set(ITEM, SECRET))
            await asyncio.sleep(0)
            in_line.cancel()
            with pytest.raises(asyncio.CancelledError):
                await in_line
            service.thaw()
            await served
        assert await keyring.get(ITEM) is None

    def test_outlives_the_event_loop_that_asked(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        async def ask() -> None:
            async with hung_get(service, keyring):
                pass

        asyncio.run(ask())
        service.thaw()
        assert asyncio.run(keyring.get(ITEM)) is None

    def test_answers_to_a_closed_event_loop_are_lost_quietly(
        self,
        service: SecretService,
        keyring: OsKeyring,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(keyring.probe())
        service.freeze()
        with service.calls() as calls:
            task = loop.create_task(keyring.set(ITEM, SECRET, patience=PATIENCE))
            loop.run_until_complete(asyncio.sleep(0))
            calls.wait()
        loop.close()
        service.thaw()
        assert asyncio.run(keyring.get(ITEM)) == SECRET
        assert not task.done()
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize("patience", [BRIEFLY, PATIENCE], ids=["given-up", "waiting"])
    def test_does_not_keep_a_program_from_ending(
        self, service: SecretService, patience: float
    ) -> None:
        service.freeze()
        program = f"""
import asyncio, os, sys
from aicx_tui.os_keyring import Item, OsKeyring, Slot

async def main():
    asked = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, asked.set)
    call = asyncio.create_task(
        OsKeyring(os.environ).get(Item("a", Slot.TOKEN, "b"), patience={patience})
    )
    if {patience} < 1:
        await asyncio.wait([call])
        print(call.exception().state, flush=True)
    else:
        print("waiting", flush=True)
    await asked.wait()

asyncio.run(main())
"""
        with service.calls() as calls, python(program) as running:
            try:
                calls.wait()
                assert running.stdout
                said = running.stdout.readline().strip()
                running.communicate(timeout=2)
            finally:
                running.kill()
            assert said == (b"silent" if patience == BRIEFLY else b"waiting")
            assert running.returncode == 0


class TestAKeyringThatIsGone:
    async def test_killed_between_calls(self, service: SecretService, keyring: OsKeyring) -> None:
        await keyring.set(ITEM, SECRET)
        service.kill_daemon()
        assert await state_of_get(keyring) is KeyringState.GONE
        assert await state_of_get(keyring) is KeyringState.GONE
        service.restart_daemon()
        assert await keyring.get(ITEM) == SECRET

    async def test_killed_during_a_call(self, service: SecretService, keyring: OsKeyring) -> None:
        async with hung_get(service, keyring) as task:
            service.kill_daemon()
            with pytest.raises(KeyringProblem) as caught:
                await task
        assert caught.value.state is KeyringState.GONE
        service.restart_daemon()
        assert await keyring.get(ITEM) is None

    async def test_the_bus_ended(self, service: SecretService, keyring: OsKeyring) -> None:
        await keyring.get(ITEM)
        service.stop_bus()
        assert await state_of_get(keyring) is KeyringState.GONE
        assert await state_of_get(keyring) is KeyringState.GONE

    async def test_the_bus_ends_during_a_call(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        async with hung_get(service, keyring) as task:
            service.stop_bus()
            with pytest.raises(KeyringProblem) as caught:
                await task
        assert caught.value.state is KeyringState.GONE

    async def test_an_address_where_nothing_is(
        self, keyring: OsKeyring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
        assert await state_of_get(keyring) is KeyringState.GONE


class TestAKeyringThatIsNotOpen:
    async def test_locked(self, service: SecretService, keyring: OsKeyring) -> None:
        await keyring.set(ITEM, SECRET)
        service.lock()
        assert await state_of_get(keyring) is KeyringState.LOCKED
        with pytest.raises(KeyringProblem, match="was not stored"):
            await keyring.set(ITEM, SecretStr("other"))
        with pytest.raises(KeyringProblem, match="was not removed"):
            await keyring.delete(ITEM)
        service.restart_daemon()
        assert await keyring.get(ITEM) == SECRET

    async def test_failed_calls_leave_no_connection_open(
        self, service: SecretService, keyring: OsKeyring
    ) -> None:
        await keyring.set(ITEM, SECRET)
        service.lock()
        await state_of_get(keyring)
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(30):
            await state_of_get(keyring)
        assert len(os.listdir("/proc/self/fd")) <= before

    async def test_its_question_is_dismissed(
        self, keyring: OsKeyring, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with SecretService(daemon=False, activation=True) as never_unlocked:
            use(never_unlocked, monkeypatch)
            assert await state_of_get(keyring) is KeyringState.DISMISSED
            assert keyring.name == "Secret Service"


class TestNoKeyring:
    async def test_no_bus(self, keyring: OsKeyring) -> None:
        assert await state_of_get(keyring) is KeyringState.NONE
        assert keyring.name == ""

    async def test_a_bus_that_starts_none(
        self, keyring: OsKeyring, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with SecretService(daemon=False) as bus:
            use(bus, monkeypatch)
            assert await state_of_get(keyring) is KeyringState.NONE
            bus.restart_daemon()
            assert await keyring.get(ITEM) is None

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("AICX_KEYRING", "off"),
            ("AICX_KEYRING", "OFF"),
            ("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring"),
            ("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring"),
        ],
    )
    async def test_switched_off(self, service: SecretService, name: str, value: str) -> None:
        keyring = OsKeyring(os.environ | {name: value})
        with pytest.raises(KeyringProblem) as caught:
            await keyring.set(ITEM, SECRET)
        assert caught.value.state is KeyringState.OFF
        assert service.stored() == {}

    async def test_switched_off_in_a_file(self, service: SecretService, keyring: OsKeyring) -> None:
        service.config.parent.mkdir()
        service.config.write_text("[backend]\ndefault-keyring = keyring.backends.null.Keyring\n")
        assert await state_of_get(keyring) is KeyringState.OFF

    async def test_a_real_backend_may_be_named(self, service: SecretService) -> None:
        name = "keyring.backends.SecretService.Keyring"
        keyring = OsKeyring(os.environ | {"PYTHON_KEYRING_BACKEND": name})
        assert await keyring.get(ITEM) is None

    async def test_the_backend_named_is_not_of_this_system(self, service: SecretService) -> None:
        name = "keyring.backends.macOS.Keyring"
        keyring = OsKeyring(os.environ | {"PYTHON_KEYRING_BACKEND": name})
        assert await state_of_get(keyring) is KeyringState.NONE


PLAINTEXT = """
import os, pathlib
from keyring.backend import KeyringBackend

class PlaintextKeyring(KeyringBackend):
    priority = 20
    def set_password(self, service, username, password):
        pathlib.Path(os.environ["PLAIN_FILE"]).write_text(password)
    def get_password(self, service, username):
        return None
"""


@pytest.fixture
def plain_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an installed keyring of the highest priority writes secrets, readable to all."""
    site = tmp_path / "site"
    metadata = site / "plain_keyring-1.0.dist-info"
    metadata.mkdir(parents=True)
    (site / "plain_keyring.py").write_text(PLAINTEXT)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: plain-keyring\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[keyring.backends]\nplain = plain_keyring\n")
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("PLAIN_FILE", str(tmp_path / "plain"))
    return tmp_path / "plain"


STORE = """
import asyncio, os
from pydantic import SecretStr
from aicx_tui.os_keyring import Item, KeyringProblem, OsKeyring, Slot

keyring = OsKeyring(os.environ)
for length in map(int, os.environ.get("LENGTHS", "10").split()):
    try:
        asyncio.run(
            keyring.set(Item("a", Slot.TOKEN, "b"), SecretStr("x" * length), patience=30)
        )
    except KeyringProblem:
        pass
    print(keyring.state, keyring.name, sep=":")
"""


class TestAKeyringInPlainText:
    def test_is_what_others_fall_for(self, plain_file: Path) -> None:
        ended("import keyring; keyring.set_password('a', 'b', 'c')")
        assert plain_file.read_text() == "c"

    def test_is_not_used_where_it_is_installed(self, plain_file: Path) -> None:
        assert ended(STORE) == ["none:"]
        assert not plain_file.exists()

    def test_is_not_used_beside_a_real_one(self, plain_file: Path, service: SecretService) -> None:
        assert ended(STORE) == ["ready:Secret Service"]
        assert not plain_file.exists()

    @pytest.mark.parametrize(
        "name",
        [
            "plain_keyring.PlaintextKeyring",
            "keyring.backends.chainer.ChainerBackend",
            "keyring.backends.SecretService",
            "nonsense",
        ],
    )
    @pytest.mark.parametrize("place", ["environment", "file"])
    def test_is_not_used_where_it_is_asked_for(
        self,
        plain_file: Path,
        service: SecretService,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        place: str,
    ) -> None:
        if place == "environment":
            monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
        else:
            service.config.parent.mkdir()
            service.config.write_text(f"[backend]\ndefault-keyring = {name}\n")
        assert ended(STORE) == ["refused:"]
        assert not plain_file.exists()
        assert service.stored() == {}

    @pytest.mark.parametrize("content", [b"default-keyring = x\n", b"[backend]\na = \xff\n"])
    async def test_a_file_nobody_can_read_is_no_permission(
        self, service: SecretService, keyring: OsKeyring, content: bytes
    ) -> None:
        service.config.parent.mkdir()
        service.config.write_bytes(content)
        assert await state_of_get(keyring) is KeyringState.REFUSED


CREDENTIALS = """
import pywintypes_errors
CRED_TYPE_GENERIC, CRED_PERSIST_ENTERPRISE, kept = 1, 3, {}
def CredRead(Type, TargetName):
    if TargetName not in kept:
        raise pywintypes_errors.error(1168, "CredRead")
    return kept[TargetName]
def CredWrite(credential, flags):
    blob = credential["CredentialBlob"].encode("utf-16-le")
    if len(blob) > 2560:
        raise pywintypes_errors.error(1783, "CredWrite")
    kept[credential["TargetName"]] = credential | {"CredentialBlob": blob}
"""
ERRORS = """
class error(Exception):
    def __init__(self, winerror, funcname):
        super().__init__(winerror, funcname)
        self.winerror, self.funcname = winerror, funcname
"""


def test_windows_takes_so_much_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in for the one part of Windows that its backend calls."""
    package = tmp_path / "win32ctypes" / "pywin32"
    package.mkdir(parents=True)
    (tmp_path / "pywintypes_errors.py").write_text(ERRORS)
    (package / "pywintypes.py").write_text("from pywintypes_errors import error\n")
    (package / "win32cred.py").write_text(CREDENTIALS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.Windows.WinVaultKeyring")
    monkeypatch.setenv("LENGTHS", "1280 1281 10")
    name = "Windows Credential Locker"
    assert ended(STORE) == [f"ready:{name}", f"too-big:{name}", f"ready:{name}"]


class TestASecret:
    async def test_is_in_no_error_of_a_call_that_failed_on_it(
        self, service: SecretService, keyring: OsKeyring, capfd: pytest.CaptureFixture[str]
    ) -> None:
        unwritable = SecretStr(f"{CANARY}\ud800")
        with pytest.raises(KeyringProblem) as set_failed:
            await keyring.set(ITEM, unwritable)
        service.put(ITEM.service, ITEM.origin, CANARY.encode() + b"\xff")
        with pytest.raises(KeyringProblem) as get_failed:
            await keyring.get(ITEM)
        for error in (set_failed.value, get_failed.value):
            assert error.state is KeyringState.FAILED
            assert error.__cause__ is error.__context__ is None
            told = traceback.TracebackException.from_exception(error, capture_locals=True)
            assert CANARY not in "".join(told.format())
        assert CANARY not in repr(vars(keyring))
        assert capfd.readouterr() == ("", "")


def test_the_module_costs_nothing_before_it_is_asked() -> None:
    loaded = ended("import sys, aicx_tui.os_keyring; print(*sys.modules, sep='\\n')")
    assert {"keyring", "pydantic", "secretstorage"}.isdisjoint(loaded)


def test_every_state_says_what_it_means_and_what_to_do() -> None:
    for state in KeyringState:
        assert state.meaning.endswith(".")
        assert state.next_step.endswith(".") or state is KeyringState.READY


class TestTheKeyringOfTheTests:
    @pytest.mark.parametrize("ended_by_test", [False, True], ids=["running", "bus-ended"])
    async def test_leaves_no_process_behind(
        self, monkeypatch: pytest.MonkeyPatch, ended_by_test: bool
    ) -> None:
        with SecretService(activation=True) as service:
            use(service, monkeypatch)
            service.kill_daemon()
            await state_of_get(OsKeyring(os.environ))  # the bus starts another one
            assert len(list(processes_at(service))) == 2
            if ended_by_test:
                service.stop_bus()
        assert not list(processes_at(service))
        assert not service.config.parents[1].exists()


def processes_at(service: SecretService) -> Iterator[int]:
    """The processes that run with its files."""
    home = service.environment["HOME"].encode()
    for folder in Path("/proc").glob("[0-9]*"):
        if int(folder.name) == os.getpid():
            continue
        try:
            if home in (folder / "environ").read_bytes():
                yield int(folder.name)
        except OSError:  # it ended, or belongs to somebody else
            continue


def python(program: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def ended(program: str) -> list[str]:
    """The lines a program prints until it ends well."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().splitlines()
