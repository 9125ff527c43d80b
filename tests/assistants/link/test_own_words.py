"""Someone has their data erased: name and address go out of the owner's own words too, and the rest stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import CharField, JSONField, Model, TextField

from assistants import nonces
from assistants.handoff import agreed
from assistants.link import erasure, own_words
from assistants.models import Assistant, Handoff, Nonce, Offer, Pump
from assistants.work import work_logs
from delegator.summary import weekly
from tasks import belongings, briefs, clock
from tasks.models import EntryChange, Owner, Task, TimeEntry
from tasks.weeks import Week
from tests.assistants.world import dump
from tests.delegator import whole
from tests.factories import a_running_offer, a_skill, a_task, an_assistant, an_entry, an_offer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NAME, ADDRESS = "Anouk Zywiec", "anouk@zywiec.example.org"
# Text that no person writes as text: who somebody is, addresses, what is chosen, and what the app keeps for itself.
MACHINE = {
    "account.EmailAddress": {"email"},
    "account.EmailConfirmation": {"key"},
    "admin.LogEntry": {"object_id", "object_repr", "change_message"},
    "mfa.Authenticator": {"type", "data"},
    "tasks.Owner": {
        *("password", "email", "name", "currency", "time_zone", "work_days", "theme", "pid"),
        *("clock_format", "date_format", "number_format", "summary_every"),
    },
    "tasks.TimeEntry": {"source"},
    "tasks.EntryChange": {"source", "via", "key"},
    "tasks.TimeFile": {"encoding"},
    "tasks.Timer": {"zone"},
    "assistants.HandoffEvent": {"kind", "actor"},
    "assistants.Assistant": {"name", "email", "time_zone"},
    "assistants.Handoff": {"state", "if_not", "stage"},
    "assistants.Offer": {"state", "reason", "pid"},
    "assistants.OutgoingEmail": {
        *("kind", "key", "to_name", "to_email", "state", "lease_token", "trouble", "transport"),
    },
    "assistants.Wish": {"kind"},
    # Every plan of the owner's goes when someone is erased.
    "assistants.Plan": {"digest", "inputs", "answer", "ahead"},
    "assistants.WorkLog": {"state"},
    "delegator.Session": {"key_hash", "data", "device"},
    "delegator.AddressChange": {"email", "pid"},
    "delegator.WeeklySummary": {"week"},
    "delegator.AheadReminder": {"month"},
}
# What the app wrote, and is read through as a whole.
FACTS = {
    ("assistants.HandoffEvent", "facts"),
    ("assistants.OutgoingEmail", "facts"),
    ("delegator.WeeklySummary", "facts"),
}


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def running(nora: Owner, now: datetime) -> Offer:
    person = an_assistant(owner=nora, name=NAME, email=ADDRESS, skill=a_skill(owner=nora))
    starts_on = nora.today(now) - 30 * DAY
    return a_running_offer(owner=nora, assistant=person, now=now, reply_by=now + 3 * DAY, starts_on=starts_on)


def erase(offer: Offer, now: datetime) -> None:
    erasure.erase(Offer.objects.select_related("handoff__owner", "handoff__task").get(pk=offer.pk), now=now)


def written_by(nora: Owner, running: Offer, now: datetime) -> Task:
    """The name wherever an owner can write it, and what the app and others keep of the person."""
    task = a_task(owner=nora, name=f"Calls with {NAME}", hint=f"Ask {ADDRESS}", only_me=True, only_me_reason=NAME)
    briefs.write(task, steps=f"1. Write to {ADDRESS}", now=now)
    briefs.write(task, steps=f"1. Ring {NAME}, not Anouk Moreau", now=now)
    entry = an_entry(task=task)
    TimeEntry.objects.filter(pk=entry.pk).update(note=f"With {NAME}")
    EntryChange.objects.update(note_after=f"With {NAME}")
    Owner.objects.filter(pk=nora.pk).update(vision=f"As good as {NAME} one day")
    a_skill(owner=nora, name=f"{NAME}’s way")
    nora.days_off.create(first=nora.today(now), last=nora.today(now), name=f"Visit {NAME}")
    ben = an_offer(owner=nora, task=a_task(owner=nora), now=now, reply_by=now + DAY, brief=f"As {NAME} did it")
    agreed.note(running.handoff, running, "Thank you", now=now)
    Assistant.objects.filter(pk=ben.assistant_id).update(note=f"A friend of {NAME}")
    work_logs.log(running, day=nora.today(now) - 8 * DAY, seconds=5400, note="", now=now, once="hours")
    weekly.write(nora, Week.of(nora.today(now) - 7 * DAY), now=now)
    facts = nora.summaries.get().facts or {}
    nora.summaries.update(facts=facts | {"handoffs": ["Anouk waits for your word."]})
    Pump.objects.update_or_create(
        pk=1, defaults={"refused": [f"{nora.pk}@zywiec.example.org", f"{nora.pk}@example.net"]}
    )
    return task


def test_no_row_of_the_owners_has_the_whole_name_or_the_address_any_more(
    nora: Owner, running: Offer, now: datetime
) -> None:
    task = written_by(nora, running, now)
    assert str(dump()).count(NAME) > 10
    erase(running, now)
    rows = [row for table in dump().values() for row in table]
    assert [row for row in rows if NAME in row or "zywiec" in row] == []
    task.refresh_from_db()
    assert (task.name, task.hint) == ("Calls with Someone who left", "Ask their address")
    assert [brief.steps for brief in task.briefs.order_by("version")] == [
        "1. Write to their address",
        "1. Ring Someone who left, not Anouk Moreau",
    ]
    assert task.entries.get().note == "With Someone who left"
    assert (nora.summaries.get().facts or {})["handoffs"] == ["Someone waits for your word."]
    assert Pump.objects.get().refused == [f"{nora.pk}@example.net"]


def test_what_they_sent_is_not_known_by_its_digest_either(nora: Owner, running: Offer, now: datetime) -> None:
    written_by(nora, running, now)
    nonces.use(nonces.of_owner(nora), "a-form", "mine", now)
    assert Nonce.objects.filter(actor=f"offer-{running.pk}").exists()
    erase(running, now)
    assert list(Nonce.objects.values_list("actor", flat=True)) == [f"owner-{nora.pk}"]


def test_another_owner_keeps_their_words(nora: Owner, bea: Owner, running: Offer, now: datetime) -> None:
    theirs = a_task(owner=bea, name=f"Calls with {NAME}", hint=ADDRESS)
    before = Task.objects.filter(pk=theirs.pk).values().get()
    erase(running, now)
    assert Task.objects.filter(pk=theirs.pk).values().get() == before


def test_words_without_the_name_stay_to_the_letter(nora: Owner, running: Offer, now: datetime) -> None:
    for number, name in enumerate(("Anouk", "Zywiec & sons", "Someone who left", "their address")):
        task = a_task(owner=nora, name=name, hint=f"Anouk {number}")
        briefs.write(task, steps=name, now=now)
    before = list(Task.objects.order_by("pk").values())
    erase(running, now)
    assert list(Task.objects.order_by("pk").values()) == before


def test_two_tasks_that_would_be_called_the_same_stay_two(nora: Owner, running: Offer, now: datetime) -> None:
    a_task(owner=nora, name="Someone who left")
    task = a_task(owner=nora, name=NAME, hint=f"Ask {NAME}")
    erase(running, now)
    task.refresh_from_db()
    assert (task.name, task.hint) == (f"Someone who left {task.pk}", "Ask Someone who left")


def test_a_longer_text_is_cut_where_the_column_ends(nora: Owner, now: datetime) -> None:
    person = an_assistant(owner=nora, name="Al Wu", email="al@wu.example.org")
    offer = an_offer(owner=nora, assistant=person, now=now, reply_by=now + DAY)
    task = a_task(owner=nora, name=f"{'x' * 74} Al Wu")
    erase(offer, now)
    task.refresh_from_db()
    assert task.name == f"{'x' * 74} Someo"


@pytest.mark.parametrize("same", [{"name": "Nora Hale"}, {"email": "nora@example.com"}, {}])
def test_an_owner_on_their_own_roster_keeps_their_own_name_and_address(
    nora: Owner, now: datetime, same: dict[str, Any]
) -> None:
    given = (
        {"name": "Nora Hale", "email": "nora@example.com"} if not same else {"name": NAME, "email": ADDRESS} | same
    )
    offer = an_offer(owner=nora, assistant=an_assistant(owner=nora, **given), now=now, reply_by=now + DAY)
    Owner.objects.filter(pk=nora.pk).update(vision="Nora Hale reads nora@example.com", business="Hale")
    before = Owner.objects.values().get()
    erase(offer, now)
    assert Owner.objects.values().get() == before
    assert Handoff.objects.get().assistant.name == "Someone who left"


# --- What is never rewritten -----------------------------------------------------
def test_every_column_of_text_is_either_peoples_words_or_the_apps_own() -> None:
    models: list[type[Model]] = [Owner, *belongings.ways()]
    columns = {
        (model._meta.label, field.name)
        for model in models
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField | JSONField)
    }
    machine = {(label, name) for label, names in MACHINE.items() for name in names}
    words = {(model._meta.label, name) for model, names in own_words.WORDS for name in names}
    assert columns - machine == words | FACTS
    assert not machine & (words | FACTS)


def kept_by_the_app(owner: Owner, erased: Offer) -> list[tuple[str, Any, str, Any]]:
    """The columns of MACHINE, but for those of whom is erased."""
    own = {("assistants.Assistant", erased.assistant_id), ("assistants.Handoff", erased.handoff_id)}
    own |= {("assistants.Offer", erased.pk)}
    own |= {("assistants.OutgoingEmail", pk) for pk in erased.emails.values_list("pk", flat=True)}
    return [
        (label, row.get("id"), name, row[name])
        for label, rows in whole.rows_of(owner).items()
        for row in rows
        for name in sorted(MACHINE.get(label, ()))
        if (label, row.get("id")) not in own
    ]


def called(nora: Owner, name: str, now: datetime) -> Offer:
    person = an_assistant(owner=nora, name=name, email="their@own.example.org")
    return an_offer(owner=nora, assistant=person, now=now, reply_by=now + DAY)


@pytest.mark.parametrize("name", ["Paris", "Paris Hill"])
def test_a_time_zone_that_is_called_as_the_person_stays(nora: Owner, now: datetime, name: str) -> None:
    Owner.objects.filter(pk=nora.pk).update(time_zone="Europe/Paris", vision=f"A year in Paris, {name}")
    ben = an_assistant(owner=nora, name="Ben Okafor")
    Assistant.objects.filter(pk=ben.pk).update(time_zone="Europe/Paris")
    offer = called(nora, name, now)
    erase(offer, now)
    nora.refresh_from_db()
    ben.refresh_from_db()
    assert (nora.time_zone, ben.time_zone) == ("Europe/Paris", "Europe/Paris")
    assert nora.vision == ("A year in Paris, Paris" if name == "Paris" else "A year in Paris, Someone who left")


@pytest.mark.parametrize(("name", "task"), [("Jo", "Journal"), ("Jo", "Ask Jo"), ("Jo Ha", "Banjo Harp, Jo Harp")])
def test_a_word_that_the_name_is_part_of_stays(nora: Owner, now: datetime, name: str, task: str) -> None:
    theirs = a_task(owner=nora, name=task, hint="not-their@own.example.organic, their@own.example.org.")
    erase(called(nora, name, now), now)
    theirs.refresh_from_db()
    assert theirs.name == task
    assert theirs.hint == "not-their@own.example.organic, their address."


def test_the_address_goes_in_letters_of_any_size_and_the_name_as_it_is_written(nora: Owner, now: datetime) -> None:
    others = "a.mark.down@example.org, mark.down@example.org.uk"
    theirs = a_task(owner=nora, name="Mark Down: mark down all", hint=f"Mark.Down@Example.ORG. {others}")
    person = an_assistant(owner=nora, name="Mark Down", email="mark.down@example.org")
    erase(an_offer(owner=nora, assistant=person, now=now, reply_by=now + DAY), now)
    theirs.refresh_from_db()
    assert (theirs.name, theirs.hint) == ("Someone who left: mark down all", f"their address. {others}")


@pytest.mark.parametrize("name", ["ar", "Al Wu"])
def test_a_name_that_occurs_in_what_the_app_keeps_changes_none_of_it(nora: Owner, now: datetime, name: str) -> None:
    secret = {"password": "argon2$argon2id$v=19$ar$Al Wu$", "pid": "ar-Al Wu-1"}
    Owner.objects.filter(pk=nora.pk).update(**secret, vision="Al Wu")
    other = an_offer(owner=nora, task=a_task(owner=nora), now=now, reply_by=now + DAY)
    Offer.objects.filter(pk=other.pk).update(pid="ar-Al Wu-2")
    an_entry(task=a_task(owner=nora))
    EntryChange.objects.update(key="ar/Al Wu")
    offer = called(nora, name, now)
    before = kept_by_the_app(nora, offer)
    assert [value for *_, value in before if "Al Wu" in str(value)]
    erase(offer, now)
    after = kept_by_the_app(nora, offer)
    assert [each for each in before if each not in after] == []


def test_an_owner_who_shares_the_one_word_with_them_keeps_it(nora: Owner, now: datetime) -> None:
    Owner.objects.filter(pk=nora.pk).update(name="Nora Berg", business="Nora’s", vision="Nora Berg, home by four")
    a_task(owner=nora, name="What Nora does")
    weekly.write(nora, Week.of(nora.today(now) - 7 * DAY), now=now)
    nora.summaries.update(facts=(nora.summaries.get().facts or {}) | {"handoffs": ["Nora waits."]})
    offer = called(nora, "Nora", now)
    kept = (Owner.objects.values().get(), list(nora.tasks.values()), list(nora.summaries.values()))
    erase(offer, now)
    assert (Owner.objects.values().get(), list(nora.tasks.values()), list(nora.summaries.values())) == kept
