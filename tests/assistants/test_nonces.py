"""Forms that were sent already: once, with the same answer, and forgotten after two days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from assistants import nonces
from assistants.handoff import sweeps
from assistants.models import Nonce
from tests.assistants.world import dump, race
from tests.factories import NOW

ONE_FORM = ("owner-1", "a-form", "three hours")


@pytest.mark.django_db
def test_the_same_form_gets_the_answer_of_the_first_time() -> None:
    assert nonces.use(*ONE_FORM, NOW) is None
    nonces.keep("owner-1", "a-form", "17")
    assert nonces.use(*ONE_FORM, NOW) == "17"


@pytest.mark.django_db
def test_another_body_is_refused_and_another_sender_is_someone_else() -> None:
    nonces.use(*ONE_FORM, NOW)
    with pytest.raises(nonces.Reused):
        nonces.use("owner-1", "a-form", "four hours", NOW)
    assert nonces.use("owner-2", "a-form", "four hours", NOW) is None


@pytest.mark.django_db
def test_a_form_is_remembered_for_a_day_at_least_and_forgotten_by_the_sweep() -> None:
    nonces.use(*ONE_FORM, NOW)
    before = dump()
    sweeps.run(now=NOW + timedelta(days=1))
    assert dump() == before
    sweeps.run(now=NOW + nonces.KEPT + timedelta(seconds=1))
    assert not Nonce.objects.exists()


@pytest.mark.usefixtures("on_disk")
def test_of_many_at_the_same_instant_one_is_the_first() -> None:
    def send() -> str | None:
        with transaction.atomic():
            return nonces.use(*ONE_FORM, NOW, "17")

    assert sorted(map(str, race([send] * 8))) == ["17"] * 7 + ["None"]
