"""Where the reader is, and how dates and numbers are written: by the profile or the context."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from aicx_tui import numerals
from aicx_tui.numerals import ENGLISH


@dataclass
class Reader:
    """What every time on the screens of one platform goes by.

    Attributes:
        zone: Where the reader is; None for the system's own zone.
        language: As Babel names it.
        is_fixed: Whether this was given for the run, and no profile changes it.
    """

    zone: tzinfo | None = None
    language: str = ENGLISH
    is_fixed: bool = False

    def __post_init__(self) -> None:
        """Numbers follow whom the screens are for now."""
        numerals.follow(self.language)

    def follow(self, *, timezone: str, language: str) -> bool:
        """Go by a zone and a language from now on, and return whether anything is another.

        Args:
            timezone: By IANA; where it is empty or not known here, the system's own.
            language: By BCP 47; where it is empty or not known, English.
        """
        from aicx_tui.services.localities import babel_locale, zone_of  # once something is known

        if self.is_fixed:
            return False
        before = self.zone, self.language
        self.zone = zone_of(timezone) if timezone else None
        self.language = babel_locale(language) if language else ENGLISH
        numerals.follow(self.language)
        return before != (self.zone, self.language)

    def zone_at(self, now: datetime) -> tzinfo:
        """The zone, the system's own included."""
        zone = self.zone or now.astimezone().tzinfo
        assert zone is not None  # noqa: S101  # an aware time has one
        return zone
