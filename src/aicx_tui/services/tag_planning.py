"""What is to become of definitions of tags, found out before any of it is done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aicx_tui.errors import AicxError, FieldProblem, NotFoundError, UsageError
from aicx_tui.models.tag import TAG_KINDS, TagChanges, TagDefinition, TagDraft, TagKind
from aicx_tui.numerals import grouped
from aicx_tui.services.tag_catalogue import TagCatalogue
from aicx_tui.text import has_control_character

MAX_CHARACTERS = {"name": 255, "choices": 1000}

_COLOUR = re.compile("#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a tag is to be; what is None stays, or is as usual where the tag is new.

    Attributes:
        name: What to call it; a tag that is found by its name keeps its own writing of it.
        id: Which tag; empty for the one of the name.
        kind: One that gets choices and has no other is a choice.
        choices: For a choice, all there shall be.
        colour: `#rrggbb`; empty for none.
        is_new: Whether it is another one than there are, even where one is called so.
        place: Where it is written, such as `line 3`, for what is wrong with it.
    """

    name: str = ""
    id: str = ""
    kind: TagKind | None = None
    choices: tuple[str, ...] | None = None
    colour: str | None = None
    is_new: bool = False
    place: str = ""


@dataclass(frozen=True)
class Step:
    """A definition as it is and as it is to be.

    Attributes:
        before: None for a new one.
        after: Without an id where the platform gives one.
    """

    before: TagDefinition | None
    after: TagDefinition

    @property
    def changes_nothing(self) -> bool:
        """Whether it is like that already."""
        return self.before == self.after

    def draft(self) -> TagDraft:
        """What to send for a new one: only what is not as usual."""
        given = self.after.model_dump(exclude_defaults=True, exclude={"id"})
        return TagDraft.model_validate(given)

    def changes(self) -> TagChanges:
        """What to send for one that is there: only what differs."""
        before = self.before.model_dump() if self.before is not None else {}
        after = self.after.model_dump(exclude={"id"})
        return TagChanges.model_validate(
            {name: value for name, value in after.items() if before.get(name) != value}
        )


def planned(
    wishes: Iterable[Wish], catalogue: TagCatalogue, *, is_local: bool = False
) -> tuple[Step, ...]:
    """The steps to what is wished, each made on those before it.

    Args:
        wishes: In order.
        catalogue: What there is.
        is_local: Whether this machine keeps them, with ids that people give.

    Raises:
        AicxError: Something cannot be; `problems` has all of it, by place where there are places.
    """
    steps: list[Step] = []
    problems: list[FieldProblem] = []
    for wish in wishes:
        try:
            step = _step(wish, catalogue, is_local=is_local)
            if any(step.before is earlier.after for earlier in steps):
                raise UsageError("This tag is there twice.")
            catalogue = _after(catalogue, step)
            steps.append(step)
        except AicxError as error:
            if not wish.place:
                raise
            problems += _placed(error, wish.place)
    if problems:
        raise UsageError("Some tags cannot be defined so. Nothing was changed.", problems=problems)
    return tuple(steps)


def _placed(error: AicxError, place: str) -> list[FieldProblem]:
    if error.problems:
        return [FieldProblem(f"{place}, {p.field}", p.message) for p in error.problems]
    return [FieldProblem(place, error.message)]


def _step(wish: Wish, catalogue: TagCatalogue, *, is_local: bool) -> Step:
    before = _meant(wish, catalogue, is_local=is_local)
    after = _wished(wish, before)
    others = [tag for tag in catalogue.tags if before is None or tag is not before]
    if problems := list(_problems(after, others)):
        raise UsageError("The tag cannot be so. Nothing was changed.", problems=problems)
    return Step(before, after)


def _meant(wish: Wish, catalogue: TagCatalogue, *, is_local: bool) -> TagDefinition | None:
    """The tag that a wish is about; None for a new one."""
    if wish.is_new:
        return None
    if wish.id:
        for tag in catalogue.tags:
            if tag.id == wish.id:
                return tag
        if is_local:
            return None
        raise NotFoundError(
            f"There is no tag with the id {wish.id:.80}. Nothing was changed.",
            hint="For a new tag leave the id away: the platform gives one.",
        )
    if not wish.name.strip():
        raise UsageError("A tag needs a name. Nothing was changed.")
    try:
        return catalogue.find(wish.name)
    except NotFoundError:
        if not is_local:
            return None
    raise UsageError(
        f"The tag “{wish.name:.80}” is new here and has no id. Nothing was changed.",
        hint="Give the id that Proto's web app shows under Human > Settings: --id ID.",
    )


def _wished(wish: Wish, before: TagDefinition | None) -> TagDefinition:
    old = before or TagDefinition(id=wish.id, name=wish.name)
    kind = wish.kind or old.kind
    if wish.kind is None and wish.choices and not old.choices:
        kind = "choice"
    kept = old.choices if kind == "choice" else ()
    return TagDefinition(
        id=old.id,
        name=(wish.name.strip() if wish.id else "") or old.name.strip(),
        kind=kind,
        choices=kept if wish.choices is None else tuple(c.strip() for c in wish.choices),
        colour=old.colour if wish.colour is None else wish.colour or None,
    )


def _problems(tag: TagDefinition, others: Sequence[TagDefinition]) -> Iterable[FieldProblem]:
    if problem := _text_problem(tag.name, MAX_CHARACTERS["name"]):
        yield FieldProblem("name", problem)
    if any(other.name.casefold() == tag.name.casefold() for other in others):
        yield FieldProblem("name", f"Another tag is called “{tag.name:.80}”.")
    if tag.id and any(other.id == tag.id for other in others):
        yield FieldProblem("id", "Another tag has this id.")
    if has_control_character(tag.id):
        yield FieldProblem("id", "It holds a control character.")
    if tag.kind not in TAG_KINDS:
        yield FieldProblem("kind", f"It is one of {', '.join(TAG_KINDS)}.")
    if tag.kind == "choice" and not tag.choices:
        yield FieldProblem("choices", "A choice needs at least one.")
    if tag.kind != "choice" and tag.choices:
        yield FieldProblem("choices", f"Only the kind choice has them, and this is {tag.kind}.")
    for choice in tag.choices:
        if problem := _text_problem(choice, MAX_CHARACTERS["choices"]):
            yield FieldProblem("choices", problem)
    if len({choice.casefold() for choice in tag.choices}) < len(tag.choices):
        yield FieldProblem("choices", "One is there twice.")
    if tag.colour is not None and not _COLOUR.fullmatch(tag.colour):
        yield FieldProblem("colour", "It is written as #rrggbb, such as #3a7d44.")


def _text_problem(text: str, limit: int) -> str:
    if not text.strip():
        return "It is blank."
    if has_control_character(text):
        return "It holds a control character, such as a line end."
    return f"It is longer than {grouped(limit)} characters." if len(text) > limit else ""


def _after(catalogue: TagCatalogue, step: Step) -> TagCatalogue:
    """What there is once a step is done; a tag that the platform gives an id has none yet."""
    tags = tuple(step.after if tag is step.before else tag for tag in catalogue.tags)
    if step.before is None:
        tags = (*tags, step.after)
    return TagCatalogue(tags, is_whole=catalogue.is_whole)
