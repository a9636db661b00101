"""What a user changes of itself; a sign-in that is too old for it is made anew in between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeAlias, TypeVar

from pydantic import SecretStr

from aicx_tui.api.console_profile import ConsoleProfile
from aicx_tui.credentials import Credentials
from aicx_tui.errors import (
    ChallengeOverError,
    FieldProblem,
    ForbiddenError,
    InvalidFieldsError,
    NotSignedInError,
    OutcomeUnknownError,
)
from aicx_tui.models.profile import Profile, ProfileChanges
from aicx_tui.models.signing import Challenge, DeviceFlow, FlowAnswer
from aicx_tui.os_keyring import SILENT_SECONDS
from aicx_tui.services.aliases import Aliases
from aicx_tui.services.codes import RESEND_SECONDS, checked_code, over_told_apart
from aicx_tui.services.granting import granted
from aicx_tui.services.lost_replies import read_after_loss, stored
from aicx_tui.services.pictures import Picture
from aicx_tui.services.session import Session
from aicx_tui.services.signing_in import (
    CodeAsked,
    SignedIn,
    begin_by_password,
    end_at_platform,
    keep,
)
from aicx_tui.services.signing_in_elsewhere import check_has, read_providers

FRESH_REQUIRED = "fresh_session_required"
"""The code of a refusal that a new sign-in helps against."""

AskAgain: TypeAlias = Callable[[Session, CodeAsked | None], Awaitable[SignedIn]]
"""Has somebody sign in anew: by password, or by the code alone where that was asked for already.
Raises `NotSignedInError` where nobody does."""

ResultT = TypeVar("ResultT")


class OwnAccount:
    """The signed-in user, as the platform lets it change itself.

    Args:
        session: The open platform.
        credentials: Where a session is kept that takes the place of the present one.
        ask: Has somebody sign in anew.
    """

    def __init__(self, session: Session, credentials: Credentials, *, ask: AskAgain) -> None:
        self._session = session
        self._credentials = credentials
        self._ask = ask
        self._sent: tuple[Challenge, float] | None = None
        self.aliases = Aliases(session.platform.profile)

    async def read(self) -> Profile:
        """Who it is."""
        return await self._session.platform.profile.get()

    async def providers(self) -> tuple[str, ...]:
        """The accounts elsewhere that may be linked, such as `google`."""
        return await read_providers(self._session.context)

    async def change(self, changes: ProfileChanges) -> Profile:
        """Change the given fields; where no reply comes, read whether that was done.

        Raises:
            InvalidFieldsError: The platform refuses one.
            OutcomeUnknownError: Nobody can say, or it was not done so far.
        """
        wanted = changes.body().items()
        try:
            return await self._session.platform.profile.update(changes)
        except OutcomeUnknownError as lost:
            return await self._after(
                lost, lambda now: all(getattr(now, field) == value for field, value in wanted)
            )

    async def set_avatar(self, picture: Picture | None) -> Profile:
        """Give the profile another picture, or none."""
        avatar_id = None
        if picture is not None:
            avatar_id = await stored(self._session.platform.profile, picture)
        return await self.change(ProfileChanges(avatar_id=avatar_id))

    async def picture(self, file_id: str) -> bytes:
        """The picture of an id, as the platform has it."""
        return await self._session.platform.profile.download(file_id)

    async def change_password(self, *, current: SecretStr, new: SecretStr) -> None:
        """Set another password.

        Raises:
            InvalidFieldsError: `current` is wrong, or `new` is too easily guessed.
        """
        await self._freshly(
            lambda own: own.change_password(current=current, new=new),
            password=("current", current),
        )
        if self._session.password is not None:
            self._session.password = new

    async def start_two_factor(self) -> Challenge:
        """Have the code sent that turns the second factor on.

        One that was sent just now still counts: the platform would send no other yet, and ask for
        a pause that holds up every other call.
        """
        if self._sent is not None and monotonic() - self._sent[1] < RESEND_SECONDS:
            return self._sent[0]
        challenge = await self._freshly(lambda own: own.start_two_factor())
        self._sent = challenge, monotonic()
        return challenge

    async def verify_two_factor(self, challenge: Challenge, code: str) -> None:
        """Turn the second factor on.

        Raises:
            InvalidFieldsError: The code is wrong.
            ChallengeOverError: Another one has to be sent.
        """
        secret = checked_code(code)
        try:
            with over_told_apart():
                await self._freshly(
                    lambda own: own.verify_two_factor(challenge=challenge.challenge, code=secret)
                )
        except ChallengeOverError:
            self._sent = None
            raise
        except OutcomeUnknownError as lost:
            await self._after(lost, lambda now: now.two_factor)
        self._sent = None

    async def end_two_factor(self, password: SecretStr) -> None:
        """Turn the second factor off.

        Raises:
            InvalidFieldsError: The password is wrong.
        """
        try:
            await self._freshly(
                lambda own: own.end_two_factor(password=password), password=("password", password)
            )
        except OutcomeUnknownError as lost:
            await self._after(lost, lambda now: not now.two_factor)

    async def start_link(self, provider: str) -> DeviceFlow:
        """Begin to link an account elsewhere.

        Raises:
            UnsupportedError: The platform knows no such accounts.
        """
        nobody = "Whoever runs the platform can set one up."
        check_has(provider, await self.providers(), self._session.context, otherwise=nobody)
        return await self._freshly(lambda own: own.start_link(provider=provider))

    async def finish_link(self, flow: DeviceFlow) -> FlowAnswer:
        """Wait until it is granted.

        Raises:
            NotSignedInError: It was refused, or came too late.
            ConflictError: The account elsewhere is linked to another user.
        """

        def poll() -> Awaitable[FlowAnswer]:
            return self._session.profile.poll_link(flow=flow.flow)

        return await granted(flow, poll=poll)

    async def unlink(self, provider: str) -> None:
        """Let an account elsewhere sign in no more."""
        try:
            await self._freshly(lambda own: own.unlink(provider))
        except OutcomeUnknownError as lost:
            await self._after(
                lost, lambda now: all(one.provider != provider for one in now.identities)
            )

    async def _after(
        self, lost: OutcomeUnknownError, is_made: Callable[[Profile], bool]
    ) -> Profile:
        return await read_after_loss(lost, read=self.read, is_made=is_made)

    async def _freshly(
        self,
        call: Callable[[ConsoleProfile], Awaitable[ResultT]],
        *,
        password: tuple[str, SecretStr] | None = None,
    ) -> ResultT:
        """Make a call, and where the sign-in is too old for it, sign in anew and make it again.

        Args:
            call: What to ask of the platform.
            password: Which field has the password, and what it is, where it was typed already.
        """
        try:
            return await call(self._session.profile)
        except ForbiddenError as error:
            if error.code != FRESH_REQUIRED:
                raise
        except NotSignedInError:
            if self._session.own is None:
                raise
        await self._sign_in_anew(password)
        return await call(self._session.profile)

    async def _sign_in_anew(self, password: tuple[str, SecretStr] | None) -> None:
        session = self._session
        signed_in = await self._signed_in(password)
        if not session.is_by_password or session.http is None:
            await session.use_for_itself(signed_in.credential)
            return
        await keep(signed_in, self._credentials, patience=SILENT_SECONDS)
        before, session.http.credential = session.http.credential, signed_in.credential
        if before is not None:
            await end_at_platform(session.context, before)

    async def _signed_in(self, password: tuple[str, SecretStr] | None) -> SignedIn:
        session = self._session
        await session.identify()
        begun = await self._by_itself()
        if begun is None and password is not None:
            begun = await self._begun_with(*password)
        return begun if isinstance(begun, SignedIn) else await self._ask(session, begun)

    async def _begun_with(self, field: str, password: SecretStr) -> SignedIn | CodeAsked:
        try:
            return await begin_by_password(
                self._session.context, email=self._email, password=password
            )
        except NotSignedInError:
            problem = FieldProblem(field, "This is not your password.")
            raise InvalidFieldsError(
                "The password is wrong. Nothing was changed.", problems=[problem]
            ) from None

    async def _by_itself(self) -> SignedIn | CodeAsked | None:
        """Sign in by the password that the sandbox tells of itself, if it still holds."""
        if (password := self._session.password) is None:
            return None
        try:
            return await begin_by_password(
                self._session.context, email=self._email, password=password
            )
        except NotSignedInError:
            return None  # it was changed elsewhere, so a person is asked

    @property
    def _email(self) -> str:
        account = self._session.account
        return account.email if account is not None else self._session.context.account
