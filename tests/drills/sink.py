"""
A mail server that misbehaves on purpose, for one address or for everyone, and remembers what it took.

It is written down to the socket, since what it does wrong no mail library does: it cuts in the
middle, answers late or a byte at a time, and takes a message without saying so.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import BinaryIO, Literal, NamedTuple, Self

from tests import rig

OK = "250 2.0.0 OK"
RESET = struct.pack("ii", 1, 0)
# In seconds; for a client that neither speaks nor goes.
PATIENCE = 300
Cut = Literal["", "before the dot", "reset in data", "after the dot"]


@dataclass(frozen=True)
class Rule:
    """What becomes of mail to one address; `late` is how many seconds pass between taking it and saying so."""

    at_rcpt: str = OK
    at_dot: str = OK
    late: float = 0
    cut: Cut = ""


@dataclass(frozen=True)
class Door:
    """How whoever connects is met: seconds until the greeting, and after each byte of it; who may write at all."""

    wait: float = 0
    pace: float = 0
    at_login: str = "235 2.7.0 Welcome"
    at_from: str = OK


class Copy(NamedTuple):
    """A message that was taken, whether or not the sender was told."""

    at: float
    to: str
    message_id: str
    date: str
    digest: str

    @property
    def row(self) -> int:
        """The id of the outbox's row, which a Message-ID begins with."""
        return int(self.message_id.strip("<").partition(".")[0])


class Try(NamedTuple):
    """Someone who came, or named an address; monotonic seconds."""

    at: float
    what: str


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


@dataclass
class Sink:
    """Set `door` and `rule` at any time; `copies` and `tries` are in the order they came."""

    door: Door = field(default_factory=Door)
    rule: Callable[[str], Rule] = lambda address: Rule()

    def __post_init__(self) -> None:
        self.port = rig.free_port()
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._copies: list[Copy] = []
        self._tries: list[Try] = []
        self.raw: list[bytes] = []

    def __enter__(self) -> Self:
        sink = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                # A sender that is killed goes without a word.
                with contextlib.suppress(OSError):
                    _Conversation(sink, self.request).run()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads, block_on_close, request_queue_size = True, True, False, 64

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def url_with_login(self) -> str:
        return f"smtp://user:password@127.0.0.1:{self.port}"

    @property
    def copies(self) -> list[Copy]:
        with self._lock:
            return list(self._copies)

    @property
    def tries(self) -> list[Try]:
        with self._lock:
            return list(self._tries)

    def tries_of(self, address: str) -> list[float]:
        return [each.at for each in self.tries if each.what == address]

    def came(self, what: str) -> None:
        with self._lock:
            self._tries.append(Try(time.monotonic(), what))

    def take(self, to: str, raw: bytes) -> None:
        head = message_from_bytes(raw, policy=policy.default)
        copy = Copy(time.monotonic(), to, str(head["Message-ID"]), str(head["Date"]), digest(raw))
        with self._lock:
            self._copies.append(copy)
            self.raw.append(raw)


class _Conversation:
    """One connection, until either side ends it."""

    def __init__(self, sink: Sink, line: socket.socket) -> None:
        self.sink, self.line, self.door = sink, line, sink.door
        self.line.settimeout(PATIENCE)
        self.file: BinaryIO = line.makefile("rb")
        self.to = ""

    def run(self) -> None:
        self.sink.came("hello")
        self.sink.closing.wait(self.door.wait)
        self.say("220 sink.internal ESMTP")
        while command := self.file.readline():
            verb = command[:4].decode("ascii", "replace").upper()
            if verb == "QUIT":
                self.say("221 2.0.0 Bye")
                return
            if verb == "DATA":
                if not self.data():
                    return
            else:
                self.answer(verb, command)

    def answer(self, verb: str, command: bytes) -> None:
        if verb == "EHLO":
            self.say("250-sink.internal\r\n250-8BITMIME\r\n250-AUTH PLAIN LOGIN\r\n250 SMTPUTF8")
        elif verb == "AUTH":
            self.say(self.door.at_login)
        elif verb == "MAIL":
            self.sink.came("mail from")
            self.say(self.sink.door.at_from)  # of now: a line may be kept for long
        elif verb == "RCPT":
            self.to = command.decode().partition("<")[2].partition(">")[0]
            self.sink.came(self.to)
            self.say(self.sink.rule(self.to).at_rcpt)
        elif verb in ("HELO", "RSET", "NOOP"):
            self.say(OK)
        else:
            self.say("502 5.5.1 No such command")

    def data(self) -> bool:
        """Read a message and do with it what the rule says; False when the line is cut."""
        rule = self.sink.rule(self.to)
        self.say("354 Go on")
        if rule.cut == "reset in data":
            self.file.readline()
            self.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        if rule.cut in ("before the dot", "reset in data"):
            self.file.close()
            self.line.close()
            return False
        lines: list[bytes] = []
        while (part := self.file.readline()) != b".\r\n":
            if not part:
                return False
            lines.append(part)
        if rule.at_dot.startswith("2"):
            self.sink.take(self.to, b"".join(lines))
        self.sink.closing.wait(rule.late)
        if rule.cut == "after the dot":
            return False
        self.say(rule.at_dot)
        return True

    def say(self, text: str) -> None:
        whole = f"{text}\r\n".encode()
        if not self.door.pace:
            self.line.sendall(whole)
            return
        for byte in whole:
            self.line.sendall(bytes([byte]))
            self.sink.closing.wait(self.door.pace)
