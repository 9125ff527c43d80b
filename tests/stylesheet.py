"""
The stylesheet of a page: Bootstrap and our own, without what the page can never show. `make css` writes three of
them: static/css/visitors.css for pages beside the app (landing, accounts, first run, the assistants' links),
everyday.css for one's own time (Home, Today, Week, Routine), and delegator.css for the rest of the app.

A rule stays when some page can have each class and each element of its selector; states, ids and what stands in
brackets are never a reason to drop it. A declaration goes when a later rule of the same selectors says it anew,
and a custom property when nothing asks for it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from string import ascii_lowercase
from typing import Any, NamedTuple

import crispy_bootstrap5  # type: ignore[import-untyped]
import tinycss2  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
FILES = {name: ROOT / f"static/css/{name}.css" for name in ("visitors", "everyday", "delegator")}
TEMPLATES = ROOT / "templates"
BOOTSTRAP = ROOT / "static/vendor/bootstrap-5.3.9/bootstrap.min.css"
SOURCES = (BOOTSTRAP, *(ROOT / f"static/css/{name}.css" for name in ("tokens", "app", "more")))
LICENCE = "/*! With parts of Bootstrap 5.3.9, (c) 2011-2026 The Bootstrap Authors, MIT */\n"
# The templates of crispy that our forms reach; the others are for tabs, modals and the like.
CRISPY = Path(crispy_bootstrap5.__file__).parent / "templates/bootstrap5"
CRISPY_FILES = (
    "field whole_uni_form uni_form display_form errors layout/attrs layout/div layout/fieldset layout/help_text "
    "layout/help_text_and_errors layout/field_errors layout/field_errors_block layout/prepended_appended_text "
    "layout/radio_checkbox_select"
).split()
# What a page gets after it is written, and what htmx puts on what it works on.
STATES = set("active show is-invalid htmx-indicator htmx-request".split())
# Django's widgets write these, not our templates.
WRITTEN = set("html body label input select optgroup option textarea button".split())
# What Bootstrap has rules for, and we need none until a page has such a field or state.
KINDS = ("file", "search", "color", "multiple", "indeterminate", "disabled")
WORD = re.compile(r"[A-Za-z_][\w-]*")
TAG = re.compile(r"\{[%{].*?[%}]\}", re.DOTALL)
CLASS = re.compile(r'class="((?:\{%.*?%\}|\{\{.*?\}\}|[^"])*)"', re.DOTALL)
IN_PYTHON = re.compile(r'(?:css_class=|"class": |class=)"([^"]*)"')
# classList.add("x"), className = "x", class="x", querySelector(".x")
IN_SCRIPTS = re.compile(r"class(?:List|Name)?\b.*|[\"'` ]\.[A-Za-z][\w.-]*")
ASKED = re.compile(r"var\((--[\w-]+)\)")
BLOCK = re.compile(r"\{% block \w+ %\}([^{<]*)\{% endblock")


# One column without navigation: before and beside the app.
VISITED = re.compile(
    r"link/|two_step/|_?landing|solo|account/(?!_|account\.|address\.|close\.|export|password_change)|tasks/start_"
    r"|40|429|unsubscribe"
)
EVERYDAY = re.compile(r"everyday|tasks/|week/|home")


class Rule(NamedTuple):
    around: str
    selectors: list[str]
    says: list[tuple[str, str]]


# --- What pages can have -----------------------------------------------------
def pages(sheet: str) -> Iterator[str]:
    """The templates of the pages with this sheet, and the fragments of all; emails and the admin style themselves."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = path.relative_to(TEMPLATES).as_posix()
        is_fragment = re.match(r"base|_(?!landing)|tasks/(_|icons/|marks/)", name)
        is_frame = name == "app.html" and sheet != "visitors"
        if not name.startswith(("emails/", "admin/")) and (sheet_of(name) == sheet or is_fragment or is_frame):
            yield path.read_text()
    for name in CRISPY_FILES:
        # No form is horizontal.
        yield re.sub(r"\{% if 'form-horizontal' .*?\{% e", "{% e", (CRISPY / f"{name}.html").read_text())


