"""Other vendors that know the same humans: what is set up, and what it last answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from typing_extensions import override

from aicx_tui.errors import AicxError
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.integrations import Integration, Sort, integrations
from aicx_tui.services.open_cx_opening import vouching_at, vouching_beside
from aicx_tui.text import clean, fit
from aicx_tui.tui.cx_genie import check_url, sync_users
from aicx_tui.tui.keys import binding
from aicx_tui.tui.list_state import Queue
from aicx_tui.tui.moments import ago
from aicx_tui.tui.screens.place import PlaceScreen

if TYPE_CHECKING:
    from aicx_tui.services.cx_genie import Profile
    from aicx_tui.tui.keymap import Keymap
    from aicx_tui.tui.screens.humans import HumansScreen

SYNC = "cx-genie.sync-users"

TITLE_CELLS, NAME_CELLS, WHERE_CELLS, WIDE_WHERE_CELLS = 15, 18, 22, 44

WIDE = 100
"""Cells from which on more of an address is shown."""

NOTHING = (
    "OpenCX: aicx contexts add open-cx --kind open-cx --url https://api.open.cx",
    "CX Genie: aicx cx-genie profiles add NAME --url …",
    "Snippets need nothing here: w on a human.",
)


class IntegrationList(OptionList):
    """The rows; Enter checks one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "check", key_display="Enter"),
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]


class IntegrationsScreen(PlaceScreen):
    """Lists what config.toml says of other vendors, and asks them when told to.

    Args:
        humans: The list of the humans that they know.
        keymap: The keys that hold in this run.
    """

    AUTO_FOCUS = "#integrations-list"

    BINDINGS: ClassVar[list[BindingType]] = [
        binding(SYNC, "sync_users", at_once=True),
    ]

    @dataclass
    class Checked(Message):
        """A vendor answered, or did not."""

        name: str
        error: AicxError | None = None

    def __init__(self, humans: HumansScreen, keymap: Keymap) -> None:
        super().__init__(humans, keymap)
        self._found: dict[str, Integration] = {}
        self._asking = ""
        self._rows = IntegrationList(id="integrations-list", markup=False, compact=True)
        self._notice = Static("", id="notice", markup=False)
        self._said = Static("", id="said", markup=False)
        self._box = Vertical(self._rows, self._notice, self._said, id="integrations")

    @override
    def body(self) -> ComposeResult:
        yield self._box

    def on_mount(self) -> None:
        """Follow what is read."""
        self._box.border_title = "Integrations"
        self.humans.sending.looked.subscribe(self, self._looked)
        self._list()

    def on_screen_resume(self) -> None:
        """Show what a check that lay over this has shown."""
        if self._rows.is_mounted:
            self._list()

    def on_resize(self) -> None:
        """Cut the rows to the width."""
        self._list()

    # What is shown

    def _looked(self, _: Queue) -> None:
        self._list()

    def _list(self) -> None:
        self.paint_header()
        place = self._rows.highlighted or 0
        found = integrations(self.aicx.setup, here=self.humans.context)
        self._found = {one.id: one for one in found}
        self._rows.set_options([Option(self._line(one), id=one.id) for one in found])
        if found:
            self._rows.highlighted = min(place, len(found) - 1)
        else:
            self._notice.update(
                Content.assemble(
                    ("○ No other vendor is set up.", "bold"), "\n", ("\n".join(NOTHING), "$quiet")
                )
            )
        self.set_class(not found, "-noticed")
        self.give_keys(self._rows)
        self._say()
        self.refresh_bindings()

    def _line(self, one: Integration) -> Content:
        room = WIDE_WHERE_CELLS if self.size.width >= WIDE else WHERE_CELLS
        return Content.assemble(
            (f" {fit(one.title, TITLE_CELLS)}", "bold"),
            f" {fit(one.name, NAME_CELLS)}",
            (f" {fit(one.where.removeprefix('https://'), room)}  ", "$quiet"),
            self._state(one),
        )

    def _state(self, one: Integration) -> Content:
        if one.id == self._asking:
            return Content.assemble(("◐ ", "$accent"), "asking …")
        if not one.can_be_checked:
            return Content.styled("for snippets", "$quiet")
        if one.last is None:
            return Content.assemble(("! ", "bold $warning"), "never checked")
        when = ago(one.last.at, now=self.aicx.clock())
        sign = ("✓ ", "bold $success") if one.last.is_good else ("✗ ", "bold $error")
        return Content.assemble(sign, f"{when}")

    def _say(self) -> None:
        """What the last check of the one at the cursor showed, in full."""
        one = self._current
        said = one.last.message if one is not None and one.last is not None else ""
        self._said.update(Content.styled(clean(said), "$quiet"))

    @property
    def _current(self) -> Integration | None:
        at = self._rows.highlighted
        if at is None or at >= self._rows.option_count:
            return None
        return self._found.get(self._rows.get_option_at_index(at).id or "")

    @property
    def _profile(self) -> Profile | None:
        one = self._current
        is_url = one is not None and one.sort is Sort.AUTHENTICATION_URL
        return self.aicx.setup.config.cx_genie.get(one.name) if one is not None and is_url else None

    @on(OptionList.OptionHighlighted)
    def _cursor_moved(self) -> None:
        self._say()
        self.refresh_bindings()

    # What keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what cannot be done here."""
        if action == "sync_users":
            return None if self.aicx.places.refusal(SYNC) else True
        return True

    def refusal(self, action_id: str) -> str:
        """Why an action cannot be done here now; empty where it can."""
        is_sync = action_id == SYNC
        return "There is no Authentication URL here." if is_sync and not self._profile else ""

    def action_sync_users(self) -> None:
        """Sync the users of the Authentication URL at the cursor."""
        if (profile := self._profile) is not None:
            sync_users(self.aicx, self.humans, profile)
        else:
            self.aicx.notify(self.refusal(SYNC), title=ACTIONS[SYNC].title, severity="warning")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        """Check the one at the cursor."""
        event.stop()
        one = self._current
        if (profile := self._profile) is not None:
            check_url(self.aicx, profile)
        elif one is not None and one.sort is Sort.OPEN_CX and not self._asking:
            self._asking = one.id
            self._list()
            self._check(one)
        elif one is not None and not one.can_be_checked:
            said = "It is public and stands in snippets: w on a human. There is nothing to ask."
            self.aicx.notify(said, title=one.title, timeout=5)

    @work(exclusive=True, group="checking")
    async def _check(self, one: Integration) -> None:
        setup, session = self.aicx.setup, self.humans.session
        assert one.context is not None  # noqa: S101  # OpenCX has one
        try:
            if session is not None:
                vouching = await vouching_beside(session, one.context, setup)
            else:
                vouching = await vouching_at(one.context, setup)
            await vouching.check()
        except AicxError as error:
            self.post_message(self.Checked(one.name, error))
        else:
            self.post_message(self.Checked(one.name))

    @on(Checked)
    def _answered(self, message: Checked) -> None:
        self._asking = ""
        self._list()
        if message.error is not None:
            self.aicx.report(message.error, title=f"{message.name} is not in order")
