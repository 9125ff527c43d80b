"""
The app asks nobody for anything: it connects to its database, its broker and its mail server, and pages to it alone.

What a process connects to is seen by an audit hook, which Python itself calls and no library can go around.
"""

from __future__ import annotations

import ast
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django.fixtures import Settings

from assistants import jobs as jobs_of_help
from assistants import links
from assistants.link import person_data, renewals
from assistants.mail import messages
from assistants.models import Handoff, Offer, OutgoingEmail
from delegator import demo, jobs
from tasks import clock
from tasks.models import Owner
from tests import rig
from tests.assistants.world import real_addresses, send_by

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
# What reaches out, as Python tells audit hooks; a second program could do anything.
REACHES_OUT = {
    *("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"),
    *("socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request", "http.client.connect", "ftplib.connect"),
    *("subprocess.Popen", "os.system", "os.posix_spawn"),
}
_heard: list[tuple[str, str]] | None = None


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if _heard is not None and event in REACHES_OUT:
        _heard.append((event, str(args[1] if event.startswith("socket.connect") else args[:2])))


# It cannot be taken away again, so it only listens when it is told to.
sys.addaudithook(_hear)


@contextmanager
def listening() -> Iterator[list[tuple[str, str]]]:
    """All that reaches out meanwhile, and to where."""
    global _heard
    heard: list[tuple[str, str]] = []
    _heard = heard
    try:
        yield heard
    finally:
        _heard = None


# --- What the app connects to ----------------------------------------------------------
@pytest.fixture
def demo_owner(db: None) -> Owner:
    owner = demo.load(clock.now())
    EmailAddress.objects.all().delete()
    real_addresses(owner, *owner.assistants.all())
    return Owner.objects.get(pk=owner.pk)


def pages(owner: Owner) -> list[str]:
    today = owner.today(clock.now())
    named = ["", "today/", "week/", "timer/", "routine/", "plan/", "plan/ahead/", "hand-offs/", "hand-offs/new/"]
    named += ["assistants/", "reports/", "settings/", "account/", "account/closed/", "mail/", "nowhere/"]
    named += [f"day/{today}/", f"day/{today}/entries/", "healthz/live", "reports/hours.csv"]
    named += [f"hand-offs/{each.pk}/" for each in Handoff.objects.filter(owner=owner)]
    named += [f"assistants/{each.pk}/" for each in owner.assistants.all()]
    return [f"/{name}" for name in named]


def links_of(owner: Owner) -> list[str]:
    tokens = [links.token("offer", each.pid, each.epoch) for each in Offer.objects.filter(handoff__owner=owner)]
    return [f"/h/{token}/{act}" for token in tokens for act in ("", "hours/", "data/", "away/")]


def walk(owner: Owner, browser: Client) -> set[int]:
    """Every main page, signed in and as a visitor, an export, a word to an assistant, and what comes of it."""
    visitor = Client()
    answers = [browser.get(page) for page in pages(owner)]
    answers += [
        visitor.get(page) for page in ["/", "/sign-in/", "/sign-up/", "/password/forgotten/", *links_of(owner)]
    ]
    running = Handoff.objects.get(owner=owner, state="active")
    answers.append(browser.post(f"/hand-offs/{running.pk}/note/", {"note": "How is it going?", "once": "x" * 22}))
    answers.append(visitor.post("/password/forgotten/", {"email": owner.email}))
    person_data.ask(Offer.objects.get(handoff=running), "export", now=clock.now())
    renewals.ask(owner.assistants.all()[0].email, now=clock.now())
    return {answer.status_code for answer in answers}


def do_all_jobs() -> None:
    """Everything that beat rings, as its worker would."""
    tasks = {each["task"] for each in configured.CELERY_BEAT_SCHEDULE.values()}
    for name in sorted(tasks):
        app, _, job = name.partition(".jobs.")
        getattr({"assistants": jobs_of_help, "delegator": jobs}[app], job)()


def test_pages_and_jobs_connect_to_the_mail_server_and_to_nothing_else(
    demo_owner: Owner, client: Client, settings: Settings
) -> None:
    client.force_login(demo_owner)
    with rig.SmtpSink() as sink:
        send_by(settings, sink.port)
        with listening() as heard:
            codes = walk(demo_owner, client)
            do_all_jobs()
            do_all_jobs()
        assert sink.messages
    assert codes <= {200, 302, 404}
    to_it = {("socket.connect", f"('127.0.0.1', {sink.port})"), ("socket.getaddrinfo", f"('127.0.0.1', {sink.port})")}
    # Its own name, which a mailer says at the start, is asked of this computer.
    own_name = {("socket.gethostbyaddr", f"('{socket.gethostname()}',)")}
    assert set(heard) - own_name == to_it


