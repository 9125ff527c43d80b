"""Every address of the ground: nothing of another owner, nothing without signing in, nothing that crashes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from tasks import briefs, timers, urls
from tasks.models import Brief, EntryChange, Owner, Skill, Task, TimeEntry, Timer, WeekTotal
from tests.factories import NOW, TODAY, a_skill, a_task, an_entry, the_best_work
from tests.tasks.clocks import standing_at

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from tests.conftest import Browser

PATTERNS: dict[str, URLPattern] = {str(each.name): each for each in urls.urlpatterns}
OF_A_ROW = [name for name, each in PATTERNS.items() if "pk" in each.pattern.converters]
METHODS = ["get", "head", "post"]
# Refused at the door, whatever the address and whoever asks.
NEVER = ["put", "patch", "delete", "options", "trace"]
# Of these only the address with POST is there.
POSTED = ["entry_note", "task_retire", "task_back"]
RANDOM = 2**40 + 7


def address(name: str, pk: int = 1) -> str:
    known: dict[str, Any] = {"pk": pk, "day": TODAY, "version": 1}
    return reverse(f"tasks:{name}", kwargs={key: known[key] for key in PATTERNS[name].pattern.converters})


@pytest.fixture(autouse=True)
def the_fifteenth_of_october(db: None) -> Iterator[None]:
    with standing_at(NOW):
        yield


def answer(client: Client, method: str, url: str) -> Answer:
    data = {"name": "Taken over", "time": "9h", "note": "Taken over"} if method == "post" else {}
    ask: Callable[..., Answer] = getattr(client, method)
    return ask(url, data) if data else ask(url)


def row_of(owner: Owner, name: str) -> Task | TimeEntry:
    """What that address is of."""
    task = a_task(owner=owner, name="Potting")
    briefs.write(task, steps="Water them.", now=NOW)
    return an_entry(task=task) if name == "entry_note" else task


def same(one: Answer, other: Answer) -> bool:
    """But for the name of the request, which is by chance."""
    seen = [(each.status_code, dict(each.headers) | {"X-Request-Id": ""}, each.content) for each in (one, other)]
    return seen[0] == seen[1]


def test_the_addresses_of_rows_are_known_to_this_test() -> None:
    """Any that is new is tried below as well; one that names its row otherwise has to be added."""
    assert OF_A_ROW == ["entry_note", "task", "task_retire", "task_back", "brief"]
    assert {key for each in PATTERNS.values() for key in each.pattern.converters} == {"pk", "day", "version"}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", OF_A_ROW)
def test_another_owners_row_answers_byte_for_byte_as_one_that_is_not_there(
    nora: Owner, bea: Owner, hers: Client, name: str, method: str
) -> None:
    a_task(owner=nora)
    theirs = row_of(bea, name)
    of_hers, of_nobody = (answer(hers, method, address(name, pk)) for pk in (theirs.pk, RANDOM))
    assert same(of_hers, of_nobody)
    assert of_hers.status_code == (405 if name in POSTED and method != "post" else 404)
    assert list(bea.tasks.values_list("name", "retired_on")) == [("Potting", None)]
    assert set(bea.entries.values_list("note", flat=True)) <= {""}


@pytest.mark.parametrize("name", ["task", "task_retire", "task_back", "brief"])
def test_ones_own_best_work_answers_the_same_and_so_does_what_is_retired_when_it_shall_be(
    nora: Owner, hers: Client, name: str
) -> None:
    best, retired = the_best_work(owner=nora), a_task(owner=nora, retired_on=TODAY)
    for task in (best, retired) if name == "task_retire" else (best,):
        briefs.write(task, steps="Mine.", now=NOW)
        assert same(hers.post(address(name, task.pk)), hers.post(address(name, RANDOM)))


@pytest.mark.parametrize("pk", ["0", "9223372036854775807", "9223372036854775808", "9" * 40, "9" * 5000])
@pytest.mark.parametrize("name", OF_A_ROW)
def test_a_number_that_is_no_row_is_not_found_however_large(hers: Client, name: str, pk: str) -> None:
    url = address(name, 1).replace("/1/", f"/{pk}/")
    assert hers.post(url).status_code == 404


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", PATTERNS)
def test_who_is_not_signed_in_is_asked_to_and_learns_nothing(
    bea: Owner, client: Client, name: str, method: str
) -> None:
    theirs = row_of(bea, name)
    for pk in (theirs.pk, RANDOM) if name in OF_A_ROW else (1,):
        url = address(name, pk)
        asked = answer(client, method, url)
        assert (asked.status_code, asked.headers["Location"]) == (302, f"/sign-in/?next={url}")


@pytest.mark.parametrize("method", NEVER)
@pytest.mark.parametrize("name", PATTERNS)
def test_nothing_is_put_or_deleted_by_its_method(hers: Client, name: str, method: str) -> None:
    refused: Answer = getattr(hers, method)(address(name))
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", PATTERNS)
def test_no_method_on_any_address_fails(nora: Owner, hers: Client, name: str, method: str) -> None:
    assert answer(hers, method, address(name, row_of(nora, name).pk)).status_code < 500


@pytest.mark.parametrize("name", PATTERNS)
def test_looking_changes_nothing(nora: Owner, hers: Client, name: str) -> None:
    a_skill(owner=nora)
    row = row_of(nora, name)
    timers.start(nora, a_task(owner=nora), now=NOW)

    def everything() -> list[list[dict[str, Any]]]:
        models: list[Any] = [Owner, Task, Skill, Brief, TimeEntry, EntryChange, WeekTotal, Timer]
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = everything()
    for method in ("get", "head", *NEVER):
        answer(hers, method, address(name, row.pk))
    assert everything() == before


@pytest.mark.parametrize("name", PATTERNS)
def test_a_form_from_elsewhere_is_refused(nora: Owner, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(nora)
    row = row_of(nora, name)
    assert client.post(address(name, row.pk), {"name": "Taken over", "note": "Taken over"}).status_code == 403
    assert list(nora.tasks.values_list("name", "retired_on")) == [("Potting", None)]
    assert set(nora.entries.values_list("note", flat=True)) <= {""}


@pytest.mark.parametrize("name", [name for name in PATTERNS if name not in OF_A_ROW])
def test_a_page_shows_nothing_of_another_owner(nora: Owner, bea: Owner, browser_of: Browser, name: str) -> None:
    skill = a_skill(owner=bea, name="Topiary")
    theirs = a_task(owner=bea, name="Potting", skill=skill)
    an_entry(task=theirs)
    timers.start(bea, theirs, now=NOW)
    the_best_work(owner=bea, name="Hedges")
    a_task(owner=nora)
    shown = browser_of(nora).get(address(name)).content.decode().casefold()
    assert not [secret for secret in ("potting", "hedges", "topiary", "bea roth") if secret in shown]
