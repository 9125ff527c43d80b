"""No owner reaches what is another's, by any address, method, field or joined row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import ForeignKey, Model
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern
from django.utils import timezone

from assistants import links
from assistants.handoff import deliveries, replies, sweeps
from assistants.mail import outbox
from assistants.models import Offer, OutgoingEmail, WorkLog
from assistants.plan import wishes
from assistants.work import work_logs
from delegator import demo
from delegator.account import addresses, second_steps, sessions
from delegator.ahead import outlook
from delegator.privacy import closing
from delegator.summary import weekly
from tasks import briefs, clock, timers
from tasks.models import Owner, Timer
from tasks.weeks import Week
from tests import factories
from tests.delegator.second_step import a_passkey, an_app

pytestmark = pytest.mark.django_db
RANDOM = 987654321
METHODS = ("get", "post", "head", "put", "delete", "patch", "options")
# Its pages answer 200 and say that the link is none.
SAYS_SO_ITSELF = ("sign-up/confirm/", "password/new/")
# Dates are no ids: they show one's own day or week.
NO_ID = {"day", "week"}


# --- Every address -----------------------------------------------------------
def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Every route of the app as it is written, such as assistants/<int:pk>/."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from routes(each, prefix + str(each.pattern))
        elif isinstance(each, URLPattern):
            route = str(each.pattern)
            if isinstance(each.pattern, RegexPattern):
                # A sign from its set for what may follow the token.
                route = re.sub(r"\(\?P<(\w+)>.*?\)", r"<\1>", route.lstrip("^").rstrip("$"))
                route = re.sub(r"\[.*\]\+", ".", route)
            yield prefix + route


def with_ids() -> list[str]:
    found = [route for route in routes() if set(re.findall(r"<(?:\w+:)?(\w+)>", route)) - NO_ID]
    assert len(found) > 15
    return found


def fill(route: str, values: tuple[object, ...]) -> str:
    given = iter(values)
    return "/" + re.sub(r"<[^>]+>", lambda _: str(next(given)), route)


def wrong_tokens(owner: Owner) -> list[tuple[object, ...]]:
    """The names of the owner's offers under marks of another purpose, row and epoch."""
    offers = [offer for handoff in owner.handoffs.all() for offer in handoff.offers.all()]
    first, last = links.token("offer", offers[0].pid), links.token("offer", offers[-1].pid)
    mixed = f"{first.partition('.')[0]}.{last.partition('.')[2]}"
    return [
        (mixed,),
        (links.token("unsubscribe", offers[0].pid),),
        (links.token("offer", offers[0].pid, 7),),
        (links.token("offer", owner.pid),),
        (owner.pid,),
    ]


def ids_of(owner: Owner) -> dict[str, list[tuple[object, ...]]]:
    """What could stand in an address that begins so; an address that begins otherwise fails the test."""
    address = EmailAddress.objects.get(user=owner)
    lines = list(WorkLog.objects.filter(handoff__owner=owner))
    return {
        "assistants/": [(person.pk, "2026-10") for person in owner.assistants.all()],
        "hand-offs/<int:pk>/offers/": [
            (offer.handoff_id, offer.pk) for offer in Offer.objects.filter(handoff__owner=owner)
        ],
        "hand-offs/<int:pk>/emails/": list(owner.emails.exclude(offer=None).values_list("offer__handoff", "pk")),
        "hand-offs/<int:pk>/hours/": [(line.handoff_id, line.pk) for line in lines],
        "hand-offs/": [(handoff.pk,) for handoff in owner.handoffs.all()],
        # With the version of a brief.
        "routine/": [(task.pk, 1) for task in owner.tasks.all()],
        "entry/": [(entry.pk,) for entry in owner.entries.all()],
        "plan/ahead/": [(reminder.pk,) for reminder in owner.ahead_reminders.all()],
        "plan/tasks/": [(task.pk,) for task in owner.tasks.all()],
        "plan/wishes/": [(wish.pk,) for wish in owner.wishes.all()],
        "settings/days-off/": [(day_off.pk,) for day_off in owner.days_off.all()],
        "mail/": [(email.pk,) for email in owner.emails.all()[:3]],
        "h/<str:token>/hours/": [(*token, lines[0].pk) for token in wrong_tokens(owner)],
        "h/<str:token>/statement/": [(*token, "2026-10") for token in wrong_tokens(owner)],
        # What stops the weekly note is the right one here, and a wrong one everywhere else.
        "h/weekly/": [each for each in wrong_tokens(owner) if not links.find_offer(str(each[0]), "unsubscribe")],
        "h/": wrong_tokens(owner),
        "unsubscribe/": wrong_tokens(owner),
        "account/passkeys/": [(passkey.pk,) for passkey in second_steps.of(owner).passkeys],
        "account/address/confirm/": [(addresses.token(owner.address_change.pid),)],
        "sign-up/confirm/": [(f"{address.pk}:1x:mark",)],
        "password/new/": [(owner.pk, "d0-0123456789abcdef")],
    }


