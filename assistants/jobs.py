"""Celery jobs: leaves that carry ids and call one function. Losing one loses nothing."""

from celery import shared_task

from tasks import clock

from . import handoffs, outbox, stored_plans


@shared_task(ignore_result=True)
def send_email(email_id: int) -> None:
    """Send one email now. What fails stays due, and the sweep tries again."""
    outbox.send(email_id, done=handoffs.hear_of)


@shared_task(ignore_result=True)
def work_out_plan(plan_id: int) -> None:
    """Work out a plan that is too large for a request. One that got lost is asked for again at the next look."""
    stored_plans.work_out(plan_id)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Do everything that has come due: emails, replies not given, first days."""
    try:
        handoffs.expire_overdue(now=clock.now())
        handoffs.start_due(now=clock.now())
    finally:  # one bad row above must not keep the mail
        outbox.pump(done=handoffs.hear_of)
