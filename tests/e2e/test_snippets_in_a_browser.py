"""Embed codes run in a real browser: the widget learns exactly who the human is."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from aicx_tui.models.human import Human
from aicx_tui.services.snippets import Choices, snippet
from tests.e2e.browser import heard_by_loaders

PROTO = Choices(channel="gw_1")
CALLED = Choices(channel="gw_1", way="call")

SAYABLE = (
    "4711",
    "f2067462-67d1-4688-b78f-68d563665756",
    "</script><script>parent.broken.push('out')</script>",
    "<!--<script>",
    "\"'`${alert(1)}\\",
    "');parent.broken.push('out');('",
    '" onload="parent.broken.push(1)" x="',
    "&quot;&#39;&lt;&amp;lt;",
    "\\u0041\\",
    "שלום مرحبا \u200f|\u200e",
    "👩‍🚀 山田花子 Őrsi",
    " with blanks around ",
)
"""Uids that any widget can be told."""

IN_SCRIPTS_ONLY = (
    "a\u2028b\u2029c",
    "line\nbreak\r\ttab",
    "NUL\0behind",
    "\x85|\x9f",
    "a\u202eb",
)
"""Uids that no attribute of HTML holds."""


def human(uid: str) -> Human:
    return Human(id="eu_1", fullname=uid, uid=uid, email=uid, phone_number=uid)


def with_token(token: str) -> Choices:
    return Choices(channel=token, token=SecretStr(token))


def test_each_widget_is_told_exactly_the_humans_uid(tmp_path: Path) -> None:
    uids = (*SAYABLE, *IN_SCRIPTS_ONLY)
    codes = [snippet("webchat", human(uid), PROTO).code for uid in uids]
    codes += [snippet("webchat", human(uid), CALLED).code for uid in uids]
    codes += [snippet("open-cx", human(uid), Choices(channel=uid)).code for uid in uids]
    codes += [snippet("open-cx", human(uid), with_token(uid)).code for uid in uids]
    codes += [snippet("cx-genie", human(uid), with_token(uid)).code for uid in SAYABLE]
    heard = iter(heard_by_loaders(codes, profile=tmp_path))
    for uid in uids:
        settings = {"gwId": "gw_1", "env": "", "humanUid": uid}
        assert next(heard) == [("init", settings), ("show", {})]
    for uid in uids:
        calls = [("init", {"gwId": "gw_1", "env": ""}), ("setHumanUid", {"humanUid": uid})]
        assert next(heard) == [*calls, ("show", {})]
    for uid in uids:
        assert next(heard) == [("init", {"token": uid, "user": "", "name": uid, "email": uid})]
    for uid in uids:
        assert next(heard) == [("init", {"token": uid, "user": uid})]
    for uid in SAYABLE:
        ((call, told),) = next(heard)
        names = ("data-aid", "data-token", "data-user-id", "data-email", "data-name")
        assert call == "init"
        assert {told[name] for name in (*names, "data-phone-number")} == {uid}
