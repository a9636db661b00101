"""What `aicx token issue` and `rotate` do."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from functools import partial
from pathlib import Path

from pydantic import JsonValue

from aicx_tui.cli.asking import agreed, can_ask
from aicx_tui.cli.output import print_json
from aicx_tui.cli.reporting import narrate
from aicx_tui.cli.stopping import ended_as_by_ctrl_c
from aicx_tui.cli.target_words import document_of, tell_target
from aicx_tui.cli.token_context import own_token, remember_held
from aicx_tui.cli.token_rescue import Rescuer
from aicx_tui.credentials import Found, patience
from aicx_tui.errors import (
    AicxError,
    KeyringUnavailableError,
    NotSignedInError,
    PartlyFailedError,
    StoppedError,
    UsageError,
)
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.refusing import refuse_if_read_only
from aicx_tui.services.rotation import Outcome, Rotated
from aicx_tui.services.rotation import rotate as rotated_by
from aicx_tui.services.rotation_keeping import Means, Step
from aicx_tui.services.rotation_opening import means_for
from aicx_tui.services.rotation_targets import chosen, hand_out, targets_of
from aicx_tui.services.saved_tokens import SavedTokens
from aicx_tui.services.setup import Setup
from aicx_tui.services.targets import Outcome as TargetOutcome
from aicx_tui.services.targets import Target
from aicx_tui.services.token_places import FilePlace
from aicx_tui.settings import Context

_SAID = {
    Step.PROVED: "A new token can be kept.",
    Step.NOTED: "What is about to be done is noted.",
    Step.ISSUED: "A new token is issued; the one before is dead.",
    Step.STORED: "The new token is kept.",
    Step.VERIFIED: "The platform accepts it.",
    Step.PROMOTED: "It signs in from now on.",
}
"""What a person is told of each step."""

_HOW = {
    Outcome.ISSUED: "A new token of {name} is in {place}; the one before is dead.",
    Outcome.ADOPTED: "Another process had replaced the token of {name} already; the one in {place} "
    "works, and none was issued.",
    Outcome.RESUMED: "A replacement of the token of {name} had been cut off and is finished now; "
    "the new one is in {place}, and no other was issued.",
}


async def issue(arguments: Namespace, setup: Setup) -> None:
    """`token issue`: a new token, kept here and given to nobody else."""
    await _run(arguments, setup, ["none"])


async def rotate(arguments: Namespace, setup: Setup) -> None:
    """`token rotate`: a new token, kept here and given to the places that use it."""
    await _run(arguments, setup, arguments.targets)


async def _run(arguments: Namespace, setup: Setup, names: list[str]) -> None:
    """Replace the token and report, in one JSON object where that is asked for.

    Raises:
        PartlyFailedError: The token is replaced, and a place that uses it has not got it.
        AicxError: It is not replaced, or not yet where it belongs.
    """
    report: dict[str, JsonValue] = {"context": None, "outcome": None, "targets": []}
    try:
        async with own_token(arguments, setup) as own:
            report["context"] = own.context.name
            await remember_held(own, setup)
            await _replaced(arguments, setup, own.context, names, report)
    except asyncio.CancelledError:
        stopped = _stopped(report)
        report["error"] = {"message": stopped.message, "hint": stopped.hint, "code": 130}
        raise stopped from None
    except AicxError as error:
        report["error"] = {"message": error.message, "hint": error.hint, "code": error.exit_code}
        raise
    finally:
        if arguments.json:
            print_json(report)


_WITH_A_NEW_ONE = {Step.ISSUED.value, Step.STORED.value, Step.ENDED.value}
"""Steps after which the token before is dead."""


def _stopped(report: dict[str, JsonValue]) -> StoppedError:
    """What an interruption leaves: a rotation that had begun has ended before it was heard."""
    steps = report.get("steps")
    if isinstance(steps, list) and not _WITH_A_NEW_ONE.isdisjoint(map(str, steps)):
        return StoppedError(
            "Interrupted. The token is replaced and safe; not every place that uses it has it.",
            hint="Give it to them: aicx token targets update --missing",
        )
    return StoppedError("Interrupted. Nothing was issued.")


async def _replaced(
    arguments: Namespace,
    setup: Setup,
    context: Context,
    names: list[str],
    report: dict[str, JsonValue],
) -> None:
    refuse_if_read_only(ACTIONS[arguments.command], context)
    setup.credentials.refuse_foreign_token(context)
    targets = chosen(targets_of(setup, context), names)
    held = await setup.credentials.find(context, patience=patience(setup.environ))
    if held is None:
        raise _nobody(context, setup)
    means = await _means(arguments, setup, context, held)
    await _ask(arguments, context, targets)
    steps: list[JsonValue] = []
    report["steps"] = steps
    with ended_as_by_ctrl_c():
        rotated = await rotated_by(_telling(means, steps, silent=arguments.json), held)
    report |= {
        "outcome": rotated.outcome.value,
        "fingerprint": rotated.fingerprint,
        "replaced": rotated.replaced or None,
        "stored_in": rotated.place,
    }
    narrate(_HOW[rotated.outcome].format(name=context.name, place=rotated.place))
    if context.source == "sandbox":
        narrate("The sandbox signs in by its own password from now on.")
    elif held.source == "AICX_TOKEN" or setup.credentials.given(context) is not None:
        narrate(f"{held.source} still holds the one before: replace it there.")
    await _update(setup, context, targets, rotated, report)


async def _means(arguments: Namespace, setup: Setup, context: Context, held: Found) -> Means:
    """What it is done with: the keyring, or the file that is named where there is none."""
    waits = patience(setup.environ)
    file_at = partial(FilePlace, saved=SavedTokens(setup.home), held=held.secret)
    try:
        file = file_at(Path(arguments.save_to)) if arguments.save_to else None
    except UsageError as error:
        error.message = f"{error.message} Nothing was issued."
        raise
    rescuer = Rescuer(file, file_at=file_at)
    means_with = partial(
        means_for, context, setup.credentials, setup.home, patience=waits, rescue=rescuer
    )
    if file is None:
        return means_with()
    if context.source != "config" or _is_read_from(arguments, file):
        return means_with(place=file)
    means = means_with()
    try:
        await means.place.prove(characters=0)
    except KeyringUnavailableError as problem:
        narrate(f"{problem.message} The new token goes to {file.name}.")
        return means_with(place=file)
    await file.prove(characters=0)
    return means


def _is_read_from(arguments: Namespace, file: FilePlace) -> bool:
    """Whether the token that is replaced was read from the file: who reads it gets the new one."""
    read = arguments.token_file
    return bool(read) and Path(read).expanduser().resolve() == Path(file.file).resolve()


def _telling(means: Means, steps: list[JsonValue], *, silent: bool) -> Means:
    from dataclasses import replace

    def tell(step: Step) -> None:
        steps.append(step.value)
        if not silent and step in _SAID:
            narrate(_SAID[step])

    return replace(means, told=tell, waits=_say_waiting)


def _say_waiting() -> None:
    narrate("Another run replaces the token just now, or gives it to a place; it is waited for.")


def _nobody(context: Context, setup: Setup) -> NotSignedInError:
    if problem := setup.credentials.problem:
        return NotSignedInError(
            f"The sign-in to {context.name} is not known. {problem.message} Nothing was issued.",
            hint=problem.hint,
        )
    return NotSignedInError(
        f"Nobody is signed in to {context.name}. Nothing was issued.",
        hint=f"Sign in: aicx login --context {context.name}",
    )


async def _ask(arguments: Namespace, context: Context, targets: tuple[Target, ...]) -> None:
    if arguments.yes:
        return
    if not can_ask():
        raise UsageError(
            "Issuing a token ends the one before at once, and nobody can be asked here. Nothing "
            "was issued.",
            hint="Add --yes to do it without a question.",
        )
    places = ", ".join(target.name for target in targets)
    then = f" Then it is given to: {places}." if places else ""
    question = f"Issue a new token for {context.name}? The one before stops working at once.{then}"
    if not await agreed(question):
        raise StoppedError("Nothing was issued.")


async def _update(
    setup: Setup,
    context: Context,
    targets: tuple[Target, ...],
    rotated: Rotated,
    report: dict[str, JsonValue],
) -> None:
    if not targets:
        return
    # Whoever issued one that was adopted may have given it to none of these, or to some.
    lacking, token = rotated.outcome is Outcome.ADOPTED, rotated.token
    results = await hand_out(setup, context, targets, token, told=tell_target, lacking=lacking)
    report["targets"] = [document_of(result) for result in results]
    missing = [r.target.name for r in results if r.outcome in _MISSING]
    if missing:
        raise PartlyFailedError(
            f"The token is replaced and safe in {rotated.place}, but not every place that uses it "
            f"has it: {', '.join(missing)}.",
            hint="Mend them, then give it to them: aicx token targets update --missing",
        )


_MISSING = (TargetOutcome.FAILED, TargetOutcome.NOT_TRIED)
