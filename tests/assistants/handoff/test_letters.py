"""The letters: each kind says what happened, in HTML and in plain text, with links made when it is rendered."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.core.mail import EmailMultiAlternatives
from pytest_django.fixtures import Settings

from assistants import links
from assistants.handoff import agreed, deliveries, handoffs, letters, replies, sweeps
from assistants.mail import messages
from assistants.models import Offer, OutgoingEmail
from tasks.models import Owner
from tests.assistants.world import an_email, deliver, email_of, keys
from tests.factories import NOW, TODAY, a_draft, a_running_offer, a_task, an_accepted_offer, an_assistant, an_offer

pytestmark = pytest.mark.django_db
NASTY = "<script>alert('x')</script> & \"quoted\" {{ 7|add:7 }} %s"


def html_of(message: EmailMultiAlternatives) -> str:
    (part,) = message.alternatives
    content, kind = part
    assert kind == "text/html"
    return str(content)


class Reader(HTMLParser):
    """The text of an HTML letter, its tags, and where its links go."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self.hrefs = "", set[str](), list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.hrefs += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def composed(key: str) -> EmailMultiAlternatives:
    return messages.compose(an_email(key))


def emails_of_each_kind(owner: Owner) -> list[OutgoingEmail]:
    """Written by the moves themselves."""
    ended = a_running_offer(owner=owner, task=a_task(owner=owner, name="Bookkeeping"))
    agreed.end(ended.handoff, now=NOW)
    withdrawn = an_offer(owner=owner, task=a_task(owner=owner, name="Invoices"))
    OutgoingEmail.objects.filter(offer=withdrawn).update(state="sent")
    handoffs.withdraw(withdrawn.handoff, now=NOW)
    replies.decline(an_offer(owner=owner, task=a_task(owner=owner, name="Calls")), reason="rate", now=NOW)
    late = an_offer(owner=owner, task=a_task(owner=owner, name="Travel"))
    deliver(late)
    sweeps.expire_overdue(now=late.reply_by)
    lost = an_email(f"offer-{an_offer(owner=owner, task=a_task(owner=owner, name='Post')).pk}")
    lost.state, lost.trouble = "dead", "the address was refused"
    deliveries.hear_of(lost, NOW)
    come_to_terms(an_offer(owner=owner, task=a_task(owner=owner, name="Filing")))
    work_together(a_running_offer(owner=owner, task=a_task(owner=owner, name="Newsletter")))
    return list(OutgoingEmail.objects.all())


def come_to_terms(offer: Offer) -> None:
    """With a reminder, a question and its answer, and changes from either side."""
    handoff, theirs = offer.handoff, offer.terms.fields | {"rate": Decimal(20)}
    deliver(offer)
    sweeps.remind_of(offer, now=NOW)
    replies.ask(offer, "Which folder?", now=NOW)
    handoffs.answer(handoff, offer, "The shared one.", now=NOW)
    replies.counter(offer, **theirs, note="Rents rose.", terms_version=1, now=NOW)
    replies.uncounter(offer, now=NOW)
    handoffs.edit_terms(handoff, offer, **theirs | {"share": 50}, now=NOW)
    replies.counter(offer, **theirs, note="", terms_version=3, now=NOW)
    handoffs.insist(handoff, offer, "Not this year.", now=NOW)
    replies.counter(offer, **theirs, note="", terms_version=3, now=NOW)
    handoffs.agree(handoff, offer, terms_version=5, now=NOW)
    replies.take_back(offer, now=NOW)


def work_together(offer: Offer) -> None:
    """With all that is said while it runs."""
    handoff, day = offer.handoff, date(2026, 11, 30)
    agreed.set_stage(handoff, offer, "trial", trial_ends_on=day, now=NOW)
    agreed.set_stage(handoff, offer, "full", trial_ends_on=None, now=NOW)
    agreed.note(handoff, offer, "Well done.", now=NOW)
    replies.note(offer, "Thanks.", now=NOW)
    agreed.give_notice(handoff, offer, day, now=NOW)
    replies.give_notice(offer, day - timedelta(days=7), now=NOW)
    agreed.readdress(handoff, offer, now=NOW)
    agreed.finish(handoff, now=NOW)


