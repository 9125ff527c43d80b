"""`manage.py two_step_off EMAIL`: let in an owner who has lost phone, passkeys and recovery codes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from delegator.account import second_steps
from tasks.models import Owner


class Command(BaseCommand):
    """Make sure first that it is they who ask: after it the password alone opens the account."""

    help = "Take every second step off an owner who has lost them. They are told by mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = Owner.objects.filter(email__same=options["email"]).first()
        # A database takes letters of other scripts for ours.
        if owner is None or owner.email.lower() != options["email"].lower():
            raise CommandError(f"Nobody signs in as {options['email']}.")
        if not second_steps.switch_off_all(owner):
            raise CommandError(f"{owner.email} has no second step.")
        self.stdout.write(f"{owner.email} signs in with the password alone now, and is told so.")
