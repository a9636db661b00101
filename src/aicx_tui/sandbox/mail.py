"""Mail to users: handed to an SMTP server, or put into a mailbox of the platform's own."""

from __future__ import annotations

import smtplib
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from http import HTTPStatus
from typing import Protocol

from sqlalchemy import delete, func, insert, select

from aicx_tui.sandbox.clock import now
from aicx_tui.sandbox.database import Database
from aicx_tui.sandbox.loopback import is_loopback
from aicx_tui.sandbox.replies import Refusal
from aicx_tui.sandbox.tables import mails

_SENDER = "AICX sandbox <no-reply@sandbox.aicx.example>"
_SECONDS = 5.0
_AT_ONCE = 4
"""A mail server that is silent must not take every thread that answers requests."""

_KEPT = 200
"""Mails in the mailbox; older ones make room."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one user, in plain text."""

    to: str
    subject: str
    body: str


class Post(Protocol):
    """What takes mails on."""

    def deliver(self, mail: Mail) -> None:
        """Take a mail on; called outside of any transaction, since it may take seconds.

        Raises:
            Refusal: It could not be sent.
        """


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Keeps mails in the database, for its owner to read: `aicx sandbox mail`."""

    database: Database

    def deliver(self, mail: Mail) -> None:
        """Put a mail in."""
        with self.database.writing() as connection:
            connection.execute(
                insert(mails).values(
                    to_address=mail.to, subject=mail.subject, body=mail.body, sent_at=now()
                )
            )
            last = connection.scalar(select(func.max(mails.c.number))) or 0
            connection.execute(delete(mails).where(mails.c.number <= last - _KEPT))


class SmtpServer:
    """Hands mails to a server, encrypted unless it is on this machine.

    Args:
        host: Its name or address.
        port: Where it listens.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def deliver(self, mail: Mail) -> None:
        """Hand a mail over."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = _SENDER, mail.to, mail.subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="aicx.example")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)
        with (
            self._turn(),
            _explaining_failure(),
            smtplib.SMTP(self._host, self._port, timeout=_SECONDS) as server,
        ):
            if not is_loopback(self._host):
                server.starttls(context=ssl.create_default_context())
            server.send_message(message)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=_SECONDS):
            raise _not_sent(HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            yield
        finally:
            self._turns.release()


def post_by(database: Database, smtp: Sequence[str | int] | None) -> Post:
    """What takes mails on: the server with this host and port, or else the mailbox."""
    if smtp is None:
        return Mailbox(database)
    host, port = smtp
    return SmtpServer(str(host), int(port))


@contextmanager
def _explaining_failure() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPServerDisconnected as error:
        raise _not_sent(HTTPStatus.SERVICE_UNAVAILABLE) from error
    except smtplib.SMTPException as error:
        raise _not_sent(HTTPStatus.BAD_GATEWAY) from error
    except (OSError, ValueError) as error:
        raise _not_sent(HTTPStatus.SERVICE_UNAVAILABLE) from error


def _not_sent(status: HTTPStatus) -> Refusal:
    return Refusal(
        status,
        code="mail_failed",
        message="The mail with the code could not be sent, so nothing was done. Try again in a "
        "moment; if it stays so, whoever runs the platform has to look at its mail server.",
    )
