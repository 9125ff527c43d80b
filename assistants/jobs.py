"""Celery jobs: leaves that carry ids and call one function. Losing one loses nothing."""

from celery import shared_task


@shared_task(ignore_result=True)
def send_email(email_id: int) -> None:
    """Send one email now. What fails stays due, and the sweep tries again."""
    from . import handoffs, outbox  # leaf: the outbox rings this module

    outbox.send(email_id, done=handoffs.hear_of)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Do everything that has come due: emails, replies not given, first days."""
    from tasks import clock

    from . import handoffs, outbox

    handoffs.expire_overdue(now=clock.now())
    handoffs.start_due(now=clock.now())
    outbox.pump(done=handoffs.hear_of)