def test_the_hook_hears_what_reaches_out() -> None:
    with listening() as heard, socket.socket() as probe:
        probe.settimeout(1)
        probe.connect_ex(("127.0.0.1", 9))
    assert ("socket.connect", "('127.0.0.1', 9)") in heard


def test_no_module_has_what_asks_other_servers() -> None:
    """Only the mailer speaks a protocol; the laptop's first start installs packages, before there is an app."""
    asks = re.compile(
        r"^(urllib\.request|http\.client|requests|httpx|urllib3|aiohttp|ftplib|telnetlib|socket|smtplib)\b"
    )
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for app in ("tasks", "assistants", "delegator")
        for path in (ROOT / app).rglob("*.py")
        for name in imported(path)
        if asks.match(name)
    }
    assert {path for path, _ in found} - {"delegator/laptop.py"} == {"assistants/mail/smtp.py"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# --- What pages and emails load ------------------------------------------------------------
# What a browser or mail program fetches by itself; a link that is clicked is not among it.
LOADS = re.compile(
    r"""<(?!a\b)\w+[^>]*?\b(?:src|srcset|href|poster|data|background|action|formaction)\s*=\s*["']?\s*((?:https?:)?//[^"'\s>]+)"""
    r"""|url\(\s*["']?((?:https?:)?//[^"')\s]+)|@import\s+["']((?:https?:)?//[^"']+)""",
    re.IGNORECASE,
)
IN_SCRIPTS = re.compile(r"""["'`](?:https?:|wss?:)?//[\w.-]+\.\w+""")
NAMES = re.compile(r"http://www\.w3\.org/\d{4}/\w+")


def foreign(text: str) -> list[str]:
    found = [next(filter(None, groups)) for groups in LOADS.findall(text)]
    return [each for each in found if not each.startswith(f"{configured.SITE_URL}/")]


def test_no_template_stylesheet_or_drawing_names_an_asset_of_another_server() -> None:
    files = [path for folder in ("templates", "static") for path in (ROOT / folder).rglob("*")]
    texts = [path for path in files if path.suffix in (".html", ".css", ".svg", ".txt")]
    assert len(texts) > 100
    named = {path.relative_to(ROOT).as_posix(): foreign(path.read_text()) for path in texts}
    assert {path: found for path, found in named.items() if found} == {}


def test_no_script_names_another_server() -> None:
    scripts = list((ROOT / "static").rglob("*.js"))
    assert len(scripts) > 5
    named = {path.name: IN_SCRIPTS.findall(NAMES.sub("", path.read_text())) for path in scripts}
    assert {path: found for path, found in named.items() if found} == {}


def test_what_pages_load_is_ours_and_there(demo_owner: Owner, client: Client) -> None:
    client.force_login(demo_owner)
    for page in [*pages(demo_owner), *links_of(demo_owner)]:
        html = client.get(page, follow=True).content.decode()
        assert foreign(html) == [], page
        for name in re.findall(r'(?:src|href)="/static/([^"]+)"', html):
            assert finders.find(name), (page, name)


def test_no_email_loads_anything_and_all_its_links_are_ours(demo_owner: Owner, client: Client) -> None:
    walk(demo_owner, client)
    do_all_jobs()
    emails = OutgoingEmail.objects.exclude(state="queued")
    assert len({email.kind for email in emails}) > 5
    for email in emails.select_related("owner", "offer__handoff"):
        message = messages.compose(email)
        html = str(message.alternatives[0][0])
        assert not re.search(r"<(img|link|script|iframe|video|object|embed)\b|url\(|@import|background=", html), email
        for link in re.findall(r'href="([^"]+)"', html) + re.findall(r"https?://\S+", str(message.body)):
            assert link.startswith((f"{configured.SITE_URL}/", "mailto:")), (email, link)


@pytest.mark.parametrize(
    "text",
    [
        '<img src="https://cdn.example/x.png">',
        "<script src='//cdn.example/x.js'></script>",
        '<link rel="stylesheet" href="http://fonts.example/css">',
        "body { background: url(https://cdn.example/x.png) }",
        '@import "//cdn.example/x.css";',
        '<form action="https://elsewhere.example/">',
    ],
)
def test_one_that_was_named_would_be_seen(text: str) -> None:
    assert len(foreign(text)) == 1
    assert foreign('<a href="https://example.com/">a link to click</a>') == []
