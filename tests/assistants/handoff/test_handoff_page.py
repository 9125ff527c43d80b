"""What the owner's pages of hand-offs say and keep: until when Undo works, what a list leaves out, what was typed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from assistants.handoff import deliveries, handoffs, replies
from assistants.handoff.views import MOST_PAST
from assistants.mail import outbox
from assistants.models import Handoff, NeverMail, Offer, OutgoingEmail
from assistants.work import totals, work_logs
from tasks.models import Owner
from tests.assistants.world import a_draft_for, an_email, deliver, standing, text_of
from tests.factories import a_draft, a_running_offer, a_task, an_accepted_offer, an_assistant, an_offer, some_hours
from tests.tasks.clocks import standing_at

pytestmark = pytest.mark.django_db
# Thursday, half past two for Nora in Phoenix.
NOW = datetime.fromisoformat("2026-10-15T21:30:00+00:00")
MINUTE = timedelta(minutes=1)


def page_at(hers: Client, handoff: Handoff, now: datetime = NOW, act: str = "", **form: str) -> str:
    with standing_at(now):
        path = f"/hand-offs/{handoff.pk}/{act}"
        return text_of(hers.post(path, form, follow=True) if act else hers.get(path))


# --- Until when Undo works -------------------------------------------------------
def test_the_page_says_when_the_email_goes_out_whatever_the_setting_is_by_now(
    hers: Client, nora: Owner, settings: Settings
) -> None:
    settings.UNDO_WINDOW = 240
    handoff = an_offer(owner=nora, now=NOW).handoff
    settings.UNDO_WINDOW = 0
    page = page_at(hers, handoff, NOW + MINUTE)
    assert "It goes to Ana at 2:34 pm." in page
    assert "Undo</button>" in page


def test_an_email_that_is_due_and_still_waits_goes_out_shortly_and_can_be_undone(hers: Client, nora: Owner) -> None:
    offer = an_offer(owner=nora, now=NOW)
    page = page_at(hers, offer.handoff, NOW + 5 * MINUTE)
    assert "It goes to Ana shortly." in page
    assert "Undo</button>" in page
    assert "Nothing was sent." in page_at(hers, offer.handoff, NOW + 5 * MINUTE, "undo/")
    assert standing(offer) == ("draft", "withdrawn")


def test_there_is_no_undo_once_a_worker_has_the_email(hers: Client, nora: Owner) -> None:
    offer = an_offer(owner=nora, now=NOW)
    OutgoingEmail.objects.update(state="sending")
    assert "Undo</button>" not in page_at(hers, offer.handoff)


def test_there_is_no_undo_for_who_is_asked_after_someone_else_said_no(hers: Client, nora: Owner) -> None:
    ben = an_assistant(owner=nora, name="Ben Okafor")
    handoff = a_draft_for(owner=nora, others=[ben], if_not="next", now=NOW)
    first = handoffs.send(handoff, now=NOW)
    deliver(first, at=NOW)
    replies.decline(first, reason="", now=NOW + MINUTE)
    page = page_at(hers, handoff, NOW + MINUTE)
    assert "Ben" in page
    assert "Undo</button>" not in page


def test_there_is_no_undo_once_one_of_several_has_answered_though_all_emails_wait(hers: Client, nora: Owner) -> None:
    ben = an_assistant(owner=nora, name="Ben Okafor")
    handoff = a_draft_for(owner=nora, others=[ben], if_not="all", now=NOW)
    handoffs.send(handoff, now=NOW)
    first, second = handoff.offers.order_by("pk")
    assert "It goes to all 2 of them at 2:31 pm." in page_at(hers, handoff)
    replies.decline(first, reason="", now=NOW)
    assert standing(second) == ("offering", "queued")
    assert "Undo</button>" not in page_at(hers, handoff)


# --- What a list leaves out ------------------------------------------------------
def test_a_long_list_of_what_is_past_says_that_it_is_cut_and_leads_to_the_rest(hers: Client, nora: Owner) -> None:
    task, ana = a_task(owner=nora), an_assistant(owner=nora)
    drafts = [a_draft(owner=nora, task=task, assistant=ana, now=NOW + n * MINUTE) for n in range(MOST_PAST + 1)]
    oldest = f'"/hand-offs/{drafts[0].pk}/"'
    page = text_of(hers.get("/hand-offs/"))
    assert f"The newest {MOST_PAST} are shown." in page
    assert oldest not in page
    assert '"?all=1#d"' in page
    whole = text_of(hers.get("/hand-offs/?all=1"))
    assert oldest in whole
    assert "are shown." not in whole
    handoffs.discard(drafts[0])
    assert "are shown." not in text_of(hers.get("/hand-offs/"))


def test_many_approved_lines_are_cut_in_words_and_every_month_has_its_statement(hers: Client, nora: Owner) -> None:
    offer = a_running_offer(owner=nora, now=NOW - timedelta(days=500), starts_on=date(2025, 6, 2))
    for n in range(totals.NEWEST):
        some_hours(offer=offer, day=date(2025, 7, 1) + timedelta(days=10 * n))
    lines = list(offer.handoff.work.all())
    work_logs.approve(offer.handoff, [work_logs.mark(line) for line in lines], now=NOW)
    page = page_at(hers, offer.handoff)
    assert "are shown" not in page
    line = some_hours(offer=offer, day=date(2025, 6, 9))
    work_logs.approve(offer.handoff, [work_logs.mark(line)], now=NOW)
    page = page_at(hers, offer.handoff)
    assert page.count("Take it back<") == totals.NEWEST
    assert f"The newest {totals.NEWEST} are shown. The statements have all." in page
    for line in offer.handoff.work.all():
        assert page.count(f"/statement/{line.day:%Y-%m}/") == 1


# --- What was typed, and what is said of it ----------------------------------------
def test_a_message_and_a_last_day_that_cannot_be_still_say_what_they_do(hers: Client, nora: Owner) -> None:
    handoff = an_accepted_offer(owner=nora, now=NOW).handoff
    assert "They get it by email, with their link." in page_at(hers, handoff, NOW, "note/", note=" ")
    assert "They hear of it at once, and go on until then." in page_at(
        hers, handoff, NOW, "end/", last_day="2020-01-01"
    )


@pytest.mark.parametrize("act", ["answer", "insist"])
def test_an_answer_that_is_too_long_is_kept_where_it_was_typed(hers: Client, nora: Owner, act: str) -> None:
    offer = an_offer(owner=nora, now=NOW)
    if act == "answer":
        replies.ask(offer, "How?", now=NOW)
    else:
        replies.counter(offer, **offer.terms.fields | {"share": 50}, note="", terms_version=1, now=NOW)
    text = "word " * 401
    page = page_at(hers, offer.handoff, NOW, f"offers/{offer.pk}/{act}/", note=text, terms="2")
    assert f"{text.strip()}</textarea>" in page.replace(" </textarea>", "</textarea>")
    assert f'id="id_answer{offer.pk}_note_error"' in page
    assert act == "answer" or '<details class="disclose bare mt-3" open>' in page


def test_taking_it_back_from_someone_whose_email_never_left_does_not_say_that_they_know(
    hers: Client, nora: Owner
) -> None:
    offer = an_offer(owner=nora, now=NOW)
    page = page_at(hers, offer.handoff, NOW, f"offers/{offer.pk}/else/")
    assert "Taken back." in page
    assert "Ana knows" not in page
    other = an_offer(owner=nora, task=a_task(owner=nora), now=NOW)
    OutgoingEmail.objects.update(due_at=NOW)
    outbox.pump(done=deliveries.hear_of)
    assert an_email(f"offer-{other.pk}").state == "sent"
    assert "Ana knows." in page_at(hers, Offer.objects.get(pk=other.pk).handoff, NOW, f"offers/{other.pk}/else/")


# --- To someone who stopped all mail ------------------------------------------------
@pytest.mark.parametrize(
    ("act", "form", "said"),
    [
        ("note/", {"note": "Two shops now."}, ""),
        ("stage/", {"stage": "shadow"}, ""),
        ("end/", {"last_day": "2026-11-20"}, ""),
        ("done/", {}, "Done. "),
    ],
)
def test_who_wants_no_mail_is_not_said_to_get_it_or_to_know(
    hers: Client, nora: Owner, act: str, form: dict[str, str], said: str
) -> None:
    offer = a_running_offer(owner=nora, now=NOW)
    NeverMail.objects.create(email=offer.assistant.email.upper(), asked_at=NOW)
    by_page = "Ana wants no mail: they see this on their page."
    before, after = page_at(hers, offer.handoff, NOW), page_at(hers, offer.handoff, NOW, act, **form)
    assert by_page in before
    assert f"{said}{by_page}" in after
    assert "by email" not in before + after
    assert "knows" not in before + after


def test_no_line_of_the_terms_ends_between_a_number_and_its_unit(hers: Client, nora: Owner) -> None:
    handoff = an_offer(owner=nora, now=NOW).handoff
    with standing_at(NOW):
        page = hers.get(f"/hand-offs/{handoff.pk}/").content.decode()
    assert page.count("<dd>5\N{NO-BREAK SPACE}h a week") == 2


# --- What changed nothing, and what is no longer so ---------------------------------
def test_a_stage_that_was_not_changed_is_not_said_to_be_known(hers: Client, nora: Owner) -> None:
    offer = a_running_offer(owner=nora, now=NOW)
    emails = OutgoingEmail.objects.count()
    page = page_at(hers, offer.handoff, NOW, "stage/", stage="full")
    assert "Nothing was changed." in page
    assert "Ana knows." not in page
    assert OutgoingEmail.objects.count() == emails
    assert "Ana knows." in page_at(hers, offer.handoff, NOW, "stage/", stage="shadow")


def test_when_it_was_sent_is_said_of_the_start_it_had_then_and_not_of_a_draft(hers: Client, nora: Owner) -> None:
    offer = an_offer(owner=nora, now=NOW)
    assert "Sent a week or more ahead" in page_at(hers, offer.handoff)
    assert "before the start" not in page_at(hers, offer.handoff, NOW, "undo/")


def test_a_last_day_that_is_set_is_said_with_who_knows_of_it(hers: Client, nora: Owner) -> None:
    offer = a_running_offer(owner=nora, now=NOW)
    page = page_at(hers, offer.handoff, NOW, "end/", last_day="2026-11-20")
    assert "It ends on Friday 20 November. Ana knows." in page
    assert "It has ended. Ana knows." in page_at(hers, offer.handoff, NOW, "end/", last_day="2026-10-15")
