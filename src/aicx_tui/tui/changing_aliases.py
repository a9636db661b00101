"""The forms of aliases, and what is said when they are done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.services.aliases import used_now
from aicx_tui.text import clean
from aicx_tui.tui.own_changes import Made, UnderWay

if TYPE_CHECKING:
    from aicx_tui.models.profile import Alias
    from aicx_tui.services.aliases import Aliases
    from aicx_tui.tui.screens.profile import ProfileScreen

NAME_CHARACTERS = 40


class ChangingAliases:
    """Asks for aliases over the screen that lists them.

    Args:
        screen: Which.
    """

    def __init__(self, screen: ProfileScreen) -> None:
        self._screen = screen

    @property
    def _aliases(self) -> Aliases | None:
        own = self._screen.own
        return own.account.aliases if own is not None and own.account is not None else None

    def ask_for(self, alias: Alias | None) -> None:
        """Ask what an alias is to be, and make it so.

        Args:
            alias: What it is now; None for a new one.
        """
        from aicx_tui.tui.screens.alias_forms import AliasFormScreen  # only when asked for

        own, aliases = self._screen.own, self._aliases
        if own is None or aliases is None:
            return

        def saved(after: Alias | None) -> None:
            if after is None:
                return
            self._screen.go_to(after.id)
            name = clean(after.display_name, limit=NAME_CHARACTERS)
            if alias is None:
                self._tell("You can speak under it from now on.", title=f"Created {name}")
            elif after == alias:
                self._tell("It is like that already.", title="Nothing was changed")
            else:
                self._tell("It reads so from now on.", title=f"Changed {name}")

        form = AliasFormScreen(aliases, alias)
        form.outlasting = own.changes
        self._screen.app.push_screen(form, saved)

    def ask_whether_to_delete(self, alias: Alias) -> None:
        """Say what is used instead, and delete it."""
        from aicx_tui.tui.screens.alias_forms import DeleteAliasScreen  # only when asked for

        own, aliases = self._screen.own, self._aliases
        if own is None or aliases is None:
            return
        own_name = own.profile.name if own.profile is not None else ""
        name = clean(alias.display_name, limit=NAME_CHARACTERS)

        def deleted(is_deleted: bool | None) -> None:
            if is_deleted:
                said = used_now(alias, own_name=own_name)
                self._tell(said or "The default is as it was.", title=f"Deleted {name}")

        form = DeleteAliasScreen(aliases, alias, own_name=own_name)
        form.outlasting = own.changes
        self._screen.app.push_screen(form, deleted)

    def make_default(self, alias: Alias) -> None:
        """Begin new conversations under an alias."""
        own, aliases = self._screen.own, self._aliases
        if own is None or aliases is None:
            return
        name = clean(alias.display_name, limit=NAME_CHARACTERS)

        async def make() -> Made:
            await aliases.make_default(alias)
            return Made(f"{name} is the default", "New conversations begin under it.")

        change = UnderWay(alias.id, "default")
        own.changes.send(change, make, failed=f"{name} is not the default")

    def _tell(self, said: str, *, title: str) -> None:
        self._screen.aicx.notify(said, title=title, timeout=4)
