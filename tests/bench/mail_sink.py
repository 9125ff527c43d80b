"""
A mail server that takes all there is as fast as it can, in a process of its own, and knows when each message came.

It answers whatever comes in one go at once, after `late` seconds, and offers PIPELINING (RFC 2920).
`python -m tests.bench.mail_sink LATE` prints its port.
"""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import subprocess
import sys
import time
from typing import Self

from tests import rig

END = b"\r\n.\r\n"
REPLIES = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
    b"DATA": b"354 Go on\r\n",
    b"QUIT": b"221 Bye\r\n",
}
OK = b"250 OK\r\n"
# Of ours: when the messages came, as one line of JSON; seconds of `time.monotonic`, which all processes share.
ASK = b"SEEN"


class MailSink:
    """The server, from whoever starts it."""

    def __init__(self, *, late: float = 0) -> None:
        self.late = late

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.bench.mail_sink", str(self.late)]
        self._process = subprocess.Popen(command, cwd=rig.ROOT, stdout=subprocess.PIPE, start_new_session=True)
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        rig.kill9(self._process)
        assert self._process.stdout
        self._process.stdout.close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def seen(self) -> list[float]:
        """When each message was taken, before its sender was told."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as line, line.makefile("rb") as said:
            said.readline()
            line.sendall(ASK + b"\r\n")
            found: list[float] = json.loads(said.readline())
        return found

    def wait(self, count: int, *, seconds: float = 60, pause: float = 0.05) -> list[float]:
        rig.until(lambda: len(self.seen()) >= count, f"mail number {count}", seconds=seconds, pause=pause)
        return self.seen()


class Handler(socketserver.BaseRequestHandler):
    """One connection: commands by the line, and after DATA all up to the dot."""

    request: socket.socket
    server: Server

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            self._converse()

    def _converse(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.sendall(b"220 sink\r\n")
        self.unread, self.is_text = b"", False
        while more := self.request.recv(65536):
            self.unread += more
            if answer := b"".join(iter(self._reply, b"")):
                time.sleep(self.server.late)
                self.request.sendall(answer)

    def _reply(self) -> bytes:
        """To the first of what is not read yet; b"" where that is not whole."""
        end = END if self.is_text else b"\r\n"
        first, found, rest = self.unread.partition(end)
        if not found:
            return b""
        self.unread = rest
        if self.is_text:
            self.server.seen.append(time.monotonic())
            self.is_text = False
            return OK
        verb = first[:4].upper()
        if verb == ASK:
            return json.dumps(self.server.seen).encode() + b"\r\n"
        self.is_text = verb == b"DATA"
        return REPLIES.get(verb, OK)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, late: float) -> None:
        self.late, self.seen = late, list[float]()
        super().__init__(("127.0.0.1", 0), Handler)


if __name__ == "__main__":
    with Server(float(sys.argv[1])) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()
