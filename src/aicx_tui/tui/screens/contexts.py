"""What there is to switch to, as rows to pick from."""

from __future__ import annotations

from collections.abc import Sequence

from aicx_tui.config import Config
from aicx_tui.tui.screens.pick import Row

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


def bot_rows(bots: Sequence[tuple[str, str]], *, here: str) -> list[Row]:
    """The bots of a company, given by ids and names."""
    return [
        Row(value=bot_id, title=name, key=HERE if bot_id == here else "", note=bot_id)
        for bot_id, name in bots
    ]
