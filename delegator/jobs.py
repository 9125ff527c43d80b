"""Celery jobs of the product as a whole: leaves that call one function."""

from celery import shared_task

from delegator.account import addresses, forgotten
from delegator.account.sessions import SessionStore
from delegator.ahead import ahead_reminders
from delegator.mail import reminders
from delegator.privacy import retention
from delegator.summary import weekly
from delegator.web import limits
from tasks import clock


@shared_task(ignore_result=True)
def write_weekly_summaries() -> None:
    """Write the summaries that have come due; the outbox sends them."""
    weekly.write_due(now=clock.now())


@shared_task(ignore_result=True)
def remind() -> None:
    """Ask about forgotten timers, and remind of empty days; the outbox sends it."""
    try:
        reminders.ask_about_timers(now=clock.now())
    finally:  # neither keeps the other
        reminders.remind(now=clock.now())


@shared_task(ignore_result=True)
def remind_of_the_year() -> None:
    """Write the mails about the next 12 months that owners asked for; the outbox sends them."""
    ahead_reminders.remind(now=clock.now())


@shared_task(ignore_result=True)
def forget_sessions() -> None:
    """Remove the sessions that are over, and the new addresses that nobody confirmed."""
    SessionStore.clear_expired(now=clock.now())
    addresses.forget(now=clock.now())


@shared_task(ignore_result=True)
def answer_forgotten() -> None:
    """Write to those who asked for a new password; the outbox sends it."""
    forgotten.answer_due(now=clock.now())


@shared_task(ignore_result=True)
def forget_counts() -> None:
    """Remove what was counted of those who tried private links."""
    limits.forget(now=clock.now())


@shared_task(ignore_result=True)
def prune() -> None:
    """Remove what is not kept any longer, a few hundred rows at a time."""
    retention.prune(now=clock.now())
