"""The assistant's page by the private link: reading changes nothing, answering needs no cookie and no account."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assistants import links
from assistants.handoff import agreed, deliveries, handoffs, replies, sweeps
from assistants.mail import outbox
from assistants.models import NeverMail, Offer, OutgoingEmail, WorkLog
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import by_hand, dump, standing, text_of, what_happened
from tests.factories import a_running_offer, a_task, an_accepted_offer, an_assistant, an_offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_now")]
ACTS = ("accept", "decline", "hours", "stop")
STATES = "queued sent accepted running declined expired withdrawn undeliverable ended".split()


@pytest.fixture
def ana() -> Client:
    """A browser that has no cookie and is asked for one wherever Django asks."""
    return Client(enforce_csrf_checks=True)


def local_today(offer: Offer) -> str:
    return datetime.now(ZoneInfo(offer.assistant.time_zone)).date().isoformat()


def an_offer_now(owner: Owner, state: str = "sent") -> Offer:
    """Sent and answered around now, for pages ask the clock themselves."""
    now = clock.now()
    make = {"accepted": an_accepted_offer, "ended": an_accepted_offer, "running": a_running_offer}.get(
        state, an_offer
    )
    offer = make(
        owner=owner,
        task=a_task(owner=owner),
        now=now,
        reply_by=now + timedelta(days=5),
        starts_on=now.date() - timedelta(days=3),
    )
    if state == "ended":
        agreed.end(offer.handoff, now=now)
    elif state == "withdrawn":
        handoffs.withdraw(offer.handoff, now=now)
    elif state == "declined":
        replies.decline(offer, reason="", now=now)
    elif state == "expired":
        OutgoingEmail.objects.update(due_at=now)
        outbox.pump(done=deliveries.hear_of)
        sweeps.expire_overdue(now=offer.reply_by)
    elif state != "queued":
        OutgoingEmail.objects.update(due_at=now, state="dead" if state == "undeliverable" else "queued")
        for email in OutgoingEmail.objects.filter(state="dead"):
            deliveries.hear_of(email, now)
        outbox.pump(done=deliveries.hear_of)
    return Offer.objects.get(pk=offer.pk)


def link(offer: Offer, act: str = "") -> str:
    return f"/h/{links.token('offer', offer.pid, offer.epoch)}/{act}{'/' if act else ''}"


# --- Reading -----------------------------------------------------------------
@pytest.mark.parametrize("state", STATES)
def test_reading_changes_nothing_however_it_is_done(nora: Owner, ana: Client, state: str) -> None:
    offer = an_offer_now(nora, state)
    before = dump()
    for path in (link(offer), *(link(offer, act) for act in ACTS)):
        for read in (ana.get, ana.head, ana.options):
            response = read(path)
            assert response.status_code in (200, 302, 405), path
            assert not response.cookies
    assert ana.get(link(offer)).status_code == ana.head(link(offer)).status_code == 200
    assert dump() == before


@pytest.mark.parametrize("act", ["", *ACTS])
def test_nothing_but_reading_and_posting_is_done_by_link(nora: Owner, ana: Client, act: str) -> None:
    offer = an_offer_now(nora)
    before = dump()
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        response = ana.generic(method, link(offer, act))
        assert (response.status_code, "Allow" in response) == (405, True), method
    if not act:
        assert ana.post(link(offer)).status_code == 405
    assert dump() == before


def test_the_page_says_what_it_is_about_and_nothing_the_owner_keeps_to_themselves(nora: Owner, ana: Client) -> None:
    offer = an_offer_now(nora)
    offer.assistant.note = "Slow in summer."
    offer.assistant.save()
    page = text_of(ana.get(link(offer)))
    for said in (
        "Ana, would you take this on",
        "5 h a week",
        "$90 a week",
        "$18 an hour",
        "Keep my books up to date",
    ):
        assert said in page
    assert "Photos are in the shared folder." in page
    assert "Slow in summer" not in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("queued", ">Accept</button>"),
        ("sent", ">Accept</button>"),
        ("accepted", "Accepted."),
        ("running", ">Log hours</button>"),
        ("declined", "You declined"),
        ("expired", "ran out on"),
        ("withdrawn", "has withdrawn"),
        ("undeliverable", "could not be delivered"),
        ("ended", "has ended"),
    ],
)
def test_the_page_says_how_it_stands(nora: Owner, ana: Client, state: str, said: str) -> None:
    page = text_of(ana.get(link(an_offer_now(nora, state))))
    assert said in page
    assert (">Accept</button>" in page) == (state in ("queued", "sent"))
    assert (">Log hours</button>" in page) == (state in ("running", "ended"))


@pytest.mark.parametrize("path", ["", *ACTS])
def test_pages_by_link_stay_out_of_caches_search_engines_and_the_referer(nora: Owner, ana: Client, path: str) -> None:
    offer = an_offer_now(nora)
    for response in (
        ana.get(link(offer, path)),
        ana.post(link(offer, path), by_hand(offer) | {"terms": "9"}),
        ana.get(f"/h/nothing/{path}{'/' if path else ''}"),
    ):
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"


# --- What opens nothing ------------------------------------------------------
@pytest.mark.parametrize("act", ["", *ACTS])
def test_whatever_is_no_link_gets_the_same_page_byte_for_byte(nora: Owner, ana: Client, act: str) -> None:
    offer = an_offer_now(nora)
    good = links.token("offer", offer.pid)
    tokens = [
        "x" * 22 + "." + "y" * 27,
        good[:-1],
        good * 2,
        offer.pid,
        f"{offer.pid}.{'A' * 27}",
        links.token("unsubscribe", offer.pid),
        links.token("offer", offer.pid, 1),
        "a%00b.c",
        "%ED%A0%80",
        "'%20OR%201=1",
        "9" * 5000,
    ]
    before = dump()
    end = f"/{act}/" if act else "/"
    for method in ("GET", "POST"):
        pages = {ana.generic(method, f"/h/{token}{end}").content for token in tokens}
        assert len(pages) == 1
        assert ana.generic(method, f"/h/{tokens[0]}{end}").status_code == 404
    assert dump() == before


@pytest.mark.parametrize("glued", [".", ")", ",", "%20", ").", "/.", "/)", "/,", "/%3E"])
def test_a_link_with_what_a_mail_program_glued_to_it_still_opens(nora: Owner, ana: Client, glued: str) -> None:
    offer = an_offer_now(nora)
    response = ana.get(f"/h/{links.token('offer', offer.pid)}{glued}", follow=True)
    assert response.status_code == 200
    assert ">Accept</button>" in text_of(response)


# --- Accept ------------------------------------------------------------------
def test_accepting_needs_one_press_and_no_cookie(nora: Owner, ana: Client) -> None:
    offer = an_offer_now(nora)
    response = ana.post(link(offer, "accept"), by_hand(offer) | {"terms": "1"})
    assert (response.status_code, response["Location"]) == (302, link(offer))
    assert not response.cookies
    assert standing(offer) == ("active", "accepted")  # its first day has come
    assert "Accepted." in text_of(ana.get(link(offer)))


def test_the_accept_form_carries_the_version_of_the_terms_on_the_page(nora: Owner, ana: Client) -> None:
    assert '<input type="hidden" name="terms" value="1">' in text_of(ana.get(link(an_offer_now(nora))))


def test_a_second_press_reads_the_same_and_counts_once(nora: Owner, ana: Client) -> None:
    offer = an_offer_now(nora)
    for _ in range(2):
        response = ana.post(link(offer, "accept"), by_hand(offer) | {"terms": "1"}, follow=True)
        assert "Accepted." in text_of(response)
    assert what_happened(offer.handoff).count("accepted") == 1


@pytest.mark.parametrize("seen", ["2", "0", "", "-1", "1.0", "one", "²", "9" * 5000, "1\x00", None])
def test_terms_other_than_those_offered_are_shown_anew_and_nothing_is_taken(
    nora: Owner, ana: Client, seen: str | None
) -> None:
    offer = an_offer_now(nora)
    response = ana.post(link(offer, "accept"), by_hand(offer) | ({} if seen is None else {"terms": seen}))
    assert response.status_code == 409
    assert "Nothing is accepted yet" in text_of(response)
    assert ">Accept</button>" in text_of(response)
    assert standing(offer) == ("offering", "sent")
    refused = offer.events.latest("pk")
    assert (refused.kind, refused.note) == ("refused", "accept")


@pytest.mark.parametrize(("state", "said"), [("withdrawn", "has withdrawn"), ("declined", "You declined")])
def test_who_comes_too_late_reads_how_it_stands_and_the_try_is_written_down(
    nora: Owner, ana: Client, state: str, said: str
) -> None:
    offer = an_offer_now(nora, state)
    stood, mails = standing(offer), OutgoingEmail.objects.count()
    response = ana.post(link(offer, "accept"), by_hand(offer) | {"terms": "1"}, follow=True)
    assert (response.status_code, said in text_of(response)) == (200, True)
    assert standing(offer) == stood
    assert what_happened(offer.handoff)[-1] == "refused"
    assert OutgoingEmail.objects.count() == mails


def test_accepting_after_the_time_to_reply_takes_nothing(nora: Owner, ana: Client) -> None:
    offer = an_offer_now(nora)
    Offer.objects.update(reply_by=clock.now() - timedelta(seconds=1))
    response = ana.post(link(offer, "accept"), by_hand(offer) | {"terms": "1"})
    assert response.status_code == 302
    assert standing(offer) == ("offering", "sent")


# --- Decline, stop -----------------------------------------------------------
@pytest.mark.parametrize("reason", ["", "time", "fit", "rate"])
def test_declining_with_or_without_a_reason(nora: Owner, ana: Client, reason: str) -> None:
    offer = an_offer_now(nora)
    response = ana.post(link(offer, "decline"), by_hand(offer, reason=reason), follow=True)
    assert "You declined" in text_of(response)
    offer.refresh_from_db()
    assert (offer.state, offer.reason) == ("declined", reason)


def test_a_reason_that_is_not_on_the_list_is_refused(nora: Owner, ana: Client) -> None:
    offer = an_offer_now(nora)
    before = dump()
    assert ana.post(link(offer, "decline"), by_hand(offer) | {"reason": "other\x00"}).status_code == 422
    assert dump() == before


def test_declining_after_accepting_changes_nothing_and_is_written_down(nora: Owner, ana: Client) -> None:
    offer = an_offer_now(nora, "accepted")
    response = ana.post(link(offer, "decline"), by_hand(offer), follow=True)
    assert "Accepted." in text_of(response)
    assert standing(offer) == ("taken", "accepted")
    assert what_happened(offer.handoff)[-1] == "refused"


def test_stopping_all_mail_asks_first_and_says_so_after(nora: Owner, ana: Client) -> None:
    offer = an_offer_now(nora)
    assert ">Stop all mail</button>" in text_of(ana.get(link(offer, "stop")))
    for _ in range(2):
        response = ana.post(link(offer, "stop"), by_hand(offer), follow=True)
        assert "Nobody here can send you hand-offs any more." in text_of(response)
    assert NeverMail.objects.get().email == offer.assistant.email
    assert standing(offer) == ("lapsed", "declined")


# --- Hours -------------------------------------------------------------------
def test_hours_are_logged_and_shown(nora: Owner, ana: Client) -> None:
    offer = an_offer_now(nora, "running")
    given = {"day": local_today(offer), "time": "1:30", "note": "Sorted the receipts"}
    response = ana.post(link(offer, "hours"), by_hand(offer) | given, follow=True)
    page = text_of(response)
    assert "Sorted the receipts" in page
    assert "$27.00" in page
    line = WorkLog.objects.get()
    assert (line.seconds, line.handoff_id, line.assistant_id) == (5400, offer.handoff_id, offer.assistant_id)
    assert not response.cookies


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("time", "", "Write a time such as 1:30."),
        ("time", "0", "Write a time such as 1:30."),
        ("time", "abc", "Write a time such as 1:30, 90m or 1.5."),
        ("time", "25:00", "That is more than the 24 h of this day."),
        ("time", "1:75", "Write a time such as 1:30, 90m or 1.5."),
        ("day", "", "Say which day."),
        ("day", "2026-02-30", "Write the day as 2026-03-02."),
        ("day", "03/02/2026", "Write the day as 2026-03-02."),
        ("day", "2019-01-01", "It starts on"),
        ("day", "2099-01-01", "That day has not come yet."),
        ("note", "x" * 201, "at most 200 characters"),
        ("note", "a\x00b", "Leave out the control characters."),
        ("note", "a\x0bb", "Leave out the control characters."),
        ("note", "a\nb", "Write this on one line."),
    ],
)
def test_hours_that_cannot_be_are_refused_by_name_and_the_typing_is_kept(
    nora: Owner, ana: Client, field: str, typed: str, said: str
) -> None:
    offer = an_offer_now(nora, "running")
    given = {"day": local_today(offer), "time": "1:30", "note": "Kept as typed"} | {field: typed}
    before = dump()
    response = ana.post(link(offer, "hours"), by_hand(offer) | given)
    assert response.status_code == 422
    page = text_of(response)
    assert f'id="id_{field}_error"' in page
    assert said in page
    for kept in set(given) - {field}:
        assert f'value="{given[kept]}"' in page
    assert dump() == before


def test_a_day_holds_no_more_hours_than_it_has(nora: Owner, ana: Client) -> None:
    offer = an_offer_now(nora, "running")
    today = local_today(offer)
    assert ana.post(link(offer, "hours"), by_hand(offer) | {"day": today, "time": "20:00"}).status_code == 302
    response = ana.post(link(offer, "hours"), by_hand(offer) | {"day": today, "time": "4:01"})
    assert response.status_code == 422
    assert "That makes more than the 24 h of this day." in text_of(response)
    assert ana.post(link(offer, "hours"), by_hand(offer) | {"day": today, "time": "4:00"}).status_code == 302
    assert sum(line.seconds for line in WorkLog.objects.all()) == 24 * 3600


@pytest.mark.parametrize("state", [state for state in STATES if state not in ("running", "ended")])
def test_no_hours_come_in_but_while_it_runs(nora: Owner, ana: Client, state: str) -> None:
    offer = an_offer_now(nora, state)
    stood = standing(offer)
    response = ana.post(link(offer, "hours"), by_hand(offer) | {"day": local_today(offer), "time": "1:30"})
    assert (response.status_code, response["Location"]) == (302, link(offer))
    assert not WorkLog.objects.exists()
    assert standing(offer) == stood
    assert what_happened(offer.handoff)[-1] == "refused"


def test_hours_go_to_the_hand_off_of_the_link_alone(nora: Owner, bea: Owner, ana: Client) -> None:
    offer, other = an_offer_now(nora, "running"), an_offer_now(bea, "running")
    given = {"day": local_today(offer), "time": "1:00", "handoff": other.handoff_id, "assistant": other.assistant_id}
    ana.post(link(offer, "hours"), by_hand(offer) | given)
    assert WorkLog.objects.get().handoff_id == offer.handoff_id


def test_a_name_that_looks_like_markup_is_shown_as_typed(nora: Owner, ana: Client) -> None:
    now = clock.now()
    offer = an_offer(
        owner=nora,
        task=a_task(owner=nora, name="<b>Books</b> & {{ 7|add:7 }}"),
        assistant=an_assistant(owner=nora, name="<i>Ana"),
        now=now,
        reply_by=now + timedelta(days=1),
        brief="</p><script>alert(1)</script>",
    )
    page = ana.get(link(offer)).content.decode()
    assert "<b>Books" not in page
    assert "<i>Ana" not in page
    assert "<script" not in page
    assert "{{ 7|add:7 }}" in page


def test_the_same_form_of_hours_sent_twice_is_one_line(nora: Owner) -> None:
    now = timezone.now()
    offer = a_running_offer(
        owner=nora, now=now, starts_on=now.date() - timedelta(days=1), reply_by=now + timedelta(days=5)
    )
    url = reverse("link:hours", args=[links.token("offer", offer.pid)])
    sent = {"day": now.date().isoformat(), "time": "1:30", "note": "", "once": "the-name-of-this-form"}
    assert [Client().post(url, by_hand(offer) | sent).status_code for _ in range(2)] == [302, 302]
    assert offer.handoff.work.count() == 1
    assert Client().post(url, by_hand(offer) | sent | {"once": "another-form"}).status_code == 302
    assert offer.handoff.work.count() == 2
