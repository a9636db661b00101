"""The chat widgets that there are snippets for; light, since the words of commands name them."""

from __future__ import annotations

from typing import Literal, NamedTuple

SnippetKind = Literal["webchat", "open-cx", "cx-genie", "cx-genie-mobile"]


class KindFacts(NamedTuple):
    """What a kind is called, and what it needs beside the human.

    Attributes:
        title: What menus and help call it.
        key: The letter that chooses it in a menu.
        channel: What its public id is called.
        label: The same where there is little room.
        setting: Where a context keeps that id, among its settings.
        where: Where the vendor shows it.
        file: What its code is called on the disk, unless another name is given.
        takes_token: Whether a token can prove there who the human is.
    """

    title: str
    key: str
    channel: str
    label: str
    setting: str
    where: str
    file: str
    takes_token: bool = True


KINDS: dict[SnippetKind, KindFacts] = {
    "webchat": KindFacts(
        "Proto Webchat",
        "w",
        "The id of the webchat channel",
        "Channel",
        "webchat_channel",
        "In Proto's web app: Webchat > Settings, such as gw_….",
        "webchat.html",
        takes_token=False,
    ),
    "open-cx": KindFacts(
        "OpenCX widget",
        "o",
        "The widget's token",
        "Widget",
        "open_cx_widget",
        "In OpenCX's dashboard: Widget. It is public, other than the API key.",
        "open-cx.html",
    ),
    "cx-genie": KindFacts(
        "CX Genie widget",
        "c",
        "The bot's id",
        "Bot",
        "cx_genie_bot",
        "In CX Genie: data-aid in the bot's own embed code.",
        "cx-genie.html",
    ),
    "cx-genie-mobile": KindFacts(
        "CX Genie in a Flutter app",
        "m",
        "The bot's id",
        "Bot",
        "cx_genie_bot",
        "In CX Genie: data-aid in the bot's own embed code.",
        "cx_genie.dart",
    ),
}
