"""Two tabs that save the settings at the same instant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from delegator.screens.settings_form import SettingsForm
from tasks import seen
from tasks.models import Owner
from tests.delegator.at_once import at_once, real_database
from tests.delegator.screens.test_settings_page import GIVEN

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = range(6)


@pytest.fixture(autouse=True)
def shared(nora: Owner, tmp_path: Path) -> Iterator[None]:
    with real_database(tmp_path):
        # The first connection to a new file of SQLite sets its journal, which two cannot do at once.
        connection.ensure_connection()
        yield


def a_tab(owner: Owner, **changed: Any) -> SettingsForm:
    """What it sends is in order, and it saw what stands there now."""
    owner = Owner.objects.get(pk=owner.pk)
    data = GIVEN | {"seen": seen.marks(SettingsForm(owner).there)} | changed
    form = SettingsForm(owner, data)
    assert form.is_valid()
    return form


@pytest.mark.parametrize("turn", ROUNDS)
def test_of_two_that_change_a_field_the_second_is_told(nora: Owner, turn: int) -> None:
    one, other = a_tab(nora, name="Nora Vale"), a_tab(nora, name="Nora Dale")
    outcomes = at_once(one.save, other.save)
    assert sorted(map(bool, outcomes)) == [False, True]
    told, saved = (one, other) if outcomes[1] else (other, one)
    assert (told.is_stale, saved.is_stale) == (True, False)
    assert Owner.objects.get(pk=nora.pk).name == saved.cleaned_data["name"]


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_that_change_different_fields_are_both_saved(nora: Owner, turn: int) -> None:
    Owner.objects.update(**{name: GIVEN[name] for name in ("business", "vision", "theme")})
    one, other = a_tab(nora, business="Gardens"), a_tab(nora, vision="Rest.")
    assert at_once(one.save, other.save) == [True, True]
    assert Owner.objects.values_list("business", "vision").get(pk=nora.pk) == ("Gardens", "Rest.")
