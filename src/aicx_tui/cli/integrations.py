"""What `aicx integrations` does."""

from __future__ import annotations

from argparse import Namespace

from pydantic import JsonValue

from aicx_tui.cli.output import print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.services.integrations import Integration, Last, integrations
from aicx_tui.services.setup import Setup
from aicx_tui.text import clean

NOTHING = (
    "No other vendor is set up. OpenCX: aicx contexts add open-cx --kind open-cx --url …. "
    "CX Genie: aicx cx-genie profiles add NAME --url …. Snippets need nothing set up: aicx snippet "
    "webchat ID --channel …"
)


async def list_integrations(arguments: Namespace, setup: Setup) -> None:
    """`list`: what is set up, and what it last answered; nobody is asked."""
    found = integrations(setup)
    if arguments.json:
        print_json([_document(one) for one in found])
        return
    if not found:
        narrate(NOTHING)
    for one in found:
        print_line(f"{one.title}  {clean(one.name)}  {clean(one.where)}  {_last(one)}".rstrip())


def _last(one: Integration) -> str:
    if one.last is None:
        return "! never checked" if one.can_be_checked else ""
    sign = "✓" if one.last.is_good else "✗"
    return f"{sign} {one.last.at:%Y-%m-%d %H:%M %Z}: {clean(one.last.message)}"


def _document(one: Integration) -> dict[str, JsonValue]:
    return {
        "kind": one.sort.value,
        "title": one.title,
        "name": one.name,
        "where": one.where,
        "last": _told(one.last),
    }


def _told(last: Last | None) -> dict[str, JsonValue] | None:
    if last is None:
        return None
    return {"at": last.at.isoformat(), "ok": last.is_good, "message": last.message}
