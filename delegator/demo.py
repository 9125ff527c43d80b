"""
A made-up owner with twelve weeks behind her, so that every page has something to show.

All dates are relative to today, and everything happens through the same moves as in
life. Addresses are of domains that exist for examples only, and no mail leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from allauth.account.models import EmailAddress
from django.db import transaction

from assistants.handoff import deliveries, handoffs, replies, sweeps
from assistants.models import Assistant, Offer, OutgoingEmail
from assistants.months import Month
from assistants.roster import people
from assistants.work import work_logs
from delegator.privacy import closing
from delegator.summary import weekly, weekly_times
from tasks import briefs, days, owners, scores
from tasks.durations import HOUR, MINUTE
from tasks.models import EntryChange, Owner, Task, TaskSkill
from tasks.weeks import Week

EMAIL = "nora@example.com"
PASSWORD = "garden-by-four"  # noqa: S105 - shown to whoever starts the demo
WEEKS = 12
# When she writes down her day.
EVENING = time(18)
# Tomasz took over the web site this many Mondays ago.
HANDED_OFF = 5
# Scored anew three weeks ago, so that looking back shows something else.
CHANGED_HER_MIND = "Social posts"


@dataclass(frozen=True, slots=True)
class Routine:
    """A task of the demo: estimate in minutes a day, scores, the skill it needs, and what an hour of it earns."""

    name: str
    hint: str
    minutes: tuple[int, int]
    loathe: int
    excel: int
    skill: str
    weekly: int
    earns: int


ROUTINE = [
    Routine("Email", "Letters, replies, follow-ups", (60, 120), 4, 2, "Email", 425, 20),
    Routine("Record keeping", "Invoices, receipts, the books", (60, 60), 5, 1, "Bookkeeping", 300, 25),
    Routine("Sales", "Phone calls, proposals, appointments", (120, 180), 2, 4, "Sales", 690, 120),
    Routine("Web site", "Updates, photos, fixes", (60, 60), 3, 1, "Web sites", 270, 30),
    Routine("Social posts", "Photos, captions, replies", (30, 30), 4, 4, "Social posts", 150, 40),
    Routine("Plant orders", "Nurseries, quotes, deliveries", (35, 35), 2, 3, "Plants", 150, 30),
]
ROSTER = [
    ("Ana Reyes", "ana@example.com", "Asia/Manila", 18, 8, {"Bookkeeping": 5, "Invoices": 3}, ""),
    ("Priya Nair", "priya@example.com", "Asia/Kolkata", 16, 10, {"Email": 5, "Social posts": 4, "Scheduling": 3}, ""),
    (
        "Tomasz Zieliński",
        "tomasz@example.com",
        "Europe/Warsaw",
        22,
        10,
        {"Web sites": 5, "Newsletters": 3},
        "Fast with photos. Best to send everything by Monday, he plans his week then.",
    ),
    ("Joan Whitfield", "joan@example.com", "America/Phoenix", 26, 6, {"Bookkeeping": 5, "Tax": 5}, ""),
]
WEB_SITE = (
    "Keep the site current: plugin updates and a backup each week, new portfolio photos as I send them, "
    "broken links fixed within two days."
)
SOCIAL = "Three posts a week from the photos I send: one garden before and after, one plant, one from the workshop."
BOOKS = (
    "Keep my books up to date every week: enter receipts and invoices, match them with the bank, "
    "and tell me what is overdue.\n"
    "On the last Friday of the month, send me one page with what came in and what went out."
)
FOLDER = "Receipts are photos in the shared folder, one folder a month."
LIMITS = "Anything over $500, and every letter from the tax office."
WORK_NOTES = ["Updates and backup", "Gallery for Mill garden", "Broken links, contact form", "New portfolio photos"]


def find() -> Owner | None:
    return Owner.objects.filter(email__same=EMAIL).first()


def clear() -> bool:
    """Remove the demo owner and all that is hers; False if there was none."""
    owner = find()
    if owner is None:
        return False
    closing.erase(owner)
    return True


@transaction.atomic
def load(now: datetime) -> Owner:
    """Make the demo owner as of `now`."""
    owner = _owner(now)
    today = owner.today(now)
    tasks = _tasks(owner, now)
    roster = _people(owner, now)
    _log(owner, tasks, today, now)
    owner.next_summary_at = weekly_times.next_at(owner, now)
    owner.save(update_fields=["next_summary_at"])
    # On a Monday before 7 that of the week before last is the newest one.
    _handoffs(owner, tasks, roster, now, summed_at=owner.next_summary_at - timedelta(days=7))
    _keep_mail(owner)
    return owner


def _owner(now: datetime) -> Owner:
    owner = Owner.objects.create_user(
        EMAIL,
        PASSWORD,
        name="Nora Hale",
        business="Hale Garden Design",
        vision="Design twelve gardens a year, teach the spring course again, and be home by four.",
        time_zone="America/Phoenix",
        budget=Decimal(290),
    )
    EmailAddress.objects.create(user=owner, email=EMAIL, primary=True, verified=True)
    owners.set_hour_value(owner, Decimal(80), owner.today(now) - timedelta(weeks=WEEKS))
    return owner


def _tasks(owner: Owner, now: datetime) -> dict[str, Task]:
    tasks = {}
    for position, each in enumerate(ROUTINE):
        least, most = each.minutes
        task = owner.tasks.create(
            name=each.name,
            hint=each.hint,
            position=position,
            seconds_least=least * MINUTE,
            seconds_most=most * MINUTE,
            hour_earns=Decimal(each.earns),
        )
        TaskSkill.objects.create(task=task, skill=owners.skill_named(owner, each.skill), level=3)
        if each.name == CHANGED_HER_MIND:
            scores.give(task, loathe=2, excel=4, now=now - timedelta(weeks=WEEKS))
        weeks_ago = 3 if each.name == CHANGED_HER_MIND else WEEKS
        scores.give(task, loathe=each.loathe, excel=each.excel, now=now - timedelta(weeks=weeks_ago))
        tasks[each.name] = task
    written_at = now - timedelta(weeks=WEEKS)
    briefs.write(tasks["Record keeping"], steps=BOOKS, links=FOLDER, limits=LIMITS, now=written_at)
    owners.name_best_work(owner, "Garden design")
    tasks["Garden design"] = owner.tasks.best_work().get()
    return tasks


def _people(owner: Owner, now: datetime) -> dict[str, Assistant]:
    roster = {}
    for name, email, zone, rate, hours, skills, note in ROSTER:
        levels = {owners.skill_named(owner, skill): level for skill, level in skills.items()}
        details = people.Details(name, email, zone, Decimal(rate), hours * 60, note, levels)
        roster[name.split()[0]] = people.write(owner, details, now=now)
    return roster


def _log(owner: Owner, tasks: dict[str, Task], today: date, now: datetime) -> None:
    """Twelve weeks of work days up to noon today: best work grows once the web site is handed off."""
    monday = Week.of(today).first
    for back in range(WEEKS, -1, -1):
        first = monday - timedelta(weeks=back)
        # The same week of the past gives the same log, whenever it is made.
        random = Random(first.toordinal())  # noqa: S311 - it keeps no secret
        for day in (first + timedelta(days=n) for n in range(5)):
            if day <= today:
                evening = datetime.combine(day, EVENING, owner.zone)
                edits = list(_day(tasks, day, back, random, half=day == today))
                days.save(owner, edits, via=EntryChange.Via.DAY, now=min(evening, now))


def _day(tasks: dict[str, Task], day: date, back: int, random: Random, *, half: bool) -> Iterator[days.Edit]:
    minutes = {each.name: each.weekly / 5 for each in ROUTINE}
    if back < HANDED_OFF:
        minutes["Web site"] = 6.0
    minutes["Garden design"] = 85 + (WEEKS - back) * 5
    for number, (name, usual) in enumerate(minutes.items()):
        # Small tasks happen on some days only, and then take longer.
        rare = usual < 40
        spent = usual * random.uniform(0.75, 1.25) * (2.5 if rare else 1)
        happens = random.random() < (0.4 if rare else 0.97)
        rounded = round(spent / 5) * 5
        if happens and rounded and not (half and number > 2):
            yield days.Edit(tasks[name].pk, day, rounded * MINUTE)


def _handoffs(
    owner: Owner, tasks: dict[str, Task], roster: dict[str, Assistant], now: datetime, *, summed_at: datetime
) -> None:
    """And the newest summary that is out, which knows nothing of what came after it."""
    today = owner.today(now)
    summed_on, sent_at = summed_at.astimezone(owner.zone).date(), _at(owner, today - timedelta(days=2), 9, 4)
    start = Week.of(today).first - timedelta(weeks=HANDED_OFF)
    offer = _running(owner, tasks["Web site"], roster["Tomasz"], start)
    _work(offer, start, summed_on)
    _declined(owner, tasks["Sales"], roster["Joan"], today)
    wait = partial(_waiting, owner, tasks["Social posts"], roster["Priya"], today, sent_at)
    if sent_at < summed_at:
        wait()
    weekly.write(owner, weekly_times.week_due(owner, summed_at), now=summed_at)
    if sent_at >= summed_at:
        wait()
    _work(offer, summed_on, today)
    written = _written(tasks["Record keeping"], roster["Ana"], BOOKS, 120, now + timedelta(days=5), today, 300, 300)
    handoffs.draft(owner, written, now=now)


def _written(
    task: Task, person: Assistant, brief: str, minutes: int, reply_by: datetime, day: date, before: int, given: int
) -> handoffs.Draft:
    """A draft for `minutes` a week, to start on the second Monday after `day`."""
    return handoffs.Draft(
        task=task,
        assistant=person,
        brief=brief,
        how_to="",
        weekly_minutes=minutes,
        rate=person.rate,
        starts_on=day + timedelta(days=14 - day.weekday()),
        reply_by=reply_by,
        minutes_before=before,
        minutes_given=given,
    )


def _running(owner: Owner, task: Task, person: Assistant, start: date) -> Offer:
    """Accepted and started."""
    sent_on = start - timedelta(days=10)
    written = _written(task, person, WEB_SITE, 240, _at(owner, start - timedelta(days=3), 18), sent_on, 270, 240)
    handoff = handoffs.draft(owner, written, now=_at(owner, sent_on, 9))
    offer = handoffs.send(handoff, now=_at(owner, sent_on, 9))
    _hand_over(owner, _at(owner, sent_on, 9, 1))
    offer.refresh_from_db()
    replies.accept(offer, terms_version=1, now=_at(owner, sent_on + timedelta(days=2), 7, 2))
    sweeps.start(offer, now=_at(owner, start, 0, 1))
    return offer


def _work(offer: Offer, first: date, end: date) -> None:
    """Four hours a week, logged, approved and paid from the first day to before `end`."""
    owner, start = offer.handoff.owner, offer.handoff.terms.starts_on
    for day in (first + timedelta(days=n) for n in range((end - first).days)):
        number = (day - start).days
        # Tuesdays and Fridays, two hours each; the first week a little less.
        if day.weekday() in (1, 4):
            seconds = 2 * HOUR if number > 7 else 105 * MINUTE
            note = WORK_NOTES[(number // 3) % len(WORK_NOTES)]
            work_logs.log(offer, day=day, seconds=seconds, note=note, now=_at(owner, day, 16))
        _approve_and_pay(owner, offer, day)


def _approve_and_pay(owner: Owner, offer: Offer, day: date) -> None:
    """Saturdays she looks at the hours of the week; in the second week of a month she pays the one before."""
    if day.weekday() == 5:
        marks = [work_logs.mark(line) for line in offer.handoff.work.open()]
        work_logs.approve(offer.handoff, marks, now=_at(owner, day, 10))
    if day.day == 9:
        work_logs.pay(offer.assistant, Month.of(day - timedelta(days=9)), day, now=_at(owner, day, 11))


def _declined(owner: Owner, task: Task, person: Assistant, today: date) -> None:
    sent_on = today - timedelta(days=21)
    written = _written(
        task,
        person,
        "Write the proposals from my notes.",
        120,
        _at(owner, today - timedelta(days=14), 18),
        sent_on,
        690,
        180,
    )
    handoff = handoffs.draft(owner, written, now=_at(owner, sent_on, 10))
    offer = handoffs.send(handoff, now=_at(owner, sent_on, 10))
    _hand_over(owner, _at(owner, sent_on, 10, 1))
    offer.refresh_from_db()
    replies.decline(offer, reason="time", now=_at(owner, sent_on + timedelta(days=1), 8, 30))


def _waiting(owner: Owner, task: Task, person: Assistant, today: date, sent_at: datetime) -> None:
    written = _written(task, person, SOCIAL, 150, _at(owner, today + timedelta(days=3), 17), today, 150, 150)
    handoffs.send(handoffs.draft(owner, written, now=sent_at), now=sent_at)
    _hand_over(owner, sent_at + timedelta(minutes=1))


def _at(owner: Owner, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), owner.zone)


def _hand_over(owner: Owner, at: datetime) -> None:
    """What a worker would have done then: keep the mail, and let the offers know."""
    for email in owner.emails.filter(kind="offer", state=OutgoingEmail.State.QUEUED).select_related("offer"):
        email.state, email.transport, email.sent_at = OutgoingEmail.State.SENT, OutgoingEmail.KEPT, at
        email.save(update_fields=["state", "transport", "sent_at"])
        deliveries.hear_of(email, at)


def _keep_mail(owner: Owner) -> None:
    for email in owner.emails.filter(state=OutgoingEmail.State.QUEUED):
        email.state, email.transport, email.sent_at = OutgoingEmail.State.SENT, OutgoingEmail.KEPT, email.due_at
        email.save(update_fields=["state", "transport", "sent_at"])
