"""Requests that no page of ours sends: too large, of another kind, from a made-up host; and what accounts refuse."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from assistants import links
from assistants.mail import messages
from assistants.models import OutgoingEmail
from delegator.models import ResetRequest
from tasks import clock, spreadsheets
from tasks.models import Owner
from tests import rig
from tests.assistants.world import by_hand, dump, what_happened
from tests.delegator.account.test_accounts import ANN, is_signed_in, sign_in
from tests.delegator.pages import read
from tests.factories import PASSWORD, a_task, an_assistant, an_entry, an_offer

ROOT = Path(__file__).resolve().parents[3]
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=edge"
FILE = 'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx'
BASE64 = FILE.replace("\r\n\r\n", "\r\nContent-Transfer-Encoding: base64\r\n\r\n")


HOST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
LIVE = b"GET /healthz/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def parts(part: str, count: int) -> str:
    return "".join(f"--edge\r\n{part}\r\n" for _ in range(count)) + "--edge--\r\n"


# --- Bodies -------------------------------------------------------------------
TOO_MUCH = {
    "2.5 MB and a byte": ("x=" + "x" * (2_621_440 - 1), FORM),
    "3,001 fields": ("&".join(f"f{n}=1" for n in range(3001)), FORM),
    "101 files": (parts(FILE, 101), MULTIPART),
    "base64 that is none": (parts(BASE64, 1), MULTIPART),
    "parts without a boundary": (parts(FILE, 1), "multipart/form-data"),
    "another charset": ("x=1", f"{FORM}; charset=utf-16"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("body", "kind"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_body_that_is_too_much_is_refused_whole_at_every_form(nora: Owner, body: str, kind: str) -> None:
    offer = an_offer(owner=nora)
    urls = ["/settings/", "/routine/new/", "/assistants/new/", "/day/2026-10-15/", "/undo/"]
    hers = Client()
    hers.force_login(nora)
    before = dump()
    for url in [*urls, "/h/renew/", f"/h/{links.token('offer', offer.pid)}/ask/", "/password/forgotten/"]:
        answer = hers.post(url, body, content_type=kind)
        assert answer.status_code == 400, url
        assert read(answer).heading == "That could not be read"
    assert dump() == before


@pytest.mark.django_db
def test_a_file_where_a_text_belongs_is_no_text(hers: Client, nora: Owner) -> None:
    body = parts('Content-Disposition: form-data; name="name"; filename="../../x.csv"\r\n\r\nFiling', 1)
    answer = hers.post("/routine/new/", body, content_type=MULTIPART)
    assert answer.status_code in (200, 422)
    assert not nora.tasks.exists()


# --- Heads, as the server that runs us reads them --------------------------------
@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder, port = tmp_path_factory.mktemp("heads"), rig.free_port()
    env = os.environ | {"VAR_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/empty.sqlite3"}
    command = [sys.executable, "-m", "gunicorn", "delegator.wsgi", "--bind", f"127.0.0.1:{port}"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        rig.until(lambda: said(port, LIVE) == 200, "server answers")
        yield port
    finally:
        rig.end(process)


def said(port: int, sent: bytes) -> int:
    """The status of what is answered to these bytes; 0 for nothing."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            head = line.recv(4096)
    except OSError:
        return 0
    return int(head.split()[1]) if head.startswith(b"HTTP/") else 0


HEADS = {
    "a cookie of 100 kB": HOST + b"Cookie: a=" + b"x" * 100_000,
    "an address of 64 kB": b"GET /" + b"x" * 65_536 + b" HTTP/1.1\r\nHost: 127.0.0.1",
    "500 headers": HOST + b"\r\n".join(b"X-%d: 1" % n for n in range(500)),
    "NUL in a header": HOST + b"X: a\x00b",
    "a length that is none": HOST + b"Content-Length: x",
    "two lengths": HOST + b"Content-Length: 2\r\nContent-Length: 3",
    "a length and chunks": HOST + b"Content-Length: 2\r\nTransfer-Encoding: chunked",
    "no method": b" / HTTP/1.1\r\nHost: 127.0.0.1",
    "TRACE": b"TRACE / HTTP/1.1\r\nHost: 127.0.0.1",
    "PROPFIND": b"PROPFIND / HTTP/1.1\r\nHost: 127.0.0.1",
    "another host": b"GET / HTTP/1.1\r\nHost: evil.example",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_head_that_is_too_much_is_refused_and_the_server_goes_on(port: int, head: bytes) -> None:
    # Hung up on while more was on its way is refused as well.
    assert said(port, head + b"\r\n\r\n") in (
        {405} if b"TRACE" in head or b"PROPFIND" in head else {0, *range(400, 500)}
    )
    assert said(port, LIVE) == 200


# --- Hosts --------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "a@evil.example", "[::ffff", ""])
def test_a_made_up_host_gets_no_mail_out(client: Client, nora: Owner, host: str) -> None:
    answer = client.post("/password/forgotten/", {"email": nora.email}, headers={"host": host or " "})
    assert answer.status_code == 400
    assert not OutgoingEmail.objects.exists()


@pytest.mark.django_db
def test_links_in_mail_lead_to_the_site_of_the_settings_whatever_a_request_says(client: Client, nora: Owner) -> None:
    lies = {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example", "x-original-host": "evil.example"}
    client.post("/password/forgotten/", {"email": nora.email}, headers=lies)
    from delegator import jobs

    jobs.answer_forgotten()
    (email,) = OutgoingEmail.objects.all()
    body = str(messages.compose(email).body)
    assert "http://127.0.0.1:8000/password/new/" in body
    assert "evil" not in body


@pytest.mark.django_db
@pytest.mark.parametrize("address", [f"{'a' * 249}@x.com", f"a@{'İ' * 200}.com"])
def test_an_address_longer_than_any_is_none(client: Client, settings: Settings, address: str) -> None:
    settings.EMAIL_KEPT = False  # else no link can be asked for
    for url in ("/password/forgotten/", "/h/renew/", "/sign-up/"):
        answer = client.post(url, ANN | {"email": address})
        assert 'aria-invalid="true"' in answer.content.decode(), url
    assert not ResetRequest.objects.exists()
    assert not Owner.objects.exists()


# --- Lists ----------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    ["sort=password", "sort=-owner__password", "order_by=owner__email", "filter=owner__user__password__startswith",
     "owner__password__startswith=a", "_connector=OR", "_negated=1", "page=0", "page=-1", "page=x", "page=1e9"],
)  # fmt: skip
def test_a_list_is_not_steered_by_what_a_query_names(hers: Client, nora: Owner, query: str) -> None:
    an_offer(owner=nora, task=a_task(owner=nora), assistant=an_assistant(owner=nora))
    for url in ("/routine/", "/assistants/", "/hand-offs/", "/mail/"):
        plain, steered = (read(hers.get(f"{url}?{each}")).text for each in ("", query))
        assert steered == plain


