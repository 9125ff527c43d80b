"""`manage.py check_outbox`: whether a worker looks for mail, for what cannot ask /healthz/ready."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assistants.mail import heartbeat
from tasks import clock


class Command(BaseCommand):
    help = "Say whether a worker has looked for mail in the last two minutes; exits with 1 if none has."

    def handle(self, *args: Any, **options: Any) -> None:
        if not heartbeat.is_heard(clock.now()):
            raise CommandError("No worker has looked for mail for two minutes.")
        self.stdout.write("A worker looks for mail.")
