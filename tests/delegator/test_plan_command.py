"""manage.py plan: an instance in, a plan out; one line and exit code 2 for what is wrong with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assistants.matching import Instance
from tasks.models import Owner
from tests import rig
from tests.assistants.matching import cases
from tests.assistants.matching.checker import verify
from tests.factories import a_skill, a_task, an_assistant

BLOG = cases.HERE / "p01-blog.json"


def run(*args: str) -> Any:
    said = StringIO()
    call_command("plan", *args, stdout=said)
    return json.loads(said.getvalue())


def refused(*args: str) -> str:
    with pytest.raises(CommandError) as error:
        call_command("plan", *args)
    assert error.value.returncode == 2
    return str(error.value)


def on_a_machine_without_database(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    env = os.environ | {"DATABASE_URL": "sqlite:////nowhere/at/all.sqlite3"}
    command = [sys.executable, "manage.py", "plan", *args]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=rig.ROOT, env=env, check=False)


# --- An instance in a file ---------------------------------------------------
@pytest.mark.parametrize("name", ["p01-blog", "p05-split", "p06-solo"])
def test_the_plan_of_a_file_is_its_proven_best(name: str) -> None:
    plan = run("--instance", str(cases.HERE / f"{name}.json"))
    verify(cases.data(name), plan)
    assert (plan["status"], plan["net_cents"]) == ("optimal", cases.OPTIMUM[name]["net_cents"])


def test_it_needs_no_database_and_reads_what_is_piped_in() -> None:
    done = on_a_machine_without_database("--instance", "-", stdin=BLOG.read_text())
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == run("--instance", str(BLOG))


def test_a_malformed_instance_is_one_line_that_names_the_field_and_exit_code_2(tmp_path: Path) -> None:
    rows = cases.data("p01-blog")
    rows["tasks"][2]["minutes"] = 4.5
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(rows))
    done = on_a_machine_without_database("--instance", str(bad))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"CommandError: {bad}: tasks[2]: minutes is not a whole number\n"


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"name": ' + "9" * 5000 + "}", "\xff\xfe"])
def test_what_is_no_json_is_said_in_one_line(tmp_path: Path, text: str) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(text.encode("latin-1"))
    said = refused("--instance", str(bad))
    assert said.startswith(f"{bad}: this is no JSON: ")
    assert "\n" not in said


def test_a_file_that_is_not_there_is_named() -> None:
    assert refused("--instance", "/nowhere.json") == "/nowhere.json: No such file or directory"


def test_the_reasons_come_along_when_asked_for() -> None:
    plan = run("--instance", str(BLOG), "--why")
    assert [(row["task"], row["code"]) for row in plan["left_out"]] == [("website", "max_new"), ("sales", "keep")]
    assert [row["gain_cents"] for row in plan["levers"]] == [44685]
    assert plan["unmet_pins"] == []
    verify(cases.data("p01-blog"), plan)


# --- An owner ----------------------------------------------------------------
@pytest.fixture
def planned(nora: Owner) -> Owner:
    """She loathes two tasks that Ana could do."""
    books = a_skill(owner=nora, name="Bookkeeping")
    for name in ("Record keeping", "Invoices"):
        a_task(owner=nora, name=name, loathe=5, excel=1, hours=3, skill=books)
    an_assistant(owner=nora, rate=18, hours=20, skill=books, level=4)
    return nora


def test_the_year_to_come_comes_along_when_asked_for() -> None:
    ahead = run("--instance", str(BLOG), "--ahead")["ahead"]
    assert [step["week"] for step in ahead["steps"]] == list(range(0, 52, 4))
    assert ahead["is_complete"]
    assert set(ahead["goes"]) <= {task["id"] for task in json.loads(BLOG.read_text())["tasks"]}


def test_the_plan_of_an_owner_is_that_of_her_exported_instance(planned: Owner, tmp_path: Path) -> None:
    exported = tmp_path / "hers.json"
    exported.write_text(json.dumps(run("--owner", "Nora@example.com", "--export")))
    plan = run("--owner", "nora@example.com")
    assert plan == run("--instance", str(exported))
    assert len(plan["handoffs"]) == 2
    verify(json.loads(exported.read_text()), plan)


def test_another_budget_is_planned_with_and_not_kept(planned: Owner) -> None:
    Owner.objects.filter(pk=planned.pk).update(budget="290.00")
    assert run("--owner", planned.email, "--export")["owner"]["budget_cents"] == 29000
    assert run("--owner", planned.email, "--export", "--budget", "12.50")["owner"]["budget_cents"] == 1250
    assert run("--owner", planned.email, "--export", "--budget", "none")["owner"]["budget_cents"] is None
    assert run("--owner", planned.email, "--budget", "1")["handoffs"] == []
    planned.refresh_from_db()
    assert planned.budget == 290


def test_who_is_not_here_and_what_is_no_amount_are_named(planned: Owner) -> None:
    assert refused("--owner", "no@example.com") == "--owner: nobody here signs in as no@example.com"
    assert refused("--owner", planned.email, "--budget", "much").startswith("--budget: Write an amount")
    assert "owner.budget_cents" in refused("--instance", str(BLOG), "--budget", "290")


def test_what_is_exported_is_read_again_as_it_was(planned: Owner) -> None:
    exported = run("--owner", planned.email, "--export")
    assert json.loads(json.dumps(Instance.read(exported).json())) == exported
