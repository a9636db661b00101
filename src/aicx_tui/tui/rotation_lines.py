"""How the replacing of a token reads while it goes on, and when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING

from textual.content import Content

from aicx_tui.errors import AicxError, NotSignedInError
from aicx_tui.services.rotation import Outcome
from aicx_tui.services.rotation_keeping import Step
from aicx_tui.services.targets import Outcome as TargetOutcome
from aicx_tui.text import clean, fit

if TYPE_CHECKING:
    from aicx_tui.services.rotation import Rotated
    from aicx_tui.services.targets import Target, TargetResult

STEPS = {
    Step.PROVED: "a new token can be kept",
    Step.ISSUED: "new token issued",
    Step.STORED: "new token stored",
    Step.VERIFIED: "new token verified",
    Step.PROMOTED: "old token retired",
}
"""What a person is shown of the steps, in their order."""

HOW = {
    Outcome.ISSUED: "A new token is in {place}.",
    Outcome.ADOPTED: "Another console had replaced the token already. The one in {place} works; "
    "none was issued.",
    Outcome.RESUMED: "A replacement had been cut off and is finished now: the new token is in "
    "{place}, and no other was issued.",
    Outcome.ACCEPTED: "The token that you pasted works and is in {place}.",
}

SIGNS = {
    TargetOutcome.VERIFIED: ("✓", "has it"),
    TargetOutcome.UPDATED: ("✓", "took it"),
    TargetOutcome.BY_HAND: ("!", "to be done by hand"),
    TargetOutcome.UNKNOWN: ("?", "does not show it"),
    TargetOutcome.FAILED: ("✗", "failed"),
    TargetOutcome.OUTDATED: ("✗", "has another"),
    TargetOutcome.NOT_TRIED: ("○", "not tried"),
}
"""How targets have ended: a sign and a word."""

STEP_CELLS, NAME_CELLS, SAID_CELLS = 26, 34, 52

SHOWN = "shown on the screen once"
"""Where a token is that somebody noted from the screen."""


def step_lines(done: Sequence[Step], *, is_running: bool) -> Iterator[Content]:
    """The steps in two columns: done, under way, or still to come."""
    cells = []
    is_next = is_running
    for step, said in STEPS.items():
        is_dead = step is Step.PROMOTED and Step.ISSUED in done  # from that moment, kept or not
        if step in done or is_dead:
            cells.append(Content.assemble(("✓ ", "bold $accent"), fit(said, STEP_CELLS)))
        else:
            sign = "◐ " if is_next else "○ "
            cells.append(Content.styled(sign + fit(said, STEP_CELLS), "$quiet"))
            is_next = False
    rows = -(-len(cells) // 2)
    for left, right in zip_longest(cells[:rows], cells[rows:], fillvalue=Content("")):
        yield Content.assemble(left, right)


def target_lines(
    targets: Sequence[Target], results: Mapping[str, TargetResult], *, is_running: bool
) -> Iterator[Content]:
    """The targets: what became of each, which one is asked, and which are still to come."""
    is_next = is_running
    for target in targets:
        name = fit(target.name, NAME_CELLS)
        if (result := results.get(target.name)) is None:
            sign = "◐" if is_next else "○"
            yield Content.styled(f"{sign} {name}", "$quiet")
            is_next = False
            continue
        sign, word = SIGNS[result.outcome]
        style = "bold $accent" if sign == "✓" else "bold $warning"
        yield Content.assemble((f"{sign} ", style), name, (f"  {word}", "$quiet"))
        if result.is_open:
            hint = "" if result.outcome is TargetOutcome.BY_HAND else result.hint
            said = clean(f"{result.message} {hint}".strip(), limit=400)
            yield from (Content.styled(f"  {line}", "$quiet") for line in wrap(said, SAID_CELLS))


def question(context: str, targets: Sequence[Target], *, is_replaced: bool) -> Content:
    """What is about to be done.

    Args:
        context: Whose token.
        targets: The places that get it.
        is_replaced: Whether the token is replaced already, so that only they are left.
    """
    count = "1 place" if len(targets) == 1 else f"{len(targets)} places"
    if is_replaced:
        return Content(f"{count} may still have the one before. Give the new token to:")
    then = (
        f"Then {count} that use it get the new one:"
        if targets
        else "Whatever else uses it has to get the new one."
    )
    return Content.assemble(
        f"A new token for {clean(context, limit=40)} is issued, kept and verified.\n",
        ("The one before stops working at once.", "bold"),
        f"\n{then}",
    )


def rotated_line(rotated: Rotated) -> Content:
    """How the token came to be replaced."""
    if rotated.place == SHOWN:
        return Content("The new token works in this run, and you have noted it.")
    return Content(clean(HOW[rotated.outcome].format(place=rotated.place), limit=600))


def report_line(results: Sequence[TargetResult], *, confirms: str) -> Content:
    """How many places have it, and what is left.

    Args:
        results: What became of each.
        confirms: The key that notes what was done by hand.
    """
    open_ = [result for result in results if result.is_open]
    if not results:
        return Content("")
    if not open_:
        said = "The place that uses it has it." if len(results) == 1 else "All of them have it."
        return Content.styled(said, "bold")
    by_hand = sum(result.outcome is TargetOutcome.BY_HAND for result in open_)
    failed = len(open_) - by_hand
    parts = [f"{len(results) - len(open_)} of {len(results)} have it."]
    parts += [f"{failed} did not take it; the token is safe."] if failed else []
    parts += [f"{by_hand} by hand: {confirms} in the list notes it."] if by_hand else []
    return Content.styled(" ".join(parts), "bold")


def error_lines(error: AicxError, *, signs_in: str) -> Content:
    """What went wrong, and the next step.

    Args:
        error: What it was.
        signs_in: The key that signs in; empty where nobody can.
    """
    lines = [Content.assemble(("! ", "bold $error"), clean(error.message))]
    lines += [Content.styled(clean(error.hint), "$quiet")] if error.hint else []
    if signs_in and isinstance(error, NotSignedInError):
        lines.append(Content.styled(f"{signs_in} signs in, once this is closed.", "$quiet"))
    return Content("\n").join(lines)
