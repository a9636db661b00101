"""What a run stands on: its files, its environment, its contexts and their credentials.

Light on purpose: the console makes one before its first paint.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aicx_tui.config import RESERVED_NAMES, Config
from aicx_tui.config_file import config_path, read_config
from aicx_tui.credentials import Credentials
from aicx_tui.errors import UsageError
from aicx_tui.services.access import Access, ContextAccess, SandboxAccess
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.mirrors import Mirrors
from aicx_tui.settings import Context, context_from, home, is_aimed

if TYPE_CHECKING:
    from pydantic import SecretStr

FIRST_STEP = (
    "Open the console to sign in: aicx. Or describe one: aicx contexts add NAME --kind … --url …. "
    "Or try everything on this machine: aicx --sandbox"
)


class Setup:
    """What this run stands on.

    Args:
        environ: Of the process; `AICX_TOKEN` is taken out of it.
        token: A token given for this run alone, and where from.
        config: What to go by instead of config.toml.
        key_file: A file that has the key of mirrors, instead of the keyring.

    Attributes:
        home: The one place for files.
        config: What config.toml says.
        credentials: The secrets of this run.
        mirrors: The local copies.
        config_problem: Why config.toml cannot be used, in what was made by `as_found`.
        token_problem: Why `AICX_TOKEN` cannot be used, likewise.
    """

    config_problem: UsageError | None = None
    token_problem: UsageError | None = None

    def __init__(
        self,
        environ: MutableMapping[str, str],
        *,
        token: tuple[SecretStr, str] | None = None,
        config: Config | None = None,
        key_file: Path | None = None,
    ) -> None:
        self.environ = environ
        self.home: Path = home(environ)
        self._config_stamp = _stamp(config_path(self.home))
        self.config = config or self.read_config()
        self.credentials = Credentials(environ, token=token)
        self.mirrors = Mirrors(
            self.home, self.credentials, key_file=key_file, lock_days=self.config.mirror_days
        )

    @classmethod
    def as_found(
        cls,
        environ: MutableMapping[str, str],
        *,
        token: tuple[SecretStr, str] | None = None,
        key_file: Path | None = None,
    ) -> Setup:
        """What this run stands on, however broken, for who looks for what is wrong with it."""
        config = Config(path=config_path(home(environ)))
        config_problem = token_problem = None
        try:
            config = read_config(config.path, action_ids=tuple(ACTIONS))
        except UsageError as problem:
            config_problem = problem
        try:
            setup = cls(environ, token=token, config=config, key_file=key_file)
        except UsageError as problem:
            token_problem = problem
            environ.pop("AICX_TOKEN", None)
            setup = cls(environ, token=token, config=config, key_file=key_file)
        setup.config_problem, setup.token_problem = config_problem, token_problem
        return setup

    def read_config(self) -> Config:
        """Read config.toml.

        Raises:
            UsageError: It cannot be used.
        """
        return read_config(config_path(self.home), action_ids=tuple(ACTIONS))

    def look_at_config(self) -> None:
        """Read config.toml again where it is another file by now; unusable, it is left aside.

        So views and contexts are known that a command has saved since. Keys and colours are not
        taken anew.
        """
        stamp = _stamp(config_path(self.home))
        if stamp != self._config_stamp:
            self._config_stamp = stamp
            with suppress(UsageError):  # somebody is editing it; who writes next is told
                self.config = self.read_config()

    def chosen_name(self, named: str | None) -> str:
        """The name of the context that is meant: named, else by environment, else by config.toml.

        Args:
            named: What `--context` says.

        Returns:
            A name, or nothing where none is chosen.
        """
        if name := named or self.environ.get("AICX_CONTEXT", "").strip():
            return name
        return "environment" if is_aimed(self.environ) else self.config.current

    def context(self, name: str) -> Context:
        """The context of a name, other than the sandbox.

        Raises:
            UsageError: There is none of that name, or the environment describes none.
        """
        if name == "environment":
            return context_from(self.environ)
        if found := self.config.contexts.get(name):
            return found
        raise unknown_context(name, self.config)

    def access(self, name: str, *, ephemeral: bool = False, at_start: bool = True) -> Access:
        """The way to the platform of a context.

        Args:
            name: Of the context.
            ephemeral: Whether the sandbox keeps nothing.
            at_start: Whether the run is aimed there, and `AICX_TOKEN` with it; later, where a
                person goes, that token is only not used.

        Raises:
            UsageError: There is none of that name, or `AICX_TOKEN` belongs to another.
        """
        if name == "sandbox":
            return SandboxAccess(home=self.home, mirrors=self.mirrors, ephemeral=ephemeral)
        if not name:
            raise UsageError("No platform is chosen.", hint=FIRST_STEP)
        context = self.context(name)
        if at_start:
            self.credentials.refuse_foreign_token(context)
        return ContextAccess(context, self.credentials, self.mirrors)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What tells a file from what it was; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def unknown_context(name: str, config: Config) -> UsageError:
    """The error for a name that no context has."""
    from difflib import get_close_matches  # only where something is wrong

    known = (*config.contexts, *RESERVED_NAMES)
    nearest = get_close_matches(name, known, n=1, cutoff=0.5)
    meant = f" Is {nearest[0]} meant?" if nearest else ""
    return UsageError(
        f"There is no context “{name}”.{meant}", hint="See those there are: aicx contexts list"
    )
