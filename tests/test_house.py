"""The rules of the house: which way imports run, how large things get, what is never written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("tasks", "assistants", "delegator")
# What an app may import of ours, besides itself.
BELOW = {"tasks": set(), "assistants": {"tasks"}, "delegator": {"tasks", "assistants"}}
# Reverse accessors count as imports: a ground that knows task.handoffs knows what stands on it.
ACCESSORS = {
    "tasks": {"handoffs", "assistants", "had_by", "offers", "summaries", "emails"},
    "assistants": {"summaries"},
}
# Inside an app, later layers import earlier ones.
LAYERS = ("models", "nouns", "forms", "views", "urls")
TOP_LEVEL = set(
    "manage.py delegator tasks assistants templates static requirements.txt tests README.md Makefile pyproject.toml "
    "requirements-dev.txt requirements.in requirements-dev.in CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE .ci "
    ".github .env.example .gitignore .dockerignore Procfile Dockerfile compose.yaml".split()
)


def sources(*folders: str) -> list[Path]:
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts
    )


@cache
def tree(path: Path) -> ast.Module:
    """Its syntax, parsed once for all the rules."""
    return ast.parse(path.read_text())


def imported(path: Path) -> Iterator[str]:
    """Every module that the file imports, deferred imports included, as an absolute dotted name."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", sources(*APPS), ids=str)
def test_imports_run_from_delegator_to_assistants_to_tasks(path: Path) -> None:
    app = path.relative_to(ROOT).parts[0]
    ours = {name.split(".")[0] for name in imported(path)} & set(APPS) - {app}
    assert ours <= BELOW[app]


@pytest.mark.parametrize("path", sources("tasks", "assistants"), ids=str)
def test_no_app_reaches_up_through_a_reverse_accessor(path: Path) -> None:
    above = ACCESSORS[path.relative_to(ROOT).parts[0]]
    used = {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    assert not used & above


def layer(module: str) -> int:
    name = module.split(".")[-1]
    if name.endswith(("views", "page")):
        name = "views"
    elif name.endswith("forms"):
        name = "forms"
    elif name.endswith("urls"):
        name = "urls"
    return LAYERS.index(name) if name in LAYERS else LAYERS.index("nouns")


@pytest.mark.parametrize("path", sources("tasks", "assistants"), ids=str)
def test_views_stand_on_forms_forms_on_nouns_and_nouns_on_models(path: Path) -> None:
    """Pages, which only views ask for, count as views; jobs and the admin are leaves."""
    app, name = path.relative_to(ROOT).parts[0], path.stem
    if name in ("jobs", "admin"):
        return
    modules = {m for m in imported(path) if m.startswith(f"{app}.") and (ROOT / f"{m.replace('.', '/')}.py").exists()}
    higher = {module for module in modules if layer(module) > layer(name)}
    assert higher == set()


@pytest.mark.parametrize("path", sources(*APPS, "tests"), ids=str)
def test_a_file_holds_one_idea_in_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("path", sources(*APPS), ids=str)
def test_no_function_is_longer_than_60_lines(path: Path) -> None:
    functions = [n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef)]
    assert [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= 60] == []


def test_no_template_is_longer_than_150_lines() -> None:
    long = [p.name for p in (ROOT / "templates").rglob("*.html") if len(p.read_text().splitlines()) > 150]
    assert long == []


@pytest.mark.parametrize("path", sources(*APPS), ids=str)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    if path.name in ("urls.py", "link_urls.py", "apps.py") or not path.read_text().strip():
        return
    assert ast.get_docstring(tree(path))


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"services", "utils", "helpers", "common", "misc", "signals"}
    assert not drawers & {path.stem for path in sources(*APPS)}


@pytest.mark.parametrize("path", sources(*APPS), ids=str)
def test_dates_live_in_rows_and_no_job_is_put_off_or_tried_again_by_celery(path: Path) -> None:
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    put_off = {keyword.arg for call in calls for keyword in call.keywords} & {"eta", "countdown"}
    retried = [c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr in ("retry", "delay")]
    assert not put_off
    assert not retried


@pytest.mark.parametrize("path", sources(*APPS), ids=str)
def test_nothing_is_marked_safe_or_run_as_code(path: Path) -> None:
    names = {n.id for n in ast.walk(tree(path)) if isinstance(n, ast.Name)}
    assert not names & {"mark_safe", "eval", "exec"}


@pytest.mark.parametrize("path", sources("tasks", "assistants"), ids=str)
def test_no_rule_reads_the_clock(path: Path) -> None:
    """Time is an argument; only the edges ask for it: views, the admin, jobs, the clock, and sending."""
    named = ("admin", "clock", "jobs", "outbox", "claims", "sending", "bell")
    edges = path.stem.endswith("views") or path.stem in named
    if edges or "templatetags" in path.parts:
        return
    asked = re.findall(r"timezone\.now\(|clock\.now\(|date\.today\(|datetime\.now\(", path.read_text())
    assert not asked


def test_nothing_stands_at_the_top_that_the_house_does_not_know() -> None:
    tracked = {path.split("/")[0] for path in _tracked()}
    assert tracked <= TOP_LEVEL


def test_the_project_speaks_of_itself_alone() -> None:
    words = re.compile(r"(?<!assistants)/work/|/tmp/setup|pypi\.org|npmjs|registry\.", re.IGNORECASE)
    for path in _tracked():
        file = ROOT / path
        if file.suffix in (".py", ".html", ".md", ".txt", ".toml", ".yml", ".css", ".js") and "vendor" not in path:
            if file.name == "test_house.py":
                continue
            assert not words.search(file.read_text()), path


def _tracked() -> list[str]:
    import subprocess

    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return [path for path in listed.stdout.splitlines() if (ROOT / path).exists()]
