"""Asks an Authentication URL about one user, and shows whether its reply would do."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static
from typing_extensions import override

from aicx_tui.numerals import grouped
from aicx_tui.services.cx_genie import DOCUMENTED_FIELD, Profile
from aicx_tui.services.cx_genie_checking import TOKEN_FIELD, Asked, Visitor, checked
from aicx_tui.services.findings import Check
from aicx_tui.services.masking import MASK
from aicx_tui.services.setup import Setup
from aicx_tui.text import clean
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field
from aicx_tui.tui.widgets.too_small import TooSmall

AROUND_TEXT = 6
"""Lines of the dialog and around it that are not the text."""

SIGNS = {"ok": ("✓ ", "$success"), "warning": ("△ ", "$warning"), "failed": ("✗ ", "bold $error")}


class CheckUrlScreen(FormScreen[Asked]):
    """A form for a user's token; answers with what came of the question.

    Args:
        setup: Where the header token is kept.
        profile: Which URL.
    """

    SENDS = "check"
    BUSY = "Asking …"
    GIVEN_UP = "Given up; the reply is not waited for."

    def __init__(self, setup: Setup, profile: Profile) -> None:
        token = Field(TOKEN_FIELD, "User's token", "Of one user of yours. It is not kept.")
        fields = (token._replace(is_secret=True), *map(_field, profile.fields))
        header = profile.header_style.header(MASK)
        super().__init__(
            f"Check {clean(profile.name)}",
            fields,
            said=clean(f"POST {profile.url}\nAuthorization: {header}", multiline=True),
            advice="What CX Genie would send is sent once, and nothing is changed.",
        )
        self._setup = setup
        self._profile = profile

    @override
    async def send(self, values: dict[str, str]) -> Asked:
        token = SecretStr(values.pop(TOKEN_FIELD))
        return await checked(self._setup, self._profile, Visitor(token, values))


def _field(name: str) -> Field:
    is_documented = name == DOCUMENTED_FIELD
    return Field(name, name, "" if is_documented else "The documents do not name this field.")


class VerdictScreen(Dialog[None]):
    """What was found of a reply, one line for each look.

    Args:
        profile: Which URL.
        asked: What came of the question.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "back", "Back", priority=True, show=False)
    ]

    def __init__(self, profile: Profile, asked: Asked) -> None:
        super().__init__()
        self._profile = profile
        self._asked = asked

    def compose(self) -> ComposeResult:
        """The verdict, and below it what came."""
        with Vertical(id="verdict") as box:
            box.border_title = Content(f"Check of {clean(self._profile.name)}")
            box.border_subtitle = Content("↑ ↓ read · Esc back")
            with VerticalScroll(can_focus=True):
                yield Static(Content("\n").join(self._lines()), markup=False)
        yield TooSmall()

    def on_resize(self) -> None:
        """Leave the text what room there is."""
        self.query_one(VerticalScroll).styles.max_height = max(self.size.height - AROUND_TEXT, 3)

    def _lines(self) -> list[Content]:
        asked = self._asked
        would_do = asked.verdict.would_do
        sign, style = SIGNS["ok" if would_do else "failed"]
        said = "The reply would do." if would_do else "The reply would not do."
        lines = [Content.assemble((sign, style), (said, "bold")), Content("")]
        for finding in asked.verdict.findings:
            lines += _looked(finding)
        if answer := asked.answer:
            lines += [Content(""), Content.styled("What came", "bold")]
            took = f"{grouped(round(answer.seconds * 1000))} ms"
            lines.append(Content(f"Status {answer.status}, after {took}"))
            lines += [
                Content.styled(f"{clean(name)}: {clean(value)}", "$quiet")
                for name, value in asked.headers().items()
            ]
            lines += [Content(""), Content(clean(asked.body(), multiline=True))]
        return lines

    def action_back(self) -> None:
        """Go back."""
        self.answer(None)


def _looked(finding: Check) -> list[Content]:
    sign, style = SIGNS[finding.status]
    said = f"{clean(finding.name)}: {clean(finding.found)}"
    lines = [Content.assemble((sign, style), said)]
    if finding.next_step:
        lines.append(Content.styled(f"  {clean(finding.next_step)}", "$quiet"))
    return lines
