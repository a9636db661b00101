"""`aicx views`, and humans listed by a view."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.command import aicx
from tests.sandbox_platform import SandboxPlatform

ACME = '# ours\n[contexts.acme]\nkind = "console"\nurl = "http://127.0.0.1:9"\n'


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config.toml").write_text(ACME)
    return {"AICX_HOME": str(tmp_path), "AICX_CONTEXT": "acme"}


def test_a_life_of_a_view(env: dict[str, str], tmp_path: Path) -> None:
    none = aicx("views", "list", env=env)
    assert (none.code, none.out) == (0, "")
    assert "acme has no saved views" in none.err

    words = ("--query", "tag:Merchant sort:name", "--columns", "name,email:30, tag:abc")
    saved = aicx("views", "save", "Merchants", *words, env=env)
    assert (saved.code, saved.out) == (0, "")
    assert saved.err == "Saved Merchants of acme; its key in the console is 2.\n"
    assert aicx("views", "save", "No phone", "--query", "no:phone", env=env).code == 0
    assert aicx("views", "list", env=env).out.splitlines() == [
        "2  Merchants  tag:Merchant sort:name  (name, email:30, tag:abc)",
        "3  No phone   no:phone",
    ]
    assert aicx("views", "list", "--json", env=env).json()[1] == {
        "key": 3,
        "name": "No phone",
        "query": "no:phone",
        "columns": [],
    }
    again = aicx("views", "save", "merchants", env=env)
    assert again.err == "Replaced merchants of acme; its key in the console is 2.\n"
    removed = aicx("views", "remove", "no phone", env=env)
    assert removed.err == "Removed No phone of acme. Its search was: no:phone\n"
    assert (tmp_path / "config.toml").read_text().startswith(ACME)


def test_views_are_those_of_the_context_that_is_meant(env: dict[str, str]) -> None:
    assert aicx("--sandbox", "views", "save", "Janes", "--query", "jane", env=env).code == 0
    assert aicx("views", "list", env=env).out == ""
    assert aicx("views", "list", "--context", "sandbox", env=env).out == "2  Janes  jane\n"
    unknown = aicx("views", "list", "--context", "acmee", env=env)
    assert unknown.code == 2
    assert "Is acme meant?" in unknown.err
    nowhere = aicx("views", "list", env=env | {"AICX_CONTEXT": ""})
    assert nowhere.code == 2
    assert "No context is used." in nowhere.err


def test_a_view_that_cannot_be_shown_is_not_saved(env: dict[str, str], tmp_path: Path) -> None:
    refused = aicx("views", "save", "x", "--query", "jane (", "--columns", "nam", env=env)
    assert refused.code == 2
    assert "query: At character 6: " in refused.err
    assert "“nam” is not known; is name meant?" in refused.err
    assert (tmp_path / "config.toml").read_text() == ACME


def test_a_search_in_the_file_that_cannot_be_read_is_named(
    env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(ACME + '[[views.acme]]\nname = "Odd"\nquery = "a OR"\n')
    listed = aicx("views", "list", env=env)
    assert (listed.code, listed.out) == (0, "2  Odd  a OR\n")
    assert "Odd cannot be searched for. At character 3" in listed.err


def test_humans_are_listed_by_a_view(browsed_sandbox: SandboxPlatform, tmp_path: Path) -> None:
    env = browsed_sandbox.environment() | {"AICX_HOME": str(tmp_path)}
    assert aicx("views", "save", "Anas", "--query", "ana sort:name", env=env).code == 0
    by_view = aicx("humans", "list", "--view", "anas", "--jsonl", env=env)
    assert by_view.out == aicx("humans", "list", "ana sort:name", "--jsonl", env=env).out
    assert by_view.out
    both = aicx("humans", "list", "jane", "--view", "Anas", env=env)
    assert both.code == 2
    assert "given at once" in both.err
    assert "There is Anas." in aicx("humans", "list", "--view", "No", env=env).err


def test_the_columns_of_a_view_are_those_of_its_table_and_sheet(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = browsed_sandbox.environment() | {"AICX_HOME": str(tmp_path)}
    merchant = next(
        tag for tag in aicx("tags", "list", "--json", env=env).json() if tag["name"] == "Merchant"
    )
    columns = ("--columns", f"tag:{merchant['id']},updated,name:12,tag:gone")
    query = "tag:Merchant=Gold sort:name"
    assert aicx("views", "save", "Gold", "--query", query, *columns, env=env).code == 0

    heading, first, *_ = aicx("humans", "list", "--view", "Gold", env=env).out.splitlines()
    assert heading == f"{'Merchant':<16}  {'Updated':<23}  {'Name':<12}  gone"
    assert first.startswith("Gold              20")
    sheet = aicx("humans", "list", "--view", "Gold", "--csv", env=env).out
    headings, *rows = csv.reader(sheet.splitlines())
    assert headings == ["tag:Merchant", "updated_at", "fullname", "tag:gone"]
    assert {(row[0], row[3]) for row in rows} == {("Gold", "")}
    whole = csv.DictReader(aicx("humans", "list", query, "--csv", env=env).out.splitlines())
    assert [row[2] for row in rows] == [row["fullname"] for row in whole]
    file = tmp_path / "gold.csv"
    words = ("--csv", "-o", str(file))
    assert aicx("humans", "list", "--view", "Gold", *words, env=env).code == 0
    assert file.read_bytes().decode() == sheet

    by_view = aicx("humans", "list", "--view", "Gold", "--json", env=env)
    assert by_view.out == aicx("humans", "list", query, "--json", env=env).out


def test_a_view_without_columns_of_its_own_prints_the_usual_ones(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = browsed_sandbox.environment() | {"AICX_HOME": str(tmp_path)}
    assert aicx("views", "save", "Anas", "--query", "ana", env=env).code == 0
    for form in ((), ("--csv",)):
        by_view = aicx("humans", "list", "--view", "Anas", *form, env=env)
        assert by_view.out == aicx("humans", "list", "ana", *form, env=env).out
