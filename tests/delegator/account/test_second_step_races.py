"""One code at many doors at once lets one in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from delegator.account import second_steps
from tasks import clock
from tasks.models import Owner
from tests.delegator.at_once import at_once, real_database
from tests.delegator.second_step import SECRET, an_app, code_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def shared(nora: Owner, tmp_path: Path) -> Iterator[None]:
    with real_database(tmp_path):
        yield


def ended(act: Callable[[], object]) -> tuple[int, list[Exception]]:
    """How many of eight got through, and what the others got."""
    results = at_once(*[act] * 8)
    failed = [each for each in results if isinstance(each, Exception)]
    return len(results) - len(failed), failed


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_many_at_once_a_code_lets_one_in(nora: Owner, kind: str) -> None:
    an_app(nora)
    now = clock.now()
    code = code_of(now) if kind == "app" else second_steps.new_codes(nora)[0]
    let_in, failed = ended(lambda: second_steps.use_code(nora, code, now=now))
    assert let_in == 1
    assert {type(each) for each in failed} == {second_steps.Refused}


def test_of_many_at_once_one_switches_it_on(nora: Owner) -> None:
    now = clock.now()
    let_in, failed = ended(lambda: second_steps.switch_on(nora, SECRET, code_of(now), now=now))
    assert let_in == 1
    assert {type(each) for each in failed} == {second_steps.AlreadyOn}
    assert nora.emails.filter(kind="two_step").count() == 1
