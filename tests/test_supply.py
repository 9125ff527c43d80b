"""What is installed is what was pinned, by version and hash; and what SECURITY.md claims has its test."""

from __future__ import annotations

import json
import re

import pytest

from tests import audit, rig

LISTS = ("requirements", "requirements-dev")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,-]+\])?==([^\s;\\]+)", re.MULTILINE)


def pins(file: str) -> dict[str, str]:
    return dict(PIN.findall((rig.ROOT / file).read_text()))


def test_every_test_that_the_security_page_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", (rig.ROOT / "SECURITY.md").read_text()))
    there = {
        name for file in rig.ROOT.glob("tests/**/*.py") for name in re.findall(r"def (test_\w+)", file.read_text())
    }
    assert len(named) > 50
    assert named - there == set()


@pytest.mark.parametrize("name", LISTS)
def test_every_package_is_pinned_with_the_hashes_of_its_files(name: str) -> None:
    packages = re.split(r"^(?=\w)", (rig.ROOT / f"{name}.txt").read_text(), flags=re.MULTILINE)[1:]
    assert {package.partition("==")[0] for package in packages} == pins(f"{name}.txt").keys()
    assert [package for package in packages if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", package)] == []


@pytest.mark.parametrize("name", LISTS)
def test_what_we_ask_for_is_what_was_locked(name: str) -> None:
    asked = pins(f"{name}.in")
    assert len(asked) == len(re.findall(r"(?m)^\w", (rig.ROOT / f"{name}.in").read_text()))
    assert asked.items() <= pins(f"{name}.txt").items()


def test_what_is_in_both_lists_is_the_same_version() -> None:
    ours, for_development = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {
        each: (ours[each], for_development[each])
        for each in ours.keys() & for_development
        if ours[each] != for_development[each]
    } == {}


def test_a_known_hole_is_named_with_its_mend_and_fails() -> None:
    hole = {"id": "PYSEC-2026-1", "fix_versions": ["5.2.20"]}
    answer = {"dependencies": [{"name": "django", "version": "5.2.19", "vulns": [hole]}]}
    assert audit.verdict(json.dumps(answer)) == (
        ["audit: django 5.2.19 has PYSEC-2026-1, mended in 5.2.20."],
        False,
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "audit: the list of known holes cannot be reached from here, so nothing is known."),
        (
            '{"dependencies": [{"name": "vine", "skip_reason": "not found"}]}',
            "audit: nothing is known of 1 of 1 packages.",
        ),
        (
            '{"dependencies": [{"name": "vine", "version": "5.1.0", "vulns": []}]}',
            "audit: no hole is known in 1 packages.",
        ),
    ],
)
def test_without_a_known_hole_it_says_what_it_knows_and_passes(answer: str, said: str) -> None:
    assert audit.verdict(answer) == ([said], True)
