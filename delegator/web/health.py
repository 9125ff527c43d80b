"""Whether this process answers, and whether all that it needs does, for whoever watches over it."""

from django.db import Error as DatabaseTrouble
from django.http import HttpRequest, HttpResponse

from assistants.mail import heartbeat
from tasks import clock


def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("live", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """503 if the database is away, or no worker has looked for what is due for two minutes."""
    try:
        is_heard = heartbeat.is_heard(clock.now())
    except DatabaseTrouble:
        return HttpResponse("no database", status=503, content_type="text/plain")
    if not is_heard:
        return HttpResponse("no worker has looked for mail for two minutes", status=503, content_type="text/plain")
    return HttpResponse("ready", content_type="text/plain")
