"""An owner with at least one row of everything that can belong to one, and all rows of an owner as text."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from assistants import nonces
from assistants.handoff import agreed, deliveries, handoffs, replies
from assistants.mail import outbox
from assistants.models import Offer, OutgoingEmail, Plan
from assistants.plan import wishes
from assistants.work import work_logs
from delegator.account import addresses
from delegator.models import ClosedAccount
from delegator.summary import weekly
from tasks import belongings, briefs, scores, timers
from tasks.imports import adding
from tasks.models import Owner
from tasks.weeks import Week
from tests import factories

DAY = timedelta(days=1)
Rows = dict[str, list[Any]]


def a_whole_owner(*, name: str, email: str, now: datetime) -> Owner:
    """Named so that every row of theirs that holds text can hold it: a `name` nobody else has."""
    owner = factories.an_owner(name=name, email=email)
    Owner.objects.filter(pk=owner.pk).update(business=f"{name}’s garden", vision=f"=Home by four, {name}")
    EmailAddress.objects.create(user=owner, email=email, primary=True, verified=True)
    owner.refresh_from_db()
    today = owner.today(now)
    owner.days_off.create(first=today, last=today, name=f"{name}’s holiday")
    skill = factories.a_skill(owner=owner, name=f"{name}’s books")
    task = factories.a_task(owner=owner, name=f"{name}’s filing", skill=skill)
    scores.give(task, loathe=4, excel=2, now=now)
    briefs.write(task, steps=f"{name}’s way", now=now)
    factories.an_entry(task=task)
    timers.start(owner, task, now=now)
    adding.wait(owner, name=f"{name}.csv", text=f"day,time\n2026-10-01,1:00 {name}\n", encoding="UTF-8", now=now)
    _work(owner, skill.name, now)
    wishes.pin(owner, task, owner.assistants.all()[0], today)
    Plan.objects.create(owner=owner, digest=f"plan of {name}", inputs={"for": name}, shown_at=now)
    owner.ahead_reminders.create(month="2027-01", asked_at=now)
    weekly.write(owner, Week.of(today).back(), now=now)
    addresses.ask(owner, f"new-{email}", now=now)
    _of_frameworks(owner, now)
    Client().force_login(owner)
    return owner


def _work(owner: Owner, skill: str, now: datetime) -> None:
    """Hours that run, an offer with an answer that waits and someone who stands in, and a draft."""
    later: dict[str, Any] = {"now": now, "reply_by": now + 3 * DAY}
    has_it = factories.an_assistant(owner=owner, name=f"Ana {owner.name}", skill=owner.skills.get(name=skill))
    has_it.absences.create(first=owner.today(now) + DAY, last=owner.today(now) + DAY)
    running = factories.a_running_offer(
        owner=owner, assistant=has_it, **later, starts_on=owner.today(now) - 3 * DAY, brief=f"{owner.name}’s brief"
    )
    work_logs.log(running, day=owner.today(now) - DAY, seconds=5400, note="=1+1", now=now, once=f"hours-{owner.pk}")
    agreed.note(running.handoff, running, f"{owner.name} says thanks", now=now)
    asked = factories.an_assistant(owner=owner, name=f"Ben {owner.name}")
    handoff = factories.a_draft(owner=owner, task=factories.a_task(owner=owner), assistant=asked, **later)
    handoff.stand_ins.create(assistant=has_it, place=1, weekly_minutes=60, rate=Decimal(20))
    offer = handoffs.send(handoff, now=now)
    nonces.use(nonces.of_owner(owner), f"form-{owner.pk}", "sent", now)
    OutgoingEmail.objects.filter(owner=owner).update(due_at=now)
    outbox.pump(done=deliveries.hear_of)
    replies.ask(Offer.objects.get(pk=offer.pk), f"Which mailbox, {owner.first_name}?", now=now)
    factories.a_draft(owner=owner, task=factories.a_task(owner=owner), assistant=asked)


def _of_frameworks(owner: Owner, now: datetime) -> None:
    """What no page of ours makes, and Django or allauth could."""
    address = EmailAddress.objects.get(user=owner)
    EmailConfirmation.objects.create(email_address=address, key=f"key-{owner.pk}")
    kind = ContentType.objects.get_for_model(Owner)
    LogEntry.objects.create(user=owner, content_type=kind, object_repr="x", action_flag=CHANGE)
    owner.groups.add(Group.objects.get_or_create(name="nobody")[0])
    owner.user_permissions.add(Permission.objects.all()[0])
    ClosedAccount.objects.create(owner=owner, closed_at=now)
    if apps.is_installed("allauth.mfa"):
        from allauth.mfa.models import Authenticator

        Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": "nothing"})


def rows_of(owner: Owner) -> Rows:
    """Every row that leads to the owner, by model; the owner's own too."""
    found: Rows = {rows.model._meta.label: list(rows.order_by("pk").values()) for rows in belongings.of(owner)}
    return found | {"tasks.Owner": list(Owner.objects.filter(pk=owner.pk).values())}


def count_by_model(owner: Owner) -> dict[str, int]:
    return {label: len(rows) for label, rows in rows_of(owner).items()}
