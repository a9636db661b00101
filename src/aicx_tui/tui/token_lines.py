"""How the token reads: what is known of it, and the places that have it too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from aicx_tui.os_keyring import Slot
from aicx_tui.services.rotation_journal import fingerprint
from aicx_tui.services.targets import Outcome
from aicx_tui.services.token_facts import masked
from aicx_tui.text import MISSING, clean, fit
from aicx_tui.tui.moments import absolute, ago

if TYPE_CHECKING:
    from aicx_tui.credentials import Found
    from aicx_tui.services.target_records import Record
    from aicx_tui.services.targets import Target
    from aicx_tui.services.token_facts import TokenFacts
    from aicx_tui.settings import Context
    from aicx_tui.tui.reader import Reader

LABEL_CELLS, NAME_CELLS, KIND_CELLS = 14, 32, 12

KINDS = {
    "env-file": "env file",
    "github": "GitHub",
    "vault": "Vault",
    "kubernetes": "Kubernetes",
    "command": "command",
    "by-hand": "by hand",
}
"""What the kinds of targets are called."""

FROM_ENVIRONMENT = {"AICX_TOKEN": "the environment, AICX_TOKEN"}


def kept_in(found: Found) -> str:
    """Where a secret is kept, as a person reads it."""
    return FROM_ENVIRONMENT.get(found.source, found.source)


def known_lines(found: Found | None, *, is_reading: bool) -> Iterator[Content]:
    """What is known before the platform was asked."""
    if found is None:
        said = "◐ reading …" if is_reading else "○ none is kept here"
        yield _line("Token", said)
        return
    if found.slot is Slot.SESSION:
        yield _line("Token", "○ none is kept here", "a session by password signs in")
        yield _line("Session in", kept_in(found))
        return
    yield _line("Token", masked(found.secret))
    yield _line("Kept in", kept_in(found))
    yield _line("Fingerprint", fingerprint(found.secret))


def told_lines(
    facts: TokenFacts | None, *, now: datetime, after_days: int, reader: Reader
) -> Iterator[Content]:
    """What the platform tells.

    Args:
        facts: That; None while it is being asked.
        now: The present.
        after_days: Days after which a token is old; 0 for never.
        reader: Where times are shown.
    """
    if facts is None:
        yield _line("Issued", "◐ asking the platform …")
        yield _line("Last used", "◐")
        return
    live = facts.live
    every = f"replace every {after_days} days" if after_days else ""
    if live is None or live.issued_at is None:
        yield _line("Issued", "not known", every if live else "")
    else:
        age = ago(live.issued_at, now=now, language=reader.language)
        noted = " · ".join(filter(None, (absolute(live.issued_at, reader=reader), every)))
        yield _line("Issued", age, noted)
    used = ago(live.last_used_at, now=now, language=reader.language) if live else MISSING
    yield _line("Last used", ("never" if live.last_used_at is None else used) if live else used)


def standing_lines(
    facts: TokenFacts, context: Context, *, now: datetime, after_days: int, keys: str
) -> Iterator[Content]:
    """Whether it works, and what a person should know of it.

    Args:
        facts: What is known.
        context: Whose token.
        now: The present.
        after_days: Days after which a token is old; 0 for never.
        keys: What replaces it.
    """
    host = clean(context.host)
    if facts.found is None:
        why = facts.problem.message if facts.problem else ""
        yield _warning(f"Nothing signs in here. {why}".rstrip())
    elif facts.is_accepted is False:
        why = facts.problem.message if facts.problem else ""
        yield _warning(f"{host} does not accept it. {why}".rstrip())
    elif facts.is_accepted is None:
        why = f"{facts.problem.message} {facts.problem.hint}" if facts.problem else ""
        yield _warning(f"{host} could not be asked, so it is not verified. {why}".rstrip())
    else:
        said = "was not refused just now" if context.kind == "gateway" else "verified just now"
        if facts.token is None:
            said = "the session is accepted"
        yield Content.assemble(("✓ ", "bold $accent"), said)
        if facts.problem is not None:
            yield _warning(f"{facts.problem.message} {facts.problem.hint}".rstrip())
    if facts.is_old(now, after_days=after_days):
        replaces = f" {keys} replaces it." if context.source != "environment" else ""
        yield _warning(f"It is {facts.age_days(now)} days old.{replaces}")
    if facts.live and facts.token and not facts.is_live:
        yield _warning("The platform's record is of another token than the one kept here.")
    if context.source == "environment":
        yield Content.styled(
            "aicx cannot change it: replace it where AICX_TOKEN is set, or describe the platform "
            "as a context, whose token the keyring keeps: aicx contexts add",
            "$quiet",
        )
    if facts.rescued:
        said = f"The keyring has not got the new token, which was kept by hand: {facts.rescued}."
        yield _warning(f"{said} Once the keyring is open, {keys} puts it there.")
    elif facts.is_cut_off:
        yield _warning(f"A replacement was cut off. {keys} finishes it.")


def heading() -> Content:
    """What stands over the places."""
    name, kind = fit("Used by", NAME_CELLS), fit("kind", KIND_CELLS)
    return Content.assemble((f"{name}  {kind}  last seen", "$quiet"))


def target_line(
    target: Target,
    record: Record | None,
    *,
    current: str | None,
    is_asked: bool,
    now: datetime,
    reader: Reader,
) -> Content:
    """A row: name, kind, and what was last known.

    Args:
        target: Which.
        record: What is known of it; None for nothing.
        current: The fingerprint of the token in use; empty where there is none, and None while
            that is not known.
        is_asked: Whether it is being looked into or updated just now.
        now: The present.
        reader: How times are written.
    """
    sign, said = ("◐", "asking …") if is_asked else _known(target, record, current, now, reader)
    return Content.assemble(
        fit(target.name, NAME_CELLS),
        (f"  {fit(KINDS.get(target.kind, target.kind), KIND_CELLS)}  ", "$quiet"),
        (f"{sign} ", "bold $accent" if sign in "✓◐" else "bold $warning"),
        clean(said, limit=200),
    )


def _known(
    target: Target, record: Record | None, current: str | None, now: datetime, reader: Reader
) -> tuple[str, str]:
    if record is None or record.kind != target.kind or record.outcome is Outcome.NOT_TRIED:
        return "!", "never"
    at = ago(record.at, now=now, language=reader.language)
    by = f", by {record.by}" if record.by else ""
    if record.outcome is Outcome.BY_HAND:
        return "!", "to be done by hand"
    if current is not None and record.fingerprint != current:
        return "!", f"{at}, of {'another token' if current else 'a token not kept here'}"
    if record.says_current(record.fingerprint):
        unseen = record.outcome is Outcome.UPDATED and not by
        return "✓", f"{at}{by}{', not looked into' if unseen else ''}"
    words = {Outcome.OUTDATED: "has another token", Outcome.UNKNOWN: "does not show it"}
    return "!", f"{at}, {words.get(record.outcome, record.outcome.value)}"


def no_targets(*, key: str) -> Content:
    """What the list of places says while it is empty."""
    return Content.assemble(
        "○ No other place is known that uses this token.\n",
        (f"{key} adds one: it then gets every new token, and is looked into.", "$quiet"),
    )


def _line(label: str, value: str, note: str = "") -> Content:
    noted = (f"  {clean(note, limit=200)}" if note else "", "$quiet")
    return Content.assemble((fit(label, LABEL_CELLS), "$quiet"), clean(value, limit=200), noted)


def _warning(text: str) -> Content:
    return Content.assemble(("! ", "bold $warning"), clean(text, limit=600))
