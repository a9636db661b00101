"""Saved views as config.toml has them, and what each stands for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import jsonschema_rs
import pytest

from aicx_tui.config import Config, config_schema
from aicx_tui.config_file import config_path, read_config
from aicx_tui.errors import UsageError
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.columns import DEFAULT, ColumnChoice
from aicx_tui.services.contexts import remove_context
from aicx_tui.services.saved_views import (
    remove_view,
    save_view,
    saved_views,
    taken_apart,
    unreadable,
    view_of,
)
from aicx_tui.settings import SavedView
from aicx_tui.storage.query.sorting import Sort, SortKey

CONTEXT = '[contexts.acme]\nkind = "console"\nurl = "https://a.example"\n'
VIEWS = """
# what the team looks at each morning
[[views.acme]]
name = "Merchants"  # all of them
query = "tag:Merchant sort:-updated"
columns = ["name", "email:30", "tag:abc"]

# and on Fridays
[[views.acme]]
name = "No phone"
query = "no:phone"

# of the sandbox
[[views.sandbox]]
name = "Janes"
query = "jane"
"""
MERCHANTS = SavedView(
    name="Merchants", query="tag:Merchant sort:-updated", columns=("name", "email:30", "tag:abc")
)
NO_PHONE = SavedView(name="No phone", query="no:phone")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = config_path(tmp_path)
    path.write_text(CONTEXT + VIEWS)
    return path


def read(path: Path) -> Config:
    return read_config(path, action_ids=tuple(ACTIONS))


def problems(path: Path, text: str) -> dict[str, str]:
    path.write_text(CONTEXT + text)
    assert not is_in_the_schema(CONTEXT + text) or "twice" in text
    with pytest.raises(UsageError) as caught:
        read(path)
    return dict(caught.value.problems)


def is_in_the_schema(text: str) -> bool:
    schema = config_schema(tuple(ACTIONS))
    return bool(jsonschema_rs.validator_for(schema).is_valid(tomllib.loads(text)))


def test_views_are_read_by_context(path: Path) -> None:
    config = read(path)
    assert saved_views(config, "acme") == (MERCHANTS, NO_PHONE)
    assert saved_views(config, "sandbox") == (SavedView(name="Janes", query="jane"),)
    assert saved_views(config, "environment") == ()
    assert is_in_the_schema(path.read_text())


def test_everything_that_is_wrong_is_said_at_once(path: Path) -> None:
    found = problems(
        path,
        '[[views.acme]]\nnam = "x"\nquery = 5\ncolumns = "name"\n'
        '[[views.acme]]\nname = "all"\ncolumns = ["emial", "name:wide", "tag:"]\n'
        '[[views.acem]]\nname = "x"\n[views]\nenvironment = [3]\n',
    )
    assert found["views.acem"] == "is not known; is acme meant?"
    assert found["views.acme[1].nam"] == "is not known; is name meant?"
    assert found["views.acme[1].name"] == "is missing"
    assert found["views.acme[1].query"] == "has to be text."
    assert "has to be a list of texts" in found["views.acme[1].columns"]
    assert "always there" in found["views.acme[2].name"]
    assert found["views.environment[1]"] == "has to be a table"


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("emial", "“emial” is not known; is email meant?"),
        ("name:wide", "“name:wide” has a width that is no number"),
    ],
)
def test_a_column_that_is_none_is_named(path: Path, column: str, said: str) -> None:
    path.write_text(f'{CONTEXT}[[views.acme]]\nname = "x"\ncolumns = ["id", "{column}"]\n')
    with pytest.raises(UsageError) as caught:
        read(path)
    assert dict(caught.value.problems) == {"views.acme[1].columns": said}


def test_two_views_of_one_name_are_refused(path: Path) -> None:
    found = problems(path, '[[views.acme]]\nname = "Twice"\n[[views.acme]]\nname = "twice"\n')
    assert found == {"views.acme[2].name": "is that of another view: twice"}


def test_there_are_as_many_views_as_keys(path: Path) -> None:
    eight = "".join(f'[[views.acme]]\nname = "v{n}"\n' for n in range(8))
    assert "keys for 8" in problems(path, eight + '[[views.acme]]\nname = "v9"\n')["views.acme"]
    path.write_text(CONTEXT + eight)
    with pytest.raises(UsageError, match="8 saved views"):
        save_view(path, "acme", NO_PHONE)
    assert len(saved_views(save_view(path, "acme", SavedView(name="V3")), "acme")) == 8


def test_a_search_that_cannot_be_read_is_kept_and_named(path: Path) -> None:
    path.write_text(CONTEXT + '[[views.acme]]\nname = "Odd"\nquery = "jane (doe"\n')
    [(view, problem)] = unreadable(saved_views(read(path), "acme"))
    assert view.name == "Odd"
    assert problem.startswith("At character 6: ")


def test_a_view_is_saved_below_what_is_there(path: Path) -> None:
    before = path.read_text()
    config = save_view(path, "environment", MERCHANTS)
    assert saved_views(config, "environment") == (MERCHANTS,)
    assert path.read_text() == (
        f'{before}\n[[views.environment]]\nname = "Merchants"\n'
        'query = "tag:Merchant sort:-updated"\ncolumns = ["name", "email:30", "tag:abc"]\n'
    )
    assert saved_views(read(path), "environment") == (MERCHANTS,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[views]\n",
        'views = {acme = [{name = "x"}]}\n',
        '[views]\nacme = [{name = "x"}]\n',
        "[views]\nacme = []\n",
        '[[views.sandbox]]\nname = "x"\n[keys]\n"humans.sort" = "f5"\n[[views.acme]]\nname = "y"\n',
    ],
)
def test_a_view_can_be_saved_and_removed_however_the_file_is_written(path: Path, text: str) -> None:
    path.write_text(text + "\n" + CONTEXT)
    before = saved_views(read(path), "acme")
    assert saved_views(save_view(path, "acme", NO_PHONE), "acme") == (*before, NO_PHONE)
    assert saved_views(remove_view(path, "acme", "no PHONE"), "acme") == before
    assert saved_views(read(path), "acme") == before


def test_one_more_view_goes_behind_those_of_its_context(path: Path) -> None:
    config = save_view(path, "acme", SavedView(name="Third"))
    assert [view.name for view in saved_views(config, "acme")] == ["Merchants", "No phone", "Third"]
    for comment in ("each morning", "# all of them", "# and on Fridays", "# of the sandbox"):
        assert comment in path.read_text()


def test_a_view_is_replaced_in_its_place(path: Path) -> None:
    config = save_view(path, "acme", SavedView(name="Merchants", query="has:tags"))
    assert saved_views(config, "acme")[0] == SavedView(name="Merchants", query="has:tags")
    assert path.read_text() == CONTEXT + VIEWS.replace(
        'query = "tag:Merchant sort:-updated"\ncolumns = ["name", "email:30", "tag:abc"]',
        'query = "has:tags"',
    )


def test_a_view_is_removed_with_its_lines_alone(path: Path) -> None:
    remove_view(path, "acme", "Merchants")
    left = path.read_text()
    assert "# and on Fridays" in left
    assert "Merchant" not in left
    with pytest.raises(UsageError, match="no view “Merchants”"):
        remove_view(path, "acme", "Merchants")


def test_views_go_with_their_context(path: Path) -> None:
    config = remove_context(path, "acme")
    assert dict(config.views) == {"sandbox": (SavedView(name="Janes", query="jane"),)}
    assert "# of the sandbox" in path.read_text()


def test_what_cannot_be_shown_is_not_saved(path: Path) -> None:
    before = path.read_text()
    with pytest.raises(UsageError) as caught:
        save_view(path, "acme", SavedView(name=" ", query="a OR", columns=("nam",)))
    assert [problem.field for problem in caught.value.problems] == ["name", "columns", "query"]
    assert path.read_text() == before


TAGS = {"t1": "Merchant", "t2": "Since when", "t3": "Double", "t4": "double"}


@pytest.mark.parametrize(
    ("query", "sort", "saved"),
    [
        ("jane", Sort(), "jane"),
        ("", Sort(SortKey.NAME, False), "sort:name"),
        ("jane", Sort(SortKey.CREATED, True), "jane sort:-created"),
        ("jane sort:id", Sort(SortKey.NAME, False), "jane sort:id"),
        ("", Sort(SortKey.TAG, True, "t1"), "sort:-tag:Merchant"),
        ("", Sort(SortKey.TAG, False, "t2"), 'sort:tag:"Since when"'),
        ("", Sort(SortKey.TAG, False, "t3"), "sort:tag:t3"),
    ],
)
def test_a_view_says_the_order_in_its_search(query: str, sort: Sort, saved: str) -> None:
    view = view_of("x", query=query, sort=sort, columns=DEFAULT, tags=TAGS)
    assert view == SavedView(name="x", query=saved)


def test_a_view_says_columns_that_are_not_the_usual_ones() -> None:
    columns = (ColumnChoice("name"), ColumnChoice("email", 30), ColumnChoice("tag:t1"))
    view = view_of("x", query="", sort=Sort(), columns=columns, tags=TAGS)
    assert view.columns == ("name", "email:30", "tag:t1")


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("tag:Merchant sort:-updated", ("tag:Merchant", "sort:-updated")),
        ('sort:tag:"Since when" jane  doe', ("jane  doe", 'sort:tag:"Since when"')),
        ("a SORT:name b", ("a b", "SORT:name")),
        ('"sort:name"', ('"sort:name"', "")),
        ("sort:name sort:id", ("sort:name sort:id", "")),
        ('sort:name "', ('sort:name "', "")),
        (" jane ", ("jane", "")),
    ],
)
def test_the_order_is_taken_out_of_a_search(query: str, parts: tuple[str, str]) -> None:
    assert taken_apart(query) == parts
