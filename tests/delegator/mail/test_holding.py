"""A restored backup sends nothing by itself, and what watches over the processes sees when nobody sends."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from assistants import jobs
from assistants.handoff import deliveries
from assistants.mail import heartbeat, holding, outbox, trouble
from assistants.models import OutgoingEmail, Pump
from delegator.models import Session
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import an_email, standing
from tests.factories import an_offer, an_owner

pytestmark = pytest.mark.django_db


def write(owner: Owner, key: str, *, minutes_ago: int) -> None:
    facts = {"headline": "Ana accepted it", "lines": [], "button": "Open", "handoff": 7}
    now = clock.now() - timedelta(minutes=minutes_ago)
    outbox.put("answer", owner=owner, to=(owner.name, owner.email), key=key, facts=facts, now=now)


def pump() -> int:
    return outbox.pump(done=deliveries.hear_of)


def test_held_mail_waits_and_leaves_once_released(nora: Owner, capsys: pytest.CaptureFixture[str]) -> None:
    write(nora, "a", minutes_ago=1)
    holding.hold(now=clock.now())
    assert pump() == 0
    call_command("release_outbox")
    assert "Waiting: 1. Left alone, for they may have left before: 0." in capsys.readouterr().out
    assert pump() == 1
    assert an_email("a").state == "sent"


def test_what_was_written_before_the_old_installation_stopped_may_have_left_and_is_left_alone(nora: Owner) -> None:
    write(nora, "left before", minutes_ago=60)
    write(nora, "was leaving", minutes_ago=50)
    write(nora, "new", minutes_ago=10)
    write(nora, "leaves here", minutes_ago=50)
    OutgoingEmail.objects.filter(key="was leaving").update(state="sending", lease_until=clock.now(), dots=2)
    held_here = {"state": "sending", "lease_until": clock.now() + timedelta(minutes=5)}
    OutgoingEmail.objects.filter(key="leaves here").update(**held_here)
    holding.hold(now=clock.now())
    since = (clock.now() - timedelta(minutes=30)).isoformat()
    call_command("release_outbox", since=since)
    assert pump() == 1
    states = dict(OutgoingEmail.objects.values_list("key", "state"))
    assert states == {
        "left before": "unknown",
        "was leaving": "unknown",
        "new": "sent",
        "leaves here": "sending",
    }


def test_an_offer_that_may_have_left_before_can_be_answered_and_sent_again(nora: Owner) -> None:
    offer = an_offer(owner=nora, now=clock.now() - timedelta(hours=2))
    holding.hold(now=clock.now())
    holding.release(now=clock.now(), since=clock.now() - timedelta(hours=1), done=deliveries.hear_of)
    assert standing(offer) == ("offering", "sent")
    (email,) = trouble.failed(offer.handoff)
    assert trouble.can_again(email, clock.now())


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01T09:00", "09:00", "2999-01-01T09:00"])
def test_a_moment_that_is_none_or_to_come_is_refused_by_name_and_releases_nothing(text: str) -> None:
    holding.hold(now=clock.now())
    with pytest.raises(CommandError, match="--since"):
        call_command("release_outbox", since=text)
    assert Pump.row().held_at


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the command is for SQLite")
def test_a_backup_is_whole_and_holds_its_mail(nora: Owner, tmp_path: Path) -> None:
    write(nora, "a", minutes_ago=1)
    Client().force_login(nora)
    call_command("backup", tmp_path / "copy.sqlite3")
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        assert copy.execute("SELECT key, state FROM assistants_outgoingemail").fetchall() == [("a", "queued")]
        assert copy.execute("SELECT count(*) FROM assistants_pump WHERE held_at IS NOT NULL").fetchall() == [(1,)]
        assert copy.execute("SELECT count(*) FROM delegator_session").fetchall() == [(0,)]
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert not Pump.objects.filter(held_at__isnull=False).exists()
    assert nora.sessions.count() == 1
    with pytest.raises(CommandError, match="there already"):
        call_command("backup", tmp_path / "copy.sqlite3")
    with pytest.raises(CommandError, match="no folder"):
        call_command("backup", tmp_path / "nowhere" / "copy.sqlite3")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the line is for Postgres")
@pytest.mark.parametrize("is_there", [False, True])
def test_the_line_of_sql_in_the_readme_holds_mail(*, is_there: bool) -> None:
    if is_there:
        heartbeat.beat(clock.now())
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    (line,) = re.findall(r"^INSERT INTO assistants_pump .*;$", readme, re.MULTILINE)
    (ends,) = re.findall(r"^DELETE FROM delegator_session.*;$", readme, re.MULTILINE)
    Client().force_login(an_owner())
    with connection.cursor() as cursor:
        cursor.execute(line)
        cursor.execute(ends)
    assert not Session.objects.exists()
    pump = Pump.objects.get()
    assert pump.held_at
    assert bool(pump.swept_at) == is_there


def test_it_is_ready_only_while_somebody_looks_for_what_is_due(client: Client) -> None:
    assert client.get("/healthz/ready").status_code == 503
    jobs.sweep()
    assert client.get("/healthz/ready").content == b"ready"
    heartbeat.beat(clock.now() - heartbeat.LONG)
    assert client.get("/healthz/ready").status_code == 503
    assert client.get("/healthz/live").status_code == 200


def test_the_check_of_a_worker_fails_when_none_has_looked_for_two_minutes() -> None:
    for never_or_long_ago in (None, clock.now() - heartbeat.LONG):
        Pump.objects.update_or_create(pk=1, defaults={"swept_at": never_or_long_ago})
        with pytest.raises(CommandError, match="for two minutes"):
            call_command("check_outbox")
    jobs.sweep()
    call_command("check_outbox")
