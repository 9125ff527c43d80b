"""`manage.py renew_seals`: before an old SECRET_KEY goes, put what it sealed under the new one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from delegator.account import second_steps


class Command(BaseCommand):
    """Owners who signed in with an app or a recovery code since then need it as much as those who did not."""

    help = "Seal the secrets of all second steps with the newest SECRET_KEY; then the old one can go from the list."

    def handle(self, *args: Any, **options: Any) -> None:
        done, lost = 0, []
        for row, is_readable in second_steps.renew_seals():
            done += is_readable
            lost += [] if is_readable else [f"{row.type} of owner {row.user_id}"]
        self.stdout.write(f"Sealed with the newest key: {done}.")
        if lost:
            raise CommandError(f"No key that is listed opens the {', the '.join(lost)}.")
