"""Vouching for a human to OpenCX, in the console."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError, NotSignedInError
from aicx_tui.services.open_cx_opening import Vouching, meant, vouching_beside
from aicx_tui.services.snippet_kinds import KINDS
from aicx_tui.services.snippets import Choices
from aicx_tui.services.vouching import preview
from aicx_tui.text import MISSING, clean
from aicx_tui.tui.embedding_humans import EmbeddingHuman
from aicx_tui.tui.screens.pick import PickScreen, Row
from aicx_tui.tui.screens.vouch import EDIT, VouchScreen
from aicx_tui.tui.screens.vouch_form import Body, KeyForm, VouchForm

if TYPE_CHECKING:
    from aicx_tui.models.human import Human
    from aicx_tui.services.vouching import Vouched
    from aicx_tui.tui.screens.list_dialogs import ListDialogs


class VouchingHuman:
    """Asks what is said of a human, shows the request, sends it, and shows what came.

    Args:
        screen: The list.
        human: Who.
    """

    def __init__(self, screen: ListDialogs, human: Human) -> None:
        self._screen = screen
        self._human = human
        self._typed: Mapping[str, str] = {}

    def begin(self) -> None:
        """Find out which OpenCX is meant; where there are several, ask."""
        here = self._screen.context
        contexts = self._screen.aicx.setup.config.contexts
        known = [one for one in contexts.values() if one.kind == "open-cx"]
        if here.kind == "open-cx" or here.source == "sandbox" or len(known) < 2:
            self._open("")
            return
        rows = [Row(value=one.name, title=one.name, note=one.host) for one in known]
        self._screen.app.push_screen(PickScreen("Which OpenCX?", rows), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name:
            self._open(name)

    def _open(self, name: str) -> None:
        self._screen.run_worker(self._opened(name), group="vouching", exclusive=True)

    async def _opened(self, name: str) -> None:
        aicx, session = self._screen.aicx, self._screen.session
        if session is None:
            return
        try:
            context = meant(aicx.setup, session.context, named=name)
        except AicxError as error:
            aicx.report(error, title="Not authenticated")
            return
        try:
            self._ask(await vouching_beside(session, context, aicx.setup))
        except NotSignedInError as error:
            said = error.message.removesuffix(" Nothing was sent.")
            form = KeyForm(context, aicx.setup, said=clean(said))
            self._screen.app.push_screen(form, self._key_given)
        except AicxError as error:
            aicx.report(error, title="Not authenticated")

    def _key_given(self, vouching: Vouching | None) -> None:
        if vouching is not None:
            self._ask(vouching)

    def _ask(self, vouching: Vouching) -> None:
        form = VouchForm(self._human, host=vouching.context.host, typed=self._typed)

        def answered(body: Body | None) -> None:
            self._typed = form.typed
            if body is not None:
                self._show(vouching, body)

        self._screen.app.push_screen(form, answered)

    def _show(self, vouching: Vouching, body: Body) -> None:
        name = clean(self._human.fullname or MISSING, limit=40)
        screen = VouchScreen(
            f"Authenticate {name} with OpenCX",
            preview(vouching.context.root, body),
            vouch=partial(vouching.vouch, body),
            embed=self._embed,
            clock=self._screen.aicx.clock,
            pause=lambda: vouching.pause,
        )

        def answered(wanted: str | None) -> None:
            if wanted == EDIT:
                self._ask(vouching)

        self._screen.app.push_screen(screen, answered)

    def _embed(self, vouched: Vouched) -> None:
        channel = getattr(self._screen.context, KINDS["open-cx"].setting)
        choices = Choices(channel=channel, token=vouched.token)
        EmbeddingHuman(self._screen, self._human).show_or_ask("open-cx", choices)
