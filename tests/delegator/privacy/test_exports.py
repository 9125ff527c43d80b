"""An owner's export: all that is theirs and nothing of anybody else's, as files that a spreadsheet opens safely."""

from __future__ import annotations

import csv
import io
import itertools
import json
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from assistants import links
from assistants.models import Offer
from delegator.privacy import exports
from delegator.privacy.export_tables import LEFT_OUT, TABLES
from tasks import belongings, clock
from tasks.models import EntryChange, Owner, Skill, TimeEntry
from tests import factories
from tests.assistants.world import dump, text_of
from tests.delegator.second_step import proved
from tests.delegator.whole import a_whole_owner, count_by_model

pytestmark = pytest.mark.django_db
URL = "/account/export/"
# What opens something, or would if it were not sealed.
SECRETS = {"password", "pid", "epoch", "key_hash", "data", "lease_token", "lease_until", "key"}
MEGABYTE = 1_000_000


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def zora(db: None, now: datetime) -> Owner:
    return a_whole_owner(name="Zora Quill", email="zora@example.com", now=now)


def unzipped(content: bytes) -> dict[str, str]:
    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def export(owner: Owner, now: datetime) -> bytes:
    with exports.write(owner, now=now) as file:
        return file.read()


def sheet(files: dict[str, str], name: str) -> list[dict[str, str]]:
    text = files[f"{name}.csv"]
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


# --- What is in it -----------------------------------------------------------------
def test_every_model_that_leads_to_an_owner_is_in_a_file_or_left_out_with_a_reason() -> None:
    """A model that is added later has to be thought of here."""
    leads = {model._meta.label for model in belongings.ways()} | {"tasks.Owner"}
    tables = {table.model for table in TABLES}
    assert leads - tables - set(LEFT_OUT) == set()
    assert (tables | set(LEFT_OUT)) - leads == set()
    assert tables & set(LEFT_OUT) == set()
    assert all(LEFT_OUT.values())


def test_a_file_holds_every_row_that_leads_to_the_owner_by_whichever_way(zora: Owner, now: datetime) -> None:
    counts = count_by_model(zora)
    assert [label for label, count in counts.items() if not count] == []
    files = unzipped(export(zora, now))
    for table in TABLES:
        assert len(sheet(files, table.name)) == counts[table.model], table.name
        assert len(json.loads(files[f"{table.name}.json"])) == counts[table.model], table.name
    assert len(files) == 2 * len(TABLES) + 1


def test_every_field_is_a_column_but_what_opens_something() -> None:
    for table in TABLES:
        fields = {field.name for field in apps.get_model(table.model)._meta.concrete_fields}
        given = {column.name for column in exports.columns(table)}
        owner = {"owner", "user"} & fields
        assert fields - given == owner | set(table.without), table.name
        # The key of an email is what makes it the same one, and opens nothing.
        assert given & SECRETS <= ({"key"} if table.name == "emails" else set()), table.name


def test_nothing_in_it_is_another_owners(zora: Owner, now: datetime) -> None:
    otto = a_whole_owner(name="Otto Brandt", email="otto@example.com", now=now)
    for owner, other in ((zora, "Otto"), (otto, "Zora")):
        whole = "\n".join(unzipped(export(owner, now)).values())
        assert owner.first_name in whole
        assert other not in whole


def test_no_private_link_and_no_password_is_in_it(zora: Owner, now: datetime) -> None:
    whole = "\n".join(unzipped(export(zora, now)).values())
    for offer in Offer.objects.all():
        assert offer.pid not in whole
        assert links.token("offer", offer.pid).partition(".")[2] not in whole
    assert zora.password not in whole
    assert zora.pid not in whole


# --- How it is written ----------------------------------------------------------------
def test_the_same_rows_at_the_same_moment_make_the_same_bytes(zora: Owner, now: datetime) -> None:
    assert export(zora, now) == export(Owner.objects.get(pk=zora.pk), now)


def test_rows_stand_in_the_order_in_which_they_were_made(zora: Owner, now: datetime) -> None:
    last = factories.a_task(owner=zora, name="Zzz", is_best_work=False)
    first = zora.tasks.earliest("pk")
    first.position = 99
    first.save()
    pks = [int(row["id"]) for row in sheet(unzipped(export(zora, now)), "tasks")]
    assert pks == sorted(pks)
    assert pks[-1] == last.pk


def test_both_files_say_the_same_in_units_that_are_named(zora: Owner, now: datetime) -> None:
    entry = zora.entries.get()
    TimeEntry.objects.filter(pk=entry.pk).update(seconds=5400, note="Gärten, =1+1", day=date(2026, 10, 15))
    files = unzipped(export(zora, now))
    (row,), (said,) = sheet(files, "entries"), json.loads(files["entries.json"])
    assert (row["day"], row["seconds"], row["task_name"]) == ("2026-10-15", "5400", "Zora Quill’s filing")
    assert (said["day"], said["seconds"], said["task_name"]) == ("2026-10-15", 5400, "Zora Quill’s filing")
    assert row["note"] == said["note"] == "Gärten, =1+1"
    assert said["changed_at"].endswith("+00:00")
    (line,) = json.loads(files["work_logs.json"])
    assert (line["seconds"], line["amount"], line["paid_on"]) == (5400, "27.00", None)
    assert sheet(files, "work_logs")[0]["paid_on"] == ""


