"""One client, one request at a time, and what these took of the servers' processors."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.bench import items
from tests.bench.results import Sample
from tests.bench.sites import Floor, Server, Site, processor_time

TRIES = 3
WARMING = 3


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def send(port: int, request: items.Request, sid: str = "") -> Answer:
    """A connection each, as the sync worker wants it."""
    headers = {"Accept-Encoding": "gzip", "Cookie": f"sid={sid}; csrf={items.CSRF}", **request.headers}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(request.method, request.path, request.body or None, headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.msg, answer.read())
    finally:
        connection.close()


class Browser:
    """The owner's, at a site."""

    def __init__(self, site: Site) -> None:
        self.site, self.world = site, site.world

    def send(self, request: items.Request) -> Answer:
        answer = send(self.site.port, request, self.world.sid)
        if answer.status != request.status:
            items.check(request, answer.status, answer.body.decode(errors="replace"))
        return answer

    def get(self, path: str) -> str:
        return self.send(items.Request(path)).body.decode()


class Bench:
    """The floor and the requests of each item at each site, which go on from round to round."""

    def __init__(self, floor: Floor, *, count: int) -> None:
        self.floor, self.count = floor, count
        self.floors: list[float] = []
        self._running: dict[tuple[str, int], Iterator[items.Request]] = {}

    def sample(self, item: items.Item, site: Site) -> Sample:
        """One batch of the item between two of the empty view; Wrong if an answer is not the item's."""
        if not self.floors:
            self.floors.append(self.empty_view())
        seconds = self.batch(item, site)
        self.floors.append(self.empty_view())
        return Sample(seconds, *self.floors[-2:])

    def empty_view(self) -> float:
        """Twice as many requests, since each is short."""

        def ask(times: int) -> None:
            for _ in range(times):
                if send(self.floor.port, items.Request("/")).status != http.client.OK:
                    raise items.Wrong("The empty view does not answer.")

        return timed(self.floor, ask, 2 * self.count)

    def batch(self, item: items.Item, site: Site) -> float:
        browser = Browser(site)
        requests = self._running.setdefault((item.name, site.port), item.requests(browser))

        def ask(times: int) -> None:
            for _ in range(times):
                self.last = next(requests)
                browser.send(self.last)

        seconds = timed(site, ask, self.count)
        items.check_written(browser, self.last)
        return seconds


def timed(server: Server, ask: Callable[[int], None], count: int) -> float:
    """Processor seconds a request, of the worker and of the database's process behind it."""
    for _ in range(TRIES):
        # Untimed: they warm the core's caches, and open the connection again if its minute is over.
        ask(WARMING)
        pids = server.pids()
        began = processor_time(pids)
        ask(count)
        try:
            spent = processor_time(pids) - began
        except ProcessLookupError:
            continue
        if server.pids() == pids:
            return spent / count
    raise items.Wrong(f"The database's connection changed {TRIES} times while it was measured.")
