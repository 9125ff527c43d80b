"""Celery jobs of the product as a whole: leaves that call one function."""

from celery import shared_task

from tasks import clock

from . import ahead_reminders, reminders, weekly
from .sessions import SessionStore


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
    """Remove the sessions that are over."""
    SessionStore.clear_expired(now=clock.now())