def test_both_files_say_the_same_whatever_is_written_while_they_are(zora: Owner, now: datetime) -> None:
    numbers = itertools.count()

    def meanwhile(execute: Any, sql: str, *given: Any) -> Any:
        found = execute(sql, *given)
        if 'FROM "tasks_skill"' in sql:
            number = next(numbers)
            Skill.objects.create(owner=zora, name=f"Written meanwhile {number}")
        return found

    with connection.execute_wrapper(meanwhile):
        files = unzipped(export(zora, now))
    assert len(sheet(files, "skills")) == len(json.loads(files["skills.json"]))
    assert Skill.objects.filter(owner=zora, name__startswith="Written meanwhile").exists()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula_and_a_number_stays_one(zora: Owner, now: datetime, start: str) -> None:
    zora.tasks.filter(name__endswith="filing").update(name=f"{start}cmd|' /C calc'!A0", growth=-20)
    files = unzipped(export(zora, now))
    row = next(row for row in sheet(files, "tasks") if "calc" in row["name"])
    assert row["name"] == f"'{start}cmd|' /C calc'!A0"
    assert row["growth"] == "-20"
    assert f"{start}cmd|' /C calc'!A0" in [each["name"] for each in json.loads(files["tasks.json"])]


def test_a_text_with_lines_and_quotes_is_one_cell(zora: Owner, now: datetime) -> None:
    Owner.objects.filter(pk=zora.pk).update(vision='Be "home";\nby four, 家で')
    (row,) = sheet(unzipped(export(Owner.objects.get(pk=zora.pk), now)), "profile")
    assert row["vision"] == 'Be "home";\nby four, 家で'


def test_readme_says_of_each_file_what_it_is_and_how_many_rows_it_has(zora: Owner, now: datetime) -> None:
    readme = unzipped(export(zora, now))["README.txt"]
    assert "zora@example.com" in readme
    assert "(USD)" in readme
    for table in TABLES:
        assert f"\n{table.name}: " in readme
        assert " ".join(table.said.split()) in " ".join(readme.split())
    assert "work_logs: 1 row\n" in readme
    assert "seconds before" not in readme
    assert "Designates" not in readme
    assert max(map(len, readme.splitlines())) <= 76


def test_an_account_with_nothing_in_it_has_a_whole_export(now: datetime) -> None:
    files = unzipped(export(Owner.objects.create_user("new@example.com", name="New"), now))
    assert json.loads(files["entries.json"]) == []
    assert sheet(files, "entries") == []
    assert "entries: 0 rows\n" in files["README.txt"]


def test_ten_years_take_little_more_memory_than_a_day(zora: Owner, now: datetime) -> None:
    task, first = factories.a_task(owner=zora), date(2016, 1, 1)
    fields: dict[str, Any] = {"owner": zora, "task": task, "note": "Letters and replies" * 4, "changed_at": now}

    def entries(days: int) -> Iterator[TimeEntry]:
        for n in range(days):
            yield TimeEntry(day=first + timedelta(days=n), seconds=60, source="import", **fields)

    def peak() -> int:
        tracemalloc.start()
        with exports.write(zora, now=now):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    before = peak()
    for _ in range(5):
        TimeEntry.objects.bulk_create(entries(3650), batch_size=1000)
    assert TimeEntry.objects.count() > 18_000
    assert peak() - before < 3 * MEGABYTE


# --- The page ---------------------------------------------------------------------------
@pytest.fixture
def hers(zora: Owner, client: Client) -> Client:
    client.force_login(zora)
    return proved(client, zora)


def with_password(client: Client, page: str = URL) -> Any:
    return client.post(f"/account/reauthenticate/?next={page}", {"password": factories.PASSWORD, "next": page})


def test_the_password_is_asked_for_first(hers: Client) -> None:
    for answer in (hers.get(URL), hers.post(URL)):
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/account/reauthenticate/")
    assert "not your password" in text_of(hers.post(f"/account/reauthenticate/?next={URL}", {"password": "wrong"}))
    assert hers.get(URL).status_code == 302


def test_after_the_password_a_button_gives_the_file(hers: Client, zora: Owner) -> None:
    assert with_password(hers)["Location"] == URL
    page = hers.get(URL)
    assert "Download the file" in text_of(page)
    answer = hers.post(URL)
    day = zora.today(clock.now())
    assert answer["Content-Disposition"] == f'attachment; filename="delegator-{day}.zip"'
    assert answer["Content-Type"] == "application/zip"
    for each in (page, answer):
        assert "no-store" in each["Cache-Control"]
    files = unzipped(answer.getvalue())
    assert json.loads(files["profile.json"])[0]["email"] == "zora@example.com"


def test_a_visitor_is_asked_to_sign_in_and_no_other_method_is_known(hers: Client) -> None:
    assert Client().get(URL)["Location"].startswith("/sign-in/")
    assert Client().post(URL)["Location"].startswith("/sign-in/")
    assert hers.put(URL).status_code == 405


def test_to_export_changes_nothing(hers: Client) -> None:
    with_password(hers)
    hers.get(URL)
    before = dump()
    assert hers.post(URL).getvalue()
    assert dump() == before
    assert EntryChange.objects.exists()
