"""`manage.py backup FILE`: a copy of the SQLite database while it is in use, in which mail is held."""

from __future__ import annotations

import contextlib
import sqlite3
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from tasks import clock


class Command(BaseCommand):
    """Copies the database, whole and at one moment; the copy sends nothing until `release_outbox`."""

    help = "Copy the SQLite database to FILE while it is in use. A copy that is started sends no mail by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        if connection.vendor != "sqlite":
            raise CommandError("This is for SQLite. On Postgres use pg_dump; the README says how to hold mail then.")
        if file.exists():
            raise CommandError(f"{file} is there already, and is not written over.")
        if not file.parent.is_dir():
            raise CommandError(f"There is no folder {file.parent}.")
        copy(file)
        self.stdout.write(f"Copied to {file}. Started from it, mail is held until `manage.py release_outbox`.")


def copy(file: Path) -> None:
    connection.ensure_connection()
    held_at = clock.now().isoformat(sep=" ")
    # Under another name until mail is held in it: one that was cut short is no backup.
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with contextlib.closing(sqlite3.connect(part)) as target:
        connection.connection.backup(target)
        held = (
            "INSERT INTO assistants_pump (id, held_at, failures, refused, trouble) VALUES (1, ?, 0, '[]', '') "
            "ON CONFLICT (id) DO UPDATE SET held_at = excluded.held_at"
        )
        target.execute(held, [held_at])
        # Who was signed out since must not be signed in again by it.
        target.execute("DELETE FROM delegator_session")
        target.execute("DELETE FROM delegator_addresschange")
        target.commit()
    part.rename(file)