def nobodys(route: str) -> tuple[object, ...]:
    parts = re.findall(r"<[^>]+>", route)
    return tuple(RANDOM if "int:" in part else "2026-10" if "month:" in part else "nobody-nothing" for part in parts)


def everything(owner: Owner) -> list[dict[str, Any]]:
    """All rows of that owner, field by field."""
    owned = Rows()
    found = []
    for model in owned.models:
        key = model._meta.pk.attname
        values = {row[key]: row for row in model._default_manager.values()}
        found += [values[row.pk] for row in model._default_manager.order_by("pk") if owner.pk in owned.owners(row)]
    return found


@pytest.fixture
def hers(nora: Owner) -> Owner:
    return a_bit_of_everything(nora)


def a_bit_of_everything(nora: Owner) -> Owner:
    """Nora with hand-offs in each state, hours, a timer, a skill, and delivered mail."""
    now = timezone.now()
    nora.business = "Nora’s Garden Design"
    nora.save()
    EmailAddress.objects.create(user=nora, email=nora.email, primary=True)
    nora.days_off.create(first=factories.TODAY, last=factories.TODAY, name="Nora’s holiday")
    skill = factories.a_skill(owner=nora, name="Nora’s books")
    makers: list[Callable[..., object]] = [factories.a_draft, factories.an_offer, factories.a_running_offer]
    for number, make in enumerate(makers):
        task = factories.a_task(owner=nora, name=f"Nora’s filing {number}", skill=skill)
        whom = factories.an_assistant(owner=nora, name=f"Ana{number} Nora’s", skill=skill)
        make(owner=nora, task=task, assistant=whom, now=now, reply_by=now + timedelta(days=3))
        briefs.write(task, steps="Nora’s way", now=now)
        factories.an_entry(task=task)
        factories.an_entry(task=task, day=nora.today(now))
    running = Offer.objects.get(handoff__owner=nora, handoff__state="active")
    factories.some_hours(offer=running, day=nora.today(now), note="Nora’s receipts", now=now)
    wishes.pin(nora, nora.tasks.routine()[0], nora.assistants.all()[0], factories.TODAY)
    addresses.ask(nora, "nora@other.example", now=now)
    a_passkey(nora, "Nora’s phone")
    nora.ahead_reminders.create(month=str(outlook.months(nora.today(now))[3]), asked_at=now)
    timers.start(nora, nora.tasks.routine()[0], now=clock.now())
    declined = factories.an_offer(owner=nora, now=now, reply_by=now + timedelta(days=3))
    replies.decline(declined, reason="time", now=now)
    OutgoingEmail.objects.update(due_at=now)
    outbox.pump(done=deliveries.hear_of)
    weekly.write(nora, Week.of(nora.today(now)).back(), now=now)
    return nora


@pytest.mark.parametrize("method", METHODS)
def test_the_ids_of_another_owner_answer_as_a_random_one(hers: Owner, bea: Owner, method: str) -> None:
    ids, before = ids_of(hers), everything(hers)
    for route in with_ids():
        client = Client()
        client.force_login(bea)
        random = getattr(client, method)(fill(route, nobodys(route)))
        allowed = {404, 405} | ({200} if route.startswith(SAYS_SO_ITSELF) else set())
        assert random.status_code in allowed, route
        for values in next(values for start, values in ids.items() if route.startswith(start)):
            theirs = getattr(client, method)(fill(route, values))
            assert (theirs.status_code, theirs.content) == (random.status_code, random.content), (route, values)
    assert everything(hers) == before


def test_a_list_shows_ones_own_alone(hers: Owner, bea: Owner) -> None:
    client = Client()
    client.force_login(bea)
    lists = [
        "/",
        "/today/",
        "/week/",
        "/timer/",
        "/start/routine/",
        "/routine/",
        "/plan/",
        "/plan/ahead/",
        "/hand-offs/",
        "/hand-offs/new/",
    ]
    lists += [f"/day/{bea.today(timezone.now())}/entries/", "/day/2026-10-15/entries/", "/week/2026-W42/"]
    lists += [f"/week/{summary.week}/summary/" for summary in hers.summaries.all()]
    for url in [*lists, "/assistants/", "/assistants/new/", "/routine/new/", "/mail/", "/settings/"]:
        assert "Nora" not in client.get(url, follow=True).content.decode(), url


