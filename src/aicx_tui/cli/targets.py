"""What `aicx token targets` does."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps

from pydantic import JsonValue, SecretStr

from aicx_tui.cli.output import print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.session import named_context
from aicx_tui.cli.stopping import ended_as_by_ctrl_c
from aicx_tui.cli.target_words import document_of, tell_rehearsed, tell_target
from aicx_tui.cli.token_context import own_token, remember_held
from aicx_tui.config_targets import checked_target_name, settings_of_kind
from aicx_tui.credentials import patience
from aicx_tui.errors import NotSignedInError, OutcomeUnknownError, PartlyFailedError, UsageError
from aicx_tui.os_keyring import Slot
from aicx_tui.services.rotation_journal import RotationJournal, fingerprint
from aicx_tui.services.rotation_opening import take_up_if_cut_off
from aicx_tui.services.rotation_targets import hand_out, has_it
from aicx_tui.services.setup import Setup
from aicx_tui.services.target_records import Record, TargetRecords
from aicx_tui.services.target_registry import (
    Value,
    add_target,
    chosen_targets,
    remove_target,
    target_called,
    targets_of_context,
)
from aicx_tui.services.targets import (
    Outcome,
    Target,
    TargetResult,
    Told,
    check_targets,
    rehearse_targets,
)
from aicx_tui.settings import Context
from aicx_tui.text import clean

Verb = Callable[[Namespace, Setup, Context], Awaitable[None]]


def _of_a_context(verb: Verb) -> Callable[[Namespace, Setup], Awaitable[None]]:
    """Do something with the targets of the context that is meant; the sandbox runs meanwhile."""

    @wraps(verb)
    async def run(arguments: Namespace, setup: Setup) -> None:
        if not (arguments.sandbox or setup.chosen_name(arguments.context) == "sandbox"):
            await verb(arguments, setup, named_context(arguments, setup))
            return
        async with own_token(arguments, setup) as own:
            await remember_held(own, setup)
            await verb(arguments, setup, own.context)

    return run


@_of_a_context
async def list_targets(arguments: Namespace, setup: Setup, context: Context) -> None:
    """`list`: in their order, with what was last known of each."""
    targets = targets_of_context(setup.config, context.name)
    records = _records(setup, context).read()
    current = await _current(setup, context)
    if arguments.json:
        print_json([_document(target, records.get(target.name), current) for target in targets])
        return
    if not targets:
        narrate(f"{context.name} has no targets. Add one with: aicx token targets add KIND NAME …")
    widths = [max((len(w) for w in words), default=0) for words in _columns(targets)]
    for target in targets:
        known = _known(target, records.get(target.name), current)
        print_line(f"{clean(target.name):<{widths[0]}}  {target.kind:<{widths[1]}}  {clean(known)}")


async def _current(setup: Setup, context: Context) -> str | None:
    """The fingerprint of the token that is kept; empty for none, None where nobody can tell."""
    found = await setup.credentials.find(context)
    if found is None and setup.credentials.problem:
        return None
    return fingerprint(found.secret) if found and found.slot is Slot.TOKEN else ""


def _columns(targets: Sequence[Target]) -> tuple[list[str], list[str]]:
    return [clean(target.name) for target in targets], [target.kind for target in targets]


def _known(target: Target, record: Record | None, current: str | None) -> str:
    """What was last known, as a person reads it."""
    if record is None or record.kind != target.kind or record.outcome is Outcome.NOT_TRIED:
        return "! never"
    if record.outcome is Outcome.BY_HAND:
        return "! to be done by hand"
    at = record.at.strftime("%Y-%m-%d %H:%M %Z")
    by = f", by {record.by}" if record.by else ""
    if current is not None and record.fingerprint != current:
        return f"! {at}, of {'another token' if current else 'a token not kept here'}"
    if record.says_current(record.fingerprint):
        unseen = record.outcome is Outcome.UPDATED and not by
        return f"✓ {at}{by}{', not looked into' if unseen else ''}"
    return f"! {at}, {record.outcome.value}"


def _document(target: Target, record: Record | None, current: str | None) -> dict[str, JsonValue]:
    known: JsonValue = None
    if record is not None and record.kind == target.kind:
        known = record.model_dump(mode="json", exclude={"kind"})
    return {
        "name": target.name,
        "kind": target.kind,
        "settings": {key: str(value) for key, value in target.settings.items()},
        "check": target.check or None,
        "stop_on_failure": target.stops,
        "timeout": target.seconds,
        "last": known,
        "is_current": None if record is None or current is None else record.says_current(current),
    }


@_of_a_context
async def add(arguments: Namespace, setup: Setup, context: Context) -> None:
    """`add KIND NAME …`."""
    name = checked_target_name(arguments.name, what="The name")
    values: dict[str, Value] = {"name": name, "kind": arguments.kind}
    for setting in settings_of_kind(arguments.kind):
        value = getattr(arguments, f"of_target_{setting.key}", None)
        if value is not None:
            values[setting.key] = value
    setup.config = add_target(setup.config.path, context.name, values, before=arguments.before)
    narrate(f"Added {name}. Give it the token in use with: aicx token targets update '{name}'")


@_of_a_context
async def remove(arguments: Namespace, setup: Setup, context: Context) -> None:
    """`remove NAME`."""
    target = target_called(setup.config, context.name, arguments.name)
    setup.config = remove_target(setup.config.path, context.name, target.name)
    _records(setup, context).forget(target.name)
    narrate(f"Removed {target.name} from config.toml. What it has of the token stays there.")


@_of_a_context
async def check(arguments: Namespace, setup: Setup, context: Context) -> None:
    """`check [NAME …]`: changes nothing.

    Raises:
        PartlyFailedError: Some have not got the token, or could not be looked into.
    """
    targets = chosen_targets(setup.config, context.name, arguments.names)
    token = await _token(setup, context)
    records = _records(setup, context)

    def tell(result: TargetResult) -> None:
        _telling(arguments)(records.as_known(result, token))

    with ended_as_by_ctrl_c():
        results = await check_targets(targets, token, told=records.noting(token, tell))
    known = [records.as_known(result, token) for result in results]
    _report(arguments, known, token, missing=[r for r in known if r.is_open])


@_of_a_context
async def update(arguments: Namespace, setup: Setup, context: Context) -> None:
    """`update [NAME …]`: gives them the token in use.

    Raises:
        PartlyFailedError: Some have not got it.
    """
    targets = chosen_targets(setup.config, context.name, arguments.names)
    if arguments.dry_run:
        token = await _token(setup, context)
        with ended_as_by_ctrl_c():
            results = await rehearse_targets(
                _lacking(arguments, setup, context, targets, token),
                token,
                told=_telling(arguments, tell=tell_rehearsed),
            )
        _report(arguments, results, token, missing=_of(results, Outcome.FAILED))
        return
    token = await _token(setup, context)
    with ended_as_by_ctrl_c():
        results = await hand_out(
            setup,
            context,
            _lacking(arguments, setup, context, targets, token),
            token,
            told=_telling(arguments),
        )
    _report(arguments, results, token, missing=_of(results, Outcome.FAILED, Outcome.NOT_TRIED))


def _lacking(
    arguments: Namespace,
    setup: Setup,
    context: Context,
    targets: Sequence[Target],
    token: SecretStr,
) -> Sequence[Target]:
    """Those that are to get it; those that have it are left out where that is wanted."""
    if arguments.missing:
        known, print_ = _records(setup, context).read(), fingerprint(token)
        targets = [
            target for target in targets if not has_it(target, known.get(target.name), print_)
        ]
    if not targets:
        narrate("No target lacks it." if arguments.missing else "There are no targets.")
    return targets


def _of(results: Sequence[TargetResult], *outcomes: Outcome) -> list[TargetResult]:
    return [result for result in results if result.outcome in outcomes]


@_of_a_context
async def confirm(arguments: Namespace, setup: Setup, context: Context) -> None:
    """`confirm NAME`: a person did it by hand."""
    import getpass

    target = target_called(setup.config, context.name, arguments.name)
    if target.kind != "by-hand":
        raise UsageError(
            f"{target.name} is no target that is done by hand. Nothing was noted.",
            hint=f"Look into it with: aicx token targets check '{target.name}'",
        )
    token = await _token(setup, context)
    by = getpass.getuser()
    _records(setup, context).confirm(target, token, by=by)
    narrate(f"Noted that {target.name} has the token in use, by {by}.")


def _telling(arguments: Namespace, *, tell: Told = tell_target) -> Told:
    return (lambda _result: None) if arguments.json else tell


def _report(
    arguments: Namespace,
    results: Sequence[TargetResult],
    token: SecretStr,
    *,
    missing: Sequence[TargetResult],
) -> None:
    """Print the final report, and fail where something is still to be done."""
    if arguments.json:
        print_json(
            {
                "fingerprint": fingerprint(token),
                "targets": [document_of(result) for result in results],
            }
        )
    if missing:
        names = ", ".join(result.target.name for result in missing)
        raise PartlyFailedError(
            f"{len(missing)} of {len(results)} targets have not got the token, or were not seen to "
            f"have it: {names}. The token in use is as it was.",
            hint="Mend them, then: aicx token targets update --missing",
        )


def _records(setup: Setup, context: Context) -> TargetRecords:
    return TargetRecords(setup.home, context.name)


async def _token(setup: Setup, context: Context) -> SecretStr:
    """The token in use.

    Raises:
        OutcomeUnknownError: A replacement of it was cut off, and cannot be finished now.
        NotSignedInError: There is none.
    """
    await take_up_if_cut_off(context, setup.credentials, setup.home, tell=narrate)
    if context.source == "config" and RotationJournal(setup.home, context).exists:
        raise OutcomeUnknownError(
            f"A replacement of the token of {context.name} was cut off, and which one is in use is "
            "not known. Nothing was given to any target, and none was looked into.",
            hint=f"Finish it first: aicx token rotate --yes --context {context.name}",
        )
    found = await setup.credentials.find(context, patience=patience(setup.environ))
    if found is not None and found.slot is Slot.TOKEN:
        return found.secret
    problem = setup.credentials.problem
    why = problem.message if problem else f"No token of {context.name} is kept."
    raise NotSignedInError(
        f"{why} Nothing was done.",
        hint=(problem.hint if problem else "") or f"Sign in: aicx login --context {context.name}",
    )
