"""Odd texts in every field that one types into, on every page: refused at the field, or kept and shown as typed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assistants import links
from assistants.mail import messages
from assistants.models import Offer
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import by_hand, dump
from tests.delegator.pages import read
from tests.delegator.test_isolation import a_bit_of_everything
from tests.factories import a_task, an_offer
from tests.filled import Form, Seen

pytestmark = pytest.mark.django_db
# Refused wherever one line is typed; in a text of several lines only what is no line break.
CONTROLS = ["a\x00b", "x\r\nBcc: v@example.com", "a\x0bb", "a\x0cb", "a\u2028b", "a\x85b", "\x1b[2Jx"]
UNSEEN = ["in\u202evoice", "\u2066x\u2069", "a\u200bb", "\ufeffx"]
BLANK = ["\u200b", " \u00a0\u3000", "\u2800", "\u3164"]
LONG = ["a" + "\u0301" * 10_000, "x" * 10_000]
AS_TYPED = [
    "👩\u200d💻 Büro",
    "أرشفة الفواتير",
    "記帳",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s %(x)s",
    "Ann, z@z.test",
]
AS_TYPED += ["=?utf-8?q?x=0ABcc=3A_v=40example.com?=", "O’Brien & Söhne <b>"]
# What no row may hold, however it was sent.
NEVER = re.compile("[\x00\x0b\x0c\x1b\x85\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\ufeff]")


@pytest.fixture
def pages(nora: Owner) -> list[str]:
    """Every page that has something to type into, as its owner and as an assistant."""
    a_bit_of_everything(nora)
    task, person = nora.tasks.routine()[0], nora.assistants.all()[0]
    running = Offer.objects.filter(handoff__state="active")[0]
    waiting = an_offer(owner=nora, task=a_task(owner=nora), now=clock.now())
    tokens = [links.token("offer", offer.pid, offer.epoch) for offer in (running, waiting)]
    entry = task.entries.all()[0]
    return [
        "/routine/new/", f"/routine/{task.pk}/", "/assistants/new/", f"/assistants/{person.pk}/change/",
        f"/hand-offs/new/?task={task.pk}&to={person.pk}", "/settings/", "/start/", "/start/routine/",
        f"/day/{entry.day}/entries/", f"/hand-offs/{running.handoff_id}/",
        *(f"/h/{token}/" for token in tokens), "/h/renew/", "/plan/", "/reports/", "/timer/", "/week/",
        *(f"/hand-offs/{running.handoff_id}/hours/{line.pk}/query/" for line in running.handoff.work.all()),
    ]  # fmt: skip


def forms(client: Client, urls: list[str]) -> Iterator[tuple[str, Form]]:
    """Each form with something to type, once."""
    known = set()
    for url in urls:
        answer = client.get(url, follow=True)
        assert answer.status_code == 200, url
        for form in Seen(answer.content.decode(), url).forms:
            key = (re.sub(r"\d+", "", form.action), tuple(form.names))
            if form.texts() and key not in known:
                known.add(key)
                yield url, form


def test_no_field_lets_in_what_no_one_sees_and_each_refusal_stands_at_its_field(
    hers: Client, pages: list[str], settings: Any
) -> None:
    settings.LEAST_SECONDS_TO_READ, settings.LINKS_A_MINUTE = 0, 10_000
    odd = [*CONTROLS, *UNSEEN, *BLANK, *LONG]
    tried, refused, fields = 0, 0, set()
    for url, form in list(forms(hers, pages)):
        for shift in range(0, len(odd), 4):
            typed = {name: odd[(place + shift) % len(odd)] for place, name in enumerate(form.texts())}
            fields |= {re.sub(r"\d[\d-]*", "", f"{url} {name}") for name in typed}
            send = hers.get if form.method == "get" else hers.post
            answer = send(form.action, form.sent(**typed))
            tried += 1
            assert answer.status_code < 500, (url, typed)
            if answer.status_code == 422 and "</form>" in answer.content.decode():
                refused += 1
                assert 'aria-invalid="true"' in answer.content.decode(), (url, typed)
    held = " ".join(row for rows in dump().values() for row in rows)
    assert not NEVER.search(held)
    assert not NEVER.search(held.encode().decode("unicode_escape", "replace"))  # as `repr` writes them
    assert len(fields) > 35
    assert refused > tried / 3


@pytest.mark.parametrize("typed", AS_TYPED)
def test_everything_else_is_kept_as_typed_and_shown_as_text(
    hers: Client, client: Client, nora: Owner, typed: str
) -> None:
    hers.post("/routine/new/", {"name": typed, "time": "1h", "new_skill": typed})
    details = {"email": "ana@example.org", "time_zone": "UTC", "rate": "18", "hours": "5"}
    hers.post("/assistants/new/", details | {"name": typed, "note": typed})
    task, person = nora.tasks.get(), nora.assistants.get()
    assert (task.name, person.name, person.note, nora.skills.get().name) == (typed,) * 4
    new = f"/hand-offs/new/?task={task.pk}&to={person.pk}"
    form = next(each for each in Seen(hers.get(new).content.decode(), new).forms if "brief" in each.names)
    answer = hers.post(new, form.sent(brief=typed, how_to=typed))
    offer = Offer.objects.get()
    assert answer.status_code == 302
    letter = messages.compose(nora.emails.get(kind="offer"))
    assert typed in str(letter.body)
    assert typed.casefold()[1:] in letter.subject.casefold()
    shown = [hers.get(f"/routine/{task.pk}/"), hers.get(f"/assistants/{person.pk}/"), hers.get("/hand-offs/")]
    shown += [client.get(f"/h/{links.token('offer', offer.pid)}/"), hers.get(f"/hand-offs/{offer.handoff_id}/")]
    texts = [each.content.decode() for each in shown] + [str(letter.alternatives[0][0])]
    for text in texts:
        assert html.escape(typed) in text or html.escape(typed[:1].lower() + typed[1:]) in text
        assert "<script>alert" not in text
        assert "49" not in re.sub(r"<[^>]+>|&#\w+;|\d+:\d+", "", text) or "{{7*7}}" not in typed
    for each in shown[:2]:
        assert html.escape(typed) in re.findall(r"<title>(.*?)</title>", each.content.decode(), re.DOTALL)[0]


@pytest.mark.parametrize("two", [("Caf\u00e9", "Cafe\u0301"), ("\u212bngström", "Ångstro\u0308m")])
def test_one_name_in_two_spellings_is_one_task_and_stored_in_one(
    hers: Client, nora: Owner, two: tuple[str, str]
) -> None:
    assert hers.post("/routine/new/", {"name": two[1]}).status_code == 302
    again = hers.post("/routine/new/", {"name": two[0]})
    assert (again.status_code, "You have a task called" in read(again).text) == (422, True)
    assert len(nora.tasks.get().name) == len(two[0])


@pytest.mark.parametrize(
    "given", ["/day/%00/", "/routine/%00/", "/h/%00/", "/unsubscribe/a%00.b/", "/%00", "/mail/1%00/"]
)
def test_nul_in_an_address_is_not_found(hers: Client, given: str) -> None:
    assert hers.get(given).status_code == 404


@pytest.mark.parametrize(
    "query", ["page=%00", "task=%00", "saved=%00", "from=%00", "next=%00", "budget=%00", "seen=%00"]
)
@pytest.mark.parametrize(
    "url", ["/hand-offs/", "/hand-offs/new/", "/plan/", "/reports/", "/sign-in/", "/mail/", "/today/"]
)
def test_nul_in_a_query_is_no_mistake_of_ours(hers: Client, url: str, query: str) -> None:
    assert hers.get(f"{url}?{query}", follow=True).status_code in (200, 404, 422)


@pytest.mark.parametrize(
    "name", ["user-agent", "referer", "accept-language", "hx-request", "x-forwarded-for", "cookie"]
)
@pytest.mark.parametrize("value", ["a\x00b", "\xed\xa0\x80", "x" * 8000, "=" * 500, "\xff"])
def test_odd_headers_are_no_mistake_of_ours(nora: Owner, name: str, value: str) -> None:
    client = Client()
    assert client.get("/", headers={name: value}).status_code == 200
    signed_in = client.post("/sign-in/", {"login": nora.email, "password": "garden-by-four"}, headers={name: value})
    assert signed_in.status_code == 302
    assert client.get("/settings/", headers={} if name == "cookie" else {name: value}).status_code == 200


def test_a_note_by_link_is_kept_and_shown_as_text_too(client: Client, nora: Owner) -> None:
    offer = an_offer(owner=nora, now=timezone.now(), reply_by=timezone.now() + timedelta(days=2))
    url = f"/h/{links.token('offer', offer.pid)}/"
    for typed in AS_TYPED[:5]:
        form = next(
            each for each in Seen(client.get(url).content.decode(), url).forms if each.action.endswith("ask/")
        )
        given = form.sent(**by_hand(offer, question=typed))
        assert client.post(form.action, given).status_code == 302
        assert html.escape(typed) in client.get(url).content.decode()