# --- Every field -------------------------------------------------------------
def test_foreign_ids_in_forms_and_queries_reach_nothing(hers: Owner, bea: Owner) -> None:
    mine, whom = factories.a_task(owner=bea), factories.an_assistant(owner=bea)
    draft = factories.a_draft(owner=bea, task=mine, assistant=whom)
    task, skill = hers.tasks.routine()[0], hers.skills.all()[0]
    day = bea.today(timezone.now())
    cell = {f"time-{task.pk}-{day}": "1:00", f"was-{task.pk}-{day}": "0 ", f"key-{task.pk}-{day}": "k1"}
    person = hers.assistants.all()[0]
    away = person.absences.create(first=day, last=day)
    client, hers_in = Client(), Client()
    client.force_login(bea)
    hers_in.force_login(hers)
    before = everything(hers)
    terms = {"brief": "x", "hours": "2", "rate": "9", "starts_on": "2099-01-05", "reply_by": "2099-01-04"}
    foreign = {"task": task.pk, "assistant": person.pk, "to": person.pk, "owner": hers.pk, "handoff": hers.pk}
    for url, given in {
        f"/hand-offs/new/?task={task.pk}&to={person.pk}": terms,
        f"/hand-offs/new/?task={mine.pk}&to={person.pk}": terms,
        f"/hand-offs/new/?task={task.pk}&to={whom.pk}": terms,
        f"/hand-offs/new/?task={mine.pk}&to={whom.pk}": terms | foreign | {"others": person.pk, "if_not": "all"},
        f"/hand-offs/{draft.pk}/hours/approve/": foreign | {"line": work_logs.mark(WorkLog.objects.get())},
        f"/assistants/{whom.pk}/statement/{day:%Y-%m}/pay/": foreign | {"paid_on": day, "owed": "18"},
        f"/hand-offs/{draft.pk}/draft/": terms | foreign | {"draft": "1"},
        f"/day/{day}/": cell | foreign,
        f"/day/{day}/?start={task.pk}": cell | {"start": task.pk},
        f"/day/{day}/copy/": foreign | {"week": ""},
        f"/week/{Week.of(day)}/": cell | foreign,
        f"/week/{Week.of(day)}/copy/": foreign,
        f"/entry/{hers.entries.all()[0].pk}/note/": foreign | {"note": "Mine"},
        "/undo/": foreign,
        "/timer/start/": foreign,
        "/timer/stop/": foreign,
        "/timer/answer/": foreign | {"discard": "", "then": task.pk},
        "/routine/scores/": {f"loathe-{task.pk}": 1, f"excel-{task.pk}": 5},
        "/routine/new/": {"name": "Mine too", f"skill-{skill.pk}": 5} | foreign,
        f"/routine/{mine.pk}/": {"name": "Mine", f"skill-{skill.pk}": 5} | foreign,
        f"/assistants/{whom.pk}/away/": foreign | {"remove": away.pk},
        f"/assistants/{whom.pk}/change/": details(f"skill-{skill.pk}") | foreign,
        "/assistants/new/": details(f"skill-{skill.pk}") | {"email": "new@example.org"} | foreign,
        "/start/feel/": {f"loathe-{task.pk}": 1, f"excel-{task.pk}": 5},
        "/settings/": foreign
        | {"name": "Bea", "worth": "9", "day": "8", "work_days": "1", "currency": "USD", "time_zone": "UTC"}
        | {"wants_reminder": "on", "reminder_hour": "17", "timer_limit": "4"},
        "/settings/days-off/": foreign | {"off-first": day, "off-name": "Mine"},
        "/account/sessions/end/": foreign | {"session": sessions.key_hash(hers_in.session)},
        "/account/sessions/end-others/": foreign,
        "/account/address/call-off/": foreign,
    }.items():
        response = client.post(url, given)
        assert response.status_code < 500, url
        assert "Nora" not in response.content.decode(), url
    told = client.post("/times/", {"edits": [{"task": task.pk, "day": str(day), "text": "9h"}]}, "application/json")
    assert "Nora" not in told.content.decode()
    assert everything(hers) == before
    assert crossings() == []


def details(skill: str) -> dict[str, object]:
    return {
        "name": "Ana", "email": "ana@example.org", "time_zone": "UTC", "rate": "18", "hours": "5", skill: 5,
    }  # fmt: skip


