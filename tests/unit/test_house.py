"""How the house is built: what start-up imports, and how remote text reaches widgets."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from aicx_tui.cli.commands import (
    on_a_platform,
    on_config,
    on_cx_genie,
    on_integrations,
    on_many,
    on_oneself,
    on_outbox,
    on_sign_in,
    on_the_token,
    on_users,
    on_views,
)
from aicx_tui.cli.grammar import parse
from aicx_tui.services.actions import ACTIONS
from aicx_tui.tui.keys import KEYS

SOURCE = Path(__file__).parents[2] / "src" / "aicx_tui"
HEAVY = ("textual", "httpx", "pydantic", "keyring", "babel", "fastapi", "sqlalchemy")


def imported_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after running some code."""
    probe = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.splitlines()}


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_questions_about_the_program_load_nothing_heavy(argument: str) -> None:
    code = f"""
import sys, contextlib, io
sys.argv = ["aicx", "{argument}"]
from aicx_tui.__main__ import main
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main()
"""
    assert imported_by(code).isdisjoint(HEAVY)


def test_the_console_paints_before_it_loads_the_api_layer() -> None:
    loaded = imported_by("import aicx_tui.tui.app, aicx_tui.services.access")
    assert "textual" in loaded
    assert loaded.isdisjoint(set(HEAVY) - {"textual"})


def test_the_sandbox_starts_before_the_console_is_imported() -> None:
    assert imported_by("import aicx_tui.services.access").isdisjoint(HEAVY)


def test_every_action_has_a_command_or_says_why_not() -> None:
    for action in ACTIONS.values():
        assert bool(action.headless) != bool(action.only_console), action.id


def test_every_command_of_the_registry_can_be_typed() -> None:
    for action in ACTIONS.values():
        if action.headless and action.headless != "sandbox":
            with pytest.raises(SystemExit) as caught:
                parse([*action.headless.split(), "--help"])
            assert caught.value.code == 0


def test_every_command_is_an_action_that_can_be_run() -> None:
    apart = {"sandbox.run", "completion.print", "cx-genie.serve"}
    ways = (
        *(on_a_platform, on_oneself, on_many, on_outbox, on_config),
        *(on_views, on_sign_in, on_the_token, on_cx_genie, on_users),
        on_integrations,
    )
    runnable = apart.union(*(commands() for commands in ways))
    headless = {action.id: action.headless for action in ACTIONS.values() if action.headless}
    assert runnable <= set(headless)
    assert {headless[action_id] for action_id in runnable} == set(headless.values())


@pytest.mark.parametrize("words", [["config", "path"], ["contexts", "list"]])
def test_commands_on_config_load_no_api_layer(words: list[str], tmp_path: Path) -> None:
    code = f"""
import sys, os, contextlib, io
os.environ["AICX_HOME"] = {str(tmp_path)!r}
sys.argv = ["aicx", *{words!r}]
from aicx_tui.__main__ import main
assert main() == 0
"""
    assert imported_by(code).isdisjoint({"textual", "httpx", "keyring"})


def test_keys_belong_to_actions_and_mean_one_thing() -> None:
    assert set(KEYS) <= set(ACTIONS)
    keys = [
        (entry.where, key)
        for entry in KEYS.values()
        if not entry.like
        for key in entry.keys.split(",")
    ]
    assert len(keys) == len(set(keys))
    assert all(KEYS[entry.like].keys == entry.keys for entry in KEYS.values() if entry.like)


READS_MARKUP = {
    *("from_markup", "from_ansi", "Markdown", "RichLog", "Tree", "DataTable", "Label", "Button"),
    *("Checkbox", "RadioButton", "SelectionList", "Select", "Collapsible", "Tabs", "TabPane"),
}
TOLD_NOT_TO = {"Static", "OptionList"}
TITLES = {"border_title", "border_subtitle", "tooltip"}


@pytest.mark.parametrize("module", sorted(SOURCE.glob("tui/**/*.py")), ids=lambda path: path.stem)
def test_no_widget_reads_markup(module: Path) -> None:
    """Text becomes `Content`; what would read `[markup]` in a customer's name is not used."""
    for node in ast.walk(ast.parse(module.read_text())):
        name = getattr(node, "id", getattr(node, "attr", None))
        assert name not in READS_MARKUP, f"{module.name} uses {name}"
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TOLD_NOT_TO:
            assert is_own_text(node), f"{module.name}:{node.lineno} gives a widget text to parse"
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "") in TITLES:
            assert is_plain(node.value), f"{module.name}:{node.lineno} gives a title to parse"


def is_own_text(call: ast.Call) -> bool:
    """Whether a widget gets a text of ours, or is told not to parse."""
    told = any(word.arg == "markup" for word in call.keywords)
    return told or all(isinstance(given, ast.Constant) for given in call.args)


def is_plain(value: ast.expr) -> bool:
    """Whether a title is a text of ours or made `Content`, in each of its cases."""
    if isinstance(value, ast.IfExp):
        return is_plain(value.body) and is_plain(value.orelse)
    made = isinstance(value, ast.Call) and getattr(value.func, "id", "") in {
        "Content",
        "_tab_line",
        "_title",
    }
    return made or isinstance(value, ast.Constant)


@pytest.mark.parametrize("text", ['"Keys"', "Content(clean(name))", 'Content(a) if a else ""'])
def test_a_title_of_ours_is_let_through(text: str) -> None:
    assert is_plain(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize("text", ["name", 'f"{name}"', "clean(name)", 'name if name else ""'])
def test_a_title_that_could_be_remote_is_caught(text: str) -> None:
    assert not is_plain(ast.parse(text, mode="eval").body)


def test_no_module_is_longer_than_one_idea() -> None:
    long = {
        str(path.relative_to(SOURCE)): lines
        for path in SOURCE.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}
