"""`manage.py release_outbox`: let mail leave again that is held since a backup was restored."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assistants.handoff import deliveries
from assistants.mail import holding
from tasks import clock


class Command(BaseCommand):
    """Releases the outbox; what was written before --since may have left, and is left alone."""

    help = "Let mail leave again. With --since, what was written before that moment is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", help="When the old installation stopped, such as 2026-10-15T09:00 (UTC).")

    def handle(self, *args: Any, **options: Any) -> None:
        text = options["since"]
        try:
            since = holding.moment(text, now=clock.now()) if text else None
        except holding.NoMoment as why:
            raise CommandError(f"--since: {why}") from None
        waiting, alone = holding.release(now=clock.now(), since=since, done=deliveries.hear_of)
        self.stdout.write(f"Released. Waiting: {waiting}. Left alone, for they may have left before: {alone}.")
