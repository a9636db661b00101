"""One person's context with a token in a real keyring, and the processes that replace it."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from aicx_tui.credentials import Credentials
from aicx_tui.services.access import ContextAccess
from aicx_tui.services.mirrors import Mirrors
from aicx_tui.settings import Context
from tests.cli.command import Ended, aicx, clean_environment
from tests.keyring.losing_proxy import LosingProxy
from tests.keyring.secret_service import SecretService
from tests.sandbox.process import SandboxProcess

PATIENCE = 60
NEXT_STEPS = ("aicx login", "aicx token issue", "aicx token set", "aicx token rotate")


@dataclass
class Desk:
    """One person's context: a home, a keyring, and a token that works."""

    home: Path
    service: SecretService
    sandbox: SandboxProcess
    proxy: LosingProxy
    session: str
    kind: str = "console"
    token: str = ""
    out: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.token = self.issued_elsewhere()
        self.store("token", self.token)

    def describe(self, *lines: str) -> None:
        """Write the context to config.toml, with more settings of it."""
        announced = self.sandbox.announcement
        self.home.mkdir(mode=0o700, exist_ok=True)
        settings = [f'kind = "{self.kind}"', f'url = "{self.proxy.url}"']
        settings += [f'{name} = "{announced[f"{name}_id"]}"' for name in ("company", "bot")]
        text = "\n".join(['context = "work"', "[contexts.work]", *settings, *lines])
        (self.home / "config.toml").write_text(text + "\n")

    async def aicx(self, *words: str, stdin: str = "", **more: str) -> Ended:
        """Run a command to its end."""
        ended = await asyncio.to_thread(aicx, *words, env=self.environment | more, stdin=stdin)
        self.out += [ended.out.encode(), ended.err.encode()]
        return ended

    def leaked(self) -> list[bytes]:
        """The tokens that are in what it printed or wrote, outside the keyring."""
        told = b"".join([*self.out, self.files()])
        return [token for token in (self.token.encode(), *self.proxy.tokens) if token in told]

    @property
    def environment(self) -> dict[str, str]:
        return clean_environment({**self.service.environment, "AICX_HOME": str(self.home)})

    def store(self, slot: str, secret: str) -> None:
        """Put a secret where aicx keeps it."""
        program = (
            "import sys, keyring; from keyring.backends import SecretService as s;"
            "s.Keyring().set_password(sys.argv[1], sys.argv[2], sys.stdin.read())"
        )
        words = [sys.executable, "-c", program, f"aicx/work/{slot}", self.proxy.url]
        subprocess.run(words, input=secret.encode(), env=self.environment, check=True)

    def stored(self, slot: str = "token") -> str | None:
        return self.service.stored().get((f"aicx/work/{slot}", self.proxy.url))

    def issued_elsewhere(self) -> str:
        """A token that the web app issues; the one before is dead."""
        with httpx.Client(base_url=self.sandbox.url, trust_env=False) as client:
            headers = {"Authorization": f"Bearer {self.session}"}
            issued = client.post("/console/v1/profile/token", headers=headers)
            return str(issued.json()["result"]["token"])

    def human_id(self) -> str:
        """Somebody whom the platform has."""
        bot = self.sandbox.announcement["bot_id"]
        with httpx.Client(base_url=self.sandbox.url, trust_env=False) as client:
            headers = {"Authorization": f"Bearer {self.session}"}
            page = client.get(f"/console/v1/bots/{bot}/humans?limit=1", headers=headers).json()
            return str(page["result"]["items"][0]["id"])

    def works(self, token: str | None) -> bool:
        with httpx.Client(base_url=self.sandbox.url, trust_env=False) as client:
            headers = {"X-SINITIC-TOKEN": token or ""}
            return client.get("/console/v1/me", headers=headers).status_code == 200

    async def process(self, do: str = "rotate", **given: str) -> Running:
        """A console of its own, with what signs in already read."""
        announced = self.sandbox.announcement
        facts = {"do": do, "home": str(self.home), "url": self.proxy.url, "kind": self.kind}
        facts |= {name: str(announced[name]) for name in ("company_id", "bot_id")}
        facts |= {"killed_at": "", "freezes_at": "", "patience": "30"} | given
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.keyring.rotating", json.dumps(facts)),
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        running = Running(process, self)
        if do == "rotate":
            assert (await running.said())["held"] is True
        return running

    async def rotated(self, **given: str) -> dict[str, Any]:
        """What a run that nobody cuts off says at its end."""
        running = await self.process(**given)
        running.go_on()
        return await running.ended()

    async def started_again(self) -> str:
        """What the next start tells."""
        running = await self.process("start")
        return str((await running.ended())["told"])

    def access(self) -> ContextAccess:
        """The console's own way there, in this process."""
        announced = self.sandbox.announcement
        context = Context(
            name="work",
            kind="console",
            root=self.proxy.url,
            company_id=str(announced["company_id"]),
            bot_id=str(announced["bot_id"]),
        )
        credentials = Credentials(self.environment)
        return ContextAccess(context, credentials, Mirrors(self.home, credentials))

    def files(self) -> bytes:
        """Every byte it wrote below its home."""
        return b"".join(path.read_bytes() for path in self.home.rglob("*") if path.is_file())

    @property
    def journals(self) -> list[Path]:
        return list(self.home.glob("tokens/*.json"))

    def check_invariant(self, told: str, *, case: str) -> bool:
        """Say how it ended, and whether a working token is in the keyring."""
        current = self.stored()
        is_well = self.works(current)
        how = "a working token is in the keyring" if is_well else f"told: {told}"
        sys.stdout.write(f"{case}: {how}\n")
        assert is_well or any(step in told for step in NEXT_STEPS), told
        is_noted = bool(self.journals)  # every start says what is to be done
        assert is_well or current is None or is_noted, "a dead token is stored as a good one"
        assert self.stored("canary") is None
        return is_well


class Running:
    """A process that replaces the token."""

    def __init__(self, process: asyncio.subprocess.Process, desk: Desk) -> None:
        self.process = process
        self._desk = desk

    async def said(self) -> dict[str, Any]:
        """The next thing that it says."""
        assert self.process.stdout
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        self._desk.out.append(line)
        if not line:
            assert self.process.stderr
            raise AssertionError((await self.process.stderr.read()).decode())
        said: dict[str, Any] = json.loads(line)
        return said

    def go_on(self, pasted: str = "") -> None:
        assert self.process.stdin
        self.process.stdin.write(pasted.encode() + b"\n")

    def given(self) -> bytes:
        """Its arguments and environment, as other processes see them."""
        place = Path(f"/proc/{self.process.pid}")
        return (place / "cmdline").read_bytes() + (place / "environ").read_bytes()

    async def ended(self) -> dict[str, Any]:
        said = await self.said()
        await self._gone()
        assert self.process.returncode == 0
        return said

    async def killed(self) -> None:
        """Wait until it was killed."""
        await self._gone()
        assert self.process.returncode == -signal.SIGKILL, self._desk.out[-2:]

    async def _gone(self) -> None:
        out, err = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        self._desk.out += [out, err]


Make = Callable[..., Desk]
