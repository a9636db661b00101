"""Changes to config.toml: what stays, what is refused, and what survives a crash or a rival."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from aicx_tui.config import COLOURS, Config
from aicx_tui.config_file import config_path, read_config
from aicx_tui.errors import AicxError, UsageError
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.contexts import (
    Value,
    add_context,
    edit_context,
    keep_theme,
    remove_context,
    settings_of,
    use_context,
)

SERVER: dict[str, Value] = {"kind": "console", "url": "https://new.example"}
PRODUCTION = SERVER | {"production": True}

HAND_WRITTEN = """\
# Who reads this: be kind.
context   =   "acme"    # the one for every day

  [ contexts . acme ]   # ours
\tkind="console"
  url  = 'https://acme.example'   # moved in May


# The other one is theirs.
[contexts."beta.test"]
read_only = true
kind = "console"
url = "https://beta.example"

# Easy on the eyes.
[console]   # screen
theme   = 'dark'

[keys]
"humans.refresh" = "f5"   # as in a browser
# The end.
"""
"""Every way in which a person might write it."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return config_path(tmp_path)


@pytest.fixture
def written(path: Path) -> Path:
    path.write_text(HAND_WRITTEN)
    return path


def read(path: Path) -> Config:
    return read_config(path, action_ids=tuple(ACTIONS))


class TestAdding:
    def test_the_first_makes_the_file_and_is_used(self, tmp_path: Path) -> None:
        path = config_path(tmp_path / "new" / "home")
        config = add_context(path, "acme", SERVER)
        assert config == read(path)
        assert config.current == "acme"
        assert config.contexts["acme"].root == "https://new.example"

    def test_keeps_every_byte_that_was_there(self, written: Path) -> None:
        assert add_context(written, "new", SERVER).current == "acme"
        assert written.read_text() == (
            HAND_WRITTEN + '\n[contexts.new]\nkind = "console"\nurl = "https://new.example"\n'
        )

    def test_and_removing_it_leaves_the_file_as_it_was(self, written: Path) -> None:
        add_context(written, "new", SERVER)
        remove_context(written, "new")
        assert written.read_text() == HAND_WRITTEN

    def test_a_second_is_used_when_that_is_wanted(self, written: Path) -> None:
        assert add_context(written, "new", SERVER, use=True).current == "new"
        assert 'context   =   "new"    # the one for every day' in written.read_text()

    @pytest.mark.parametrize("name", ["acme", "beta.test", "sandbox", "environment", "a b", ""])
    def test_a_name_that_is_taken_or_unusable_is_refused(self, written: Path, name: str) -> None:
        with pytest.raises(UsageError):
            add_context(written, name, SERVER)
        assert written.read_text() == HAND_WRITTEN

    @pytest.mark.parametrize(
        "values",
        [
            {"kind": "console", "url": "http://elsewhere.example"},
            {"kind": "gateway", "url": "https://a.example"},
            {"kind": "console"},
            SERVER | {"account": "a\x1bb"},
            SERVER | {"account": "\udcff"},
            SERVER | {"timeout": float("nan")},
            SERVER | {"ca_file": "/not/there.pem"},
            SERVER | {"ca_file": "~nobody-of-that-name/x.pem"},
            SERVER | {"unknown": "x"},
        ],
    )
    def test_what_could_not_be_read_again_is_not_written(
        self, written: Path, values: dict[str, Value]
    ) -> None:
        with pytest.raises(UsageError) as caught:
            add_context(written, "new", values)
        assert str(written) not in caught.value.message, "the file is not to blame"
        assert written.read_text() == HAND_WRITTEN

    def test_a_ca_file_is_kept_with_its_full_path(
        self, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "ca.pem").touch()
        monkeypatch.chdir(tmp_path)
        config = add_context(path, "acme", SERVER | {"ca_file": "ca.pem"})
        monkeypatch.chdir("/")
        assert read(path).contexts == config.contexts
        assert config.contexts["acme"].ca_file == tmp_path / "ca.pem"


