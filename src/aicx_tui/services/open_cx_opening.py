"""Which OpenCX is meant beside the context in use, and with which key it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import JsonValue, SecretStr

from aicx_tui.addresses import OPEN_CX_URL
from aicx_tui.api.base import Credential
from aicx_tui.api.open_cx import OpenCx, budget_of
from aicx_tui.errors import AicxError, NotSignedInError, UsageError
from aicx_tui.models.open_cx import Authenticated
from aicx_tui.os_keyring import SILENT_SECONDS
from aicx_tui.services.open_cx_records import OpenCxRecords
from aicx_tui.services.renewal import credential_of
from aicx_tui.services.session import open_core
from aicx_tui.services.vouching import Vouched, expiry_of
from aicx_tui.settings import Context

if TYPE_CHECKING:
    from aicx_tui.services.session import Session
    from aicx_tui.services.setup import Setup

ADD_ONE = (
    f"Describe it: aicx contexts add open-cx --kind open-cx --url {OPEN_CX_URL}, then sign in with "
    "its API key: aicx login --context open-cx"
)


class Vouching:
    """Vouches for humans to one OpenCX.

    Args:
        context: Which.
        credential: Its API key.
        setup: Where it is kept what the last call came to.

    Attributes:
        tell: Told what is waited for where OpenCX's budget is used up; None for nobody.
    """

    def __init__(self, context: Context, credential: Credential, setup: Setup) -> None:
        self.context = context
        self.tell: Callable[[str], None] | None = None
        self._credential = credential
        self._records = OpenCxRecords(setup.home)

    @property
    def pause(self) -> str:
        """What is waited for before OpenCX may be asked again; empty where nothing is."""
        return budget_of(self.context.root, self.context.host).said

    async def vouch(self, body: Mapping[str, JsonValue]) -> Vouched:
        """Have OpenCX take a human for a contact, and give the token for the widget.

        Raises:
            RefusedError: The context is read-only, or OpenCX refused.
            OutcomeUnknownError: No readable answer came; a second try does no harm that is known.
            AicxError: OpenCX could not be asked.
        """
        try:
            answer = await self._asked(body)
        except AicxError:  # whose message may name the human
            self._note(is_good=False, message="A human could not be authenticated.")
            raise
        self._note(is_good=True, message="A human was authenticated.")
        contact_id = answer.contact.id if answer.contact is not None else ""
        return Vouched(
            token=answer.token, contact_id=contact_id, expires_at=expiry_of(answer.token)
        )

    async def check(self) -> None:
        """Find out whether the key is accepted.

        Raises:
            AicxError: It is not, or OpenCX could not be asked.
        """
        http = open_core(self.context, self._credential)
        try:
            await OpenCx(http).check_token()
        except AicxError as error:
            self._note(is_good=False, message=error.message)
            raise
        finally:
            await http.aclose()
        self._note(is_good=True, message="The key is accepted.")

    async def _asked(self, body: Mapping[str, JsonValue]) -> Authenticated:
        http = open_core(self.context, self._credential)
        if http.budget is not None:
            http.budget.tell = self.tell
        try:
            return await OpenCx(http).authenticate(body)
        finally:
            await http.aclose()

    def _note(self, *, is_good: bool, message: str) -> None:
        name, root = self.context.name, self.context.root
        self._records.note(name, root=root, is_good=is_good, message=message)


async def vouching_for(
    setup: Setup, session: Session, *, named: str = "", key: SecretStr | None = None
) -> Vouching:
    """What vouches for the humans of an open platform.

    Args:
        setup: What this run stands on.
        session: The platform that the humans are of.
        named: Which context of the kind; empty where there is only one to mean.
        key: The API key, where it was given for this run.

    Raises:
        UsageError: No OpenCX is known, or several.
        NotSignedInError: Its key is not known.
    """
    return await vouching_beside(
        session, meant(setup, session.context, named=named), setup, key=key
    )


async def vouching_beside(
    session: Session, context: Context, setup: Setup, *, key: SecretStr | None = None
) -> Vouching:
    """What vouches for humans to one OpenCX, with the key that a session has if it is the same.

    Raises:
        NotSignedInError: Its key is not known.
    """
    used = session.http.credential if session.http is not None else None
    if key is None and context == session.context and used is not None:
        return Vouching(context, used, setup)
    if key is None and context.source == "sandbox" and used is not None and not used.is_session:
        key = used.secret  # the sandbox takes its own token for a key
    return await vouching_at(context, setup, key=key)


async def vouching_at(context: Context, setup: Setup, *, key: SecretStr | None = None) -> Vouching:
    """What vouches for humans to one OpenCX.

    Raises:
        NotSignedInError: Its key is not known.
    """
    if key is not None:
        return Vouching(context, Credential.key(key), setup)
    found = await setup.credentials.find_beside(context, patience=SILENT_SECONDS)
    if found is None:
        raise NotSignedInError(
            f"The API key of {context.name} is not known. Nothing was sent.",
            hint=f"Sign in with it: aicx login --context {context.name}; or give --key-file FILE.",
        )
    return Vouching(context, credential_of(found, context), setup)


def meant(setup: Setup, here: Context, *, named: str = "") -> Context:
    """The OpenCX that is meant.

    Args:
        setup: Whose config.toml describes some.
        here: The context in use.
        named: The name of one; empty where there is only one to mean, as beside the sandbox.

    Raises:
        UsageError: There is none, or several, or the named one is of another kind.
    """
    if named:
        found = setup.context(named)
        if found.kind != "open-cx":
            raise UsageError(f"{named} is a context of kind {found.kind}.", hint=ADD_ONE)
        return found
    if here.kind == "open-cx":
        return here
    if here.source == "sandbox":  # what is tried there reaches nobody real
        return of_sandbox(here)
    return setup.config.contexts[only_one(setup)]


def only_one(setup: Setup) -> str:
    """The name of the only context of the kind.

    Raises:
        UsageError: There is none, or several.
    """
    known = _known(setup)
    if len(known) == 1:
        return known[0]
    if known:
        raise UsageError(
            f"Several contexts are of OpenCX: {', '.join(known)}.", hint="Name one: --with NAME."
        )
    raise UsageError("No OpenCX is known.", hint=ADD_ONE)


def _known(setup: Setup) -> list[str]:
    return [name for name, one in setup.config.contexts.items() if one.kind == "open-cx"]


def of_sandbox(here: Context) -> Context:
    """The OpenCX that the sandbox emulates."""
    return replace(here, name="sandbox (OpenCX)", kind="open-cx", root=f"{here.root}/open-cx")
