"""Embed codes that tell a chat widget who the human is.

Only what the vendors document is written; what they contradict or leave open is said beside the
code. Sources: Proto's pages of the Authentication API and of the Webchat API; OpenCX's pages of
the widget's configuration and authentication; CX Genie's pages of custom authentication, and of
its Flutter package.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from pydantic import SecretStr

from aicx_tui.errors import UsageError
from aicx_tui.models.human import MASK, Human
from aicx_tui.services.embedding import in_dart, in_html, in_javascript
from aicx_tui.services.snippet_kinds import KINDS, SnippetKind
from aicx_tui.text import is_blank

PROTO_LOADER = "https://app.proto.cx/webchat/client.js"
OPEN_CX_LOADER = "https://unpkg.com/@opencx/widget@latest/dist-embed/script.js"
CX_GENIE_LOADER = "https://widget.cxgenie.ai/widget.js"

Way = Literal["settings", "call"]
"""How Proto's webchat learns the uid: in its settings, or by a call once it is loaded."""

PhoneAs = Literal["data-phone-number", "data-phone", ""]
"""Which attribute holds a phone; CX Genie's table and its example disagree. Empty for none."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What is not the human's.

    Attributes:
        channel: The public id of channel, widget or bot, as the vendor shows it.
        way: How Proto's webchat learns the uid.
        token: Proves to OpenCX or CX Genie who the human is; None where there is none.
        phone_as: Where CX Genie's widget finds the phone.
        language: Of the widget, such as en; empty for its own.
    """

    channel: str
    way: Way = "settings"
    token: SecretStr | None = None
    phone_as: PhoneAs = "data-phone-number"
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """The code, and what to know of it.

    Attributes:
        kind: For which widget.
        code: To be put into a page or an app, a token in clear.
        shown: The same with the token masked.
        identity: Who the human is to the widget, such as `uid 4711`.
        notes: What to know before it is used.
    """

    kind: SnippetKind
    code: str
    shown: str
    identity: str
    notes: tuple[str, ...]

    @property
    def is_secret(self) -> bool:
        """Whether whoever has the code has a token of the human."""
        return self.code != self.shown


def snippet(kind: SnippetKind, human: Human, choices: Choices) -> Snippet:
    """The embed code for a human.

    Args:
        kind: For which widget.
        human: Who is to be known there.
        choices: What is not the human's.

    Raises:
        UsageError: There is nothing that tells the human from everybody else, or no channel.
    """
    if is_blank(choices.channel):
        facts = KINDS[kind]
        raise UsageError(f"{facts.channel} is missing.", hint=facts.where)
    if choices.token is not None and is_blank(choices.token.get_secret_value()):
        raise UsageError(
            "The token is empty. There is no snippet.", hint="Leave it away, or give one."
        )
    write, identity, notes = _WRITERS[kind](human, choices)
    masked = SecretStr(MASK) if choices.token is not None else None
    return Snippet(
        kind=kind,
        code=write(choices.token),
        shown=write(masked),
        identity=identity,
        notes=notes,
    )


def why_none(kind: SnippetKind, human: Human) -> str:
    """Why there is no code for a human whatever is chosen; empty where there may be one."""
    if kind == "webchat" and is_blank(human.uid):
        return "no uid: nothing tells it apart"
    return ""


_Write = Callable[[SecretStr | None], str]
"""Writes the code with a token."""

_Written = tuple[_Write, str, tuple[str, ...]]
"""What writes it, who the human is there, and what to know."""

UNSIGNED = (
    "The uid is not signed: whoever reads it in a page can pass for this human. Give the page to "
    "nobody else."
)
SERVED = (
    "Made for this one human. Your own server puts such a code into the page for each visitor, "
    "once it knows who that is."
)


def _webchat(human: Human, choices: Choices) -> _Written:
    uid = _told_apart("uid", human.uid, hint="Give it one: aicx humans update ID --uid …")
    notes = (
        SERVED,
        UNSIGNED,
        "Proto's documents disagree on humanUid: the page of the Authentication API calls it the "
        "human's uid, which is followed here; that of the Webchat API calls it an access token.",
    )
    return partial(_webchat_code, uid, choices), f"uid {uid}", notes


def _webchat_code(uid: str, choices: Choices, _token: SecretStr | None) -> str:
    is_call = choices.way == "call"
    settings = {"gwId": choices.channel, "env": ""}
    settings |= {"lang": choices.language} if choices.language else {}
    settings |= {} if is_call else {"humanUid": uid}
    calls = f"Proto.setHumanUid({in_javascript(uid)}); " if is_call else ""
    lines = "".join(f"    {name}: {in_javascript(value)},\n" for name, value in settings.items())
    return f"""<script>
  window.ProtoSettings = {{
{lines}    onLoad: function () {{ {calls}Proto.show(); }}
  }};
  (function () {{
    var first = document.getElementsByTagName("script")[0];
    var loader = document.createElement("script");
    loader.async = true;
    loader.src = {in_javascript(PROTO_LOADER)};
    loader.addEventListener("load", function () {{
      Proto.init(window.ProtoSettings, window.ProtoSettings.onLoad);
    }});
    first.parentNode.insertBefore(loader, first);
  }})();
</script>
"""


