"""What can be said of the token that is kept, without showing it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aicx_tui.credentials import Credentials, Found
from aicx_tui.errors import AicxError, NotFoundError, NotSignedInError
from aicx_tui.models.capability import Capability
from aicx_tui.os_keyring import SILENT_SECONDS, Slot
from aicx_tui.services.renewal import credential_of
from aicx_tui.services.rotation_journal import RotationJournal, fingerprint
from aicx_tui.services.session import lasting_platform, open_core
from aicx_tui.settings import Context

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import SecretStr

    from aicx_tui.models.token import TokenInfo

SHOWN_CHARACTERS = 4
"""So many of a token's last characters tell it from others; a short one shows none."""

MASK = "•" * 12


@dataclass(frozen=True, kw_only=True)
class TokenFacts:
    """What is known of the token of a context.

    Attributes:
        found: What signs in; None where nothing does.
        is_accepted: Whether the platform accepts it; None where it could not be asked.
        live: What the platform says of the one live token; None where it does not tell, or there
            is none.
        problem: Why something is not known; None where all is.
        is_cut_off: Whether a replacement was cut off and is not finished yet.
        rescued: Where a person has the new token, since nothing else took it; empty for nowhere.
    """

    found: Found | None
    is_accepted: bool | None = None
    live: TokenInfo | None = None
    problem: AicxError | None = None
    is_cut_off: bool = False
    rescued: str = ""

    @property
    def token(self) -> SecretStr | None:
        """The token, if one signs in and no session."""
        return self.found.secret if self.found and self.found.slot is Slot.TOKEN else None

    @property
    def is_live(self) -> bool:
        """Whether the live token is the one that is kept here."""
        return bool(self.live and self.token and self.live.fingerprint == fingerprint(self.token))

    def age_days(self, now: datetime) -> int | None:
        """Whole days since it was issued; None where that is not known."""
        if not (self.live and self.live.issued_at):
            return None
        return max(0, (now - self.live.issued_at).days)

    def is_old(self, now: datetime, *, after_days: int) -> bool | None:
        """Whether it should be replaced; None where its age is not known.

        Args:
            now: The present.
            after_days: From which age on; 0 for never.
        """
        age = self.age_days(now)
        return None if age is None else bool(after_days) and age >= after_days


def masked(token: SecretStr) -> str:
    """A token as it may be seen by anybody."""
    text = token.get_secret_value()
    shown = SHOWN_CHARACTERS if len(text) >= 4 * SHOWN_CHARACTERS else 0
    return MASK + text[len(text) - shown :]


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)


async def facts_of(
    context: Context, credentials: Credentials, home: Path, *, held: Found | None = None
) -> TokenFacts:
    """Find out what can be said of the token of a context.

    Args:
        context: Whose token.
        credentials: The secrets of this run.
        home: The one place for files.
        held: What signs in, where that is known already.
    """
    journal = RotationJournal(home, context)
    facts = await _facts_of(context, credentials, held)
    if not journal.exists:
        return facts
    rescued = ""
    with suppress(AicxError):
        rescued = entry.rescued if (entry := journal.read()) else ""
    return replace(facts, is_cut_off=True, rescued=rescued)


async def _facts_of(context: Context, credentials: Credentials, held: Found | None) -> TokenFacts:
    found = held or await credentials.find(context, patience=SILENT_SECONDS)
    if found is None:
        return TokenFacts(found=None, problem=credentials.problem)
    try:
        live = await _asked(context, found)
    except NotSignedInError as error:
        return TokenFacts(found=found, is_accepted=False, problem=error)
    except NotFoundError as error:
        return TokenFacts(found=found, is_accepted=True, problem=error)
    except AicxError as error:
        return TokenFacts(found=found, problem=error)
    return TokenFacts(found=found, is_accepted=True, live=live)


async def _asked(context: Context, found: Found) -> TokenInfo | None:
    """Ask the platform for what it knows of the token, which it does only if it accepts it."""
    from aicx_tui.api.console_api import ConsoleApi

    http = open_core(context, credential_of(found, context))
    try:
        if context.kind != "console":
            await lasting_platform(context, http).check_token()
            return None
        any_ids = {"company_id": context.company_id or "any", "bot_id": context.bot_id or "any"}
        platform = await ConsoleApi.open(http, **any_ids)
        if Capability.TOKEN_ISSUE in platform.capabilities:
            return await platform.token.get()
        await platform.check_token()
        return None
    finally:
        await http.aclose()
