"""The bulks of one context: looked at before, made, paused, resumed and given up.

A bulk is on the disk before anything of it is sent; `services.bulk_running` sends.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aicx_tui.storage.bulks import TAG, Bulk, BulkItem, ItemState
from aicx_tui.storage.changes import Difference
from aicx_tui.storage.mirror import Mirror


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What all the humans of a bulk are to have.

    Attributes:
        tags: Values by tag id; None takes the tag away.
        fields: Values by field; None clears one.
    """

    tags: Mapping[str, str | None] = field(default_factory=dict)
    fields: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def after(self) -> dict[str, str | None]:
        """Values by field, a tag's as `tag:` and its id."""
        return {TAG + tag_id: value for tag_id, value in self.tags.items()} | dict(self.fields)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a bulk would do.

    Attributes:
        total: Humans in all.
        changing: Humans that would be other than they are.
        staying: Humans that are so already.
        unknown: Humans that the mirror does not have; they are sent as they were named.
        sample: Names of the first humans that change, and what would change.
        held: How many have which value now, by field, the most frequent first; who has none is
            not in it.
    """

    total: int
    changing: int
    staying: int
    unknown: int
    sample: Sequence[tuple[str, Sequence[Difference]]]
    held: Mapping[str, Sequence[tuple[str, int]]]


class Bulks:
    """Makes bulks and tells what became of them.

    Args:
        mirror: Where they are kept, beside the humans.
        who: Whose they are, as the history names them.
        read_only: Whether nothing may be made.
        clock: The present.
    """

    def __init__(
        self,
        mirror: Mirror,
        *,
        who: str,
        read_only: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.mirror = mirror
        self.who = who
        self.read_only = read_only
        self.clock = clock

    async def preview(self, human_ids: Iterable[str], wish: Wish) -> Preview:
        """What a bulk would do, by what the mirror has; nothing is kept or sent."""
        raise NotImplementedError

    async def make(self, human_ids: Iterable[str], wish: Wish, *, title: str) -> Bulk:
        """Make a bulk that gives every human the same; it is `running` from then on.

        Raises:
            UsageError: There is nobody or nothing to change, or a value holds what none may.
            RefusedError: The context is read-only.
        """
        raise NotImplementedError

    async def make_items(
        self,
        items: Iterable[BulkItem],
        *,
        title: str,
        undo_of: str = "",
        is_guarded: bool = False,
    ) -> Bulk:
        """Make a bulk in which each human gets its own; states and positions are given anew."""
        raise NotImplementedError

    async def listed(self) -> list[Bulk]:
        """Every bulk that is known, the latest first."""
        raise NotImplementedError

    async def get(self, bulk_id: str) -> Bulk:
        """A bulk by its id, or the beginning of it.

        Raises:
            NotFoundError: There is none, or more than one begins so.
        """
        raise NotImplementedError

    async def items(
        self, bulk_id: str, states: Collection[ItemState] = tuple(ItemState)
    ) -> AsyncGenerator[BulkItem, None]:
        """The humans of a bulk that are in these states, in order, some at a time."""
        raise NotImplementedError
        yield

    async def counts(self, bulk_id: str) -> Mapping[ItemState, int]:
        """How many humans of a bulk are how far."""
        raise NotImplementedError

    async def pause(self, bulk_id: str) -> Bulk:
        """Let a bulk rest after what is under way.

        Raises:
            UsageError: It is over.
        """
        raise NotImplementedError

    async def resume(self, bulk_id: str) -> Bulk:
        """Let a bulk go on, wherever its runner is; raises as `pause` does."""
        raise NotImplementedError

    async def cancel(self, bulk_id: str) -> Bulk:
        """Send nothing more of a bulk; what was done stays. Raises as `pause` does."""
        raise NotImplementedError
