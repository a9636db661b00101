"""The lines of the profile: what is known of the user, the aliases, and where the token is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from aicx_tui.models.capability import Capability
from aicx_tui.text import MISSING, clean, fit

if TYPE_CHECKING:
    from aicx_tui.models.profile import Alias, Profile
    from aicx_tui.services.pictures import Cells
    from aicx_tui.services.session import Session
    from aicx_tui.settings import Context

LABEL_CELLS = 14
NAME_CELLS = 40

WEB_APP = "In Proto's web app: the profile icon at the top right > Profile > "

NAME, EMAIL, AVATAR, ZONE, LANGUAGE = "name", "email", "avatar", "timezone", "language"
FURTHER = "Personal access token …  issue, rotate, verify, and the places that use it"
"""The one line of API."""

PASSWORD, TWO_FACTOR = "password", "two-factor"  # names of rows


class Line(NamedTuple):
    """A line of GENERAL.

    Attributes:
        id: What Enter changes.
        label: What it is.
        value: How it is now.
        action_id: What changing it is called in the registry; empty where nothing does.
        note: What is to be said of it, dim.
        to_be: What it is to be by a change that is being sent.
    """

    id: str
    label: str
    value: str
    action_id: str = ""
    note: str = ""
    to_be: str = ""

    def content(self) -> Content:
        """As it is shown."""
        if self.to_be:
            return Content.assemble(
                (fit(self.label, LABEL_CELLS), "$quiet"),
                clean(self.value, limit=200) or MISSING,
                ("  ◐ ", "$accent"),
                (f"sending {clean(self.to_be, limit=200)}", "$quiet"),
            )
        return Content.assemble(
            (fit(self.label, LABEL_CELLS), "$quiet"),
            clean(self.value, limit=200) or MISSING,
            (f"  {clean(self.note, limit=200)}" if self.note else "", "$quiet"),
        )


def general_lines(
    profile: Profile, *, providers: Sequence[str], zone: str, language: str
) -> list[Line]:
    """What the platform knows of the user.

    Args:
        profile: That.
        providers: Accounts elsewhere that may be linked.
        zone: What the time zone is now, such as `+08:00`.
        language: What the language is called.
    """
    on_off = "● on" if profile.two_factor else "○ off"
    mail = "a code by e-mail at every sign-in" if profile.two_factor else "the password is enough"
    lines = [
        Line(NAME, "Name", profile.name, "profile.set"),
        Line(EMAIL, "E-mail", profile.email, note="cannot be changed"),
        Line(AVATAR, "Avatar", "a picture" if profile.avatar_id else "○ none", "profile.avatar"),
        Line(ZONE, "Time zone", profile.timezone, "profile.set", zone),
        Line(LANGUAGE, "Language", profile.language, "profile.set", language),
        Line(PASSWORD, "Password", "•••••••••", "profile.password"),
        Line(
            TWO_FACTOR,
            "Two-factor",
            on_off,
            "profile.two-factor-off" if profile.two_factor else "profile.two-factor-on",
            mail,
        ),
    ]
    return lines + [_linked(profile, provider) for provider in _known(profile, providers)]


def local_lines(context: Context, *, zone: str, language: str) -> list[Line]:
    """What this machine can set where the platform has no profile.

    Args:
        context: Whose settings these are.
        zone: What the time zone is now.
        language: What the language is called.
    """
    return [
        Line(ZONE, "Time zone", context.timezone or "this machine's", "profile.set", zone),
        Line(LANGUAGE, "Language", context.language or "en", "profile.set", language),
    ]


def _known(profile: Profile, providers: Sequence[str]) -> list[str]:
    linked = [identity.provider for identity in profile.identities]
    return list(dict.fromkeys((*providers, *linked)))


def _linked(profile: Profile, provider: str) -> Line:
    from aicx_tui.services.granting import provider_called

    found = next((one for one in profile.identities if one.provider == provider), None)
    name = clean(provider_called(provider), limit=LABEL_CELLS - 2)
    if found is None:
        return Line(f"link-{provider}", name, "○ not linked", "profile.link")
    return Line(f"unlink-{provider}", name, "● linked", "profile.unlink", clean(found.email or ""))


def alias_line(alias: Alias, *, to_be: str = "") -> Content:
    """A row of the aliases: the default is marked by a sign and a word.

    Args:
        alias: Which.
        to_be: What it is to be by a change that is being sent.
    """
    sign, word = ("●", "default") if alias.default else (" ", "")
    if to_be:
        sign, word = "◐", "sending"
    return Content.assemble(
        (f" {sign} ", "$accent"),
        fit(alias.display_name, NAME_CELLS),
        (f"  {word:<8}", ""),
        ("  has a picture" if alias.avatar_id else "", "$quiet"),
    )


def no_aliases(*, own_name: str, key: str) -> Content:
    """What the list of aliases says while it is empty."""
    name = clean(own_name, limit=80) or "your own name"
    return Content.assemble(
        "There is no alias.\n\n",
        (f"You speak to customers as {name}.\n", "$quiet"),
        (f"{key} creates another name to speak under.", "$quiet"),
    )


def token_lines(session: Session | None, context: Context) -> Content:
    """What a token is for, and what is known of the one in use."""
    told = [
        Content.styled("What it is for", "bold"),
        Content("A personal access token lets programs act as you: a website, a bot, a script."),
        Content("There is one at a time; issuing another ends the one before at once."),
        Content(""),
        Content.styled("What is in use here", "bold"),
    ]
    if session is None:
        told.append(Content("The platform is not open yet."))
    elif session.is_by_password:
        told.append(Content("You are signed in by password, so no token is kept here."))
    else:
        source = clean(session.source) or "the sandbox itself"
        told.append(Content(f"A token signs you in. It comes from: {source}."))
    issues = f"{WEB_APP}API > ISSUE NEW TOKEN."
    if context.kind == "gateway":
        told += [Content(""), Content.styled("Where it is issued", "bold"), Content(issues)]
    return Content("\n").join(told)


def cannot(capability: Capability, context: Context) -> Content:
    """What to say where the platform has no such thing."""
    where = "ALIASES" if capability is Capability.PROFILE_ALIASES else "GENERAL"
    then = "OpenCX's dashboard may have it." if context.kind == "open-cx" else f"{WEB_APP}{where}."
    return Content.assemble("This platform has no call for that.\n\n", (then, "$quiet"))


def picture_lines(cells: Cells) -> Content:
    """A picture in half blocks."""
    lines = [
        Content.assemble(*(("▀", f"{_hex(upper)} on {_hex(lower)}") for upper, lower in row))
        for row in cells
    ]
    return Content("\n").join(lines)


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
