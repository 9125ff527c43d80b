"""The app as it runs on a server, with what it stands on: Postgres, Redis and a mail server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests import rig


@dataclass(frozen=True)
class Site:
    """The running app, its database and the mail server that takes what it sends."""

    app: rig.App
    database: str
    sink: rig.SmtpSink

    @property
    def url(self) -> str:
        return self.app.url


@contextlib.contextmanager
def running(*, workers: int = 1, **settings: str) -> Iterator[Site]:
    with rig.PrivatePostgres() as postgres, rig.PrivateRedis() as redis, rig.SmtpSink() as sink:
        database = postgres.database("site")
        env = {
            "DATABASE_URL": database,
            "REDIS_URL": redis.url,
            "EMAIL_URL": sink.url,
            "FROM_EMAIL": "hello@delegator.internal",
            "UNDO_WINDOW": "0",
            "SWEEP_SECONDS": "2",
            "ADMIN": "true",
            **settings,
        }
        with rig.App(env, workers=workers) as app:
            yield Site(app, database, sink)
