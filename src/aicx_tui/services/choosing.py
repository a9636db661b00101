"""Whom a command means by what somebody wrote down: ids, e-mails, uids or phone numbers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from aicx_tui.addresses import checked_id
from aicx_tui.errors import FieldProblem, NotFoundError, UsageError
from aicx_tui.models.human import Human
from aicx_tui.numerals import grouped
from aicx_tui.services.directory import Directory
from aicx_tui.storage.query.folding import digits


class By(StrEnum):
    """What humans are named by."""

    ID = "id"
    EMAIL = "email"
    UID = "uid"
    PHONE = "phone"


def checked_ids(names: Sequence[str]) -> list[str]:
    """Ids that can be sent, each once.

    Raises:
        UsageError: One cannot.
    """
    return list(dict.fromkeys(checked_id(i, what=f"The human's id {i!a:.80}") for i in names))


async def ids_of(directory: Directory, names: Sequence[str], by: By) -> list[str]:
    """The ids of humans that are named otherwise, each once.

    Args:
        directory: Where they are looked for.
        names: As they were written down.
        by: What they are.

    Raises:
        NotFoundError: Some mean nobody.
        UsageError: Some mean several humans, or an id cannot be one.
    """
    if by is By.ID:
        return checked_ids(names)
    found = await directory.look_up(list(dict.fromkeys(names)))
    meant = {name: await _those(directory, ids, name, by) for name, ids in found.items()}
    if missing := [name for name, ids in meant.items() if not ids]:
        raise NotFoundError(
            f"{grouped(len(missing))} of {grouped(len(meant))} names mean nobody. "
            "Nothing was sent.",
            hint="Look for them: aicx humans list QUERY.",
            problems=[FieldProblem(name, f"nobody has this {by}") for name in missing],
        )
    if several := {name: ids for name, ids in meant.items() if len(ids) > 1}:
        raise UsageError(
            f"{grouped(len(several))} of {grouped(len(meant))} names mean several humans. "
            "Nothing was sent.",
            hint="Name those by their ids.",
            problems=[FieldProblem(name, ", ".join(ids)) for name, ids in several.items()],
        )
    return list(dict.fromkeys(ids[0] for ids in meant.values()))


async def _those(directory: Directory, ids: Sequence[str], name: str, by: By) -> list[str]:
    """Those of the ids that a name means as what it is, and not as something else."""
    humans = [await directory.human(human_id) for human_id in ids]
    return [human.id for human in humans if human is not None and _is_named(human, name, by)]


def _is_named(human: Human, name: str, by: By) -> bool:
    match by:
        case By.EMAIL:
            return (human.email or "").casefold() == name.casefold()
        case By.UID:
            return human.uid == name
        case By.PHONE:
            return digits(human.phone_number or "") == digits(name)
        case _:
            return human.id == name