def sheet_of(name: str) -> str:
    return "visitors" if VISITED.match(name) else "everyday" if EVERYDAY.match(name) else "delegator"


def modules() -> Iterator[str]:
    return (path.read_text() for app in ("tasks", "assistants", "delegator") for path in (ROOT / app).rglob("*.py"))


def words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in WORD.findall(TAG.sub(" ", text))}


def named(sheet: str) -> set[str]:
    """The words that are a class: in `class`, `type` and blocks, quoted in tags, in css_class, in scripts."""
    scripts = [path.read_text() for path in (ROOT / "static/js").glob("*.js")]
    found = [text for script in scripts for text in IN_SCRIPTS.findall(script)]
    for page in pages(sheet):
        found += (*CLASS.findall(page), *BLOCK.findall(page), *re.findall(r'type="(\w+)"', page))
        found += (text for tag in TAG.findall(page) for text in re.findall(r"""["']([\w -]*)["']""", tag))
    return STATES | words(found) | words(text for code in modules() for text in IN_PYTHON.findall(code))


def dynamic() -> set[str]:
    """The words of Python's strings, which a page may take for a class of ours: {{ row.mark }}."""
    nodes = (node for code in modules() for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant))
    texts = (node.value for node in nodes if isinstance(node.value, str))
    return words(text for text in texts if re.fullmatch(r" ?[a-z][\w -]*", text))


def elements(sheet: str) -> set[str]:
    texts = (*pages(sheet), *modules())
    return WRITTEN | {name for text in texts for name in re.findall(r"<([a-zA-Z][a-zA-Z0-9]*)", text)}


class Shown:
    """Can a page have what a selector asks for?"""

    def __init__(self, classes: set[str], elements: set[str]) -> None:
        self.classes, self.elements = classes, elements
        # `f-{{ kind }}` makes up classes.
        self.starts = tuple(name for name in classes if name.endswith("-"))
        self.missing = {kind for kind in KINDS if kind not in self.classes}

    def __call__(self, selector: list[Any]) -> bool:
        return all(self._may_be(last, token) for last, token in zip([None, *selector], selector, strict=False))

    def _may_be(self, last: Any, token: Any) -> bool:
        if last == ":" or token.type == "[] block":
            return not any(kind in token.serialize() for kind in self.missing)
        if token.type != "ident":
            return True
        if last == ".":
            return token.value in self.classes or token.value.startswith(self.starts)
        return token.value in self.elements


# --- Reading and writing -----------------------------------------------------
def tight(tokens: list[Any], around: str) -> str:
    """The tokens as text, with no blank at the ends, none beside the signs in `around`, and one elsewhere."""
    ends = ["", *(token.value if token.type == "literal" else " " for token in tokens), ""]
    beside = zip(ends, tokens, ends[2:], strict=False)
    return "".join(text(token) for before, token, after in beside if not _is_loose(before, token, after, around))


def _is_loose(before: str, token: Any, after: str, around: str) -> bool:
    return token.type == "whitespace" and bool({before, after} & {"", *around})


def text(token: Any) -> str:
    if token.type == "whitespace":
        return " "
    if token.type == "function":
        return f"{token.name}({tight(token.arguments, ',')})"
    if token.type == "() block":
        return f"({tight(token.content, ',:')})"
    # [data-bs-theme="dark"] is [data-bs-theme=dark].
    unquote = token.type == "[] block"
    return re.sub(r'"([A-Za-z][\w-]*)"', r"\1", token.serialize()) if unquote else str(token.serialize())


def split(tokens: list[Any]) -> Iterator[list[Any]]:
    """The selectors of a list with commas."""
    commas = [place for place, token in enumerate(tokens) if token == ","]
    for start, end in zip([-1, *commas], [*commas, len(tokens)], strict=True):
        yield tokens[start + 1 : end]


def declared(content: list[Any]) -> list[tuple[str, str]]:
    found = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    return [(each.name, tight(each.value, ",") + "!important" * each.important) for each in found]


