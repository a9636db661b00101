"""What `aicx contexts` and `aicx config` do."""

from __future__ import annotations

from argparse import Namespace

from pydantic import JsonValue

from aicx_tui.cli.output import print_fields, print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.config import CONTEXT_SETTINGS, RESERVED_NAMES, config_schema
from aicx_tui.credentials import Credentials, patience
from aicx_tui.errors import KeyringUnavailableError, UsageError
from aicx_tui.os_keyring import KeyringState
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.contexts import (
    Value,
    add_context,
    edit_context,
    remove_context,
    settings_of,
    use_context,
)
from aicx_tui.services.setup import Setup, unknown_context
from aicx_tui.services.target_records import TargetRecords
from aicx_tui.settings import Context
from aicx_tui.text import clean


async def list_contexts(arguments: Namespace, setup: Setup) -> None:
    """`list`: config.toml's contexts and the sandbox; the one that is used is marked."""
    chosen = "sandbox" if arguments.sandbox else setup.chosen_name(arguments.context)
    contexts = list(setup.config.contexts.values())
    if chosen and chosen not in (*setup.config.contexts, *RESERVED_NAMES):
        narrate(unknown_context(chosen, setup.config).message)
    if arguments.json:
        print_json([{**_document(c), "used": c.name == chosen} for c in contexts])
        return
    width = max(len(name) for name in (*setup.config.contexts, "sandbox"))
    for context in contexts:
        mark = "*" if context.name == chosen else " "
        words = [context.kind, context.host, *_marks(context)]
        print_line(f"{mark} {context.name:<{width}}  {clean('  '.join(words))}")
    mark = "*" if chosen == "sandbox" else " "
    print_line(f"{mark} {'sandbox':<{width}}  console  on this machine, made-up data")
    if chosen == "environment":
        narrate("The environment names a platform of its own, and that one is used.")


def _marks(context: Context) -> list[str]:
    marks = ["production"] if context.production else []
    marks += [context.colour] if context.colour else []
    return [*marks, "read-only"] if context.read_only else marks


def _document(context: Context) -> dict[str, JsonValue]:
    settings = settings_of(context)
    if isinstance(proxy := settings.get("proxy"), str) and "@" in proxy:
        settings["proxy"] = f"{proxy.partition('://')[0]}://********@{proxy.rpartition('@')[2]}"
    return {"name": context.name, **settings}


async def add(arguments: Namespace, setup: Setup) -> None:
    """`add NAME --kind … --url …`."""
    name: str = arguments.name
    config = add_context(setup.config.path, name, _given(arguments), use=arguments.use)
    narrate(f"Added {name}. Sign in with: aicx login --context {name}")
    if config.current == name:
        narrate(f"{name} is used from now on.")


async def use(arguments: Namespace, setup: Setup) -> None:
    """`use NAME`."""
    setup.config = use_context(setup.config.path, arguments.name)
    narrate(f"{arguments.name} is used from now on.")
    if (chosen := setup.chosen_name(None)) != arguments.name:
        narrate(f"But here the environment chooses {chosen}.")


async def show(arguments: Namespace, setup: Setup) -> None:
    """`show [NAME]`: the settings, and where the secret is."""
    chosen = "sandbox" if arguments.sandbox else setup.chosen_name(arguments.context)
    name = arguments.name or chosen
    if not name or name == "sandbox":
        raise UsageError(
            "The sandbox has no settings." if name else "No context is used.",
            hint="Name one: aicx contexts show NAME, of those in aicx contexts list",
        )
    context = setup.context(name)
    source = await _source(context, setup.credentials)
    if arguments.json:
        print_json(_document(context) | {"signed_in_by": source})
        return
    values = {key: _shown(value) for key, value in _document(context).items()}
    print_fields([*values.items(), ("signed in by", source)])


def _shown(value: JsonValue) -> str:
    """A value as a person reads it."""
    return str(value) if not isinstance(value, bool) else "yes" if value else "no"


async def _source(context: Context, credentials: Credentials) -> str:
    found = await credentials.find(context)
    if found is not None:
        return f"{found.slot.value} from {found.source}"
    if credentials.problem:
        return f"unknown: {credentials.problem.message}"
    return "nobody is signed in"


async def edit(arguments: Namespace, setup: Setup) -> None:
    """`edit NAME …`: changes what is given."""
    values, unset = _given(arguments), tuple(o.replace("-", "_") for o in arguments.unset)
    if both := set(values) & set(unset):
        raise UsageError(f"{both.pop()} is given and taken away at once.")
    if not values and not unset:
        raise UsageError("Nothing to change is given.", hint="See: aicx contexts edit --help")
    name: str = arguments.name
    before = setup.config.contexts.get(name)
    if before is not None and "url" in (*values, *unset):
        await setup.mirrors.refuse_while_changes_wait(before, else_="Or discard them.")
    config = edit_context(setup.config.path, name, values, unset=unset)
    after = config.contexts[name]
    narrate(f"Changed {name}.")
    if before is not None and before.origin != after.origin:
        narrate(f"What signs in at {before.origin} is not sent to {after.origin}; it stays in the")
        narrate("keyring for the case that you change back, until you sign out there.")
        narrate(f"Sign in anew with: aicx login --context {name}")


async def remove(arguments: Namespace, setup: Setup) -> None:
    """`remove NAME`: the settings and the secrets."""
    name: str = arguments.name
    context = setup.config.contexts.get(name)
    if context is not None and not arguments.discard:
        await setup.mirrors.refuse_while_changes_wait(context)
    remove_context(setup.config.path, name)
    narrate(f"Removed {name} from config.toml.")
    if context is None:
        return
    setup.mirrors.remove(context)
    setup.mirrors.local_tags(context).forget()
    TargetRecords(setup.home, name).forget_all()
    await _forget(context, setup, "Its secret")


async def _forget(context: Context, setup: Setup, what: str) -> None:
    """Remove a secret that nothing could find any more.

    Raises:
        KeyringUnavailableError: It may still be there.
    """
    credentials = setup.credentials
    if await credentials.forget(context, patience=patience(setup.environ)):
        narrate(f"{what} is gone from the keyring; it may still be valid at the platform.")
    if (problem := credentials.problem) is None:
        return
    left = f"{what} may still be in the keyring. {problem.message}"
    if credentials.keyring.state in (KeyringState.OFF, KeyringState.NONE):
        narrate(left)
        return
    raise KeyringUnavailableError(left, hint=problem.hint)


def _given(arguments: Namespace) -> dict[str, Value]:
    given = {s.key: getattr(arguments, s.key) for s in CONTEXT_SETTINGS}
    return {key: value for key, value in given.items() if value is not None}


async def schema(arguments: Namespace, setup: Setup) -> None:
    """`aicx config schema`."""
    del arguments, setup
    print_json(config_schema(tuple(ACTIONS)))


async def path(arguments: Namespace, setup: Setup) -> None:
    """`aicx config path`."""
    del arguments
    print_line(str(setup.config.path))
