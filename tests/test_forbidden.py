"""What is never written, over the syntax of every file; what is allowed all the same, with its reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_house import APPS, ROOT, sources, tree

CODE = sources(*APPS)
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
# Runs text as code, reads objects out of bytes, or hands a line to a shell.
RUN = {"eval", "exec", "compile", "__import__", "system", "popen", "getoutput", "mark_safe"}
MODULES = {"pickle", "marshal", "shelve", "yaml", "xml", "requests", "httpx", "urllib.request", "ftplib", "telnetlib"}
# Ways around the ORM that put text into SQL.
SQL = {"RawSQL", "extra", "raw"}
# Each of these drew its text itself, from numbers and words of ours; names go through format_html.
DRAWN = {
    "tasks/templatetags/report.py": "cells and paths of a chart: numbers, and money as babel writes it",
    "tasks/templatetags/scales.py": "a scale of five: our words, and names that format_html wrote before",
    "tasks/templatetags/sheet.py": "the name of a field: an id and a date",
}
# SQL of ours, whose values are all parameters; what is put in by name is chosen from a constant.
CURSORS = {
    "tasks/clock.py", "tasks/entries.py", "tasks/prepared.py", "tasks/recent.py", "tasks/reports.py",
    "delegator/web/limits.py", "delegator/privacy/retention.py", "delegator/management/commands/backup.py",
}  # fmt: skip
# A view starts from the owner, or from the offer that a token opened; these ask a model itself, and may.
UNSCOPED = {
    ("assistants/link/page.py", "NeverMail"): "by the address of the offer's assistant: is per installation",
    ("assistants/link/person_views.py", "WorkLog"): "of the assistant whom the link is of",
    ("assistants/link/views.py", "Offer"): "the offer that the token opened, once more",
    ("assistants/link/views.py", "NeverMail"): "by the address of the offer's assistant: is per installation",
    ("delegator/mail/mailbox.py", "OutgoingEmail"): "of the owner, by the filter beside it",
    ("delegator/screens/week_page.py", "WorkLog"): "of the owner, by the filter beside it",
    ("delegator/mail/unsubscribe.py", "Owner"): "whom the token names",
}
# Where an address out of a request is followed, and what looks at it before.
FOLLOWS = {
    "tasks/requests.py": "url_has_allowed_host_and_scheme",
    "delegator/account/gates.py": "get_next_redirect_url",
    "delegator/account/two_step_page.py": "get_next_redirect_url",
    "delegator/account/passkeys_page.py": "get_next_redirect_url",
    "delegator/account/sign_in_step.py": "get_next_redirect_url",
}


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call by the last part of what is called."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = node.func
            yield called.id if isinstance(called, ast.Name) else getattr(called, "attr", ""), node


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=place)
def test_nothing_runs_text_or_hands_it_to_a_shell(path: Path) -> None:
    for name, call in calls(path):
        of_what = ast.unparse(call.func).removesuffix(".compile")
        is_harmless = name == "compile" and (of_what == "re" or "compiler" in of_what)  # a pattern, or the ORM's SQL
        assert name not in RUN or is_harmless, f"{name} in line {call.lineno}"
        keywords = {keyword.arg: keyword.value for keyword in call.keywords}
        assert "shell" not in keywords
        assert "fail_silently" not in keywords or place(path) == "assistants/mail/smtp.py"


@pytest.mark.parametrize("path", CODE, ids=place)
def test_nothing_is_imported_that_fetches_or_unpacks_objects(path: Path) -> None:
    for node in ast.walk(tree(path)):
        named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        named += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        assert not [name for name in named if name in MODULES or name.split(".")[0] in MODULES]


@pytest.mark.parametrize("path", CODE, ids=place)
def test_text_becomes_html_by_format_html_alone(path: Path) -> None:
    """`SafeString` of a constant is a piece of ours."""
    made = [call for name, call in calls(path) if name == "SafeString"]
    loose = [call.lineno for call in made if not all(isinstance(each, ast.Constant) for each in call.args)]
    assert not loose or place(path) in DRAWN, loose
    # A template of its own, and no text that was put together before.
    for name, call in calls(path):
        if name in ("format_html", "format_html_join"):
            assert not isinstance(call.args[0], (ast.JoinedStr, ast.BinOp, ast.Call)), call.lineno


@pytest.mark.parametrize("path", CODE, ids=place)
def test_no_text_is_put_into_sql(path: Path) -> None:
    for name, call in calls(path):
        is_of_orm = not ast.unparse(call.func).startswith("messages.")
        assert name not in SQL or not is_of_orm, f"{name} in line {call.lineno}"
        if name in ("execute", "executemany", "executescript"):
            assert place(path) in CURSORS, call.lineno


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.suffix in (".html", ".txt")], ids=place)
def test_every_template_escapes(path: Path) -> None:
    """Subjects and the text part of an email are no HTML."""
    text = path.read_text()
    assert not re.search(r"\|\s*safe(seq)?\b", text)
    assert "autoescape off" not in text or path.suffix == ".txt"


@pytest.mark.parametrize(
    "path", [path for path in CODE if path.stem.endswith(("views", "page", "home", "mailbox", "ahead"))], ids=place
)
def test_a_view_starts_from_the_owner(path: Path) -> None:
    """`Model.objects` is all of everybody's."""
    nodes = ast.walk(tree(path))
    asked = {
        ast.unparse(node.value)
        for node in nodes
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager")
    }
    assert not [model for model in asked if (place(path), model) not in UNSCOPED]


def test_each_exception_is_still_one() -> None:
    for name in [*DRAWN, *CURSORS, *FOLLOWS, *(path for path, _ in UNSCOPED)]:
        assert (ROOT / name).exists(), name
    for name in CURSORS:
        assert "execute(" in (ROOT / name).read_text(), name
    for path, model in UNSCOPED:
        assert f"{model}.objects" in (ROOT / path).read_text(), (path, model)


@pytest.mark.parametrize("path", CODE, ids=place)
def test_an_address_out_of_a_request_is_looked_at_before_it_is_followed(path: Path) -> None:
    text = path.read_text()
    reads = re.search(r"\.(GET|POST)(\.get\(|\[)[\"'](next|back|url|return|to_url|redirect)[\"']", text)
    if reads or "get_next_redirect_url" in text:
        assert FOLLOWS.get(place(path), "nothing looks at it") in text
    for name, call in calls(path):
        if name in ("redirect", "HttpResponseRedirect", "HttpResponsePermanentRedirect") and call.args:
            assert not re.match(r"\w+\.(GET|POST|META|COOKIES|headers)\b", ast.unparse(call.args[0])), call.lineno