# --- Each kind ---------------------------------------------------------------
def test_each_kind_has_a_subject_of_one_line_a_text_and_a_page(nora: Owner) -> None:
    emails = emails_of_each_kind(nora)
    assert {email.kind for email in emails} == set("offer remind changed news withdrawn start answer".split())
    for email in emails:
        message = messages.compose(email)
        page = Reader(html_of(message)).text
        assert str(message.subject) == str(message.subject).strip()
        assert "\n" not in message.subject
        assert str(message.subject) in " ".join(page.split())
        task = (email.facts.get("task") or email.facts["task_title"]).lower()
        for text in (str(message.body), page):
            assert task in " ".join(text.split()).lower()
            assert not re.search(r"\{\{|\{%|None|\b0 h\b", text)


def test_an_offer_says_what_it_pays_takes_and_until_when_in_the_assistants_own_time(nora: Owner) -> None:
    ana = an_assistant(owner=nora, name="Ana Reyes", rate=18, time_zone="Asia/Manila")
    handoff = a_draft(
        owner=nora,
        assistant=ana,
        hours=5,
        brief="Keep my books.\n\nEvery Friday.",
        starts_on=date(2026, 10, 26),
        reply_by=datetime.fromisoformat("2026-10-21T01:00:00+00:00"),
    )
    offer = handoffs.send(handoff, now=NOW)
    message = composed(f"offer-{offer.pk}")
    assert message.subject == "Would you take this on: Record keeping? 5 h a week, $18 an hour"
    for text in (str(message.body), Reader(html_of(message)).text):
        for said in (
            "$90 a week",
            "$18 an hour",
            "5 h a week",
            "Monday 26 October",
            "Wednesday 21 October, 9 am",
            "Manila",
            "Keep my books.",
            "Every Friday.",
        ):
            assert said in " ".join(text.split()), said


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("", "No reason was given."),
        ("time", "The reason: no time."),
        ("fit", "The reason: it isn’t what they do."),
        ("rate", "The reason: the rate is too low."),
    ],
)
def test_the_owner_reads_why_it_was_declined(nora: Owner, reason: str, line: str) -> None:
    offer = an_offer(owner=nora)
    replies.decline(offer, reason=reason, now=NOW)
    message = messages.compose(email_of(offer, "answer", "declined"))
    assert message.subject == "Ana declined record keeping"
    assert line in str(message.body)
    assert line in Reader(html_of(message)).text


