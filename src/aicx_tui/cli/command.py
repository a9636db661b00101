"""What every headless command is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import SecretStr

from aicx_tui.services.directory import Directory
from aicx_tui.services.open_account import OpenAccount
from aicx_tui.services.outbox_opening import OpenOutbox, Way
from aicx_tui.services.session import Session
from aicx_tui.services.tag_defining import OpenTags
from aicx_tui.services.touched import Touched

Command = Callable[[Session, Touched], Awaitable[None]]
"""Does its work on an open platform, prints the result and adds whom it had to do with."""


@dataclass(frozen=True)
class OnMirror:
    """A command that works on the mirror of an open platform.

    Attributes:
        run: Does its work and prints the result.
        offline: Does it with what the mirror holds, where the platform cannot be reached; None
            where that is no use.
    """

    run: Callable[[Session, Directory], Awaitable[None]]
    offline: Callable[[Directory], Awaitable[None]] | None = None


@dataclass(frozen=True)
class OnTags:
    """A command on the definitions of tags, wherever a context keeps them.

    Attributes:
        run: Does its work and prints the result.
    """

    run: Callable[[OpenTags], Awaitable[None]]


@dataclass(frozen=True)
class OnOutbox:
    """A command that changes humans, or looks at their changes.

    Attributes:
        run: Does its work and prints the result.
        way: What it needs the outbox for.
    """

    run: Callable[[OpenOutbox], Awaitable[None]]
    way: Way


@dataclass(frozen=True)
class OnAccount:
    """A command on the signed-in user's own account.

    Attributes:
        run: Does its work and prints the result.
        password: What was given to sign in anew with, where the platform wants that.
        code_from_stdin: Whether the code for that is the next line of standard input.
        is_local: Whether a gateway's context keeps on this machine what it changes.
    """

    run: Callable[[OpenAccount], Awaitable[None]]
    password: SecretStr | None = None
    code_from_stdin: bool = False
    is_local: bool = False


AnyCommand = Command | OnMirror | OnTags | OnOutbox | OnAccount
"""Any of them."""
