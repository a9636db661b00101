"""What `aicx doctor` finds out: about this computer, then about each context, all at once."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from aicx_tui.config_file import checked_config
from aicx_tui.errors import AicxError, UsageError
from aicx_tui.os_keyring import KeyringProblem, KeyringState
from aicx_tui.services.doctor_contexts import Examined, examine
from aicx_tui.services.findings import Check, Status
from aicx_tui.services.setup import Setup, unknown_context
from aicx_tui.settings import Context, context_from, is_aimed

SMALLEST_SIZE = (60, 16)
"""Columns and rows that the console needs."""

MOST_CLOCK_SECONDS = 60
"""How far two clocks may be apart; sign-ins and certificates bear that much."""

WITHOUT_KEYRING = (
    KeyringState.OFF,
    KeyringState.NONE,
    KeyringState.REFUSED,
    KeyringState.LOCKED,
    KeyringState.DISMISSED,
)
"""States that one may want, or that a password ends; the others are faults."""


async def run_checks(setup: Setup, *, named: str | None = None) -> list[Check]:
    """Look at everything that aicx stands on; nothing is changed.

    Args:
        setup: As it was found, with its problems.
        named: The only context to look at; None for every one.

    Raises:
        UsageError: There is no context of that name.
    """
    contexts, checks_of_contexts = _contexts(setup, named)
    checks = [
        *check_terminal(setup.environ),
        await check_keyring(setup),
        *check_config(setup),
        check_home(setup.home),
    ]
    # The keyring was asked first: if it hangs, no context waits for it again.
    examined = await asyncio.gather(*(examine(c, setup.credentials) for c in contexts))
    checks.append(check_clock(examined))
    checks += checks_of_contexts
    checks += [check for one in examined for check in one.checks]
    return checks


def _contexts(setup: Setup, named: str | None) -> tuple[list[Context], list[Check]]:
    """The contexts to look at, and what is wrong with the environment's."""
    found = dict(setup.config.contexts) if not setup.config_problem else _usable(setup.config.path)
    broken = []
    if is_aimed(setup.environ) or "environment" in (named, setup.chosen_name(None)):
        try:
            found["environment"] = context_from(setup.environ)
        except UsageError as problem:
            broken.append(_problem("settings", problem, context="environment"))
    if named is None:
        return list(found.values()), broken
    if named not in (*found, "environment", "sandbox") and not setup.config_problem:
        raise unknown_context(named, setup.config)
    return [found[named]] if named in found else [], broken if named == "environment" else []


def _usable(path: Path) -> dict[str, Context]:
    """Those contexts of a broken config.toml that nothing is wrong with."""
    import tomllib

    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("contexts")
    except (OSError, ValueError):
        return {}
    usable: dict[str, Context] = {}
    for name, table in tables.items() if isinstance(tables, dict) else ():
        try:
            config = checked_config({"contexts": {name: table}}, path=path, action_ids=())
        except UsageError:
            continue
        usable |= config.contexts
    return usable


def _problem(
    name: str, problem: AicxError, *, status: Status = "failed", context: str | None = None
) -> Check:
    return Check(name, status, problem.message, next_step=problem.hint, context=context)


def check_terminal(environ: Mapping[str, str]) -> Iterator[Check]:
    """The terminal, its colours and its encoding."""
    yield _terminal(environ)
    yield Check("colours", "ok", _colours(environ))
    yield _encoding(environ)


def _terminal(environ: Mapping[str, str]) -> Check:
    streams = {"standard input": sys.stdin, "standard output": sys.stdout}
    off = [name for name, stream in streams.items() if stream is None or not stream.isatty()]
    kind = environ.get("TERM", "") or ("" if sys.platform == "win32" else "unset")
    size = _size()
    found = ", ".join(
        [
            f"{size[0]}×{size[1]}" if size else "no size",
            *([f"TERM={kind}"] if kind else []),
            *_surroundings(environ),
        ]
    )
    if off:
        verb = "are" if len(off) > 1 else "is"
        missing = f"{' and '.join(off)} {verb} not on one; {found}"
        return Check("terminal", "warning", missing, "Only the console needs one: run aicx there.")
    if kind in ("unset", "dumb"):
        step = "Set TERM to what your terminal is, such as xterm-256color."
        return Check("terminal", "warning", found, step)
    if size and (size[0] < SMALLEST_SIZE[0] or size[1] < SMALLEST_SIZE[1]):
        least = "{}×{}".format(*SMALLEST_SIZE)
        return Check("terminal", "warning", found, f"Make the window at least {least}.")
    return Check("terminal", "ok", found)


def _size() -> tuple[int, int] | None:
    """Columns and rows of whichever stream is on a terminal."""
    for descriptor in (1, 2, 0):
        try:
            return os.get_terminal_size(descriptor)
        except OSError:
            continue
    return None


