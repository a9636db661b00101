"""Tables of config.toml: lists of a context, such as `[[views.acme]]`, and named ones."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, MutableSequence
from typing import Any

import tomlkit
from tomlkit.items import AoT

from aicx_tui.services.config_writing import text_with_below, text_without

Tables = MutableSequence[MutableMapping[str, Any]]


def tables_of(document: tomlkit.TOMLDocument, section: str, context: str) -> Tables:
    """The tables of a context, which has some."""
    lists: Any = document[section]
    tables: Tables = lists[context]
    return tables


def insert(tables: Tables, place: int, values: Mapping[str, Any]) -> None:
    """Put a table before another, with an empty line between."""
    if isinstance(tables, AoT):
        table = tomlkit.table()
        table.update(values)
        table.add(tomlkit.nl())
        tables.insert(place, table)
    else:
        tables.insert(place, dict(values))


def append(
    document: tomlkit.TOMLDocument, section: str, context: str, values: Mapping[str, Any]
) -> str | None:
    """Add a table below the others of a context.

    Returns:
        The text, where that keeps more than the document would.
    """
    lists: Any = document.get(section, {})
    if context in lists:
        tables = tables_of(document, section, context)
        if isinstance(tables, AoT):
            table = tomlkit.table()
            table.trivia.indent = "\n"
            table.update(values)
            tables.append(table)
        else:
            tables.append(dict(values))
        return None
    head = f"[[{section}.{tomlkit.key(context).as_string()}]]"
    text = text_with_below(f"{head}\n{tomlkit.dumps(values)}", document)
    lists = document.setdefault(section, tomlkit.table(is_super_table=True))
    lists[context] = [values]
    return text


def append_table(
    document: tomlkit.TOMLDocument, section: str, name: str, values: Mapping[str, Any]
) -> str:
    """Add a table of a section, such as `[cx_genie.shop]`, below everything else.

    Returns:
        The text.
    """
    head = f"[{section}.{tomlkit.key(name).as_string()}]"
    text = text_with_below(f"{head}\n{tomlkit.dumps(values)}", document)
    tables: Any = document.setdefault(section, tomlkit.table(is_super_table=True))
    tables[name] = dict(values)
    return text


def forget(document: tomlkit.TOMLDocument, section: str, context: str) -> bool:
    """Take away all tables of a context; whether there were any."""
    lists: Any = document.get(section, {})
    if context not in lists:
        return False
    del lists[context]
    if not lists:
        del document[section]
    return True


def text_without_list(text: str | None, section: str, context: str) -> str | None:
    """A text of config.toml without the tables of a context; None where that cannot be cut."""
    while text is not None:
        document = tomlkit.parse(text)
        if context not in document.get(section, {}):
            break
        tables = tables_of(document, section, context)
        text = text_without(tables[0], document) if tables else None
    return text
