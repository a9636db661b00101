"""What Enter does on a line of the profile: a form, a list to choose from, or a grant elsewhere."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError
from aicx_tui.models.profile import ProfileChanges
from aicx_tui.services.localities import (
    ENGLISH,
    language_called,
    languages,
    offset_text,
    zone_of,
    zones,
)
from aicx_tui.tui.profile_lines import (
    AVATAR,
    LANGUAGE,
    NAME,
    PASSWORD,
    TWO_FACTOR,
    ZONE,
    Line,
    general_lines,
    local_lines,
)
from aicx_tui.tui.screens.dialog import AnswerT, Dialog
from aicx_tui.tui.screens.pick import PickScreen, Row
from aicx_tui.tui.telling import title_after

if TYPE_CHECKING:
    from aicx_tui.models.profile import Profile
    from aicx_tui.services.own_account import OwnAccount
    from aicx_tui.tui.own_profile import OwnProfile
    from aicx_tui.tui.screens.profile import ProfileScreen

HERE = "▸"


class ChangingProfile:
    """Asks for what a line is to be, over the screen that has the lines.

    Args:
        screen: Which.
    """

    def __init__(self, screen: ProfileScreen) -> None:
        self._screen = screen

    def change(self, line: Line) -> None:
        """Ask for what a line is to be, and make it so."""
        own = self._screen.own
        if line.id == ZONE:
            self._choose_zone(line)
        elif line.id == LANGUAGE:
            self._screen.run_worker(self._choose_language(line), group="choosing", exclusive=True)
        elif own is not None and own.account is not None and own.profile is not None:
            self._ask(line, own, own.account, own.profile)

    def _ask(self, line: Line, own: OwnProfile, account: OwnAccount, profile: Profile) -> None:
        from aicx_tui.tui.screens import profile_forms as forms  # only when asked for

        if line.id == NAME:
            self._push(forms.NameForm(account, profile), "The name is changed")
        elif line.id == AVATAR:
            self._push(forms.AvatarForm(account, profile), "The avatar is changed")
        elif line.id == PASSWORD:
            about = (profile.name, profile.email)
            form = forms.PasswordForm(account, about=about)
            self._push(form, "The password is changed", "Your other sessions have ended.")
        elif line.id == TWO_FACTOR and profile.two_factor:
            said = "The password alone signs in now."
            self._push(forms.TwoFactorOffForm(account), "Two-factor is off", said)
        elif line.id == TWO_FACTOR:
            form_on = forms.TwoFactorOnForm(account, email=profile.email)
            self._push(form_on, "Two-factor is on", "Every sign-in asks for a code by e-mail now.")
        else:
            self._link(line, account)

    def _link(self, line: Line, account: OwnAccount) -> None:
        from aicx_tui.tui.screens import profile_forms as forms  # only when asked for
        from aicx_tui.tui.screens.grant import GrantScreen

        verb, _, provider = line.id.partition("-")
        if verb == "unlink":
            title = f"Unlink {line.label}"
            form = forms.UnlinkForm(account, provider, title=title, said=line.note or line.label)
            self._push(form, f"{line.label} is unlinked", "It signs in no more.")
        else:
            linking = forms.Linking(account, provider)
            grant = GrantScreen(f"Link {line.label}", linking)
            self._push(grant, f"{line.label} is linked", "It can sign in from now on.")

    def _push(self, dialog: Dialog[AnswerT], title: str, said: str = "") -> None:
        def ended(answer: AnswerT | None) -> None:
            if answer is not None:
                self._screen.aicx.notify(said or "It is so from now on.", title=title, timeout=5)
            self._screen.read()

        self._screen.app.push_screen(dialog, ended)

    # Choosing

    def _choose_zone(self, line: Line) -> None:
        now = self._screen.aicx.clock()
        rows = [
            Row(
                zone.name,
                zone.name,
                HERE if zone.name == line.value else "",
                zone.offset,
                f"It is {zone.time} there now.",
            )
            for zone in zones(now)
        ]
        chosen = partial(self._chosen, ZONE)
        self._screen.app.push_screen(PickScreen("Time zone", _first(rows)), chosen)

    async def _choose_language(self, line: Line) -> None:
        listed = await asyncio.to_thread(languages)
        rows = [
            Row(
                language.tag,
                language.name,
                HERE if language.tag == line.value else "",
                language.own_name,
                language.tag,
            )
            for language in listed
        ]
        said = "Dates and numbers follow it. The console itself speaks English for now."
        dialog = PickScreen("Language", _first(rows), said=said)
        self._screen.app.push_screen(dialog, partial(self._chosen, LANGUAGE))

    def _chosen(self, field: str, value: str | None) -> None:
        if value:
            keep = self._keep(field, value)
            self._screen.run_worker(keep, group="keeping", exclusive=True)

    async def _keep(self, field: str, value: str) -> None:
        own, aicx = self._screen.own, self._screen.aicx
        try:
            if own is not None and own.account is not None:
                changes = ProfileChanges.model_validate({field: value})
                own.profile = await own.account.change(changes)
            else:
                self._keep_here(field, value)
        except AicxError as error:
            aicx.report(error, title=title_after(error, otherwise="Nothing was changed"))
            self._screen.read()
            return
        self._screen.humans.profile_changed()
        self._screen.show()

    def _keep_here(self, field: str, value: str) -> None:
        from aicx_tui.services.contexts import edit_context  # it loads what edits TOML

        setup, context = self._screen.aicx.setup, self._screen.humans.context
        if context.source == "config":
            setup.config = edit_context(setup.config.path, context.name, {field: value})
        self._screen.humans.keep_here(field, value)


def _first(rows: list[Row]) -> list[Row]:
    """The rows with what holds now at the top."""
    return sorted(rows, key=lambda row: row.key != HERE)


def shown_lines(screen: ProfileScreen) -> list[Line]:
    """The lines of GENERAL as far as they are known."""
    own, now = screen.own, screen.aicx.clock()

    def offset(name: str) -> str:
        zone = zone_of(name) if name else now.astimezone().tzinfo
        return offset_text(now.astimezone(zone).utcoffset()) if zone is not None else "unknown here"

    if own is None:
        return []
    if own.account is None:
        context = screen.humans.context
        language = language_called(context.language or ENGLISH)
        return local_lines(context, zone=offset(context.timezone), language=language)
    if own.profile is None:
        return []
    return general_lines(
        own.profile,
        providers=own.providers,
        zone=offset(own.profile.timezone),
        language=language_called(own.profile.language),
    )
