"""Celery jobs: leaves that carry ids and call one function. Losing one loses nothing."""

from celery import shared_task

from assistants.handoff import deliveries, sweeps
from assistants.link import renewals
from assistants.mail import heartbeat, outbox
from assistants.plan import stored_plans
from assistants.work import weekly_notes
from tasks import clock


@shared_task(ignore_result=True)
def send_email(email_id: int) -> None:
    """Send one email now. What fails stays due, and the sweep tries again."""
    outbox.send(email_id, done=deliveries.hear_of)


@shared_task(ignore_result=True)
def work_out_plan(plan_id: int) -> None:
    """Work out a plan that is too large for a request. One that got lost is asked for again at the next look."""
    stored_plans.work_out(plan_id)


@shared_task(ignore_result=True)
def look_ahead(plan_id: int) -> None:
    """Work out the forecast of a year. One that got lost is asked for again at the next look."""
    stored_plans.look_ahead(plan_id)


@shared_task(ignore_result=True)
def write_weekly_notes() -> None:
    """Write the notes to assistants that have come due; the outbox sends them."""
    weekly_notes.write_due(now=clock.now())


@shared_task(ignore_result=True)
def sweep() -> None:
    """Do everything that has come due: emails, replies not given, first days, links asked for anew."""
    try:
        sweeps.run(now=clock.now())
        renewals.answer_due(now=clock.now())
    finally:  # one bad row above must not keep the mail
        outbox.pump(done=deliveries.hear_of)
        heartbeat.beat(clock.now())
