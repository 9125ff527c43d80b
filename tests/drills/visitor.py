"""Someone at a browser, as the web server sees them: from an address, through proxies, with forms."""

from __future__ import annotations

import http.client
import json
import re
import time
from typing import NamedTuple
from urllib.parse import urlencode

from tests import rig

PASSWORD = "slow-green-kettle"
CSRF, HERE = "c" * 32, "127.0.0.1"
# Owners with confirmed addresses who sign in by that password; hashed once, since that is slow on purpose.
OWNERS = """
import json
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from tasks.models import Owner

password = make_password({password!r})
owners = Owner.objects.bulk_create(
    Owner(email=f"owner{{n}}@gardens.internal", name="Ann Moss", password=password) for n in range({count})
)
EmailAddress.objects.bulk_create(
    EmailAddress(user=owner, email=owner.email, verified=True, primary=True) for owner in owners
)
print(json.dumps([owner.email for owner in owners]))
"""
# What differs from one answer to the next, whoever asked: marks of the form, the request's own name.
PASSING = ("date", "x-request-id", "expires", "content-length")
CHANCE = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str
    seconds: float

    def alike(self, *mine: str) -> tuple[int, tuple[tuple[str, str], ...], str]:
        """What it tells, with `mine`, which the visitor sent themselves, taken out."""
        body = CHANCE.sub("", self.body)
        for text in mine:
            body = body.replace(text, "…")
        shown = {name: value for name, value in self.headers.items() if name not in PASSING}
        shown["set-cookie"] = ", ".join(re.findall(r"(?:^|, )(\w+)=", shown.get("set-cookie", "")))
        return self.status, tuple(sorted(shown.items())), body


def owners(app: rig.App, count: int) -> list[str]:
    """Their addresses."""
    script = OWNERS.format(password=PASSWORD, count=count)
    said = app.manage("shell", "--verbosity", "0", "--command", script)
    found: list[str] = json.loads(said.splitlines()[-1])
    return found


def ask(port: int, path: str, form: dict[str, str] | None = None, *, source: str = HERE, **more: str) -> Answer:
    """GET, or POST a form; `source` is one of this computer's addresses, `more` are headers."""
    headers = {"Cookie": f"csrf={CSRF}", "Content-Type": "application/x-www-form-urlencoded"} | more
    body = urlencode(form | {"csrfmiddlewaretoken": CSRF}) if form is not None else None
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    began = time.perf_counter()
    try:
        line.request("GET" if body is None else "POST", path, body, headers)
        answer = line.getresponse()
        page = answer.read().decode()
        seconds = time.perf_counter() - began
    finally:
        line.close()
    named: dict[str, str] = {}
    for name, value in answer.getheaders():
        known = named.get(name.lower())
        named[name.lower()] = f"{known}, {value}" if known else value
    return Answer(answer.status, named, page, seconds)


def sign_in(port: int, email: str, password: str, *, source: str = HERE, **more: str) -> Answer:
    return ask(port, "/sign-in/", {"login": email, "password": password}, source=source, **more)
