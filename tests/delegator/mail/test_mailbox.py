"""The mail that stays on this computer: one's own, from here only, in a frame that runs nothing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistants.handoff import deliveries
from assistants.mail import outbox
from assistants.models import OutgoingEmail
from delegator.summary import weekly
from tasks.models import Owner
from tasks.weeks import Week
from tests import factories
from tests.delegator.pages import read

pytestmark = pytest.mark.django_db


def deliver() -> None:
    """What a worker does with all that is due."""
    OutgoingEmail.objects.update(due_at=timezone.now())
    outbox.pump(done=deliveries.hear_of)


@pytest.fixture
def hers(nora: Owner) -> OutgoingEmail:
    """Nora's offer to Ana, as it arrived."""
    factories.an_offer(owner=nora, brief="<b>Keep</b> <script>alert(1)</script> my books.")
    deliver()
    return nora.emails.get()


def paths(email: OutgoingEmail) -> list[str]:
    return ["/mail/", f"/mail/{email.pk}/", f"/mail/{email.pk}/body/"]


def test_what_was_sent_is_listed_newest_first(client: Client, nora: Owner, hers: OutgoingEmail) -> None:
    weekly.write(nora, Week(2026, 41), now=timezone.now())
    deliver()
    client.force_login(nora)
    listed = [tag.text for tag in read(client.get("/mail/")).all("a", "stretch")]
    assert listed == ["Your week: nothing logged", "Would you take this on: Record keeping? 5 h a week, $18 an hour"]


def test_what_still_can_be_undone_is_on_its_way(client: Client, nora: Owner) -> None:
    factories.an_offer(owner=nora, now=timezone.now())
    client.force_login(nora)
    waiting = read(client.get("/mail/"))
    assert "On its way" in waiting.text
    assert not waiting.all("a", "stretch")


def test_an_email_is_shown_with_who_wrote_to_whom(client: Client, nora: Owner, hers: OutgoingEmail) -> None:
    client.force_login(nora)
    shown = read(client.get(f"/mail/{hers.pk}/"))
    assert shown.heading == "Would you take this on: Record keeping? 5 h a week, $18 an hour"
    assert "Nora Hale via Delegator" in shown.figure("From")
    assert hers.to_email in shown.figure("To")
    assert nora.email in shown.figure("Answers go to")
    assert [tag.attrs["src"] for tag in shown.all("iframe")] == [f"/mail/{hers.pk}/body/"]


def test_its_links_work_from_here(client: Client, nora: Owner, hers: OutgoingEmail) -> None:
    client.force_login(nora)
    link = read(client.get(f"/mail/{hers.pk}/body/")).href("Read and reply")
    assert client.get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_a_full_box_has_pages(client: Client, nora: Owner) -> None:
    for n in range(31):
        weekly.write(nora, Week(2026, 41).back(n), now=timezone.now())
    deliver()
    client.force_login(nora)
    first, second = read(client.get("/mail/")), read(client.get("/mail/?page=2"))
    assert (len(first.all("a", "stretch")), len(second.all("a", "stretch"))) == (30, 1)
    assert first.href("Older") == "?page=2"
    assert client.get("/mail/?page=x").status_code == 200


def test_it_asks_the_database_as_often_for_much_as_for_little(nora: Owner, bea: Owner) -> None:
    def queries(owner: Owner) -> int:
        client = Client()
        client.force_login(owner)
        with CaptureQueriesContext(connection) as asked:
            client.get("/mail/")
        return len(asked)

    for owner, size in ((nora, 1), (bea, 9)):
        for n in range(size):
            factories.an_offer(owner=owner, task=factories.a_task(owner=owner))
            weekly.write(owner, Week(2026, 41).back(n), now=timezone.now())
    deliver()
    assert queries(bea) == queries(nora)


# --- Only one's own ----------------------------------------------------------
def test_another_owners_mail_is_not_found(client: Client, bea: Owner, hers: OutgoingEmail) -> None:
    client.force_login(bea)
    assert not read(client.get("/mail/")).all("a", "stretch")
    for path in paths(hers)[1:]:
        theirs, nobodys = client.get(path), client.get(path.replace(str(hers.pk), "999999"))
        assert theirs.status_code == 404
        assert theirs.content == nobodys.content


def test_it_takes_an_account(client: Client, hers: OutgoingEmail) -> None:
    for path in paths(hers):
        assert client.get(path).headers["Location"] == f"/sign-in/?next={path}"


@pytest.mark.parametrize("peer", ["192.168.1.7", "203.0.113.9", "2001:db8::1", ""])
def test_it_is_read_on_this_computer_alone(client: Client, nora: Owner, hers: OutgoingEmail, peer: str) -> None:
    client.force_login(nora)
    for path in paths(hers):
        assert client.get(path, REMOTE_ADDR=peer).status_code == 404
        assert client.get(path, REMOTE_ADDR="::1").status_code == 200


def test_where_mail_leaves_there_is_no_box(client: Client, nora: Owner, hers: OutgoingEmail) -> None:
    client.force_login(nora)
    with override_settings(EMAIL_KEPT=False):
        assert {client.get(path).status_code for path in paths(hers)} == {404}
        assert "/mail/" not in client.get("/settings/").content.decode()


def test_an_email_that_was_not_kept_is_not_in_it(client: Client, nora: Owner, hers: OutgoingEmail) -> None:
    OutgoingEmail.objects.update(transport=OutgoingEmail.SMTP)
    client.force_login(nora)
    assert not read(client.get("/mail/")).all("a", "stretch")
    assert client.get(f"/mail/{hers.pk}/").status_code == 404


# --- Runs nothing ------------------------------------------------------------
def policy(header: str) -> dict[str, list[str]]:
    parts = [part.split() for part in header.split(";") if part.strip()]
    return {name: values for name, *values in parts}


def test_the_body_has_a_policy_of_its_own_that_runs_nothing(client: Client, nora: Owner, hers: OutgoingEmail) -> None:
    client.force_login(nora)
    response = client.get(f"/mail/{hers.pk}/body/")
    own = policy(response.headers["Content-Security-Policy"])
    assert own["default-src"] == ["'none'"]
    assert own["style-src"] == ["'unsafe-inline'"]
    assert own["frame-ancestors"] == ["'self'"]
    assert not {"allow-scripts", "allow-same-origin", "allow-forms", "allow-top-navigation"} & set(own["sandbox"])
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_page_around_it_frames_nothing_from_elsewhere(client: Client, nora: Owner, hers: OutgoingEmail) -> None:
    client.force_login(nora)
    around = policy(client.get(f"/mail/{hers.pk}/").headers["Content-Security-Policy"])
    assert around["frame-src"] == ["'self'"]
    assert around["style-src"] == ["'self'"]
    assert around["frame-ancestors"] == ["'none'"]
    assert "frame-src" not in policy(client.get("/mail/").headers["Content-Security-Policy"])


def test_what_the_owner_wrote_is_text_in_it(client: Client, nora: Owner, hers: OutgoingEmail) -> None:
    client.force_login(nora)
    body = client.get(f"/mail/{hers.pk}/body/").content.decode()
    assert "<script>" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body
