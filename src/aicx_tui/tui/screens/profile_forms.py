"""The forms that change the user's own profile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pydantic import SecretStr
from textual import on, work
from textual.message import Message
from textual.widgets import Input
from typing_extensions import override

from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.models.profile import Profile, ProfileChanges
from aicx_tui.models.signing import Challenge
from aicx_tui.services.own_account import OwnAccount
from aicx_tui.services.passwords import Strength, check_new, strength_of
from aicx_tui.services.pictures import FIELD
from aicx_tui.text import clean, has_control_character
from aicx_tui.tui.screens.code_form import CodeFormScreen
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.screens.picture_form import PICTURES, TAKE_AWAY, PictureFormScreen, picture_at
from aicx_tui.tui.widgets.form import Field


class NameForm(FormScreen[Profile | None]):
    """Asks for the user's name; answers with None where it stays.

    Args:
        account: Whose.
        profile: As it is now.
    """

    SENDS = "save"
    BUSY = "Saving …"
    GUARDS_TYPED = True
    GIVEN_UP = "Not waited for: the profile shows whether it was saved."

    def __init__(self, account: OwnAccount, profile: Profile) -> None:
        super().__init__("Change your name", (Field("name", "Name", value=profile.name),))
        self._account = account
        self._profile = profile
        self._was_sent = False

    @override
    def start(self) -> None:
        self._form.start_at_first()

    @override
    async def send(self, values: dict[str, str]) -> Profile | None:
        name = values["name"]
        if has_control_character(name):
            problem = FieldProblem("name", "A control character is in it.")
            raise UsageError("Nothing was changed.", problems=[problem])
        if name == self._profile.name.strip() and not self._was_sent:
            return None
        self._was_sent = True  # given up or failed, it may be so all the same
        return await self._account.change(ProfileChanges(name=name))


class AvatarForm(PictureFormScreen[Profile]):
    """Asks for a picture's file.

    Args:
        account: Whose.
        profile: As it is now.
    """

    SENDS = "save"
    BUSY = "Sending …"
    GUARDS_TYPED = True
    GIVEN_UP = "Not waited for: the profile shows whether it was saved."

    def __init__(self, account: OwnAccount, profile: Profile) -> None:
        away = " A single - takes it away." if profile.avatar_id else ""
        super().__init__(
            "Change your avatar", (Field(FIELD, "File", f"{PICTURES}{away}", is_path=True),)
        )
        self._account = account

    @override
    async def send(self, values: dict[str, str]) -> Profile:
        if values[FIELD] == TAKE_AWAY:
            return await self._account.set_avatar(None)
        return await self._account.set_avatar(await picture_at(values[FIELD]))


class PasswordForm(FormScreen[bool]):
    """Asks for the present password and twice for another, and says how strong that one is.

    Args:
        account: Whose.
        about: What others know of the person, and a password should not be made of.
    """

    SENDS = "change it"
    BUSY = "Changing …"
    AT_STAKE = "The password is being changed."
    GUARDS_TYPED = True
    GIVEN_UP = "Not waited for: sign in once to find out which password holds."

    class Measured(Message):
        """It is known how strong what was typed is."""

        def __init__(self, strength: Strength) -> None:
            super().__init__()
            self.strength = strength

    def __init__(self, account: OwnAccount, *, about: Sequence[str]) -> None:
        fields = (
            Field("current", "Current", is_secret=True),
            Field("new", "New", "12 characters or more.", is_secret=True),
            Field("again", "New again", is_secret=True),
        )
        super().__init__(
            "Change your password",
            fields,
            advice="Your other sessions end. A personal access token stays.",
        )
        self._account = account
        self._about = about

    @override
    def start(self) -> None:
        self._form.start_at_first()

    @on(Input.Changed, "#new")
    def _typed(self, event: Input.Changed) -> None:
        self._form.forget_problem("new")
        if event.value:
            self._measure(SecretStr(event.value))
        else:
            self._form.hint("new", "12 characters or more.")

    @work(exclusive=True, group="measuring")
    async def _measure(self, password: SecretStr) -> None:
        self.post_message(self.Measured(await strength_of(password, about=self._about)))

    def on_password_form_measured(self, message: Measured) -> None:
        """Say how strong it is, as a bar and a word."""
        strength = message.strength
        bar = "■" * (strength.score + 1) + "□" * (4 - strength.score)
        self._form.hint("new", f"{bar} {strength.word}. {strength.advice}".strip())

    @override
    async def send(self, values: dict[str, str]) -> bool:
        new, again = SecretStr(values["new"]), SecretStr(values["again"])
        check_new(new, again=again)
        await self._account.change_password(current=SecretStr(values["current"]), new=new)
        return True


class TwoFactorOnForm(CodeFormScreen[bool]):
    """Has a code sent, and turns the second factor on by it.

    Args:
        account: Whose.
        email: Where the code goes.
    """

    SENDS = "go on"
    GIVEN_UP = "Given up; nothing was changed."

    def __init__(self, account: OwnAccount, *, email: str) -> None:
        super().__init__(
            "Turn two-factor on",
            (),
            said=f"A code goes to {clean(email, limit=80)}, now and at every sign-in from then on. "
            "That address has to work.",
            advice="Enter sends the code.",
        )
        self._account = account

    @override
    async def begin(self, values: dict[str, str]) -> bool | Challenge:
        return await self._account.start_two_factor()

    @override
    async def verify(self, challenge: Challenge, code: str) -> bool:
        await self._account.verify_two_factor(challenge, code)
        return True

    @override
    async def resend(self, challenge: Challenge) -> Challenge:
        return await self._account.start_two_factor()


class TwoFactorOffForm(FormScreen[bool]):
    """Asks for the password and turns the second factor off.

    Args:
        account: Whose.
    """

    SENDS = "turn it off"
    BUSY = "Turning it off …"
    GIVEN_UP = "Not waited for: the profile shows whether it is off."

    def __init__(self, account: OwnAccount) -> None:
        super().__init__(
            "Turn two-factor off",
            (Field("password", "Password", is_secret=True),),
            said="The password alone then signs in, also for who has stolen it.",
        )
        self._account = account

    @override
    async def send(self, values: dict[str, str]) -> bool:
        await self._account.end_two_factor(SecretStr(values["password"]))
        return True


class UnlinkForm(FormScreen[bool]):
    """Asks whether an account elsewhere is to sign in no more.

    Args:
        account: Whose.
        provider: As the contract names it.
        said: Which account it is.
        title: The verb and whose account.
    """

    SENDS = "unlink it"
    IS_SENT_BY_ENTER = False
    BUSY = "Unlinking …"
    GIVEN_UP = "Not waited for: the profile shows whether it is linked."

    def __init__(self, account: OwnAccount, provider: str, *, title: str, said: str) -> None:
        super().__init__(
            title, (), said=said, advice="It then signs in no more. ctrl+s unlinks it."
        )
        self._account = account
        self._provider = provider

    @override
    async def send(self, values: dict[str, str]) -> bool:
        await self._account.unlink(self._provider)
        return True


class Linking:
    """An account elsewhere that is to be linked, as it is waited for.

    Args:
        account: To whose.
        provider: As the contract names it.
    """

    def __init__(self, account: OwnAccount, provider: str) -> None:
        self.start = lambda: account.start_link(provider)
        self.finish = account.finish_link

    async def aclose(self) -> None:
        """Nothing was opened for it."""
        await asyncio.sleep(0)
