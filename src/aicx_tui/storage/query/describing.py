"""A part of a search in words, for a sentence that names it."""

from __future__ import annotations

from aicx_tui.storage.query.tree import (
    All,
    Either,
    Has,
    HasTags,
    Node,
    Not,
    Tagged,
    Text,
    Within,
)


def described(node: Node) -> str:
    """A part as a person might have typed it."""
    match node:
        case Text(needle=needle, field=field):
            return f"{field}:{needle}" if field else needle
        case Tagged(name=name, value=value):
            return f"tag:{name}" if value is None else f"tag:{name}={value}"
        case Has(field=field, present=present):
            return f"{'has' if present else 'no'}:{field}"
        case HasTags(present=present):
            return f"{'has' if present else 'no'}:tags"
        case Within(field=field):
            return f"{field}:…"
        case Not(node=inner):
            return f"-{described(inner)}"
        case All(nodes=nodes):
            return f"({' '.join(described(n) for n in nodes)})"
        case Either(nodes=nodes):
            return f"({' OR '.join(described(n) for n in nodes)})"
