"""What config.toml says of targets: where else a context's token is used; never a secret.

    [[targets.acme]]
    name = "billing .env"
    kind = "env-file"
    file = "/srv/billing/.env"
    key = "AICX_TOKEN"

They are brought up to date in the order in which they stand here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from aicx_tui.addresses import platform_root
from aicx_tui.config import RESERVED_NAMES, Setting
from aicx_tui.config_problems import Problems, not_among
from aicx_tui.config_values import values_of
from aicx_tui.errors import UsageError
from aicx_tui.services.targets import DEFAULT_SECONDS, Target
from aicx_tui.settings import checked_timeout

MAX_NAME = 40
"""Characters."""

MAX_VALUE = 1000
"""Characters of any other text."""

CHECK_HELP = (
    "A command that gets the token on standard input and ends with 0 where the target has it."
)
COMMAND_HELP = (
    "A program and its arguments, without a shell; it gets the token on standard input, and "
    "nothing behind it."
)

COMMON = (
    Setting(
        "name",
        str,
        "What a person calls it.",
        check=lambda value, what: checked_target_name(value, what=what),
        is_required=True,
        limits={"minLength": 1, "maxLength": MAX_NAME, "pattern": r"^[^\s-](.*\S)?$"},
    ),
    Setting("kind", str, "What it is.", is_required=True),
    Setting(
        "check",
        str,
        CHECK_HELP,
        check=lambda value, what: _checked_words(value, what),
        limits={"minLength": 1},
    ),
    Setting(
        "stop_on_failure",
        bool,
        "Leave those below alone where this one fails; else they are tried nevertheless.",
    ),
    Setting(
        "timeout",
        float,
        f"Seconds after which it is ended; {DEFAULT_SECONDS:.0f} if left away.",
        check=lambda value, what: checked_timeout(max(0, min(value, 1000)), what=what),
        limits={"minimum": 0.1, "maximum": 600},
    ),
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KUBERNETES = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}")
_REPOSITORY = re.compile(r"([\w.-]+/)?[\w.-]+/[\w.-]+", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9][\w. -]*")


def _like(
    key: str, pattern: re.Pattern[str], text: str, such_as: str, *, required: bool = False
) -> Setting:
    def check(value: str, what: str) -> str:
        if len(value) > MAX_VALUE or not pattern.fullmatch(value):
            raise UsageError(f"{what} cannot be one; it is written such as {such_as}.")
        return value

    limits = {"pattern": f"^({pattern.pattern})$"}
    return Setting(key, str, text, check=check, is_required=required, limits=limits)


def _path(key: str, text: str, *, required: bool = False) -> Setting:
    return Setting(
        key, str, text, check=lambda value, what: _checked_path(value, what), is_required=required
    )


_VAULT_PATH = re.compile(r"(?!(.*/)?\.\.?(/|$))[\w.-]+(/[\w .-]+)*", re.ASCII)

KINDS: Mapping[str, tuple[Setting, ...]] = {
    "env-file": (
        _path("file", "The file that holds KEY=value, its full path.", required=True),
        _like("key", _NAME, "Which key of it.", "AICX_TOKEN", required=True),
    ),
    "github": (
        _like("secret", _NAME, "The secret's name.", "AICX_TOKEN", required=True),
        _like("repository", _REPOSITORY, "OWNER/NAME, or HOST/OWNER/NAME.", "acme/website"),
        _like("environment", _WORD, "The repository's environment.", "production"),
        _like("organisation", _WORD, "In place of a repository.", "acme"),
        Setting(
            "visibility",
            str,
            "Who sees the organisation's secret.",
            choices=("all", "private", "selected"),
        ),
        _like(
            "repositories",
            re.compile(r"[\w.-]+(,[\w.-]+)*", re.ASCII),
            "Those that see it, where its visibility is selected.",
            "website,billing",
        ),
    ),
    "vault": (
        Setting(
            "address",
            str,
            "Vault's address.",
            check=lambda value, what: platform_root(value, what=what),
            is_required=True,
        ),
        _like("mount", _VAULT_PATH, "Where the KV engine is mounted; secret if left away.", "kv"),
        _like("path", _VAULT_PATH, "The secret's path.", "billing/aicx", required=True),
        _like("key", re.compile(r"\S+"), "Which key of it.", "token", required=True),
        _like("namespace", _VAULT_PATH, "Vault's namespace.", "admin/team"),
        _like("token_env", _NAME, "The variable that has Vault's token.", "VAULT_TOKEN"),
        _path("token_file", "Or a file that has it, such as ~/.vault-token."),
        _path("ca_file", "A PEM file of authorities to trust in place of the system's."),
    ),
    "kubernetes": (
        _like("secret", _KUBERNETES, "The secret's name; it has to exist.", "aicx", required=True),
        _like("key", _KUBERNETES, "Which key of it.", "token", required=True),
        _like("namespace", _KUBERNETES, "Its namespace.", "billing", required=True),
        _like(
            "cluster",
            re.compile(r"[A-Za-z0-9][\w.:@/-]*", re.ASCII),
            "A context of kubectl; the one in use if left away.",
            "production",
        ),
    ),
    "command": (
        Setting(
            "command",
            str,
            COMMAND_HELP,
            check=lambda value, what: _checked_words(value, what),
            is_required=True,
            limits={"minLength": 1},
        ),
    ),
    "by-hand": (Setting("instructions", str, "What a person has to do there.", is_required=True),),
}
"""The settings of each kind, beside those in common."""


def settings_of_kind(kind: str) -> tuple[Setting, ...]:
    """Every setting of targets of a kind."""
    return (*COMMON, *KINDS[kind])


def targets_of(
    value: object, *, contexts: tuple[str, ...], problems: Problems
) -> dict[str, tuple[Target, ...]]:
    """Read the targets of all contexts.

    Args:
        value: What config.toml says under `targets`.
        contexts: Names of the contexts it describes.
        problems: Takes what is wrong.
    """
    if not isinstance(value, Mapping):
        problems.add("targets", "has to be a table of contexts")
        return {}
    problems.unknown(value, known=(*contexts, *RESERVED_NAMES), where="targets.")
    return _apart(
        {name: tuple(_targets(said, f"targets.{name}", problems)) for name, said in value.items()}
    )


def _apart(targets: dict[str, tuple[Target, ...]]) -> dict[str, tuple[Target, ...]]:
    """The targets, each without the variables that have the secrets of others."""
    every = [target.settings.get("token_env") for of in targets.values() for target in of]
    names = frozenset(name for name in every if name)
    return {
        context: tuple(
            replace(t, withheld=names - {t.settings.get("token_env", "")}) for t in of_context
        )
        for context, of_context in targets.items()
    }


def _targets(said: object, where: str, problems: Problems) -> Iterator[Target]:
    if not isinstance(said, list):
        problems.add(where, f"has to be a list: write [[{where}]]")
        return
    names: set[str] = set()
    for number, table in enumerate(said, 1):
        target = _target(table, f"{where}[{number}]", problems)
        if target is None:
            continue
        if target.name.casefold() in names:
            problems.add(f"{where}[{number}].name", f"is that of another target: {target.name}")
        names.add(target.name.casefold())
        yield target


def _target(table: object, where: str, problems: Problems) -> Target | None:
    if not isinstance(table, Mapping):
        problems.add(where, "has to be a table")
        return None
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        said = "is missing" if kind is None else not_among(kind, tuple(KINDS))
        problems.add(f"{where}.kind", said)
        return None
    before = len(problems.found)
    settings = settings_of_kind(kind)
    values = values_of(table, settings, where=where, problems=problems)
    for key, message in _disagreements(kind, table):
        problems.add(f"{where}.{key}", message)
    return None if len(problems.found) > before else _made(values)


def _made(values: dict[str, Any]) -> Target:
    return Target(
        name=values.pop("name"),
        kind=values.pop("kind"),
        check=values.pop("check", ""),
        stops=values.pop("stop_on_failure", False),
        seconds=values.pop("timeout", DEFAULT_SECONDS),
        settings=values,
    )


def _disagreements(kind: str, table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """What is wrong with settings that are right each."""
    if kind == "github":
        if ("repository" in table) == ("organisation" in table):
            yield "repository", "or organisation is needed, and not both"
        if "environment" in table and "repository" not in table:
            yield "environment", "belongs to a repository"
        if "organisation" in table and "visibility" not in table:
            yield "visibility", "is missing: gh would set private, whatever it was before"
        if ("repositories" in table) != (table.get("visibility") == "selected"):
            yield "repositories", "and a visibility of selected belong together"
    if kind == "vault" and ("token_env" in table) == ("token_file" in table):
        yield "token_env", "or token_file is needed, and not both: config.toml keeps no secret"


WORDS = ("all", "none")
"""What targets are chosen by beside their names."""


def checked_target_name(value: str, *, what: str) -> str:
    """Return the name of a target.

    Raises:
        UsageError: It is none that could be shown and typed.
    """
    if not value.strip() or value != value.strip() or value.startswith("-"):
        raise UsageError(f"{what} has to be a text without blanks around it or a leading dash.")
    if len(value) > MAX_NAME:
        raise UsageError(f"{what} has {len(value)} characters; {MAX_NAME} are shown.")
    if value.casefold() in WORDS:
        raise UsageError(f"{what} is {value}, which aicx token rotate --targets takes as a word.")
    return value


def _checked_words(value: str, what: str) -> str:
    import shlex  # only where there is a command

    try:
        words = shlex.split(value)
    except ValueError:
        raise UsageError(f"{what} has a quotation mark without its other.") from None
    if not words or not words[0]:
        raise UsageError(f"{what} names no program.")
    return value


def _checked_path(value: str, what: str) -> str:
    """A path that means the same wherever a command is typed; what is there shows later."""
    if not value.startswith(("/", "~")) and value[1:3] not in (":\\", ":/"):
        raise UsageError(f"{what} is not a full path.")
    return value


def targets_schema(schema_of: Any) -> dict[str, Any]:  # noqa: ANN401  # a function of JSON
    """The JSON Schema of `targets`.

    Args:
        schema_of: Gives the schema of settings.
    """
    kinds = []
    for kind in KINDS:
        of_kind = schema_of(settings_of_kind(kind))
        of_kind["properties"]["kind"]["const"] = kind
        kinds.append(of_kind)
    return {
        "type": "object",
        "description": "Where else the token of a context is used.",
        "additionalProperties": {"type": "array", "items": {"oneOf": kinds}},
    }
