"""What a dialog hears while a token is replaced and given to targets."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from aicx_tui.errors import AicxError
from aicx_tui.services.rotation import Rotated
from aicx_tui.services.rotation_keeping import Step, Stranded
from aicx_tui.services.targets import TargetResult
from aicx_tui.tui.screens.dialog import Dialog


class RunDialog(Dialog[bool]):
    """A dialog over a run, which posts these."""

    @dataclass
    class Went(Message):
        """A step is done."""

        step: Step

    @dataclass
    class IsStranded(Message):
        """No place takes the new token."""

        stranded: Stranded

    @dataclass
    class Replaced(Message):
        """The token is replaced."""

        rotated: Rotated

    @dataclass
    class Failed(Message):
        """It is not, or not yet where it belongs."""

        error: AicxError

    @dataclass
    class Given(Message):
        """It is known what became of a target."""

        result: TargetResult

    class Waited(Message):
        """Another run is waited for, or was."""

    class AllGiven(Message):
        """It is known of all of them."""

    @dataclass
    class NotGiven(Message):
        """They could not be asked."""

        error: AicxError
