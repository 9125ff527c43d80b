"""
What mail costs beside the least that it could: the same bytes, ready, by smtplib over one kept connection.

What is measured stands in `mail_costs`, and runs inside the app. Numbers without a goal are there to read ratios by.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any, NamedTuple, Self

from delegator import laptop
from tests import rig
from tests.bench import results, sites
from tests.bench.items import Wrong
from tests.bench.mail_sink import MailSink
from tests.bench.results import MOST_GROWTH, POSTGRES, SQLITE, Row

NO_LIMITS = {"MAILS_A_DAY": "10000000", "MAILS_TO_ONE_A_DAY": "10000000", "NEW_ADDRESSES_A_DAY": "10000000"}
MOST_OVER_FLOOR = 10
PIPELINE, WEEKLY, ROSTER = "mail pipeline", "weekly summaries", "weekly summaries, with a roster"
PEOPLE = 3
SENDER, READER = "hello@delegator.internal", "nora@hale.internal"


class Place(rig.App):
    """The app over one database and one mail server, with none of its processes running."""

    def __init__(self, mail: str, postgres: rig.PrivatePostgres | None, env: dict[str, str] | None = None) -> None:
        url = {"DATABASE_URL": postgres.database(f"mail{rig.free_port()}")} if postgres else {}
        usual = {"EMAIL_URL": mail, "FROM_EMAIL": SENDER, "LOG_LEVEL": "ERROR", "UNDO_WINDOW": "0"}
        super().__init__(usual | NO_LIMITS | url | (env or {}))

    def __enter__(self) -> Self:
        self._run("-c", laptop.PREPARE)
        return self

    def ask(self, script: str) -> Any:
        """Run it inside the app; what it returns."""
        command = f"import json\nfrom tests.bench import mail_costs, owners\nprint(json.dumps({script}))"
        said = self.manage("shell", "--verbosity", "0", "--command", command)
        return json.loads(said.splitlines()[-1])


class Cost(NamedTuple):
    """
    Round by round, seconds of processor for one email, and what the least takes that it could.

    `a_second` is how many left in a second, and `mb` the memory that was held at most.
    """

    cpu: list[float]
    floor: list[float]
    a_second: float
    mb: float

    @property
    def ratios(self) -> list[float]:
        return [cpu / floor for cpu, floor in zip(self.cpu, self.floor, strict=True)]

    @property
    def ratio(self) -> float:
        return results.middle(self.ratios)

    @property
    def ms(self) -> float:
        return 1000 * results.middle(self.cpu)


# --- The rows ----------------------------------------------------------------
def rows(
    only: str, postgres: rig.PrivatePostgres, core: int, wrong: dict[str, str], *, is_quick: bool
) -> Iterator[Row]:
    """Those with this in their name, on both databases."""
    count, few, many, with_roster = (200, 100, 1000, 50) if is_quick else (2000, 1000, 10_000, 500)
    with ExitStack() as stack:
        with sites.on_core(core):
            sink = stack.enter_context(MailSink())
        for database, server in ((SQLITE, None), (POSTGRES, postgres)):
            of_one = partial(_pipeline, database, sink, server, count)
            of_many = partial(_weekly, database, sink, server, few, many)
            of_roster = partial(_roster, database, sink, server, with_roster)
            for name, of in ((PIPELINE, of_one), (WEEKLY, of_many), (ROSTER, of_roster)):
                if only in name:
                    yield from tried(f"{name} on {database}", of, wrong)


def tried(name: str, make: Callable[[], Iterable[Row]], wrong: dict[str, str]) -> list[Row]:
    """The rows; of an item that fails why is written down."""
    try:
        return list(make())
    except (Wrong, RuntimeError, TimeoutError) as error:
        wrong[name] = str(error).strip().rpartition("\n")[2]
        return []


def _pipeline(database: str, sink: MailSink, postgres: rig.PrivatePostgres | None, count: int) -> Iterator[Row]:
    cost = _cost(sink, postgres, f"mail_costs.pipeline({count})")
    yield _over(f"{PIPELINE}: over ready bytes", database, cost)
    yield Row(f"{PIPELINE}: ms of processor", database, 0, cost.ms)
    yield Row(f"{PIPELINE}: a second", database, 0, cost.a_second)


def _weekly(
    database: str, sink: MailSink, postgres: rig.PrivatePostgres | None, fewer: int, more: int
) -> Iterator[Row]:
    """Ten times as many owners take ten times as long, and no more memory."""
    few, many = (_summaries(sink, postgres, count, roster=0) for count in (fewer, more))
    yield _over(f"{WEEKLY}: over the floor", database, many, MOST_OVER_FLOOR)
    yield Row(f"{WEEKLY}: ms of processor", database, 0, many.ms)
    yield Row(f"{WEEKLY}: ms, the floor", database, 0, 1000 * results.middle(many.floor))
    step = f"{fewer} to {more}"
    # Over the floor of its own minutes: the two are apart in time.
    yield Row(f"growth: {WEEKLY}, {step}", database, 0, many.ratio / few.ratio, MOST_GROWTH)
    yield Row(f"growth: MB of {WEEKLY}, {step}", database, 0, many.mb / few.mb, MOST_GROWTH)
    yield Row(f"{WEEKLY}: MB", database, 0, many.mb)


def _roster(database: str, sink: MailSink, postgres: rig.PrivatePostgres | None, count: int) -> Iterator[Row]:
    """Theirs take a plan, which is made anew whenever the log has changed what tasks take."""
    cost = _summaries(sink, postgres, count, roster=PEOPLE)
    yield _over(f"{ROSTER}: over the floor", database, cost)
    yield Row(f"{ROSTER}: ms of processor", database, 0, cost.ms)


def _over(name: str, database: str, cost: Cost, goal: float | None = None) -> Row:
    return Row(name, database, 0, cost.ratio, goal, spread=results.spread(cost.ratios))


def _summaries(sink: MailSink, postgres: rig.PrivatePostgres | None, count: int, *, roster: int) -> Cost:
    """The database is filled by a process of its own, whose memory is not that of the summaries."""
    script, fill = f"mail_costs.weekly({count})", f"owners.fill({count}, {roster})"
    return _cost(sink, postgres, script, fill=fill)


def _cost(sink: MailSink, postgres: rig.PrivatePostgres | None, script: str, *, fill: str = "") -> Cost:
    with Place(sink.url, postgres) as place:
        if fill:
            place.ask(fill)
        return Cost(*place.ask(script))
