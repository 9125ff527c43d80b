"""A line that takes its time: TCP in between, which hands everything on a little later."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
import time
from typing import Self

from tests import rig

MOST = 65536


class Proxy:
    """Stands before a port; set `delay`, in seconds one way, at any time. Whoever is cut there is cut here."""

    def __init__(self, port: int) -> None:
        self.beyond, self.port, self.delay = port, rig.free_port(), 0.0

    def of(self, url: str) -> str:
        """The same by way of this."""
        return url.replace(f":{self.beyond}/", f":{self.port}/")

    def __enter__(self) -> Self:
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                proxy.connect(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads, block_on_close, request_queue_size = True, True, False, 64

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def connect(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.beyond)) as far:
            back = threading.Thread(target=self._hand_on, args=(far, near), daemon=True)
            back.start()
            self._hand_on(near, far)
            back.join()

    def _hand_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(MOST):
                if self.delay:
                    time.sleep(self.delay)
                target.sendall(part)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
