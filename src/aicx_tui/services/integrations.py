"""What is set up beside the humans of a context: other vendors, and what they last answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from aicx_tui.services.cx_genie_profiles import known_profiles
from aicx_tui.services.open_cx_opening import of_sandbox
from aicx_tui.services.open_cx_records import OpenCxRecords
from aicx_tui.services.snippet_kinds import KINDS

if TYPE_CHECKING:
    from aicx_tui.services.setup import Setup
    from aicx_tui.settings import Context


class Sort(StrEnum):
    """What an integration is."""

    OPEN_CX = "open-cx"
    AUTHENTICATION_URL = "authentication-url"
    WIDGET = "widget"


@dataclass(frozen=True, kw_only=True)
class Last:
    """What the last check or call showed.

    Attributes:
        at: When.
        is_good: Whether it went through.
        message: What came of it.
    """

    at: datetime
    is_good: bool
    message: str


@dataclass(frozen=True, kw_only=True)
class Integration:
    """One thing that is set up.

    Attributes:
        sort: What it is.
        title: What people call that.
        name: Of the context or profile.
        where: Its address, or the public id that snippets put in.
        last: None where it was never asked, or cannot be.
        context: Of OpenCX, else None.
    """

    sort: Sort
    title: str
    name: str
    where: str
    last: Last | None = None
    context: Context | None = None

    @property
    def id(self) -> str:
        """What tells it from the others."""
        return f"{self.sort}:{self.title}:{self.name}"

    @property
    def can_be_checked(self) -> bool:
        """Whether there is anything to ask."""
        return self.sort is not Sort.WIDGET


def integrations(setup: Setup, *, here: Context | None = None) -> tuple[Integration, ...]:
    """All that is set up.

    Args:
        setup: Of this run.
        here: The context in use, whose channels are known even if config.toml does not say them.
    """
    return (*_open_cx(setup, here), *_authentication_urls(setup), *_widgets(setup, here))


def _open_cx(setup: Setup, here: Context | None) -> list[Integration]:
    records = OpenCxRecords(setup.home).read()
    known = [one for one in setup.config.contexts.values() if one.kind == "open-cx"]
    if here is not None and here.source == "sandbox":
        known.append(of_sandbox(here))
    elif here is not None and here.kind == "open-cx" and here.source != "config":
        known.append(here)
    found = []
    for context in known:
        record = records.get(context.name)
        is_same = record is not None and record.root == context.root
        last = (
            Last(at=record.at, is_good=record.is_good, message=record.message)
            if record is not None and is_same
            else None
        )
        found.append(
            Integration(
                sort=Sort.OPEN_CX,
                title="OpenCX",
                name=context.name,
                where=context.root,
                last=last,
                context=context,
            )
        )
    return found


def _authentication_urls(setup: Setup) -> list[Integration]:
    return [
        Integration(
            sort=Sort.AUTHENTICATION_URL,
            title="CX Genie",
            name=known.profile.name,
            where=known.profile.url,
            last=Last(at=known.last.at, is_good=known.last.would_do, message=known.last.message)
            if known.last is not None
            else None,
        )
        for known in known_profiles(setup)
    ]


def _widgets(setup: Setup, here: Context | None) -> list[Integration]:
    """The public ids that snippets put in, by context."""
    contexts = {one.name: one for one in setup.config.contexts.values()}
    if here is not None:
        contexts[here.name] = here
    settings = {facts.setting: facts.title for facts in reversed(KINDS.values())}
    return [
        Integration(sort=Sort.WIDGET, title=title, name=context.name, where=public_id)
        for context in contexts.values()
        for setting, title in reversed(settings.items())
        if (public_id := getattr(context, setting))
    ]
