"""
Speaking to the mail server: Django's backend, with a say just before the final dot.

A crash before the dot of a message is known to be harmless; after it a copy may have left. So whoever sends is
asked right before it, and told apart afterwards: refused, no answer, or no line to the server at all.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.core.mail.backends import smtp

CRLF = b"\r\n"
AT_DOTS = re.compile(rb"(?m)^\.")
# The first digit of a yes.
GRANTED = {"mail": 2, "rcpt": 2, "data": 3}
# Seconds for a good-bye, which nothing depends on.
PARTING = 2.0


class Away(Exception):
    """The mail server did not let us in."""


class BrokenOff(Exception):
    """The line was lost before the dot: this message was not taken, and may be why."""

    # Whether the server had heard of the message at all.
    has_begun = False


class Silence(Exception):
    """No answer after the dot: the message may have been taken."""


class Withheld(Exception):
    """Whoever sends said no before the dot."""


class Refused(Exception):
    """
    A definite no.

    `at` is "mail", "rcpt", "data" or "dot"; code 400 to 599; status the enhanced one (RFC 3463), such as "5.1.1",
    or "".
    """

    def __init__(self, at: str, code: int, reply: bytes) -> None:
        super().__init__(f"{code} at {at}")
        found = re.match(rb"([245]\.\d{1,3}\.\d{1,3})\b", reply)
        self.at, self.code, self.status = at, code, found[1].decode() if found else ""
        self.has_begun = False


class _Replies:
    """What the server says, line by line, and never later than the deadline, however slowly it comes."""

    def __init__(self, line: socket.socket, seconds_left: Callable[[], float]) -> None:
        self.line, self.seconds_left, self.read = line, seconds_left, b""

    def readline(self, most: int) -> bytes:
        while b"\n" not in self.read and len(self.read) < most:
            self.line.settimeout(self.seconds_left())
            more = self.line.recv(8192)
            if not more:
                break
            self.read += more
        end = self.read.find(b"\n") + 1 or most
        said, self.read = self.read[:end], self.read[end:]
        return said

    def close(self) -> None:
        """The socket is closed by the connection."""


class _Line(smtplib.SMTP):
    """A connection on which everything up to the dot has one deadline, and the answer to it another."""

    def __init__(self, host: str, port: int, *, timeout: float, **options: Any) -> None:
        # Whether it had leave for this message's sender, and how many messages it has carried.
        self.has_begun, self.carried = False, 0
        self.give(timeout)
        super().__init__(host, port, timeout=timeout, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        # A name can have several addresses, the first of them dead: that must not use up the time of the next.
        made = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # its stubs leave it out
        self.give(timeout)
        return cast(socket.socket, made)

    def give(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds

    def seconds_left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the mail server is too slow")
        return left

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            # The dot goes by itself, after the text: it must not wait until the text is acknowledged.
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.file = _Replies(self.sock, self.seconds_left)
        return super().getreply()

    def send(self, s: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(self.seconds_left())
        super().send(s)

    def deliver(self, sender: str, to: str, raw: bytes, *, before_dot: Callable[[], bool]) -> None:
        self.has_begun = False
        self._ask(f"MAIL FROM:<{sender}>", f"RCPT TO:<{to}>", "DATA")
        self.send(AT_DOTS.sub(b"..", raw).removesuffix(CRLF) + CRLF)
        if not before_dot():
            raise Withheld
        if self._has_hung_up():
            raise BrokenOff("in the text")
        self.give(settings.DOT_TIMEOUT)
        self.send(b"." + CRLF)
        try:
            answer = self.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Silence(type(error).__name__) from error
        # By its first digit (RFC 5321, 4.2.1); what is no yes and no no may be either.
        if answer[0] // 100 not in (2, 4, 5):
            raise Silence("an answer that is none")
        self._expect("dot", answer, 2)
        self.carried += 1

    def _ask(self, *commands: str) -> None:
        """Have leave to send the text; all at once where the server can take it so (RFC 2920)."""
        at_once = self.has_extn("pipelining")
        if at_once:
            self.send("".join(f"{command}\r\n" for command in commands))
        for command in commands:
            answer = self.getreply() if at_once else self.docmd(command)
            at = command[:4].lower()
            self._expect(at, answer, GRANTED[at])
            self.has_begun = True

    def _has_hung_up(self) -> bool:
        """Whether the server is gone, or says something that nobody asked for: with no dot it takes no message."""
        if self.sock is None:
            return True
        self.sock.settimeout(0)
        try:
            self.sock.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        return True

    def _expect(self, at: str, answer: tuple[int, bytes], first_digit: int) -> None:
        code, reply = answer
        if code // 100 in (4, 5):
            raise Refused(at, code, reply)
        if code // 100 != first_digit:
            raise BrokenOff("an answer that is none")


class _SecureLine(_Line, smtplib.SMTP_SSL):
    """The same, by TLS from the first byte."""


class Mailer(smtp.EmailBackend):
    """Django's backend, set by EMAIL_URL; one line is kept for as many messages as it carries without an error."""

    # Lines of ours, since it is we who say of which class they are.
    connection: Any
    _partial_connection: Any

    @property
    def connection_class(self) -> type[_Line]:
        return _SecureLine if self.use_ssl else _Line

    def deliver(self, sender: str, to: str, raw: bytes, *, before_dot: Callable[[], bool]) -> None:
        """
        Have one message taken, or raise Away, BrokenOff, Refused, Silence or Withheld.

        `before_dot` is called once all of the text is sent; only if it says yes the dot follows, and the message
        counts.
        """
        was_used = self.connection is not None and self.connection.carried > 0
        try:
            self._deliver(sender, to, raw, before_dot)
        except (BrokenOff, Refused) as fault:
            # A server may have enough of a line after some messages; that says nothing of a new one.
            if not was_used or fault.has_begun:
                raise
            self._deliver(sender, to, raw, before_dot)

    def _deliver(self, sender: str, to: str, raw: bytes, before_dot: Callable[[], bool]) -> None:
        line = None
        try:
            self.open()
            line = self.connection
            line.give(self.timeout)
            line.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: a password that is no ASCII
            self.drop()
            raise Away(_in_short(error)) from error
        try:
            line.deliver(sender, to, raw, before_dot=before_dot)
        except (BrokenOff, Refused) as fault:
            fault.has_begun = line.has_begun
            self.drop()
            raise
        except (OSError, smtplib.SMTPException) as error:
            broken = BrokenOff(_in_short(error))
            broken.has_begun = line.has_begun
            self.drop()
            raise broken from error
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Hang up without a word: after an error a line is not used again, and amid a text QUIT is text."""
        for line in (self._partial_connection, self.connection):
            if line is not None:
                line.close()
        self._partial_connection = self.connection = None

    def close(self) -> None:
        """Take leave."""
        line, self.connection = self.connection, None
        if line is not None:
            line.give(PARTING)
            try:
                line.quit()
            except (OSError, smtplib.SMTPException, ssl.SSLError):
                line.close()


def _in_short(error: Exception) -> str:
    """The kind of fault, and the code if the server gave one; what it wrote beside it can name an address."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