# --- Every joined row --------------------------------------------------------
class Rows:
    """Whose a row is: the owners that its foreign keys lead to, each followed to its end."""

    def __init__(self) -> None:
        ours = [
            model for app in ("tasks", "assistants", "delegator") for model in apps.get_app_config(app).get_models()
        ]
        self.models: list[type[Model]] = [*ours, EmailAddress, Authenticator]
        self._known: dict[tuple[type[Model], object], frozenset[int]] = {}

    def owners(self, row: Model) -> frozenset[int]:
        if isinstance(row, Owner):
            return frozenset({row.pk})
        key = (type(row), row.pk)
        if key not in self._known:
            keys = [field for field in row._meta.concrete_fields if isinstance(field, ForeignKey)]
            targets = [getattr(row, field.name) for field in keys]
            self._known[key] = frozenset[int]().union(*(self.owners(target) for target in targets if target))
        return self._known[key]


def crossings() -> list[Model]:
    """The rows that join two owners, and those that belong to nobody though they point somewhere."""
    rows = Rows()
    return [
        row
        for model in rows.models
        for row in model._default_manager.all()
        if len(rows.owners(row)) != 1 and any(isinstance(field, ForeignKey) for field in model._meta.concrete_fields)
    ]


def test_no_row_joins_two_owners_after_the_demo_and_a_walk(bea: Owner) -> None:
    for owner in (demo.load(timezone.now()), bea):
        client = Client()
        client.force_login(owner)
        walk(client, owner)
    one_leaves()
    for model in Rows().models:
        if model.__name__ not in ("NeverMail", "Pump"):  # nobody's, and of no owner
            assert model._default_manager.exists(), f"the walk makes no {model.__name__}"
    assert crossings() == []


@override_settings(EMAIL_KEPT=False)
def one_leaves() -> None:
    """An owner whose assistant is told that the account is closed."""
    now = timezone.now()
    owner = factories.an_owner()
    factories.confirm(owner)
    factories.an_accepted_offer(owner=owner, now=now, reply_by=now + timedelta(days=1))
    closing.close(owner, now=now)


def walk(client: Client, owner: Owner) -> None:
    """A person and a task are added, hours are logged, and one is offered to the other, who accepts."""
    now = timezone.now()
    day = owner.today(now)
    assert (
        client.post("/routine/new/", {"name": "Filing", "time": "1h", "new_skill": "Bookkeeping"}).status_code == 302
    )
    assert client.post("/assistants/new/", details("x") | {"new_skill": "Filing papers"}).status_code == 302
    task, person = owner.tasks.get(name="Filing"), owner.assistants.get(email="ana@example.org")
    assert client.get("/plan/").status_code == 200
    assert client.post(f"/plan/tasks/{task.pk}/wish/", {"say": "prefer", "to": person.pk}).status_code == 302
    assert client.post("/plan/ahead/reminders/", {"month": str(outlook.months(day)[3])}).status_code == 302
    client.post("/settings/days-off/", {"off-first": day})
    client.post(f"/assistants/{person.pk}/away/", {"first": day + timedelta(days=7)})
    client.post("/h/renew/", {"email": person.email})
    client.post("/routine/scores/", {f"loathe-{task.pk}": 5, f"excel-{task.pk}": 1})
    client.post(
        f"/routine/{task.pk}/", {"name": "Filing", "time": "1h", "new_skill": "Bookkeeping", "steps": "Sort."}
    )
    client.post(f"/day/{day}/", {f"time-{task.pk}-{day}": "0:45", "start": task.pk})
    assert owner.entries.filter(task=task, seconds=45 * 60).exists()
    file = SimpleUploadedFile("times.csv", f"Date,Hours,Task\n{day},1,Filing\n".encode())
    assert client.post("/week/import/", {"choose": "1", "file": file}).status_code == 302
    offer = factories.an_offer(owner=owner, task=task, assistant=person, now=now, reply_by=now + timedelta(days=1))
    other = factories.an_assistant(owner=owner, name="Joan Wu")
    offer.handoff.stand_ins.create(assistant=other, place=1, weekly_minutes=60, rate=other.rate)
    replies.accept(offer, terms_version=1, now=now)
    sweeps.start(offer, now=now)
    work_logs.log(offer, day=day, seconds=3600, note="", now=now, once="a-form")
    EmailAddress.objects.get_or_create(user=owner, email=owner.email)
    addresses.ask(owner, f"new-{owner.email}", now=now)
    an_app(owner)
    Client().post("/password/forgotten/", {"email": owner.email})


def test_a_row_that_joins_two_owners_would_be_seen(nora: Owner, bea: Owner) -> None:
    assert crossings() == []
    entry = factories.an_entry(task=factories.a_task(owner=nora))
    timers.start(nora, entry.task, now=timezone.now())
    rows: list[Any] = [entry, nora.changes.get(), nora.week_totals.get(), Timer.objects.get()]
    for row in rows:
        row.owner = bea
        row.save()
    assert sorted(map(repr, crossings())) == sorted(map(repr, rows))
