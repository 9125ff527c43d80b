"""
`make fuzz`: the app as it runs on a server, with the demo in it, and odd requests to every form that there is.

They come from its owner, from an assistant by link, and from nobody. Exit code 1 when any is answered by a
mistake of ours (500 and above) or by nothing, or when a row of another owner has changed.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPResponse

import django
from django.conf import settings

from tests import rig
from tests.fuzz import odd
from tests.fuzz.walk import Answer, Fuzz

# The demo's; nothing that is drawn is its password, so that it can neither be changed nor the account closed.
OWNER = {"login": "nora@example.com", "password": "garden-by-four"}
SIGNED_OUT = ["/", "/sign-in/", "/sign-up/", "/password/forgotten/", "/h/renew/", "/h/x.y/", "/unsubscribe/x.y/"]
# What a script alone posts to, and what a walk does not come to.
BARE = ["/times/", "/undo/", "/routine/scores/", "/timer/start/", "/timer/stop/", "/timer/answer/", "/hand-offs/new/"]
STRANGER = """
from tests import factories
from tests.delegator.test_isolation import a_bit_of_everything
a_bit_of_everything(factories.an_owner(name="Bea Roth", email="bea@example.com"))
"""
# What the demo's assistants have in their mail, and one of them asked for.
LINKED = """
from django.utils import timezone
from assistants import links
from assistants.models import Offer
for offer in Offer.objects.filter(handoff__owner__email="nora@example.com"):
    print(f"/h/{links.token('offer', offer.pid, offer.epoch)}/")
    print(f"/h/weekly/{links.token('unsubscribe', offer.pid)}/")
for what in ("export", "erase"): print(f"/h/{what}/{links.dated_token(what, offer, timezone.now())}/")
print(f"/unsubscribe/{links.token('unsubscribe', offer.handoff.owner.pid)}/")
"""
ROWS = """
from tasks.models import Owner
from tests.delegator.test_isolation import everything
for row in everything(Owner.objects.get(email="bea@example.com")): print(repr(row))
"""


class Browser:
    """Over the wire, each request from a peer of its own, as a proxy of ours would say: limits are not tried here."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self.port = name, port
        self.cookies: dict[str, str] = {}
        self._requests = 0

    def ask(self, request: odd.Request) -> Answer:
        self._requests += 1
        peer = f"10.{self._requests >> 16 & 255}.{self._requests >> 8 & 255}.{self._requests & 255}"
        headers = {
            "Host": f"127.0.0.1:{self.port}",
            "X-Forwarded-For": peer,
            "Content-Length": str(len(request.body)),
        }
        headers |= {"Content-Type": request.kind} if request.kind else {}
        if self.cookies:
            headers |= {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            headers |= {"X-CSRFToken": self.cookies.get("csrf", "")}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(request.method, request.url, request.body, headers | request.headers)
            return self._read(connection.getresponse())
        except ValueError:
            return Answer(400)  # what cannot be sent at all
        except (OSError, HTTPException) as error:
            # Refused by what its head says, and hung up on while the rest was still on its way.
            is_too_large = len(request.body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            return Answer(413) if is_too_large else Answer(599, repr(error))
        finally:
            connection.close()

    def _read(self, response: HTTPResponse) -> Answer:
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            value = rest.partition(";")[0]
            self.cookies[name] = value
            if value in ("", '""'):
                del self.cookies[name]
        text = response.read().decode("utf-8", "replace")
        return Answer(response.status, text, response.headers.get("Location", ""))

    def sign_in(self) -> None:
        self.cookies.clear()
        self.ask(odd.Request("GET", "/sign-in/"))
        body = f"login={OWNER['login']}&password={OWNER['password']}".encode()
        answer = self.ask(odd.Request("POST", "/sign-in/", body, odd.URLENCODED))
        if answer.status != 302 or "sid" not in self.cookies:
            raise RuntimeError(f"the owner cannot sign in: {answer}")


def main(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make fuzz ARGS=", description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=8)
    options = parser.parse_args(args)
    # Ended from outside it still ends the servers that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "delegator.settings")
    django.setup()
    with rig.PrivatePostgres() as postgres:
        env = {"DATABASE_URL": postgres.database("fuzz"), "LEAST_SECONDS_TO_READ": "0", "TRUSTED_PROXY_COUNT": "1"}
        with rig.App(env, workers=0) as app:
            return run(app, options.requests, options.seed)


def run(app: rig.App, count: int, seed: int) -> int:
    app.manage("demo")
    app.manage("shell", "--verbosity", "0", "--command", STRANGER)
    before = rows(app)
    fuzz, began = Fuzz(seed), time.monotonic()
    owner, assistant, nobody = (Browser(name, app.port) for name in ("owner", "assistant", "nobody"))
    rounds = 3 if count >= 4_000 else 1  # what there is to find changes while it is tried
    for _ in range(rounds):
        owner.sign_in()
        fuzz.look(owner, ["/"], more=BARE)
        linked = app.manage("shell", "--verbosity", "0", "--command", LINKED).split()
        fuzz.look(assistant, linked, only="/h/", more=linked)
        nobody.cookies.clear()
        fuzz.look(nobody, SIGNED_OUT)
        fuzz.ask(owner, count * 6 // 10 // rounds, back_in(owner))
        fuzz.ask(assistant, count * 3 // 10 // rounds)
        fuzz.ask(nobody, count // 10 // rounds, out_again(nobody))
        print(f"{fuzz.count} of {count}, {time.monotonic() - began:.0f} s, {len(fuzz.broken)} broken", flush=True)
    after = rows(app)
    print(fuzz.table())
    for each in fuzz.broken:
        print(each)
    if fuzz.broken:
        print(app.logs())
    changed = sorted(set(before) ^ set(after))
    print(*changed, sep="\n")
    print(
        f"\nSeed {seed}: {fuzz.count} requests to {len(fuzz.statuses)} addresses, after {fuzz.pages} pages were read;"
    )
    print(f"{len(fuzz.broken)} answered by a mistake or not at all, {len(changed)} rows of another owner changed")
    return 1 if fuzz.broken or changed else 0


def rows(app: rig.App) -> list[str]:
    """All rows of an owner who does nothing."""
    found = app.manage("shell", "--verbosity", "0", "--command", ROWS).splitlines()
    assert len(found) > 40
    return found


def back_in(owner: Browser) -> Callable[[Answer], None]:
    def hear(answer: Answer) -> None:
        if "sid" not in owner.cookies or answer.location.startswith("/sign-in/"):
            owner.sign_in()

    return hear


def out_again(nobody: Browser) -> Callable[[Answer], None]:
    """Signing up signs in."""

    def hear(answer: Answer) -> None:
        nobody.cookies.pop("sid", None)

    return hear


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