class TestUsing:
    def test_changes_one_word(self, written: Path) -> None:
        assert use_context(written, "beta.test").current == "beta.test"
        assert written.read_text() == HAND_WRITTEN.replace('"acme"    #', '"beta.test"    #')

    def test_the_sandbox_can_be_used(self, written: Path) -> None:
        assert use_context(written, "sandbox").current == "sandbox"

    @pytest.mark.parametrize("name", ["acne", "environment", ""])
    def test_another_cannot(self, written: Path, name: str) -> None:
        with pytest.raises(UsageError, match="There is no context"):
            use_context(written, name)
        assert written.read_text() == HAND_WRITTEN

    def test_goes_above_the_first_table_where_nothing_was_used(self, path: Path) -> None:
        path.write_text('# Mine.\n\n[contexts.a]\nkind = "console"\nurl = "https://a.example"')
        assert use_context(path, "a").current == "a"
        assert read(path).current == "a"


class TestEditing:
    def test_changes_one_value_and_its_comment_stays(self, written: Path) -> None:
        edit_context(written, "acme", {"url": "https://moved.example"})
        assert written.read_text() == HAND_WRITTEN.replace(
            "'https://acme.example'", '"https://moved.example"'
        )

    def test_a_new_setting_goes_below_the_others(self, written: Path) -> None:
        edit_context(written, "beta.test", {"timeout": 5.0})
        assert written.read_text() == HAND_WRITTEN.replace(
            'url = "https://beta.example"\n', 'url = "https://beta.example"\ntimeout = 5.0\n'
        )

    def test_takes_a_setting_away(self, written: Path) -> None:
        config = edit_context(written, "beta.test", {}, unset=("read_only", "proxy"))
        assert not config.contexts["beta.test"].read_only
        assert written.read_text() == HAND_WRITTEN.replace("read_only = true\n", "")

    def test_what_is_so_already_changes_nothing(self, written: Path) -> None:
        edit_context(written, "acme", {"url": "https://acme.example", "kind": "console"})
        assert written.read_text() == HAND_WRITTEN

    @pytest.mark.parametrize(
        ("values", "unset"),
        [
            ({"url": "nowhere"}, ()),
            ({"kind": "gateway"}, ()),
            ({"timeout": 0.0}, ()),
            ({"bot": "a/b"}, ()),
            ({}, ("url",)),
        ],
    )
    def test_to_something_unusable_leaves_the_file_as_it_was(
        self, written: Path, values: dict[str, Value], unset: tuple[str, ...]
    ) -> None:
        with pytest.raises(UsageError) as caught:
            edit_context(written, "acme", values, unset=unset)
        assert caught.value.problems
        assert "Nothing was changed" in caught.value.message
        assert written.read_text() == HAND_WRITTEN

    def test_of_none_names_the_nearest(self, written: Path) -> None:
        with pytest.raises(UsageError, match="Is acme meant"):
            edit_context(written, "acne", {"read_only": True})

    @pytest.mark.parametrize("name", ["sandbox", "environment"])
    def test_of_what_is_not_in_the_file_is_refused(self, written: Path, name: str) -> None:
        with pytest.raises(UsageError, match="cannot be changed there"):
            edit_context(written, name, {"read_only": True})


class TestRemoving:
    def test_the_current_one_leaves_none_in_use(self, written: Path) -> None:
        config = remove_context(written, "acme")
        assert (config.current, list(config.contexts)) == ("", ["beta.test"])

    def test_leaves_what_is_written_about_the_others(self, written: Path) -> None:
        remove_context(written, "beta.test")
        start = HAND_WRITTEN.index('[contexts."beta.test"]')
        end = HAND_WRITTEN.index("\n# Easy on the eyes.")
        left = HAND_WRITTEN[:start] + HAND_WRITTEN[end:]
        assert written.read_text() == left

    def test_all_leaves_everything_else(self, written: Path) -> None:
        remove_context(written, "acme")
        remove_context(written, "beta.test")
        config = read(written)
        assert (config.contexts, config.theme) == ({}, "dark")
        for line in HAND_WRITTEN.splitlines():
            if line.startswith("#"):
                assert line in written.read_text()

    def test_of_none_is_refused(self, written: Path) -> None:
        with pytest.raises(UsageError, match="There is no context"):
            remove_context(written, "nobody")
        assert written.read_text() == HAND_WRITTEN


