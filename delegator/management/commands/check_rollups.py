"""Compare the kept week totals with what the entries add up to."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tasks import rollups
from tasks.models import Owner


class Command(BaseCommand):
    help = "Add up every week anew and compare it with the total that is kept; ends with 1 if any is off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mend", action="store_true", help="Write the right totals over those that are off.")

    def handle(self, *, mend: bool, **options: object) -> None:
        off = 0
        for owner in Owner.objects.order_by("pk").iterator():
            for each in rollups.differences(owner):
                off += 1
                self.stdout.write(
                    f"owner {each.owner_id}, task {each.task_id}, week of {each.monday}: "
                    f"{each.kept} kept, {each.counted} logged"
                )
            if mend:
                rollups.mend(owner)
        if off and not mend:
            raise CommandError(f"{off} week totals are off; `check_rollups --mend` writes them anew")
        self.stdout.write(f"{off} week totals mended" if off else "Every week total is what its entries add up to")