def rules(content: Any, shown: Shown | None, around: str = "") -> Iterator[Rule]:
    """Each rule that a page can show, with the @media or @keyframes around it."""
    for rule in tinycss2.parse_rule_list(content, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule":
            heads = [tight(each, ",>+~") for each in split(rule.prelude) if not shown or shown(each)]
            yield Rule(around, heads, declared(rule.content))
        elif rule.at_keyword in ("font-face", "page"):
            yield Rule(around, [f"@{rule.at_keyword}"], declared(rule.content))
        elif rule.at_keyword != "charset":
            inside = shown if rule.at_keyword == "media" else None
            yield from rules(rule.content, inside, f"@{rule.at_keyword} {tight(rule.prelude, ',')}")


def said_last(sheet: list[Rule]) -> list[Rule]:
    """Without what a later rule says anew for each of the selectors, whatever the screen."""
    last: defaultdict[tuple[str, str], int] = defaultdict(int)
    for place, rule in enumerate(sheet):
        if not rule.around:
            last |= {(head, name): place for head in rule.selectors for name, _ in rule.says if head[0] != "@"}

    def stays(place: int, rule: Rule, name: str, value: str) -> bool:
        whole = name.split("-")[0] if name.startswith(("margin-", "padding-")) else name
        anew = [max(last[head, name], last[head, whole]) for head in rule.selectors]
        return "!important" in value or min(anew) <= place

    return [
        rule._replace(says=[said for said in rule.says if stays(place, rule, *said)])
        for place, rule in enumerate(sheet)
        if rule.selectors
    ]


def written(sheet: list[Rule]) -> str:
    sheets = ""
    for around, group in groupby((rule for rule in sheet if rule.says), lambda rule: rule.around):
        inside = "".join(
            f"{','.join(rule.selectors)}{{{';'.join(f'{name}:{value}' for name, value in rule.says)}}}"
            for rule in group
        )
        sheets += f"{around}{{{inside}}}" if around else inside
    return sheets


def inlined(sheet: list[Rule]) -> None:
    """Say short values that never change where they are asked for, and forget what nobody asks for."""
    said = [(name, value, rule) for rule in sheet for name, value in rule.says if name.startswith("--")]
    times = Counter(name for name, _, _ in said)
    fixed = {
        name: value
        for name, value, rule in said
        if times[name] == 1 and ":root" in rule.selectors and not rule.around and len(value) < 20
    }
    for rule in sheet:
        rule.says[:] = [(name, ASKED.sub(lambda ask: fixed.get(ask[1], ask[0]), value)) for name, value in rule.says]
    asked = set(re.findall(r"var\((--[\w-]+)", written(sheet)))
    for rule in sheet:
        rule.says[:] = [said for said in rule.says if not said[0].startswith("--") or said[0] in asked]


def make(name: str) -> str:
    """The stylesheet of that name as the sources make it."""
    return f"{LICENCE}{shortened(purged(name))}\n"


def purged(name: str) -> str:
    """What the pages with that sheet can show, under the names of the sources."""
    sure, tags = named(name), elements(name)
    theirs, ours = Shown(sure, tags), Shown(sure | dynamic(), tags)
    read = [rules(path.read_text(), theirs if path == BOOTSTRAP else ours) for path in SOURCES]
    sheet = said_last([rule for each in read for rule in each])
    values = " ".join(value for rule in sheet for _, value in rule.says)
    sheet = [rule for rule in sheet if not rule.around.startswith("@keyframes") or rule.around[11:] in values]
    made = ""
    while made != (made := written(sheet)):
        inlined(sheet)
    return made


def shortened(css: str) -> str:
    """With custom properties called --a, --b, ...: the most used get the shortest names."""
    used = Counter(re.findall(r"--[a-z][\w-]*", css)).most_common()
    names = (f"--{first}{then}" for first in ("", *ascii_lowercase) for then in ascii_lowercase)
    short = {name: new for (name, _), new in zip(used, names, strict=False)}
    return re.sub(r"--[a-z][\w-]*", lambda name: short[name[0]], css)


if __name__ == "__main__":
    for name, file in FILES.items():
        file.write_text(make(name))
        print(f"{file.relative_to(ROOT)}: {file.stat().st_size:,} bytes")
