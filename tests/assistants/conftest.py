"""What the tests of the help stand on besides: a mail server, and a database that threads can share."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from tests import rig

if TYPE_CHECKING:
    # Read before Django is set up, so models are named for the types only.
    from pytest_django.fixtures import Settings


@pytest.fixture
def sink(settings: Settings) -> Iterator[rig.SmtpSink]:
    """A mail server, and the settings of an installation that sends by it at once."""
    from tests.assistants.world import send_by

    with rig.SmtpSink() as sink:
        send_by(settings, sink.port)
        yield sink


@pytest.fixture
def standing_now(db: None) -> Iterator[None]:
    """It is the moment of the factories, and stays so, for pages that ask the clock themselves."""
    from tests.factories import NOW
    from tests.tasks.clocks import standing_at

    with standing_at(NOW):
        yield


@pytest.fixture
def on_disk(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """
    A database that several threads can use at once, as the app's processes do.

    Tests keep SQLite in memory, where a second writer fails instead of waiting its turn.
    """
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    in_memory, name = connection.connection, connection.settings_dict["NAME"]
    with closing(sqlite3.connect(tmp_path / "races.sqlite3")) as copy:
        in_memory.backup(copy)
    connection.connection = None
    connection.settings_dict["NAME"] = tmp_path / "races.sqlite3"
    # It opens the copy with a write-ahead log, which those who would all do so at once are refused.
    connection.ensure_connection()
    yield
    connection.close()
    connection.settings_dict["NAME"] = name
    connection.connection = in_memory
