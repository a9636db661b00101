"""What users can do about themselves; `services.actions` has all there is."""

from __future__ import annotations

from functools import partial

from aicx_tui.models.capability import Capability
from aicx_tui.services.action import CURSOR, Action

_Change = partial(Action, mutates=True, is_own=True)

OF_THE_PROFILE = (
    Action(
        "profile.show",
        "Profile",
        "Show who you are to the platform; the console's screen has aliases and token, too.",
        headless="profile show",
    ),
    Action("profile.tab", "Next tab", "GENERAL, ALIASES, API.", only_console=CURSOR),
    Action("profile.tab-back", "Previous tab", "API, ALIASES, GENERAL.", only_console=CURSOR),
    _Change(
        "profile.set",
        "Change the profile",
        "Change name, time zone or language; times and date filters follow at once.",
        headless="profile set",
    ),
    _Change(
        "profile.avatar",
        "Change the avatar",
        "Give the profile another picture, checked before it is sent, or none.",
        needs=Capability.FILES,
        headless="profile avatar",
    ),
    _Change(
        "profile.password",
        "Change the password",
        "Set another password; other sessions end, a token stays.",
        needs=Capability.PROFILE_PASSWORD,
        headless="profile password",
    ),
    _Change(
        "profile.two-factor-on",
        "Two-factor on",
        "Ask for a code by e-mail at every sign-in from now on.",
        needs=Capability.PROFILE_TWO_FACTOR,
        headless="profile two-factor on",
    ),
    _Change(
        "profile.two-factor-off",
        "Two-factor off",
        "Ask for the password alone at a sign-in from now on.",
        needs=Capability.PROFILE_TWO_FACTOR,
        headless="profile two-factor off",
    ),
    _Change(
        "profile.link",
        "Link an account",
        "Let a Google or Microsoft account sign in, too.",
        needs=Capability.PROFILE_IDENTITIES,
        headless="profile link",
    ),
    _Change(
        "profile.unlink",
        "Unlink an account",
        "Let a linked account sign in no more.",
        needs=Capability.PROFILE_IDENTITIES,
        headless="profile unlink",
    ),
    Action(
        "aliases.list",
        "Aliases",
        "List the names that you speak under.",
        needs=Capability.PROFILE_ALIASES,
        headless="aliases list",
    ),
    _Change(
        "aliases.create",
        "Create an alias",
        "Create another name, with a picture of its own, to speak under.",
        needs=Capability.PROFILE_ALIASES,
        headless="aliases create",
    ),
    _Change(
        "aliases.edit",
        "Change an alias",
        "Change an alias' name or picture, or whether it is the default.",
        needs=Capability.PROFILE_ALIASES,
        headless="aliases edit",
    ),
    _Change(
        "aliases.default",
        "Make default",
        "Begin new conversations under this alias; the default until now is none any more.",
        needs=Capability.PROFILE_ALIASES,
        headless="aliases default",
    ),
    _Change(
        "aliases.delete",
        "Delete an alias",
        "Delete an alias for good; it stays visible in old conversations.",
        needs=Capability.PROFILE_ALIASES,
        headless="aliases delete",
    ),
)
