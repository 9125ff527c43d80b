"""When the summary comes, as the owner chose it in the settings: a change moves the next one."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from delegator.summary import weekly_times
from tasks.models import Owner
from tests.delegator.pages import read
from tests.delegator.screens.test_settings_page import GIVEN
from tests.factories import NOW
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changed", "due_at"),
    [
        ({}, "2026-11-06T17:00"),
        ({"summary_hour": "6"}, "2026-11-06T05:00"),
        ({"summary_day": "1"}, "2026-11-02T17:00"),
        ({"time_zone": "America/Phoenix"}, "2026-11-07T01:00"),
        ({"summary_every": "week"}, "2026-10-16T16:00"),
        ({"summary_every": "week", "summary_day": "1", "summary_hour": "7"}, "2026-10-19T05:00"),
    ],
)
def test_another_zone_day_hour_or_pace_moves_the_next_summary(
    client: Client, nora: Owner, changed: dict[str, str], due_at: str
) -> None:
    with standing_at(NOW):
        client.force_login(nora)
        client.post("/settings/", GIVEN)
        client.post("/settings/", GIVEN | changed)
    nora.refresh_from_db()
    assert nora.next_summary_at == datetime.fromisoformat(f"{due_at}+00:00")


def test_a_new_owner_is_offered_every_week_on_monday_at_7(client: Client, nora: Owner) -> None:
    client.force_login(nora)
    page = read(client.get("/settings/"))
    chosen = [tag.text for tag in page.all("option") if "selected" in tag.attrs]
    assert chosen[2:5] == ["Every week", "Monday", "7 am"]


def test_who_stops_the_summary_keeps_what_they_chose_for_when_they_come_back(client: Client, nora: Owner) -> None:
    client.force_login(nora)
    client.post("/settings/", GIVEN)
    client.post("/settings/", {name: text for name, text in GIVEN.items() if name != "wants_summary"})
    nora.refresh_from_db()
    assert (nora.wants_summary, nora.next_summary_at) == (False, None)
    assert (nora.summary_every, nora.summary_day, nora.summary_hour) == ("month", 5, 18)


def test_other_changes_leave_the_next_summary_where_it_is(client: Client, nora: Owner) -> None:
    monday = nora.next_summary_at = weekly_times.next_at(nora, NOW)
    nora.save()
    client.force_login(nora)
    client.post("/settings/", without_summary() | {"time_zone": nora.time_zone, "business": "Another name"})
    nora.refresh_from_db()
    assert nora.business == "Another name"
    assert nora.next_summary_at == monday


def without_summary() -> dict[str, object]:
    """What a page from before there was a choice sends."""
    return {name: text for name, text in GIVEN.items() if not name.startswith("summary_")}
