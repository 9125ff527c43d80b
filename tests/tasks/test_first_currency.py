"""The money that a new owner reckons in: guessed from their zone, and asked until there is a task."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from tasks.models import Owner
from tests.factories import a_task
from tests.tasks.test_start_views import VISION, post

pytestmark = pytest.mark.django_db


def chosen(client: Client) -> str | None:
    """The currency that step 1 offers; None where it does not ask."""
    found = re.search(r'<option value="(\w+)" selected', client.get(reverse("tasks:start")).content.decode())
    return found[1] if found else None


@pytest.mark.parametrize(
    ("zone", "guess"), [("Europe/Berlin", "EUR"), ("Asia/Manila", "PHP"), ("UTC", "USD"), ("America/New_York", "USD")]
)
def test_the_money_is_guessed_from_the_zone_and_asked_until_there_is_a_task(
    nora: Owner, hers: Client, zone: str, guess: str
) -> None:
    Owner.objects.update(time_zone=zone)
    assert chosen(hers) == guess
    post(hers, "start", VISION | {"currency": "GBP"})
    nora.refresh_from_db()
    assert nora.currency == "GBP"
    assert chosen(hers) == "GBP"
    post(hers, "start", VISION)
    a_task(owner=nora)
    assert chosen(hers) is None
    post(hers, "start", VISION | {"currency": "EUR"})
    nora.refresh_from_db()
    assert nora.currency == "GBP"
