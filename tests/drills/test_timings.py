"""
P16: neither what is answered nor how long it takes tells whether somebody has an account.

Three hundred tries each, by turns, of addresses that have one and that have none, every one from another peer, so
that no limit is met. The medians may differ by 10 ms at most: `make drills ARGS="-k timings"` (TRIES=30 for a look).
"""

from __future__ import annotations

import os
import random
import statistics
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tests import rig
from tests.drills import visitor
from tests.drills.conftest import Say
from tests.drills.visitor import Answer

TRIES, MOST_APART = int(os.environ.get("TRIES", "300")), 0.010
NEW = {"name": "Ann Moss", "password1": "brown-bread-at-nine", "time_zone": "Europe/Berlin"}
Send = Callable[[rig.App, str, str], Answer]


class Form(NamedTuple):
    name: str
    send: Send


def of_peer(peer: str) -> dict[str, str]:
    return {"X-Forwarded-For": peer}


FORMS = [
    Form(
        "sign in",
        lambda app, email, peer: visitor.sign_in(app.port, email, "a-guess-a-guess", **of_peer(peer)),
    ),
    Form(
        "sign up",
        lambda app, email, peer: visitor.ask(app.port, "/sign-up/", NEW | {"email": email}, **of_peer(peer)),
    ),
    Form(
        "forgot",
        lambda app, email, peer: visitor.ask(app.port, "/password/forgotten/", {"email": email}, **of_peer(peer)),
    ),
    Form(
        "lost link",
        lambda app, email, peer: visitor.ask(app.port, "/h/renew/", {"email": email}, **of_peer(peer)),
    ),
]


@pytest.fixture(scope="module", params=["SQLite", "Postgres"])
def app(request: pytest.FixtureRequest) -> Iterator[rig.App]:
    """As on a server, with mail that nobody takes."""
    env = {"TRUSTED_PROXY_COUNT": "1", "EMAIL_URL": "smtp://127.0.0.1:9", "FROM_EMAIL": "hello@delegator.internal"}
    if request.param == "SQLite":
        with rig.App(env, workers=0) as app:
            yield app
        return
    with rig.PrivatePostgres() as postgres, rig.PrivateRedis() as redis:
        env |= {"DATABASE_URL": postgres.database("timings"), "REDIS_URL": redis.url}
        with rig.App(env, workers=0) as app:
            yield app


@pytest.fixture(scope="module")
def known(app: rig.App) -> list[str]:
    return visitor.owners(app, TRIES)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_known_address_is_answered_as_an_unknown_one_and_as_soon(
    app: rig.App, known: list[str], form: Form, say: Say
) -> None:
    order, peers = random.Random(7), iter(range(10_000))
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    told: dict[str, set[object]] = {"known": set(), "unknown": set()}
    for number in range(TRIES):
        pair = [("known", known[number]), ("unknown", f"nobody{number}@gardens.internal")]
        order.shuffle(pair)
        for kind, email in pair:
            peer = next(peers)
            answer = form.send(app, email, f"198.{18 + peer // 62_500}.{peer // 250 % 250}.{peer % 250 + 1}")
            took[kind].append(answer.seconds)
            told[kind].add(answer.alike(email))
    middle = {kind: statistics.median(seconds) for kind, seconds in took.items()}
    apart = abs(middle["known"] - middle["unknown"])
    engine = "SQLite" if "sqlite" in app.env["DATABASE_URL"] else "Postgres"
    say(
        f"P16  {form.name:<9} {engine:<8} {TRIES} each: known {middle['known'] * 1000:6.1f} ms, "
        f"unknown {middle['unknown'] * 1000:6.1f} ms, apart {apart * 1000:4.1f} ms"
    )
    assert told["known"] == told["unknown"]
    assert len(told["known"]) == 1
    assert apart < MOST_APART
