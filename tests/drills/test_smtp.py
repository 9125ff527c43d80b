"""The mail server refuses, hangs, or takes without a word: nobody waits for ever, and nobody gets a third copy."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest

from tests import rig
from tests.drills import checker, stage
from tests.drills.conftest import Drill
from tests.drills.promises import seeded
from tests.drills.sink import Door, Rule, Sink

# Seconds that a try may come later than it is due: a sweep, and those whose turn was before, which took as long the
# first time.
SLACK = 12.0
# Tries that lie further apart have a pause between them.
PAUSE = 1.5
# How long a fault of the mail server lasts where it does not matter, in seconds.
FAULT = 15.0


def gaps(times: Iterable[float]) -> list[float]:
    return [after - before for before, after in pairwise(times)]


@seeded
def test_mail_put_off_is_tried_on_schedule_until_it_is_taken(drill: Drill, seed: int) -> None:
    waits, away = [float(wait) for wait in stage.TENTH["BACKOFF"].split(",")], 60.0
    with drill("D7", seed, f"200 mails, 450 for {away:g} s; all times / 10") as result:
        with stage.set_up(stage.TENTH) as running:
            running.sink.rule = lambda address: Rule(at_rcpt="450 4.2.1 Try again later")
            written = running.write(200, send=True)
            rig.until(lambda: len(running.sink.tries) > 0, "first try")
            began = running.sink.tries[0].at
            time.sleep(max(0, began + away - time.monotonic()))
            running.sink.rule = lambda address: Rule()
            mended = time.monotonic()
            result.seconds = running.wait_until_over()
            found = running.found()
            result.reads(found)
            tries = {draft["to"]: running.sink.tries_of(draft["to"]) for draft in written.drafts}
        assert (found.lost, found.states, found.copies) == (0, {"sent": 200}, 200)
        first = [times[0] for times in tries.values()]
        slack = max(SLACK, max(first) - min(first) + 2)
        for times in tries.values():
            for gap, wait in zip(gaps(times), waits, strict=False):
                assert 0.8 * wait - 0.2 <= gap <= 1.2 * wait + slack
            # None was tried once more after the fault than it had to be.
            assert sum(moment > mended for moment in times) <= 1


@seeded
def test_an_address_that_does_not_exist_is_told_once_and_the_next_is_asked(drill: Drill, seed: int) -> None:
    with drill("D8", seed, "200 mails, 40 of them 550 5.1.1, each with someone to ask next") as result:
        with stage.set_up() as running:
            running.sink.rule = bad_if(lambda number: number % 5 == 0)
            written = running.write(200, send=True, stands_in=5)
            result.seconds = running.wait_until_over()
            found, all_mail = running.found(), running.found("")
            result.reads(found)
            offers = Counter(checker.rows(running.database, "SELECT state FROM assistants_offer"))
            came = [copy.to for copy in running.sink.copies]
            assert checker.wrong_in_the_story(running.app) == []
        assert (found.lost, found.states) == (0, {"sent": 200, "dead": 40})
        assert {row["tries"] for row in found.rows if row["state"] == "dead"} == {1}
        assert offers == {"sent": 200, "undeliverable": 40}
        assert sum(to.startswith("next") for to in came) == 40
        assert came.count(written.owner) == 40
        assert all_mail.copies_max == 1


def bad_if(bad: Callable[[int], bool]) -> Callable[[str], Rule]:
    """Of those who are asked first, these are not known to the mail server."""

    def rule(address: str) -> Rule:
        number = re.match(r"ana(\d+)\.", address)
        return Rule(at_rcpt="550 5.1.1 No such user") if number and bad(int(number[1])) else Rule()

    return rule


def login_refused(sink: Sink) -> None:
    sink.door = Door(at_login="535 5.7.8 Authentication credentials invalid")


def sender_refused(sink: Sink) -> None:
    sink.door = Door(at_from="530 5.7.0 Must issue a STARTTLS command first")


def everyone_refused(sink: Sink) -> None:
    sink.rule = lambda address: Rule(at_rcpt="554 5.7.1 Relay access denied")


def all_mail_refused(sink: Sink) -> None:
    sink.rule = lambda address: Rule(at_dot="554 5.7.1 Message rejected")


def banner_late(sink: Sink) -> None:
    sink.door = Door(wait=10)


def a_byte_a_second(sink: Sink) -> None:
    sink.door = Door(pace=1)


def reset_in_data(sink: Sink) -> None:
    sink.rule = lambda address: Rule(cut="reset in data")


def cut_before_the_dot(sink: Sink) -> None:
    sink.rule = lambda address: Rule(cut="before the dot")


def mend(sink: Sink) -> None:
    sink.door, sink.rule = Door(), lambda address: Rule()


def bursts(sink: Sink) -> list[int]:
    """How many tries there were between two pauses."""
    times = [each.at for each in sink.tries if each.what == "hello"]
    sizes = [1]
    for gap in gaps(times):
        if gap > PAUSE:
            sizes.append(1)
        else:
            sizes[-1] += 1
    return sizes


@seeded
@pytest.mark.parametrize("fault", [login_refused, sender_refused, everyone_refused, all_mail_refused])
def test_a_mail_server_that_takes_nothing_is_left_alone_and_costs_no_mail(
    drill: Drill, seed: int, fault: Callable[[Sink], None]
) -> None:
    what = f"100 mails, {fault.__name__.replace('_', ' ')} for {FAULT:g} s; pauses from {stage.TENTH['BREAKER']} s"
    with drill("D9", seed, what) as result, stage.set_up(stage.TENTH, login=fault is login_refused) as running:
        fault(running.sink)
        running.write(100, send=True)
        rig.until(lambda: len(running.sink.tries) > 0, "first try")
        time.sleep(FAULT)
        before, alerted = bursts(running.sink), " ERROR " in running.app.logs()
        mend(running.sink)
        result.seconds = running.wait_until_over()
        found, all_mail = running.found(), running.found("")
        result.reads(found)
        result.what += f"; tries between pauses {', '.join(map(str, before))}"
        assert (found.lost, found.states, found.copies) == (0, {"sent": 100}, 100)
        assert len(all_mail.rows) == 100  # no owner was told that anything is undeliverable
        assert max(before) <= 10
        assert {row["tries"] for row in found.rows} == {1}
        assert alerted


@seeded
def test_a_yes_that_comes_late_is_waited_for(drill: Drill, seed: int) -> None:
    with drill("D11", seed, "20 mails, 250 after 3 or 9 s; all times / 10") as result:
        with stage.set_up(stage.TENTH, workers=0) as running:
            running.sink.rule = lambda address: Rule(late=3 if int(address[3 : address.index(".")]) % 2 else 9)
            running.write(20, send=True)
            running.start_pair()
            running.start_pair()
            result.seconds = running.wait_until_over()
            found = running.found()
            result.reads(found)
        assert (found.lost, found.states, found.copies) == (0, {"sent": 20}, 20)


@seeded
def test_after_two_silences_an_email_may_have_arrived_and_is_left_alone(drill: Drill, seed: int) -> None:
    silence = float(stage.BRISK["SILENCE"])
    with drill("D12", seed, f"20 mails taken without a word; a try more after {silence:g} s") as result:
        with stage.set_up() as running:
            running.sink.rule = lambda address: Rule(cut="after the dot")
            running.write(20, send=True)
            result.seconds = running.wait_until_over()
            # Were there to be a third, it would be on its way by then.
            time.sleep(2 * silence)
            found = running.found()
            result.reads(found)
        assert (found.unlike, found.states) == ([], {"unknown": 20})
        assert {len(copies) for copies in found.of.values()} == {2}
        assert min(gaps(copy.at for copy in copies)[0] for copies in found.of.values()) >= 0.8 * silence


@seeded
@pytest.mark.parametrize("fault", [banner_late, a_byte_a_second, reset_in_data, cut_before_the_dot])
def test_a_line_that_fails_before_the_dot_costs_nothing(
    drill: Drill, seed: int, fault: Callable[[Sink], None]
) -> None:
    what = (
        f"50 mails, {fault.__name__.replace('_', ' ')} for {FAULT:g} s; {stage.BRISK['EMAIL_TIMEOUT']} s to the dot"
    )
    with drill("D13", seed, what) as result, stage.set_up() as running:
        fault(running.sink)
        running.write(50, send=True)
        rig.until(lambda: len(running.sink.tries) > 0, "first try")
        time.sleep(FAULT)
        mend(running.sink)
        most = running.may_take()
        result.seconds = running.wait_until_over()
        found = running.found()
        result.reads(found)
        result.what += f"; at most {max(row['tries'] for row in found.rows)} tries"
        assert (found.lost, found.states, found.copies) == (0, {"sent": 50}, 50)
        assert result.seconds <= most
        # A reset that crosses the dot on the way cannot be told from silence, and that is a try.
        may_cross = fault in (reset_in_data, cut_before_the_dot)
        assert {row["tries"] for row in found.rows} <= ({1, 2} if may_cross else {1})
