"""The forms of an alias: to create or change one, and to delete one."""

from __future__ import annotations

from typing_extensions import override

from aicx_tui.models.profile import Alias
from aicx_tui.services.aliases import NAME, Aliases, AliasWish, used_instead
from aicx_tui.services.pictures import FIELD
from aicx_tui.text import clean
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.screens.picture_form import PICTURES, TAKE_AWAY, PictureFormScreen, picture_at
from aicx_tui.tui.widgets.form import Field

DEFAULT = "default"


class AliasFormScreen(PictureFormScreen[Alias]):
    """Asks for an alias and makes it; answers with what it is now.

    Args:
        aliases: Of whom.
        alias: What it is now; None for a new one.
    """

    SENDS = "save"
    BUSY = "Saving …"
    AT_STAKE = "An alias is being saved."
    GUARDS_TYPED = True
    GIVEN_UP = "Not waited for: the list shows whether it was saved."

    def __init__(self, aliases: Aliases, alias: Alias | None) -> None:
        title = f"Change {clean(alias.display_name, limit=40)}" if alias else "New alias"
        super().__init__(title, _fields(alias), advice="Customers read this name.")
        self._aliases = aliases
        self._alias = alias

    @override
    def start(self) -> None:
        self._form.start_at_first()

    @override
    async def send(self, values: dict[str, str]) -> Alias:
        wish = await self._wish(values)
        if self._alias is None:
            return await self._aliases.create(wish)
        return await self._aliases.edit(self._alias, wish)

    async def _wish(self, values: dict[str, str]) -> AliasWish:
        """What was typed; a name as it was shown stays, even where it could not be typed."""
        alias, file = self._alias, values[FIELD]
        is_other = alias is None or values[NAME] != alias.display_name.strip()
        return AliasWish(
            name=values[NAME] if is_other else None,
            picture=await picture_at(file) if file and file != TAKE_AWAY else None,
            takes_picture_away=file == TAKE_AWAY,
            is_default=bool(values[DEFAULT]),
        )


def _fields(alias: Alias | None) -> tuple[Field, ...]:
    has_picture = alias is not None and alias.avatar_id is not None
    kept = " Empty keeps the one it has, a single - takes it away." if has_picture else ""
    return (
        Field(NAME, "Name", value=alias.display_name if alias else ""),
        Field(FIELD, "Picture", f"{PICTURES}{kept}", is_required=False, is_path=True),
        Field(
            DEFAULT,
            "Default",
            "New conversations begin under it; the default until now is none any more.",
            value="yes" if alias is not None and alias.default else "",
            is_choice=True,
        ),
    )


class DeleteAliasScreen(FormScreen[bool]):
    """Says what is used instead, and deletes an alias.

    Args:
        aliases: Of whom.
        alias: Which.
        own_name: What the user is called without one.
    """

    SENDS = "delete"
    IS_SENT_BY_ENTER = False
    BUSY = "Deleting …"
    AT_STAKE = "An alias is being deleted."
    GIVEN_UP = "Not waited for: the list shows whether it was deleted."

    def __init__(self, aliases: Aliases, alias: Alias, *, own_name: str) -> None:
        name = clean(alias.display_name, limit=200)
        super().__init__(
            f"Delete {clean(alias.display_name, limit=40)}",
            (),
            said=f"{name}\n{used_instead(alias, own_name=own_name)}",
            advice="It stays visible in old conversations, and cannot be used again. "
            "ctrl+s deletes it.",
        )
        self._aliases = aliases
        self._alias = alias

    @override
    async def send(self, values: dict[str, str]) -> bool:
        await self._aliases.delete(self._alias)
        return True
