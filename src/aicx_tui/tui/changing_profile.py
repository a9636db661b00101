"""What Enter does on a line of the profile: a form, a list to choose from, or a grant elsewhere."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError
from aicx_tui.models.profile import ProfileChanges
from aicx_tui.services.localities import (
    ENGLISH,
    canonical_tag,
    language_called,
    languages,
    offset_text,
    zone_of,
    zones,
)
from aicx_tui.tui.own_changes import Made, UnderWay
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
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.screens.pick import PickScreen, Row

if TYPE_CHECKING:
    from datetime import datetime

    from aicx_tui.models.profile import Profile
    from aicx_tui.services.own_account import OwnAccount
    from aicx_tui.tui.own_profile import OwnProfile
    from aicx_tui.tui.screens.profile import ProfileScreen

HERE = "▸"
UNLISTED = "As it is now; the list has it by no other name."
CALLED = {ZONE: "time zone", LANGUAGE: "language"}


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
            self._choose_zone()
        elif line.id == LANGUAGE:
            self._choose_language()
        elif own is not None and own.account is not None and own.profile is not None:
            self._ask(line, own, own.account, own.profile)

    def _ask(self, line: Line, own: OwnProfile, account: OwnAccount, profile: Profile) -> None:
        from aicx_tui.tui.screens import profile_forms as forms  # only when asked for

        if line.id == NAME:
            self._push(forms.NameForm(account, profile), "The name is changed", own=own)
        elif line.id == AVATAR:
            self._push(forms.AvatarForm(account, profile), "The avatar is changed", own=own)
        elif line.id == PASSWORD:
            about = (profile.name, profile.email)
            form = forms.PasswordForm(account, about=about)
            self._push(form, "The password is changed", "Your other sessions have ended.")
        elif line.id == TWO_FACTOR and profile.two_factor:
            said = "The password alone signs in now."
            self._push(forms.TwoFactorOffForm(account), "Two-factor is off", said, own=own)
        elif line.id == TWO_FACTOR:
            form_on = forms.TwoFactorOnForm(account, email=profile.email)
            self._push(form_on, "Two-factor is on", "Every sign-in asks for a code by e-mail now.")
        else:
            self._link(line, own, account)

    def _link(self, line: Line, own: OwnProfile, account: OwnAccount) -> None:
        from aicx_tui.tui.screens import profile_forms as forms  # only when asked for
        from aicx_tui.tui.screens.grant import GrantScreen

        verb, _, provider = line.id.partition("-")
        if verb == "unlink":
            title = f"Unlink {line.label}"
            form = forms.UnlinkForm(account, provider, title=title, said=line.note or line.label)
            self._push(form, f"{line.label} is unlinked", "It signs in no more.", own=own)
        else:
            linking = forms.Linking(account, provider)
            grant = GrantScreen(f"Link {line.label}", linking)
            self._push(grant, f"{line.label} is linked", "It can sign in from now on.")

    def _push(
        self, dialog: Dialog[AnswerT], title: str, said: str = "", *, own: OwnProfile | None = None
    ) -> None:
        if own is not None and isinstance(dialog, FormScreen):
            dialog.outlasting = own.changes

        def ended(answer: AnswerT | None) -> None:
            if answer is not None:
                self._screen.aicx.notify(said or "It is so from now on.", title=title, timeout=5)
            self._screen.read()

        self._screen.app.push_screen(dialog, ended)

    # Choosing

    def _present(self, field: str) -> str:
        """The zone or language as it is now; empty where none is set."""
        profile = self._screen.own.profile if self._screen.own is not None else None
        return str(getattr(profile or self._screen.humans.context, field))

    def _choose_zone(self) -> None:
        now, present = self._screen.aicx.clock(), self._present(ZONE)
        rows = [
            Row(zone.name, zone.name, note=zone.offset, more=f"It is {zone.time} there now.")
            for zone in zones(now)
        ]
        here = Row(present, present, note=_offset(present, now), more=UNLISTED)
        dialog = PickScreen("Time zone", _first(here, rows), has_cursor=bool(present))
        self._screen.app.push_screen(dialog, partial(self._chosen, ZONE))

    def _choose_language(self) -> None:
        said = "Dates and numbers follow it. The console itself speaks English for now."
        has_cursor = bool(self._present(LANGUAGE))
        dialog = PickScreen("Language", None, said=said, has_cursor=has_cursor)
        self._screen.app.push_screen(dialog, partial(self._chosen, LANGUAGE))
        self._screen.run_worker(self._list_languages(dialog), group="choosing", exclusive=True)

    async def _list_languages(self, dialog: PickScreen) -> None:
        listed = await asyncio.to_thread(languages)
        rows = [
            Row(language.tag, language.name, note=language.own_name, more=language.tag)
            for language in listed
        ]
        present = canonical_tag(self._present(LANGUAGE))
        dialog.fill(_first(Row(present, present, more=UNLISTED), rows))

    def _chosen(self, field: str, value: str | None) -> None:
        own = self._screen.own
        if not value or own is None:
            return
        if value == (own.changes.to_be(field) or self._present(field)):
            return
        if own.account is None:
            self._keep_here(field, value)
        else:
            self._send(own, own.account, field, value)

    def _send(self, own: OwnProfile, account: OwnAccount, field: str, value: str) -> None:
        humans = self._screen.humans

        async def make() -> Made:
            own.profile = await account.change(ProfileChanges.model_validate({field: value}))
            if humans.is_attached and humans.own is own:
                humans.profile_changed()
            return Made(f"The {CALLED[field]} is changed", f"It is {value} from now on.")

        failed = f"The {CALLED[field]} was not changed"
        own.changes.send(UnderWay(field, value), make, failed=failed)

    def _keep_here(self, field: str, value: str) -> None:
        from aicx_tui.services.contexts import edit_context  # it loads what edits TOML

        setup, context = self._screen.aicx.setup, self._screen.humans.context
        try:
            if context.source == "config":
                setup.config = edit_context(setup.config.path, context.name, {field: value})
        except AicxError as error:
            self._screen.aicx.report(error, title="Nothing was changed")
            return
        self._screen.humans.keep_here(field, value)
        self._screen.show()


def _first(here: Row, rows: list[Row]) -> list[Row]:
    """The rows with what holds now at the top.

    Args:
        here: That, where no row has it; without a value where nothing is set.
        rows: All others.
    """
    if not here.value:
        return rows
    listed = next((row for row in rows if row.value == here.value), here)
    return [listed._replace(key=HERE), *(row for row in rows if row is not listed)]


def _offset(name: str, now: datetime) -> str:
    """What the offset of a zone is now, this machine's where none is named."""
    zone = zone_of(name) if name else now.astimezone().tzinfo
    return offset_text(now.astimezone(zone).utcoffset()) if zone is not None else "unknown here"


def shown_lines(screen: ProfileScreen) -> list[Line]:
    """The lines of GENERAL as far as they are known."""
    own, now = screen.own, screen.aicx.clock()
    if own is None:
        return []
    if own.account is None:
        context = screen.humans.context
        language = language_called(context.language or ENGLISH)
        return local_lines(context, zone=_offset(context.timezone, now), language=language)
    if own.profile is None:
        return []
    lines = general_lines(
        own.profile,
        providers=own.providers,
        zone=_offset(own.profile.timezone, now),
        language=language_called(own.profile.language),
    )
    return [line._replace(to_be=own.changes.to_be(line.id)) for line in lines]