# --- Spreadsheets -----------------------------------------------------------------
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_cell_of_an_export_is_a_formula(sign: str) -> None:
    assert spreadsheets.harmless(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"
    assert spreadsheets.harmless(f"x{sign}1") == f"x{sign}1"


@pytest.mark.django_db
def test_nor_is_one_of_the_report(hers: Client, nora: Owner) -> None:
    for name in ("=1+1", "\uff1d1+1", "@x"):
        an_entry(task=a_task(owner=nora, name=name))
    rows = b"".join(hers.get("/reports/report.csv?from=2026-W40&to=2026-W44")).decode()
    assert {"'=1+1", "'\uff1d1+1", "'@x"} <= {cell.strip('"') for row in rows.splitlines() for cell in row.split(",")}


# --- Accounts ---------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("123456789987654321", "too common"),
        ("1q2w3e4r5t6y", "too common"),
        ("123456789123", "too common"),
        ("x" * 1025, "at most 1,?024"),
        ("kettle-four", "at least 12 characters"),
    ],
)
def test_a_password_that_is_none_is_refused(client: Client, password: str, said: str) -> None:
    answer = client.post("/sign-up/", ANN | {"password1": password})
    assert re.search(said, read(answer).text)
    assert not Owner.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password", ["x1" * 100, "  a leading blank stays", "pässwörter mit ü", "x" * 1024, "👩‍💻" * 20]
)
def test_any_other_is_kept_exactly(client: Client, password: str) -> None:
    client.post("/sign-up/", ANN | {"password1": password})
    for wrong in {password.strip(), password[:72], password.upper()} - {password}:
        assert not is_signed_in(signed_in_with(wrong))
    assert is_signed_in(signed_in_with(password))


def signed_in_with(password: str) -> Client:
    client = Client()
    sign_in(client, ANN["email"], password)
    return client


@pytest.mark.django_db
def test_rights_cannot_be_slipped_in_at_sign_up(client: Client) -> None:
    client.post("/sign-up/", ANN | {"is_staff": "1", "is_superuser": "1", "id": "7", "owner": "1", "is_active": ""})
    ann = Owner.objects.get()
    assert (ann.is_staff, ann.is_superuser, ann.is_active) == (False, False, True)
    assert ann.check_password(ANN["password1"])


@pytest.mark.django_db
def test_an_address_with_a_tag_is_one_account_whatever_its_case(client: Client) -> None:
    client.post("/sign-up/", ANN | {"email": "A+tag@X-Mail.com"})
    Client().post("/sign-up/", ANN | {"email": "a+tag@x-mail.com"})
    assert Owner.objects.get().email == "a+tag@x-mail.com" or Owner.objects.get().email == "A+tag@x-mail.com"
    elsewhere: Any = Client()
    sign_in(elsewhere, "a+TAG@x-mail.COM", ANN["password1"])
    assert is_signed_in(elsewhere)
    assert ANN["password1"] != PASSWORD


@pytest.mark.django_db
def test_accepting_and_declining_in_one_post_is_what_its_address_says(client: Client, nora: Owner) -> None:
    """Each has an address of its own; what belongs to the other is passed over."""
    now = clock.now()
    offer = an_offer(owner=nora, now=now, reply_by=now + timedelta(days=3))
    both = by_hand(offer, terms="1", accept="1", decline="1", reason="time")
    assert client.post(f"/h/{links.token('offer', offer.pid)}/accept/", both).status_code == 302
    assert [kind for kind in what_happened(offer.handoff) if kind in ("accepted", "declined")] == ["accepted"]