A = 'kind = "console"\nurl = "https://a.example"\n'
MANNERS = {
    "inline": 'contexts = {a = {kind = "console", url = "https://a.example"}} # short\n',
    "inline in a table": f"[contexts]\na = {{ {A.strip().replace(chr(10), ', ')} }} # short\n",
    "dotted": 'contexts.a.kind = "console"\ncontexts.a.url = "https://a.example"\n',
    "dotted in a table": '[contexts]\na.kind = "console"\na.url = "https://a.example"\n',
    "quoted": f'[contexts."a"]\n{A}',
    "apart": f"[contexts.a]\n{A}[console]\ntheme = 'dark'\n"
    f"[contexts.z]\n{A}[keys]\n'humans.refresh' = 'f5'\n",
    "CRLF": f"[contexts.a]\n{A}\n# on the screen\n[console]\n".replace("\n", "\r\n"),
    "byte order mark": f"\ufeff[contexts.a]\n{A}",
    "no line end": f"[contexts.a]\n{A.strip()}",
    "ends with a comment": f"[contexts.a]\n{A}# the end",
    "empty table": f"[contexts]\n# none yet\n\n[contexts.a]\n{A}",
}


@pytest.mark.parametrize("manner", MANNERS)
class TestWhateverTheManner:
    """Each change is made, or refused with the file as it was; what is read stays true."""

    @pytest.fixture
    def path(self, path: Path, manner: str) -> Path:
        path.write_bytes(MANNERS[manner].encode())
        return path

    def test_adds(self, path: Path) -> None:
        before = read(path).contexts
        config = add_context(path, "new", SERVER)
        assert config == read(path)
        assert {n: c for n, c in config.contexts.items() if n != "new"} == before
        assert config.contexts["new"].root == "https://new.example"

    def test_edits(self, path: Path) -> None:
        config = edit_context(path, "a", {"url": "https://b.example", "read_only": True})
        assert config == read(path)
        assert config.contexts["a"].root == "https://b.example"
        assert config.contexts["a"].read_only

    def test_removes(self, path: Path) -> None:
        config = remove_context(path, "a")
        assert config == read(path)
        assert "a" not in config.contexts

    def test_changes_the_theme(self, path: Path) -> None:
        assert keep_theme(path, "light").theme == read(path).theme == "light"

    def test_keeps_its_line_ends_and_comments(self, path: Path, manner: str) -> None:
        add_context(path, "new", SERVER)
        remove_context(path, "a")
        written = path.read_bytes()
        assert (b"\r\n" in written) is (manner == "CRLF")
        assert manner != "CRLF" or b"\n" not in written.replace(b"\r\n", b"")
        assert written.startswith("\ufeff".encode()) is (manner == "byte order mark")
        for comment in (b"# the end", b"# on the screen"):
            assert (comment in written) is (comment in MANNERS[manner].encode())


