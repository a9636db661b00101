"""What there is to switch to, as rows to pick from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.config import Config
from aicx_tui.tui.screens.pick import Row

if TYPE_CHECKING:
    from aicx_tui.models.account import Account

HERE = "▸"


def context_rows(config: Config, *, here: str, add: str) -> list[Row]:
    """The contexts of config.toml, the sandbox, and a way to describe another.

    Args:
        config: What config.toml says.
        here: The name of the present context.
        add: What is answered to describe another.
    """
    rows = []
    for context in config.contexts.values():
        marks = [context.kind, context.host]
        marks += ["production"] if context.production else []
        marks += ["read-only"] if context.read_only else []
        rows.append(
            Row(
                value=context.name,
                title=context.name,
                key=HERE if context.name == here else "",
                note=" · ".join(marks),
                more=f"Company {context.company_id or '–'}, bot {context.bot_id or '–'}",
            )
        )
    mark = HERE if here == "sandbox" else ""
    rows.append(Row("sandbox", "sandbox", mark, "made-up data on this machine"))
    rows.append(Row(add, "Add a context …", more="Describe another platform and sign in to it."))
    return rows


def bot_rows(account: Account, *, here: str) -> list[Row]:
    """The bots of a company."""
    return [
        Row(value=bot.id, title=bot.name, key=HERE if bot.id == here else "", note=bot.id)
        for bot in account.bots
    ]
