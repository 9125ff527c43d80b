"""What the pages stand on besides the app: a folder for static files, and a broker in memory."""

from __future__ import annotations

import pytest
from django.conf import settings


@pytest.fixture(scope="session", autouse=True)
def nothing_beside_the_app() -> None:
    """Static files are served without their folder too, but with a warning."""
    from delegator.celery import app  # Django is not set up yet when this file is read

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    app.conf.update(broker_url="memory://")