def _open_cx(human: Human, choices: Choices) -> _Written:
    notes: tuple[str, ...]
    if choices.token is not None:
        notes = (
            "The token is one of the last minutes or hours: OpenCX does not document for how long "
            "it holds. Your own server asks for one for each visitor; the API key stays there.",
        )
        return partial(_open_cx_code, {}, choices), "a token of OpenCX", notes
    email = _told_apart(
        "e-mail address", human.email, hint="Or give a token: aicx open-cx authenticate ID"
    )
    notes = (
        SERVED,
        "Without a token nothing is verified: OpenCX keeps such data apart, and the human sees "
        "only chats of this device. For a token: aicx open-cx authenticate ID.",
    )
    data = {"name": human.fullname, "email": email}
    said = {name: value for name, value in data.items() if value}
    return partial(_open_cx_code, said, choices), f"e-mail {email}", notes


def _open_cx_code(data: dict[str, str], choices: Choices, token: SecretStr | None) -> str:
    if token is not None:
        user = f"{{ token: {in_javascript(token.get_secret_value())} }}"
    else:
        fields = ", ".join(f"{name}: {in_javascript(value)}" for name, value in data.items())
        user = f"{{ data: {{ {fields} }} }}"
    language = f"      language: {in_javascript(choices.language)},\n" if choices.language else ""
    return f"""<script src={in_html(OPEN_CX_LOADER)}></script>
<script>
  window.addEventListener("DOMContentLoaded", function () {{
    initOpenScript({{
      token: {in_javascript(choices.channel)},
{language}      user: {user}
    }});
  }});
</script>
"""


def _cx_genie(human: Human, choices: Choices) -> _Written:
    notes = [SERVED]
    attributes = {}
    if choices.token is None:
        _told_apart("uid", human.uid, hint="Give it one, or give the visitor's own token.")
        notes.append(
            "data-token is left away: custom authentication asks your server about the token that "
            "stands there, so without one CX Genie cannot check who this is."
        )
    for name, value in (
        ("data-user-id", human.uid),
        ("data-email", human.email),
        ("data-name", human.fullname),
        (choices.phone_as, human.phone_number),
    ):
        if name and not is_blank(value):
            attributes[name] = str(value)
    if choices.phone_as in attributes:
        notes.append(
            "CX Genie's documents disagree on the phone: the table says data-phone-number, the "
            "example below it data-phone."
        )
    identity = "a token of the visitor" if choices.token is not None else f"uid {human.uid}"
    return partial(_cx_genie_code, attributes, choices), identity, tuple(notes)


def _cx_genie_code(attributes: dict[str, str], choices: Choices, token: SecretStr | None) -> str:
    said = {"src": CX_GENIE_LOADER, "data-aid": choices.channel}
    said |= {"data-token": token.get_secret_value()} if token is not None else {}
    said |= {"data-lang": choices.language or "en"} | attributes
    lines = "\n".join(f"  {name}={in_html(value)}" for name, value in said.items())
    return f"<script\n{lines}\n></script>\n"


def _cx_genie_mobile(human: Human, choices: Choices) -> _Written:
    del human  # the package takes a token and nothing else
    if choices.token is None:
        raise UsageError(
            "CX Genie's mobile package knows a human by the token alone, and there is none. "
            "Without it everybody would be an unknown visitor.",
            hint="Give it: --user-token-stdin, or --with-access-token for the one in its record.",
        )
    notes = (
        "Made for this one human: your app passes the token that it has of whoever is signed in.",
    )
    return partial(_cx_genie_mobile_code, choices.channel), "a token of the visitor", notes


def _cx_genie_mobile_code(channel: str, token: SecretStr | None) -> str:
    user = in_dart(token.get_secret_value() if token is not None else "")
    return f"""import 'package:cxgenie/cxgenie.dart';

CXGenie(
  botId: {in_dart(channel)},
  userToken: {user},
)
"""


_WRITERS: dict[SnippetKind, Callable[[Human, Choices], _Written]] = {
    "webchat": _webchat,
    "open-cx": _open_cx,
    "cx-genie": _cx_genie,
    "cx-genie-mobile": _cx_genie_mobile,
}


def _told_apart(what: str, value: str | None, *, hint: str) -> str:
    """The value by which the widget tells this human from others.

    Raises:
        UsageError: It is blank.
    """
    if value is None or is_blank(value):
        raise UsageError(
            f"This human has no {what}. There is no snippet: to a chat widget everybody with an "
            f"empty {what} is one and the same person, who would see what all of them wrote.",
            hint=hint,
        )
    return value
