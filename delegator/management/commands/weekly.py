"""Write the summary of one owner's week now; the outbox sends it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from delegator.summary import weekly
from tasks import clock
from tasks.models import Owner
from tasks.weeks import Week


class Command(BaseCommand):
    help = "Write the weekly summary of one owner, once; a worker sends it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument("--week", metavar="2026-W42", help="the last complete week if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        owner = Owner.objects.filter(email__same=options["owner"]).first()
        if owner is None:
            raise CommandError(f"--owner: nobody here signs in as {options['owner']}")
        this = Week.of(owner.today(now))
        try:
            week = Week.parse(options["week"]) if options["week"] else this.back()
        except ValueError as error:
            raise CommandError(f"--week: {error}") from None
        if week >= this:
            raise CommandError(f"--week: {week} is not over yet")
        try:
            email = weekly.write(owner, week, now=now)
        except weekly.AlreadyWritten as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{email.key} is in the outbox")
