"""Saved views: what each stands for, and their place in config.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from aicx_tui.config_views import EVERYBODY, MOST_VIEWS, VIEW_SETTINGS, column_problem
from aicx_tui.errors import QueryError, UsageError
from aicx_tui.services.columns import DEFAULT, Columns, written
from aicx_tui.settings import SavedView
from aicx_tui.storage.query.sorting import Sort, SortKey

if TYPE_CHECKING:
    import tomlkit

    from aicx_tui.config import Config

ALL = SavedView(name=EVERYBODY)
"""The first view of every context."""

SECTION = "views"
"""Its table in config.toml."""

FIRST_KEY = 2
"""The key of the first saved view; 1 is that of `ALL`."""


def saved_views(config: Config, context: str) -> tuple[SavedView, ...]:
    """The saved views of a context, in the order of their keys from 2 on."""
    return config.views.get(context, ())


def view_called(config: Config, context: str, name: str) -> SavedView:
    """The saved view of a name.

    Raises:
        UsageError: There is none.
    """
    views = saved_views(config, context)
    for view in views:
        if view.name.casefold() == name.casefold():
            return view
    raise UsageError(
        f"{context} has no view “{name}”.",
        hint=f"There is {', '.join(view.name for view in views)}."
        if views
        else "None is saved yet: aicx views save NAME --query …",
    )


# What a view stands for


def view_of(
    name: str, *, query: str, sort: Sort, columns: Columns, tags: Mapping[str, str]
) -> SavedView:
    """What is shown, as a view; what is as usual is not said.

    Args:
        name: What to call it.
        query: The search; an order that it names goes before `sort`.
        sort: The order.
        columns: The columns.
        tags: Names of tags by id.
    """
    said = query.strip()
    if sort != Sort() and taken_apart(said)[0] == said:
        said = f"{said} {_order(sort, tags)}".strip()
    return SavedView(
        name=name, query=said, columns=() if columns == DEFAULT else tuple(written(columns))
    )


def _order(sort: Sort, tags: Mapping[str, str]) -> str:
    from aicx_tui.storage.query.tag_names import tag_ids
    from aicx_tui.storage.query.words import quoted

    minus = "-" if sort.descending else ""
    if sort.key is not SortKey.TAG:
        return f"sort:{minus}{sort.key}"
    name = tags.get(sort.tag_id, "")
    is_clear = bool(name) and tag_ids(name, tags) == (sort.tag_id,)
    return f"sort:{minus}tag:{quoted(name if is_clear else sort.tag_id)}"


def taken_apart(query: str) -> tuple[str, str]:
    """A search without its order, and the order; as it is where it cannot be read."""
    if "sort:" not in query.casefold():
        return query.strip(), ""
    from aicx_tui.storage.query.words import Term, take_apart

    try:
        tokens = take_apart(query)
    except QueryError:
        return query.strip(), ""
    orders = [t for t in tokens if isinstance(t, Term) and t.prefix == "sort"]
    if len(orders) != 1:
        return query.strip(), ""
    start, end = orders[0].start, orders[0].end
    return f"{query[:start].rstrip()} {query[end:].lstrip()}".strip(), query[start:end]


def problem_of(
    query: str, *, now: datetime, zone: tzinfo, tags: Mapping[str, str] | None = None
) -> str:
    """Why a search cannot be read, and at which character; empty where it can."""
    from aicx_tui.storage.query.parser import parse

    try:
        parse(query, now=now, zone=zone, tags=tags)
    except QueryError as error:
        return f"At character {error.start + 1}: {error.message}"
    return ""


def unreadable(views: tuple[SavedView, ...]) -> Iterator[tuple[SavedView, str]]:
    """Those whose search cannot be read, whatever tags there are, and why."""
    now = datetime.now().astimezone()
    zone = now.tzinfo
    assert zone is not None  # noqa: S101  # an aware time has one
    for view in views:
        if view.query and (problem := problem_of(view.query, now=now, zone=zone)):
            yield view, problem


# Their place in config.toml


def checked_view(view: SavedView) -> SavedView:
    """Return a view that can be saved.

    Raises:
        UsageError: Its name, its search or a column is none; `problems` has them all.
    """
    from aicx_tui.config import checked_value
    from aicx_tui.errors import FieldProblem

    problems = []
    for setting in VIEW_SETTINGS:
        try:
            checked_value(setting, getattr(view, setting.key), what=f"The {setting.key}")
        except UsageError as error:
            problems.append(FieldProblem(setting.key, error.message))
    problems += [
        FieldProblem("columns", f"{reason[:1].upper()}{reason[1:]}.")
        for reason in map(column_problem, view.columns)
        if reason
    ]
    problems += [FieldProblem("query", problem) for _, problem in unreadable((view,))]
    if problems:
        raise UsageError("The view was not saved.", problems=problems)
    return view


def save_view(path: Path, context: str, view: SavedView) -> Config:
    """Save a view of a context; one of the same name is replaced in its place.

    Raises:
        UsageError: It is unusable, or there are as many as there are keys.
    """
    from aicx_tui.services.config_lists import append, tables_of  # only where one is written
    from aicx_tui.services.config_writing import changed, put

    checked_view(view)

    def save(document: tomlkit.TOMLDocument, config: Config) -> str | None:
        values = _values(view)
        if (place := _place(config, context, view.name)) is not None:
            table = tables_of(document, SECTION, context)[place]
            for key in {"query", "columns"} - set(values):
                table.pop(key, None)
            for key, value in values.items():
                if table.get(key) != value:
                    put(table, key, value)
            return None
        if len(saved_views(config, context)) >= MOST_VIEWS:
            raise UsageError(
                f"{context} has {MOST_VIEWS} saved views, which is all that have a key. "
                "Nothing was changed.",
                hint="Replace one by saving under its name, or remove one.",
            )
        return append(document, SECTION, context, values)

    return changed(path, save)


def remove_view(path: Path, context: str, name: str) -> Config:
    """Remove a view of a context.

    Raises:
        UsageError: There is none of that name.
    """
    from aicx_tui.services.config_lists import forget, tables_of
    from aicx_tui.services.config_writing import changed, text_without

    def remove(document: tomlkit.TOMLDocument, config: Config) -> str | None:
        place = _place(config, context, view_called(config, context, name).name)
        assert place is not None  # noqa: S101  # it was found just now
        tables = tables_of(document, SECTION, context)
        text = text_without(tables[place], document)
        del tables[place]
        if not tables:
            forget(document, SECTION, context)
        return text

    return changed(path, remove)


def _values(view: SavedView) -> dict[str, str | list[str]]:
    values: dict[str, str | list[str]] = {"name": view.name}
    if view.query:
        values["query"] = view.query
    if view.columns:
        values["columns"] = list(view.columns)
    return values


def _place(config: Config, context: str, name: str) -> int | None:
    names = [view.name.casefold() for view in saved_views(config, context)]
    return names.index(name.casefold()) if name.casefold() in names else None
