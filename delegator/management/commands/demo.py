"""The demo owner: load her once, start over, or clear her away."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from delegator import demo
from tasks import clock


class Command(BaseCommand):
    help = "Load a made-up owner to click through; a second time changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--fresh", action="store_true", help="start over, as of today")
        group.add_argument("--clear", action="store_true", help="remove her and all that is hers")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["clear"]:
            self.stdout.write("The demo owner is gone." if demo.clear() else "There is no demo owner.")
            return
        with transaction.atomic():
            if options["fresh"]:
                demo.clear()
            if demo.find() is None:
                demo.load(clock.now())
                self.stdout.write(f"The demo owner is {demo.EMAIL}, with the password {demo.PASSWORD}.")
