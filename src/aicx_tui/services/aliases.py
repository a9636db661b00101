"""The aliases of the signed-in user: names to speak under, of which zero or one is the default."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from aicx_tui.api.console_profile import ConsoleProfile
from aicx_tui.errors import FieldProblem, NotFoundError, OutcomeUnknownError, UsageError
from aicx_tui.models.profile import Alias, AliasChanges, AliasDraft
from aicx_tui.services.lost_replies import read_after_loss, stored
from aicx_tui.services.pictures import Picture
from aicx_tui.text import clean, has_control_character

KEY_BYTES = 32
"""Random bytes of the key under which an alias is created."""

NAME = "display_name"


@dataclass(frozen=True, kw_only=True)
class AliasWish:
    """What an alias is to be; what is None stays as it is.

    Attributes:
        name: What customers read.
        picture: Its own; None where it stays as it is.
        takes_picture_away: Whether it is to have none.
        is_default: Whether new conversations begin under it.
    """

    name: str | None = None
    picture: Picture | None = None
    takes_picture_away: bool = False
    is_default: bool | None = None


class Aliases:
    """Reads and changes the aliases of who is signed in.

    Args:
        profile: The calls.
    """

    def __init__(self, profile: ConsoleProfile) -> None:
        self._profile = profile
        self._stored: dict[bytes, str] = {}
        self._key = ("", "")

    async def read(self) -> tuple[Alias, ...]:
        """All of them, oldest first."""
        return await self._profile.list_aliases()

    async def create(self, wish: AliasWish) -> Alias:
        """Create one; tried again after a failure, it is the same one.

        Raises:
            UsageError: It has no name, or one that no terminal or web page shows.
            PlatformFailedError: The platform said that it failed, and none is called so.
            OutcomeUnknownError: No reply came, and none is called so yet, or one is that may be
                from before.
        """
        draft = AliasDraft(display_name=checked_alias_name(wish.name or ""))
        if wish.picture is not None:
            draft = draft.model_copy(update={"avatar_id": await self._store(wish.picture)})
        if wish.is_default:
            draft = draft.model_copy(update={"default": True})
        try:
            created = await self._profile.create_alias(draft, key=self._key_of(draft))
        except OutcomeUnknownError as lost:
            named = draft.display_name
            await read_after_loss(
                lost,
                read=self.read,
                is_made=lambda now: any(one.display_name == named for one in now),
            )
            raise OutcomeUnknownError(
                f"{lost.reason} Read again just now, there is an alias called so; it may be from "
                "before.",
                hint="Saved again from here, it is made once.",
            ) from lost
        self._key, self._stored = ("", ""), {}
        return created

    async def edit(self, alias: Alias, wish: AliasWish) -> Alias:
        """Change what differs; nothing is sent where nothing does.

        Raises:
            UsageError: The name is none.
        """
        changed: dict[str, object] = {}
        if wish.name is not None and wish.name != alias.display_name:
            changed[NAME] = checked_alias_name(wish.name)
        if wish.picture is not None:
            changed["avatar_id"] = await self._store(wish.picture)
        elif wish.takes_picture_away and alias.avatar_id is not None:
            changed["avatar_id"] = None
        if wish.is_default is not None and wish.is_default != alias.default:
            changed["default"] = wish.is_default
        if not changed:
            return alias
        changes = AliasChanges.model_validate(changed)
        try:
            return await self._profile.update_alias(alias.id, changes)
        except OutcomeUnknownError as lost:
            wanted = alias.model_copy(update=changed)
            await read_after_loss(lost, read=self.read, is_made=lambda now: wanted in now)
            return wanted

    async def make_default(self, alias: Alias) -> Alias:
        """Begin new conversations under this one."""
        return await self.edit(alias, AliasWish(is_default=True))

    async def delete(self, alias: Alias) -> None:
        """Delete one for good."""
        try:
            await self._profile.delete_alias(alias.id)
        except OutcomeUnknownError as lost:
            await read_after_loss(
                lost, read=self.read, is_made=lambda now: all(one.id != alias.id for one in now)
            )

    async def _store(self, picture: Picture) -> str:
        """Send a picture, once however often what needs it is tried."""
        if picture.content not in self._stored:
            self._stored = {picture.content: await stored(self._profile, picture)}
        return self._stored[picture.content]

    def _key_of(self, draft: AliasDraft) -> str:
        body = draft.model_dump_json()
        if self._key[0] != body:
            self._key = body, secrets.token_hex(KEY_BYTES)
        return self._key[1]


def checked_alias_name(name: str) -> str:
    """A name that an alias can have.

    Raises:
        UsageError: It is blank, or has a control character.
    """
    text = name.strip()
    problem = "This is needed." if not text else ""
    if has_control_character(text):
        problem = "A control character is in it."
    if problem:
        raise UsageError("Nothing was sent.", problems=[FieldProblem(NAME, problem)])
    return text


def alias_called(word: str, aliases: Sequence[Alias]) -> Alias:
    """The alias of an id, or else of a name that only one has.

    Raises:
        NotFoundError: There is none.
        UsageError: There are several of that name.
    """
    if by_id := [alias for alias in aliases if alias.id == word]:
        return by_id[0]
    folded = word.strip().casefold()
    named = [alias for alias in aliases if alias.display_name.strip().casefold() == folded]
    if len(named) == 1:
        return named[0]
    name = clean(word, limit=80)
    if not named:
        raise NotFoundError(
            f"There is no alias “{name}”. Nothing was changed.",
            hint="See those there are: aicx aliases list",
        )
    ids = ", ".join(clean(alias.id, limit=80) for alias in named)
    raise UsageError(f"Several aliases are called “{name}”: {ids}.", hint="Name it by its id.")


def used_instead(alias: Alias, *, own_name: str) -> str:
    """What new conversations begin under once an alias is gone, in a sentence."""
    if not alias.default:
        return "It is not the default, so new conversations begin as they do now."
    name = f", {clean(own_name, limit=80)}" if own_name else ""
    return f"It is the default: new conversations then begin under the account's own name{name}."


def used_now(alias: Alias, *, own_name: str) -> str:
    """The same once it is gone; empty where nothing is another than before."""
    if not alias.default:
        return ""
    name = f", {clean(own_name, limit=80)}" if own_name else ""
    return f"New conversations now begin under the account's own name{name}."
