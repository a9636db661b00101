"""The platform as one web application."""

from __future__ import annotations

from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from aicx_tui import __version__
from aicx_tui.sandbox import (
    console,
    console_aliases,
    console_files,
    console_humans,
    console_identities,
    console_profile,
    console_security,
    console_sign_in,
    console_tags,
    console_token,
    cx_genie,
    gateway,
    open_cx,
)
from aicx_tui.sandbox.access import Platform
from aicx_tui.sandbox.front import Front
from aicx_tui.sandbox.replies import answer_error

_CALLS = (
    gateway,
    console,
    console_sign_in,
    console_humans,
    console_tags,
    console_profile,
    console_security,
    console_token,
    console_aliases,
    console_files,
    console_identities,
)


def build_application(platform: Platform, *, loopback_only: bool) -> ASGIApp:
    """Put the calls, their refusals and the layer in front of them together.

    Args:
        platform: What the calls work on.
        loopback_only: Whether only this machine is served.
    """
    application = FastAPIOffline(
        title="AICX sandbox",
        version=__version__,
        description="The documented gateway calls, and the console calls they leave out.",
        redoc_url=None,
        redirect_slashes=False,
    )
    application.state.platform = platform
    application.state.chat_users = {}
    for calls in _CALLS:
        application.include_router(calls.router)
    if loopback_only:
        application.include_router(cx_genie.router)
    for kind in (HTTPException, RequestValidationError, Exception):
        application.add_exception_handler(kind, answer_error)
    application.mount(open_cx.PATH, open_cx.build_open_cx(platform))
    return Front(application, loopback_only=loopback_only)
