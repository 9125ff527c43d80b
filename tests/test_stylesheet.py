"""The stylesheets: as their sources make them, with all that our pages ask of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import stylesheet
from tests.delegator.pages import Page

SHEETS = {name: file.read_text() for name, file in stylesheet.FILES.items()}
SHEET = SHEETS["delegator"]
NAMED = re.compile(r"\.(-?[A-Za-z_][\w-]*)")


def names(css: str) -> set[str]:
    """The classes in the selectors; a comma or a dot inside url() is none."""
    return set(NAMED.findall(re.sub(r"/\*.*?\*/|\([^()]*\)|\{[^{}]*\}", " ", css, flags=re.DOTALL)))


@pytest.mark.parametrize("name", SHEETS)
def test_the_committed_file_is_what_the_sources_make(name: str) -> None:
    assert stylesheet.make(name) == SHEETS[name], "Run `make css`."


@pytest.mark.parametrize("name", SHEETS)
def test_every_class_of_our_templates_that_bootstrap_knows_is_in_it(name: str) -> None:
    known = names(stylesheet.BOOTSTRAP.read_text())
    used = {
        name
        for page in stylesheet.pages(name)
        for tag in Page(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", page, flags=re.DOTALL)).tags
        for name in tag.attrs.get("class", "").split()
    }
    assert len(used & known) > 40
    assert used & known <= names(SHEETS[name])


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in stylesheet.TEMPLATES.rglob("*.html")
        if not {"emails", "admin"} & set(path.parts) and "{% extends" in path.read_text()
    ],
    ids=lambda path: path.relative_to(stylesheet.TEMPLATES).as_posix(),
)
def test_each_page_links_the_stylesheet_that_is_made_for_it(path: Path) -> None:
    name, chain = path.relative_to(stylesheet.TEMPLATES).as_posix(), [path.read_text()]
    while found := re.search(r'extends "(.*?)"', chain[-1]):
        chain.append((stylesheet.TEMPLATES / found[1]).read_text())
    linked = next(found[1] for text in chain if (found := re.search(r'css/(\w+)\.css" %}{% endblock', text)))
    assert linked == stylesheet.sheet_of(name)


@pytest.mark.parametrize("name", ["form-control", "form-select", "form-check-input", "input-group-text"])
def test_what_crispy_draws_and_marks_as_wrong_is_in_it(name: str) -> None:
    assert f".{name}" in SHEET
    assert ".form-control.is-invalid" in SHEET


@pytest.mark.parametrize("name", ["optional", "fields", "mb-3", "tag.wait"])
def test_what_python_names_is_in_it(name: str) -> None:
    assert f".{name}{{" in SHEET


@pytest.mark.parametrize("state", [":hover", ":focus-visible", "[data-bs-theme=dark]", ".htmx-request"])
def test_the_rules_for_a_state_stay(state: str) -> None:
    assert state in SHEET


@pytest.mark.parametrize("name", ["carousel", "navbar", "offcanvas", "col-md-6", "was-validated"])
def test_what_no_page_can_show_is_not_in_it(name: str) -> None:
    assert name not in SHEET


@pytest.mark.parametrize("name", SHEETS)
def test_every_font_that_a_rule_refers_to_is_there(name: str) -> None:
    fonts = re.findall(r'url\("([^":]+)"\)', SHEETS[name])
    assert len(fonts) == 3
    assert [font for font in fonts if not (stylesheet.FILES[name].parent / font).is_file()] == []


@pytest.mark.parametrize("name", SHEETS)
def test_every_custom_property_that_a_rule_cannot_do_without_is_set_if_the_sources_set_it(name: str) -> None:
    settable = set(re.findall(r"(--[\w-]+)\s*:", "".join(path.read_text() for path in stylesheet.SOURCES)))
    purged = stylesheet.purged(name)
    asked = set(re.findall(r"var\((--[\w-]+)\)", purged)) & settable
    assert asked - set(re.findall(r"(--[\w-]+):", purged)) == set()


def test_the_most_used_custom_properties_get_the_shortest_names() -> None:
    css = ":root{--paper:#fff;--bs-ink:#000}p{color:var(--bs-ink,red);top:var(--paper);left:var(--bs-ink)}"
    assert stylesheet.shortened(css) == ":root{--b:#fff;--a:#000}p{color:var(--a,red);top:var(--b);left:var(--a)}"


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (".a:hover > .b , .c { margin : 0 auto }", ".a:hover>.b{margin:0 auto}"),
        (
            "@media (min-width: 3rem) { .a { top: calc(1px + 2px) } }",
            "@media (min-width:3rem){.a{top:calc(1px + 2px)}}",
        ),
        (".a { color: red } .c { color: red } .a { color: blue; top: 0 }", ".a{color:blue;top:0}"),
        (".a { color: red } @media print { .a { color: blue } }", ".a{color:red}@media print{.a{color:blue}}"),
        (".a { top: 0 !important } .a { top: 1px }", ".a{top:0!important}.a{top:1px}"),
        (".a { left: 0; left: env(x) }", ".a{left:0;left:env(x)}"),
    ],
)
def test_rules_are_dropped_and_written_tight_without_changing_what_they_mean(source: str, written: str) -> None:
    shown = stylesheet.Shown({"a", "b"}, {"p"})
    assert stylesheet.written(stylesheet.said_last(list(stylesheet.rules(source, shown)))) == written