def test_who_takes_an_acceptance_back_reads_that_it_was_the_acceptance(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    replies.take_back(offer, now=NOW)
    said = messages.compose(email_of(offer, "news", "taken back")).subject
    assert said == "You took your acceptance of record keeping back"


def test_what_is_accepted_on_its_first_day_asks_for_what_is_needed_now(nora: Owner) -> None:
    letter = messages.compose(email_of(an_accepted_offer(owner=nora, starts_on=TODAY), "answer", "accepted")).body
    assert "It starts today, so share what is needed now" in letter
    assert "Nothing to do until then." not in letter


def test_the_owner_reads_what_was_accepted(nora: Owner) -> None:
    offer = an_accepted_offer(owner=nora)
    message = messages.compose(email_of(offer, "answer", "accepted"))
    assert message.subject == "Ana accepted record keeping"
    assert "5 h a week for $90 a week, from Monday 26 October." in str(message.body)


def test_the_owner_reads_where_an_offer_could_not_be_sent_and_why(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    facts = letters.undeliverable(offer, "the address was refused", None)
    assert facts["headline"] == "Your hand-off did not reach Ana"
    assert facts["lines"][0].startswith(
        f"The offer of record keeping could not be sent to {offer.assistant.email}: the address was refused."
    )


# --- Links -------------------------------------------------------------------
def test_links_are_whole_and_lead_to_the_site_of_the_settings(nora: Owner, settings: Settings) -> None:
    settings.SITE_URL = "https://delegator.hale.studio"
    for email in emails_of_each_kind(nora):
        message = messages.compose(email)
        hrefs = Reader(html_of(message)).hrefs
        assert hrefs
        assert all(href.startswith("https://delegator.hale.studio/") for href in hrefs)
        # No image or style is fetched, so opening it tells nobody.
        assert not {"img", "link", "script", "iframe"} & Reader(html_of(message)).tags
        in_text = re.findall(r"https?://\S+", str(message.body))
        assert set(in_text) == set(hrefs)


def test_the_link_of_an_offer_opens_it_and_stays_whole_in_the_plain_text(nora: Owner) -> None:
    for number in range(12):  # some tokens hold dashes, at which a line could be broken
        offer = an_offer(owner=nora, task=a_task(owner=nora, name=f"Task no. {number}"))
        body = str(composed(f"offer-{offer.pk}").body)
        found = [links.find_offer(token) for token in re.findall(r"/h/([^/\s]+)/", body)]
        assert found == [offer, offer]


def test_a_letter_that_is_rendered_again_has_the_links_of_today(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    first = str(composed(f"offer-{offer.pk}").body)
    assert str(composed(f"offer-{offer.pk}").body) == first
    Offer.objects.update(epoch=3)
    assert links.token("offer", offer.pid, 3) in str(composed(f"offer-{offer.pk}").body)
    assert str(composed(f"offer-{offer.pk}").body) != first


def test_only_the_assistants_letters_hold_the_private_link(nora: Owner) -> None:
    for email in emails_of_each_kind(nora):
        body = str(messages.compose(email).body) + html_of(messages.compose(email))
        assert ("/h/" in body) == (email.kind != "answer")
        assert (email.to_email == nora.email) == (email.kind == "answer")


# --- What people typed -------------------------------------------------------
def test_what_people_typed_stays_text(nora: Owner) -> None:
    Owner.objects.filter(pk=nora.pk).update(name=NASTY, business=NASTY)
    owner = Owner.objects.get(pk=nora.pk)
    ana = an_assistant(owner=owner, name=NASTY)
    task = a_task(owner=owner, name=NASTY)
    offer = a_running_offer(owner=owner, assistant=ana, task=task, brief=NASTY)
    agreed.end(offer.handoff, now=NOW)
    assert len(keys()) == 5
    for email in OutgoingEmail.objects.all():
        message = messages.compose(email)
        page = html_of(message)
        assert "<script" not in page.lower()
        assert "script" not in Reader(page).tags
    shown = Reader(html_of(composed(f"offer-{offer.pk}")))
    assert shown.text.count("{{ 7|add:7 }} %s") >= 3
    assert NASTY in " ".join(str(composed(f"offer-{offer.pk}").body).split())


def test_the_lists_owners_type_are_told_apart() -> None:
    assert letters.paragraphs("One.\n\n  Two. \r\nThree.") == ["One.", "Two.", "Three."]
    typed = "1. Open it\n2) Sort it\n- File it\n• Close it\n* Lock it\n10. Go\n2026 was fine\n\n"
    assert letters.steps(typed) == ["Open it", "Sort it", "File it", "Close it", "Lock it", "Go", "2026 was fine"]


def test_terms_in_words_round_to_the_currencys_own_unit(nora: Owner) -> None:
    offer = an_offer(owner=nora, assistant=an_assistant(owner=nora, rate=19), hours=5)
    offer.terms.weekly_minutes = 310
    assert letters.terms_in_words(offer.terms, offer.handoff)["pays"] == "$98.17 a week"
    offer.handoff.owner.currency = "JPY"
    assert letters.terms_in_words(offer.terms, offer.handoff)["pays"] == "¥98 a week"


def test_the_date_of_a_letter_is_when_it_was_written_not_when_it_left(nora: Owner) -> None:
    offer = an_offer(owner=nora)
    email = an_email(f"offer-{offer.pk}")
    headers = messages.compose(email).extra_headers
    OutgoingEmail.objects.update(due_at=NOW + timedelta(days=3))
    assert messages.compose(an_email(email.key)).extra_headers == headers
    assert headers["Date"] == "Thu, 15 Oct 2026 21:30:00 +0000"