def _surroundings(environ: Mapping[str, str]) -> list[str]:
    names = {"TMUX": "in tmux", "STY": "in screen", "SSH_CONNECTION": "over SSH"}
    return [words for name, words in names.items() if environ.get(name)]


def _colours(environ: Mapping[str, str]) -> str:
    from rich.console import Console

    if environ.get("NO_COLOR"):
        return "none, as NO_COLOR says"
    console = Console(file=io.StringIO(), force_terminal=True, _environ=environ)
    words = {"truecolor": "16 million", "256": "256", "standard": "16", "windows": "16"}
    return words.get(console.color_system or "", "none")


def _encoding(environ: Mapping[str, str]) -> Check:
    # Python's own answer is always UTF-8 where the locale is C, whatever the terminal shows.
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    locale = next((environ[name] for name in names if environ.get(name)), "")
    if sys.platform == "win32" or "utf8" in locale.lower().replace("-", ""):
        return Check("encoding", "ok", f"UTF-8{f' ({locale})' if locale else ''}")
    return Check(
        "encoding",
        "warning",
        f"the locale is {locale or 'not set'}, which does not say UTF-8",
        "Set LANG to one that does, such as en_US.UTF-8: names may show wrong otherwise.",
    )


async def check_keyring(setup: Setup) -> Check:
    """Whether there is a keyring, and how fast it answers."""
    keyring = setup.credentials.keyring
    try:
        seconds = await keyring.probe()
    except KeyringProblem as problem:
        status: Status = "warning" if problem.state in WITHOUT_KEYRING else "failed"
        found = (
            f"{keyring.name}: {problem.state.meaning}" if keyring.name else problem.state.meaning
        )
        return Check("keyring", status, found, problem.state.next_step)
    return Check("keyring", "ok", f"{keyring.name} answers in {seconds * 1000:.0f} ms")


def check_config(setup: Setup) -> Iterator[Check]:
    """Whether config.toml can be used; every problem of it is a check of its own."""
    path = setup.config.path
    if problem := setup.config_problem:
        yield _problem("config", problem)
        for field, message in problem.problems:
            yield Check("config", "failed", f"{field}: {message}", problem.hint)
    elif path.exists():
        count = len(setup.config.contexts)
        yield Check("config", "ok", f"{path}, {count} context{'' if count == 1 else 's'}")
    else:
        yield Check("config", "ok", f"{path} is not there; everything is at its default")
    if os.name == "posix" and (mode := _mode(path)) & 0o077:
        found = f"{path} is open to others on this computer (mode {mode:o})"
        yield Check("config", "warning", found, f"Close it: chmod 600 {path}")
    if setup.token_problem:
        yield _problem("token", setup.token_problem)
    if not setup.config_problem:
        yield _chosen(setup)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return 0


def _chosen(setup: Setup) -> Check:
    chosen = setup.chosen_name(None)
    if chosen in (*setup.config.contexts, "environment", "sandbox"):
        return Check("context", "ok", f"{chosen} is used where none is named")
    if not chosen:
        return Check("context", "ok", "none is used where none is named")
    return _problem("context", unknown_context(chosen, setup.config))


def check_home(home: Path) -> Check:
    """Whether files can be written where they belong."""
    there = next((place for place in (home, *home.parents) if place.exists()), home)
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        step = "Give it to you, or set AICX_HOME to a directory of yours."
        return Check("home", "failed", f"{there} is no directory that can be written", step)
    if there != home:
        return Check("home", "ok", f"{home} is not there yet and can be made")
    return Check("home", "ok", f"{home} can be written")


def check_clock(examined: list[Examined]) -> Check:
    """This computer's clock against the dates of the platforms that answered."""
    told = {e.context.name: e.clock_ahead for e in examined if e.clock_ahead is not None}
    if not told:
        return Check("clock", "ok", "not compared: only a platform that answers can tell the time")
    off = {name: ahead for name, ahead in told.items() if abs(ahead) > MOST_CLOCK_SECONDS}
    if not off:
        return Check("clock", "ok", f"agrees with {', '.join(told)}")
    words = [
        f"{_span(ahead)} {'behind' if ahead > 0 else 'ahead of'} {n}'s" for n, ahead in off.items()
    ]
    agreeing = [name for name in told if name not in off]
    but = f", but agrees with {', '.join(agreeing)}" if agreeing else ""
    step = (
        "Tell whoever runs the platform: its clock seems to be the wrong one."
        if agreeing
        else "Set this computer's clock, best by letting it follow the network's time."
    )
    return Check("clock", "warning", f"this computer's clock is {', '.join(words)}{but}", step)


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(abs(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join([f"{number} {unit}" for number, unit in parts if number][:2])
