"""Hours of another tracker come in by its file, at a desk and on a phone, with scripts and without."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import rows
from tests.browser.conftest import Opens
from tests.browser.eyes import DESK, PHONE
from tests.browser.people import Person
from tests.browser.site import Site


@pytest.mark.parametrize(
    "how", [{"size": DESK}, {"size": PHONE, "script": False}], ids=["desk", "phone without scripts"]
)
def test_a_file_is_looked_at_added_and_taken_back(
    opens: Opens, owner: Person, running: Site, tmp_path: Path, how: dict[str, object]
) -> None:
    day = owner.yesterday
    file = tmp_path / "Toggl_time_entries.csv"
    times = [("Email", "Suppliers", "01:30:00"), ("Potting", "", "00:45:00"), ("Potting", "", "00:45:00")]
    lines = [f'"{name}","{what}","{day}","09:00:00","{took}"' for name, what, took in times]
    file.write_text("\ufeff" + "\r\n".join(['"Project","Description","Start date","Start time","Duration"', *lines]))
    visit = owner.opens(opens(**how), "/week/")
    page = visit.page
    page.get_by_role("link", name="Import hours").click()
    visit.look()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_text("1 entry, 1 h 30 min, would be added; 1 h 30 min would be left out.")).to_be_visible()
    visit.look()
    page.get_by_label("Potting").select_option("A new task, “Potting”")
    page.get_by_label("Count it once").check()
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("2 entries, 2 h 15 min, would be added.")).to_be_visible()
    page.get_by_role("button", name="Add the hours").click()
    expect(page.get_by_text("2 entries are added, 2 h 15 min in all.")).to_be_visible()
    assert imported(running, owner) == [("Email", 5400, "Suppliers"), ("Potting", 2700, "")]
    page.goto("/week/import/")
    visit.look()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("2 entries of that import are taken back.")).to_be_visible()
    assert imported(running, owner) == []


def imported(running: Site, owner: Person) -> list[tuple[object, ...]]:
    query = """SELECT task.name, seconds, note FROM tasks_timeentry entry JOIN tasks_task task ON task.id = task_id
        WHERE entry.owner_id = %s AND source = 'import' ORDER BY task.name"""
    return [tuple(row) for row in rows.ask(running.database, query, [owner.pk])]
