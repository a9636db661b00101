"""What `aicx tags list`, `define`, `rename`, `delete` and `import` do."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from aicx_tui.cli.asking import agreed, can_ask
from aicx_tui.cli.command import OnTags
from aicx_tui.cli.humans import brought_up_to_date
from aicx_tui.cli.output import print_json, print_line
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import AicxError, UsageError
from aicx_tui.models.tag import TagDefinition
from aicx_tui.numerals import grouped
from aicx_tui.services.directory import Directory
from aicx_tui.services.importing_files import read_bytes
from aicx_tui.services.tag_defining import OpenTags
from aicx_tui.services.tag_importing import wishes_in
from aicx_tui.services.tag_planning import Step, Wish, planned
from aicx_tui.services.tag_values import choices_said
from aicx_tui.storage.mirror import COUNTED
from aicx_tui.text import clean, fit


def prepare_list(arguments: Namespace) -> OnTags:
    """`list`."""

    async def run(opened: OpenTags) -> None:
        tags = (await opened.definitions.read()).tags
        if arguments.json:
            print_json([tag.model_dump(mode="json") for tag in tags])
            return
        for tag in tags:
            shown = f"{fit(tag.id, 36)}  {fit(tag.name, 20)}  {tag.kind:<6}"
            line = f"{shown}  {fit(choices_said(tag), 60)}"
            print_line(line.rstrip())
        if not tags and opened.definitions.is_local:
            narrate("No tags are known here: this platform has no call that lists tags.")
            narrate("  Their ids stand in Proto's web app: Human > Settings. Name them here with:")
            narrate("  aicx tags define NAME --id ID")

    return OnTags(run)


def prepare_define(arguments: Namespace) -> OnTags:
    """`define NAME …`: makes a tag, or changes what is given of the one that is there."""
    wish = Wish(
        name=arguments.name,
        id=arguments.id,
        kind=arguments.kind,
        choices=tuple(arguments.choice) if arguments.choice is not None else None,
        colour=arguments.colour,
    )
    if not wish.name.strip():
        raise UsageError("A tag needs a name. Nothing was changed.")

    async def run(opened: OpenTags) -> None:
        (step,) = await _defined(opened, [wish])
        _print_step(step, as_json=arguments.json)

    return OnTags(run)


def prepare_rename(arguments: Namespace) -> OnTags:
    """`rename TAG NAME`."""
    if not arguments.name.strip():
        raise UsageError("A tag needs a name. Nothing was changed.")

    async def run(opened: OpenTags) -> None:
        tag = (await opened.definitions.read()).find(arguments.tag)
        (step,) = await _defined(opened, [Wish(id=tag.id, name=arguments.name)])
        _print_step(step, as_json=arguments.json)

    return OnTags(run)


def prepare_delete(arguments: Namespace) -> OnTags:
    """`delete TAG`: says how many humans have it, and asks."""
    if not arguments.yes and not can_ask():
        raise UsageError(
            "There is no terminal to ask on. Nothing was deleted.",
            hint="Say that you mean it: --yes.",
        )

    async def run(opened: OpenTags) -> None:
        definitions = opened.definitions
        tag = (await definitions.read()).find(arguments.tag)
        if not arguments.yes and not await agreed(await _question(opened, tag)):
            narrate("Nothing was deleted.")
            return
        count = await definitions.delete(tag)
        await _keep(opened, with_humans=True)
        if arguments.json:
            print_json({"id": tag.id, "humans": count}, indent=None)
        if definitions.is_local:
            narrate(f"{clean(tag.name)} is not named here any more; humans keep their values.")
        else:
            narrate(f"Deleted {clean(tag.name)}; {_humans(count)} had it.")

    return OnTags(run)


def prepare_import(arguments: Namespace) -> OnTags:
    """`import FILE`: every row is checked before any tag is defined."""
    wishes = wishes_in(read_bytes(arguments.file))

    async def run(opened: OpenTags) -> None:
        definitions = opened.definitions
        if arguments.dry_run:
            steps = planned(wishes, await definitions.read(), is_local=definitions.is_local)
            if not arguments.json:
                for step in steps:
                    print_line(_line(step))
        else:
            steps = await _defined(opened, wishes)
        counts = _counts(steps)
        if arguments.json:
            print_json({**counts}, indent=None)
        said = "{new} new, {changed} changed, {unchanged} as they are.".format(
            **{name: grouped(count) for name, count in counts.items()}
        )
        narrate(f"{said} Nothing was changed yet." if arguments.dry_run else said)

    return OnTags(run)


async def _defined(opened: OpenTags, wishes: Sequence[Wish]) -> tuple[Step, ...]:
    try:
        return await opened.definitions.define(wishes)
    finally:
        await _keep(opened)


async def _keep(opened: OpenTags, *, with_humans: bool = False) -> None:
    """Let the local copy know, which the change itself does not depend on."""
    try:
        await opened.bring_up_to_date(with_humans=with_humans)
    except AicxError as error:
        narrate(f"The local copy is not up to date: {error.message}")


async def _question(opened: OpenTags, tag: TagDefinition) -> str:
    name = clean(tag.name)
    async with opened.directory() as directory:
        if opened.definitions.is_local:
            having = await _having(directory, tag) if directory is not None else "Humans"
            return f"Forget the name of {name}? {having} have it and keep their values."
        assert directory is not None  # noqa: S101  # an open platform has one
        await brought_up_to_date(directory)
        return f"Delete {name}? {await _having(directory, tag)} have it and lose their values."


async def _having(directory: Directory, tag: TagDefinition) -> str:
    count = await directory.count_tagged(tag.id)
    return f"{grouped(COUNTED - 1)} humans or more" if count >= COUNTED else _humans(count)


def _humans(count: int) -> str:
    return "1 human" if count == 1 else f"{grouped(count)} humans"


def _counts(steps: Sequence[Step]) -> dict[str, int]:
    new = sum(step.before is None for step in steps)
    unchanged = sum(step.changes_nothing for step in steps)
    return {"new": new, "changed": len(steps) - new - unchanged, "unchanged": unchanged}


def _line(step: Step) -> str:
    """What would become of a tag, for a person."""
    tag, name = step.after, clean(step.after.name)
    if step.before is None:
        return f"new        {name}  {_described(tag)}"
    if step.changes_nothing:
        return f"unchanged  {name}"
    was = f"{clean(step.before.name)}  {_described(step.before)}"
    return f"changed    {was}  →  {name}  {_described(tag)}"


def _described(tag: TagDefinition) -> str:
    choices = f" ({clean(choices_said(tag))})" if tag.choices else ""
    return f"{tag.kind}{choices}" + (f" {clean(tag.colour)}" if tag.colour else "")


def _print_step(step: Step, *, as_json: bool) -> None:
    """Print the tag's id, or all of it."""
    tag = step.after
    if as_json:
        print_json(tag.model_dump(mode="json"))
    else:
        print_line(clean(tag.id))
    if step.before is None:
        narrate(f"Defined {clean(tag.name)}: {_described(tag)}.")
    elif step.changes_nothing:
        narrate(f"{clean(tag.name)} is like that already. Nothing was changed.")
    else:
        was = "" if step.before.name == tag.name else f", until now {clean(step.before.name)}"
        narrate(f"Changed {clean(tag.name)}{was}: {_described(tag)}.")
