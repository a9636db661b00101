"""config.toml as it is read, and the schema that says the same."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from aicx_tui.config import COLOURS, CONSOLE_SETTINGS, CONTEXT_SETTINGS, Config, config_schema
from aicx_tui.config_file import config_path, read_config
from aicx_tui.errors import UsageError
from aicx_tui.services.actions import ACTIONS
from aicx_tui.settings import Context

ACTION_IDS = tuple(ACTIONS)
A = '[contexts.a]\nkind = "console"\nurl = "https://a.example"\n'
GATEWAY = '[contexts.a]\nkind = "gateway"\nurl = "https://a.example"\ncompany = "c"\nbot = "b"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return config_path(tmp_path)


def read(path: Path, text: str) -> Config:
    path.write_bytes(text.encode())
    return read_config(path, action_ids=ACTION_IDS)


def refused(path: Path, text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read(path, text)
    assert str(path) in caught.value.message
    return caught.value


def problems(path: Path, text: str) -> dict[str, str]:
    return dict(refused(path, text).problems)


def test_without_a_file_everything_is_at_its_default(path: Path) -> None:
    config = read_config(path, action_ids=ACTION_IDS)
    assert config == Config(path=path)
    assert (config.current, config.contexts, config.theme, config.lock_after) == ("", {}, "", 30)


def test_an_empty_file_is_no_file(path: Path) -> None:
    assert read(path, "") == Config(path=path)


def test_every_setting_arrives(path: Path, tmp_path: Path) -> None:
    config = read(
        path,
        f"""
        context = "acme.support_1-x"
        [contexts."acme.support_1-x"]
        kind = "gateway"
        url = "https://api.proto.cx/gateway/"
        company = "cmp_1"
        bot = "bot_1"
        account = "agent@acme.example"
        read_only = true
        colour = "teal"
        production = true
        proxy = "http://proxy.example:3128"
        ca_file = "{tmp_path}/ca.pem"
        timeout = 12
        country = "PH"
        [console]
        theme = "light"
        lock_after = 5
        [keys]
        "humans.refresh" = "f5,ctrl+r"
        """,
    )
    assert config.contexts == {
        "acme.support_1-x": Context(
            name="acme.support_1-x",
            kind="gateway",
            root="https://api.proto.cx",
            company_id="cmp_1",
            bot_id="bot_1",
            account="agent@acme.example",
            read_only=True,
            colour="teal",
            production=True,
            proxy="http://proxy.example:3128",
            ca_file=tmp_path / "ca.pem",
            timeout=12.0,
            country="PH",
        )
    }
    assert config.current == "acme.support_1-x"
    assert (config.theme, config.lock_after) == ("light", 5)
    assert config.keys == {"humans.refresh": "f5,ctrl+r"}


def test_contexts_stay_in_the_order_of_the_file(path: Path) -> None:
    text = "".join(A.replace("contexts.a", f"contexts.{name}") for name in "zaq")
    assert list(read(path, text).contexts) == ["z", "a", "q"]


@pytest.mark.parametrize(
    "text",
    [
        'contexts = {a = {kind = "console", url = "https://a.example"}}',
        'contexts.a.kind = "console"\ncontexts.a.url = "https://a.example"',
        "\ufeff" + A,
        A.replace("\n", "\r\n"),
        A + "[console]\ntheme='dark'\n[contexts.b]\nkind='console'\nurl='https://b.example'\n",
    ],
    ids=["inline", "dotted", "byte order mark", "CRLF", "out of order"],
)
def test_each_way_of_toml_to_write_it_is_read(path: Path, text: str) -> None:
    assert read(path, text).contexts["a"].root == "https://a.example"


@pytest.mark.parametrize(
    ("text", "where", "nearest"),
    [
        ("contxt = 'a'", "contxt", "context"),
        ("[contxts.a]", "contxts", "contexts"),
        ("[consol]", "consol", "console"),
        (A + "colr = 'red'", "contexts.a.colr", "colour"),
        (A + "readonly = true", "contexts.a.readonly", "read_only"),
        (A + "company_id = 'x'", "contexts.a.company_id", "company"),
        (A + "token = 'x'", "contexts.a.token", ""),
        ("[console]\nthemes = 'dark'", "console.themes", "theme"),
        ("[keys]\n'humans.refesh' = 'f5'", "keys.humans.refesh", "humans.refresh"),
        (A.replace("[", "context = 'aa'\n[", 1), "context", "a"),
    ],
)
def test_what_is_not_known_is_refused_with_the_nearest_that_is(
    path: Path, text: str, where: str, nearest: str
) -> None:
    (said,) = problems(path, text).items()
    assert said[0] == where
    assert "is not known" in said[1]
    assert (f"is {nearest} meant?" in said[1]) is bool(nearest)


def test_all_problems_are_said_at_once(path: Path) -> None:
    error = refused(
        path,
        """
        context = "nobody"
        colour = "red"
        [contexts.sandbox]
        kind = "console"
        url = "https://a.example"
        [contexts.g]
        kind = "gateway"
        url = "http://a.example"
        read_only = "yes"
        [contexts."two words"]
        kind = "telepathy"
        [console]
        theme = "pink"
        lock_after = -1
        [keys]
        "humans.refresh" = 5
        """,
    )
    assert sorted(where for where, _ in error.problems) == [
        "colour",
        "console.lock_after",
        "console.theme",
        "context",
        "contexts.g.bot",
        "contexts.g.company",
        "contexts.g.read_only",
        "contexts.g.url",
        "contexts.sandbox",
        "contexts.two words",
        "contexts.two words.kind",
        "contexts.two words.url",
        "keys.humans.refresh",
    ]
    assert "aicx config schema" in error.hint


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("read_only = 1", "true or false"),
        ("production = 'yes'", "true or false"),
        ("colour = true", "text"),
        ("colour = 'mauve'", "one of red, blue"),
        ("account = 7", "text"),
        ('account = "a\\u001bb"', "control character"),
        ('account = "a\\u0085b"', "control character"),
        ("timeout = true", "a number"),
        ("timeout = '30'", "a number"),
        ("timeout = 0", "0.1 to 600"),
        ("timeout = nan", "0.1 to 600"),
        ("timeout = inf", "0.1 to 600"),
        ("timeout = -5", "0.1 to 600"),
        (f"timeout = {'9' * 400}", "0.1 to 600"),
        ("timeout = 2026-11-21", "a number"),
        ("company = ''", "empty"),
        ("company = 'a/b'", "cannot be one"),
        ("bot = '..'", "cannot be one"),
        ("bot = ['b']", "text"),
        ("proxy = 'socks5://x:1'", "HTTP proxy"),
        ("proxy = 'http://'", "HTTP proxy"),
        ("proxy = 'http://x:99999'", "HTTP proxy"),
        ("proxy = 'http://x:1/path'", "HTTP proxy"),
        ("proxy = 'http://me:secret@x:1'", "credentials"),
        ("ca_file = 'ca.pem'", "full path"),
        ("country = 'Philippines'", "two capital letters"),
        ("country = 'ph'", "two capital letters"),
        ("ca_file = '~nobody-of-that-name/ca.pem'", "home folder"),
    ],
)
def test_a_value_of_another_kind_is_refused_and_named(path: Path, line: str, part: str) -> None:
    said = problems(path, A + line)
    assert list(said) == [f"contexts.a.{line.split()[0]}"]
    assert part in said[f"contexts.a.{line.split()[0]}"]
    assert "secret" not in str(refused(path, A + line).problems)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example",
        "a.example",
        "https://",
        "http://a.example",
        "https://me:pw@a.example",
        "https://a.example?x=1",
        "https://a.example/#x",
        "https://a example",
        "https://[::1",
        "https://a.example:port",
        "",
    ],
)
def test_an_address_that_could_not_be_meant_is_refused(path: Path, url: str) -> None:
    said = problems(path, A.replace("https://a.example", url))
    assert list(said) == ["contexts.a.url"]
    assert "pw" not in said["contexts.a.url"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("contexts = 5", "contexts"),
        ("contexts = ['a']", "contexts"),
        ("[[contexts]]\nkind = 'console'", "contexts"),
        ("[contexts]\na = 5", "contexts.a"),
        ("[[contexts.a]]\nkind = 'console'", "contexts.a"),
        ("console = 'dark'", "console"),
        ("keys = []", "keys"),
        ("context = 5", "context"),
        ("[console]\nlock_after = 1.5", "console.lock_after"),
        ("[console]\nlock_after = true", "console.lock_after"),
        ("[console]\nlock_after = 100000", "console.lock_after"),
    ],
)
def test_another_type_is_one_problem(path: Path, text: str, where: str) -> None:
    assert list(problems(path, text)) == [where]


@pytest.mark.parametrize(
    "name", ["sandbox", "environment", "", "-a", "a b", "a/b", "ü", "_", "a" * 41]
)
def test_a_name_that_cannot_be_typed_or_is_taken_is_refused(path: Path, name: str) -> None:
    assert list(problems(path, A.replace("contexts.a", f'contexts."{name}"'))) == [
        f"contexts.{name}"
    ]


@pytest.mark.parametrize("name", ["a" * 40, "0", "A.b_c-d", "true", "1.5", "context"])
def test_odd_names_work(path: Path, name: str) -> None:
    assert list(read(path, A.replace("contexts.a", f'contexts."{name}"')).contexts) == [name]


@pytest.mark.parametrize("name", ["sandbox", "environment", "a"])
def test_what_is_used_may_be_there_without_being_described(path: Path, name: str) -> None:
    assert read(path, f"context = '{name}'\n{A}").current == name


def test_a_gateway_needs_company_and_bot_and_a_console_does_not(path: Path) -> None:
    assert read(path, A).contexts["a"].company_id == ""
    assert read(path, GATEWAY).contexts["a"].bot_id == "b"
    assert list(problems(path, GATEWAY.replace('bot = "b"\n', ""))) == ["contexts.a.bot"]


def test_a_missing_ca_file_of_one_context_leaves_the_others_usable(path: Path) -> None:
    assert read(path, A + "ca_file = '/not/there.pem'").contexts["a"].ca_file


def test_a_home_folder_may_be_written_short(path: Path) -> None:
    read_path = read(path, A + "ca_file = '~/ca.pem'").contexts["a"].ca_file
    assert read_path == Path(os.path.expanduser("~/ca.pem"))


class TestProductionContexts:
    def test_of_one_colour_are_refused(self, path: Path) -> None:
        text = production("a", "red") + production("b", "teal") + production("c", "red")
        ((where, said),) = problems(path, text).items()
        assert where == "contexts.c.colour"
        assert "that of a" in said

    def test_without_a_colour_get_one_of_their_own(self, path: Path) -> None:
        config = read(path, production("a") + production("b", COLOURS[0]) + production("c"))
        worn = [context.colour for context in config.contexts.values()]
        assert worn == [COLOURS[1], COLOURS[0], COLOURS[2]]

    def test_may_share_a_colour_with_a_harmless_context(self, path: Path) -> None:
        config = read(path, production("a", "red") + A.replace(".a]", ".b]") + "colour = 'red'")
        assert {context.colour for context in config.contexts.values()} == {"red"}

    def test_share_only_where_there_are_more_of_them_than_colours(self, path: Path) -> None:
        eight = "".join(production(f"p{i}", colour) for i, colour in enumerate(COLOURS))
        assert read(path, eight + production("ninth", "red")).contexts["ninth"].colour == "red"
        assert read(path, eight + production("ninth")).contexts["ninth"].colour


def production(name: str, colour: str = "") -> str:
    line = f"colour = '{colour}'\n" if colour else ""
    return A.replace(".a]", f".{name}]") + f"production = true\n{line}"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a = \n", "line 1"),
        (A + "kind = 'console'\n", "line 4"),
        (A + A, "line 4"),
        ("[contexts.a\n", "line 1"),
        ("x = 1\ny = '\x00'\n", "line 2"),
        ("x = " + "[" * 5000, "too deep"),
        ("x = " + "9" * 5000, "too deep or too long"),
    ],
)
def test_what_is_not_toml_names_its_line(path: Path, text: str, part: str) -> None:
    error = refused(path, text)
    assert part in error.message
    assert error.hint


def test_what_is_not_utf8_is_refused(path: Path) -> None:
    path.write_bytes(b'context = "\xff\xfe"')
    with pytest.raises(UsageError, match="not UTF-8"):
        read_config(path, action_ids=ACTION_IDS)


def test_a_folder_in_its_place_is_refused(path: Path) -> None:
    path.mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        read_config(path, action_ids=ACTION_IDS)


HOSTILE = (
    "[/]",
    "[@click=app.quit]",
    "\x1b[2J",
    "\x1b]52;c;aGk=\x07",
    "\u202etxt",
    "$(id)",
    "\x9b1m",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_any_place_is_a_problem_and_no_crash(path: Path, text: str) -> None:
    word = json.dumps(text)
    for place in (f"{word} = 1", f"context = {word}", f"[contexts.{word}]", f"[keys]\n{word} = ''"):
        assert problems(path, place)
    for setting in CONTEXT_SETTINGS:
        if setting.key != "account":
            assert problems(path, f"[contexts.a]\n{setting.key} = {word}")


class TestTheSchema:
    schema = config_schema(ACTION_IDS)
    validator = jsonschema_rs.validator_for(schema)

    def test_is_a_json_schema(self) -> None:
        jsonschema_rs.meta.validate(json.loads(json.dumps(self.schema)))

    def test_explains_every_setting(self) -> None:
        tables = self.schema["properties"]
        for table, settings in (
            (tables["contexts"]["additionalProperties"], CONTEXT_SETTINGS),
            (tables["console"], CONSOLE_SETTINGS),
        ):
            assert list(table["properties"]) == [setting.key for setting in settings]
            assert all(said["description"] for said in table["properties"].values())
        assert list(tables["keys"]["properties"]) == list(ACTION_IDS)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            A,
            GATEWAY,
            "context = 'a'\n" + A,
            A + "timeout = 5\nread_only = true\ncolour = 'red'\nca_file = '/x.pem'\n",
            A + "proxy = 'http://proxy:3128'\naccount = 'a@b.c'\ncompany = 'c-1_~!'\n",
            A.replace("https://a.example", "HTTPS://A.example:8443/x/gateway/"),
            A.replace("https://a.example", "http://[::1]:8000"),
            "[console]\ntheme = 'terminal'\nlock_after = 0\n",
            "[keys]\n'humans.refresh' = 'f5'\n",
            production("a", "red") + production("b", "teal"),
        ],
    )
    def test_accepts_what_is_read(self, path: Path, text: str) -> None:
        read(path, text)
        assert self.validator.is_valid(tomllib.loads(text))

    @pytest.mark.parametrize(
        "text",
        [
            "x = 1",
            "context = 1",
            "contexts = 1",
            "[contexts.a]",
            "[contexts.a]\nkind = 'console'",
            "[contexts]\na = 1",
            "[contexts.a]\nkind = 'x'\nurl = 'https://a'",
            GATEWAY.replace('bot = "b"\n', ""),
            A.replace(".a]", ".sandbox]"),
            A.replace(".a]", ".'a b']"),
            A + "colr = 'red'",
            A + "colour = 'mauve'",
            A + "read_only = 'yes'",
            A + "company = ''",
            A + "bot = '..'",
            A + "bot = 'a/b'",
            A + "bot = 'ü'",
            A + "timeout = 0",
            A + "timeout = 601",
            A + "proxy = 'socks5://x'",
            A + "proxy = 'http://a:b@x'",
            A.replace("https://a.example", "ftp://a"),
            A.replace("https://a.example", "https://me:pw@a"),
            A.replace("https://a.example", "https://a?x"),
            "[console]\ntheme = 'pink'",
            "[console]\nlock_after = -1",
            "[console]\nlock_after = 1.5",
            "[keys]\n'humans.nothing' = 'f5'",
            "[keys]\n'humans.refresh' = 5",
        ],
    )
    def test_refuses_what_is_refused(self, path: Path, text: str) -> None:
        assert problems(path, text)
        assert not self.validator.is_valid(tomllib.loads(text))

    def test_names_no_secret(self) -> None:
        properties: dict[str, Any] = self.schema["properties"]["contexts"]["additionalProperties"]
        assert not {"token", "password", "secret"} & set(properties["properties"])