BROKEN = {
    "not TOML": b"context = \n",
    "not UTF-8": b'context = "\xff"\n',
    "unknown key": b"contxt = 'a'\n",
    "unusable value": b"[contexts.acme]\nkind = 'console'\nurl = 'nowhere'\n",
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize(
    "change",
    [
        lambda path: add_context(path, "new", SERVER),
        lambda path: use_context(path, "sandbox"),
        lambda path: edit_context(path, "acme", {"url": "https://a.example"}),
        lambda path: remove_context(path, "acme"),
        lambda path: keep_theme(path, "dark"),
    ],
    ids=["add", "use", "edit", "remove", "theme"],
)
def test_a_broken_file_is_never_overwritten(
    path: Path, broken: str, change: Callable[[Path], Config]
) -> None:
    path.write_bytes(BROKEN[broken])
    with pytest.raises(UsageError, match=str(path)):
        change(path)
    assert path.read_bytes() == BROKEN[broken]
    assert {entry.name for entry in path.parent.iterdir()} <= {path.name, f".{path.name}.lock"}


class TestProductionContexts:
    def test_each_gets_a_colour_of_its_own(self, path: Path) -> None:
        for number in range(len(COLOURS)):
            add_context(path, f"p{number}", PRODUCTION)
        assert [c.colour for c in read(path).contexts.values()] == list(COLOURS)

    def test_a_colour_that_is_worn_is_refused_and_the_free_ones_are_named(self, path: Path) -> None:
        add_context(path, "one", PRODUCTION | {"colour": "teal"})
        before = path.read_bytes()
        with pytest.raises(UsageError, match="mistaken") as caught:
            add_context(path, "two", PRODUCTION | {"colour": "teal"})
        assert "red, blue, yellow, violet, green" in caught.value.hint
        assert path.read_bytes() == before

    def test_editing_the_colour_cannot_make_two_alike(self, path: Path) -> None:
        add_context(path, "one", PRODUCTION | {"colour": "teal"})
        add_context(path, "two", PRODUCTION | {"colour": "red"})
        with pytest.raises(UsageError, match="mistaken"):
            edit_context(path, "two", {"colour": "teal"})
        assert read(path).contexts["two"].colour == "red"

    def test_editing_the_mark_cannot_make_two_alike(self, path: Path) -> None:
        add_context(path, "one", PRODUCTION | {"colour": "teal"})
        add_context(path, "two", SERVER | {"colour": "teal"})
        with pytest.raises(UsageError, match="mistaken"):
            edit_context(path, "two", {"production": True})
        assert not read(path).contexts["two"].production
        config = edit_context(path, "two", {"production": True, "colour": "red"})
        assert config.contexts["two"].colour == "red"

    def test_marking_one_without_a_colour_gives_it_a_free_one(self, path: Path) -> None:
        add_context(path, "one", PRODUCTION | {"colour": COLOURS[0]})
        add_context(path, "two", SERVER)
        config = edit_context(path, "two", {"production": True})
        assert config.contexts["two"].colour == COLOURS[1]

    def test_taking_the_colour_away_gives_another_that_nobody_wears(self, path: Path) -> None:
        add_context(path, "one", PRODUCTION)
        add_context(path, "two", PRODUCTION | {"colour": "pink"})
        config = edit_context(path, "two", {}, unset=("colour",))
        assert config.contexts["two"].colour not in ("", config.contexts["one"].colour)

    def test_other_settings_of_one_can_always_be_edited(self, path: Path) -> None:
        add_context(path, "one", PRODUCTION)
        add_context(path, "two", PRODUCTION)
        before = read(path).contexts["two"].colour
        config = edit_context(path, "two", {"timeout": 5.0})
        assert config.contexts["two"].colour == before

    def test_one_more_than_there_are_colours_shares_one_until_another_is_free(
        self, path: Path
    ) -> None:
        for number in range(len(COLOURS) + 1):
            add_context(path, f"p{number}", PRODUCTION)
        edit_context(path, f"p{len(COLOURS)}", {"timeout": 5.0})
        config = remove_context(path, "p3")
        assert sorted(c.colour for c in config.contexts.values()) == sorted(COLOURS)
        assert config == read(path)


def test_the_settings_of_a_context_are_those_it_was_written_with(path: Path) -> None:
    values: dict[str, Value] = {
        "kind": "gateway",
        "url": "https://a.example",
        "company": "c",
        "bot": "b",
        "account": "a@b.example",
        "read_only": True,
        "colour": "red",
        "production": True,
        "proxy": "http://proxy:3128",
        "timeout": 5.0,
    }
    assert settings_of(add_context(path, "a", values).contexts["a"]) == values


class TestTheFile:
    def test_is_for_its_owner_alone(self, path: Path) -> None:
        add_context(path, "a", SERVER)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        use_context(path, "sandbox")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_stays_a_link_where_it_is_one(self, path: Path, tmp_path: Path) -> None:
        kept = tmp_path / "dotfiles" / "aicx.toml"
        kept.parent.mkdir()
        kept.write_text(HAND_WRITTEN)
        path.symlink_to(kept)
        use_context(path, "sandbox")
        assert path.is_symlink()
        assert read(kept).current == "sandbox"
        assert [entry.name for entry in kept.parent.iterdir()] == [kept.name]

    def test_may_be_a_link_to_a_file_that_is_yet_to_come(self, path: Path, tmp_path: Path) -> None:
        path.symlink_to(tmp_path / "later.toml")
        add_context(path, "a", SERVER)
        assert path.is_symlink()
        assert list(read(path).contexts) == ["a"]

    @pytest.mark.parametrize("home", ["/proc/aicx", "/dev/null/aicx"])
    def test_in_a_place_that_takes_none_is_an_error_that_says_so(self, home: str) -> None:
        with pytest.raises(AicxError, match="could not be written"):
            add_context(config_path(Path(home)), "a", SERVER)

    def test_that_cannot_be_replaced_stays_and_leaves_nothing_beside_it(self, path: Path) -> None:
        elsewhere = Path("/proc/self/aicx.toml")
        path.symlink_to(elsewhere)
        with pytest.raises(AicxError, match="could not be written"):
            add_context(path, "a", SERVER)
        assert path.is_symlink()


CODE = """
import sys
from pathlib import Path
from aicx_tui.services.contexts import add_context
path, prefix, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sys.stdin.readline()
for number in range(count):
    add_context(path, f"{prefix}{number}", {"kind": "console", "url": "https://a.example"})
"""


def adding(path: Path, prefix: str, count: int) -> subprocess.Popen[bytes]:
    """A process that adds contexts as soon as it reads a line."""
    return subprocess.Popen(
        [sys.executable, "-c", CODE, str(path), prefix, str(count)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_processes_that_add_at_once_lose_nothing(path: Path) -> None:
    path.write_text(HAND_WRITTEN)
    processes = [adding(path, prefix, 8) for prefix in "xyz"]
    for process in processes:
        assert process.stdin
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in processes:
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, b"")
    wanted = {f"{prefix}{number}" for prefix in "xyz" for number in range(8)}
    assert set(read(path).contexts) == wanted | {"acme", "beta.test"}
    assert path.read_text().startswith(HAND_WRITTEN)


def test_killed_at_any_moment_the_file_is_whole(path: Path) -> None:
    path.write_text(HAND_WRITTEN)
    for round_ in range(5):
        process = adding(path, f"r{round_}-", 1000)
        assert process.stdin
        process.stdin.write(b"\n")
        process.stdin.flush()
        before = len(read(path).contexts)
        while len(read(path).contexts) < before + 1 + round_:
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        text = path.read_text()
        assert text.startswith(HAND_WRITTEN)
        assert tomllib.loads(text)
    assert "after" in add_context(path, "after", SERVER).contexts, "no lock outlives its process"


def test_while_another_console_writes_it_is_not_waited_for_without_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filelock import FileLock

    monkeypatch.setattr("aicx_tui.services.replacing.LOCK_SECONDS", 0.05)
    path.write_text(HAND_WRITTEN)
    with (
        FileLock(path.with_name(f".{path.name}.lock")),
        pytest.raises(AicxError, match="another console"),
    ):
        add_context(path, "new", SERVER)
    assert path.read_text() == HAND_WRITTEN
