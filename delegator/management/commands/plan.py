"""The best plan as JSON: of an instance in a file, or of an owner here (assistants/matching/MATCHING.md)."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assistants import matching
from assistants.plan import plan_inputs
from tasks import clock, money
from tasks.models import Owner

# The exit code for what was asked wrongly, apart from 1 for what broke.
BAD = 2


class Command(BaseCommand):
    help = "Print the best plan of an instance or of an owner, as JSON. It changes nothing."
    # An instance in a file needs no database and no settings of a server.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--instance", metavar="FILE", help="a delegator-instance in JSON; - reads it from stdin")
        what.add_argument("--owner", metavar="EMAIL")
        parser.add_argument("--budget", metavar="AMOUNT", help="instead of the owner's budget; none for no limit")
        parser.add_argument("--export", action="store_true", help="print the instance instead of its plan")
        parser.add_argument("--why", action="store_true", help="also why tasks stay, and what would help")
        parser.add_argument("--ahead", action="store_true", help="also the year to come, a plan every four weeks")
        parser.add_argument("--limit", type=float, default=10, metavar="SECONDS", help="for the plan (10)")

    def handle(self, **options: Any) -> None:
        if options["instance"]:
            if options["budget"] is not None:
                raise CommandError("--budget: stands in the instance as owner.budget_cents", returncode=BAD)
            instance = _read(options["instance"])
        else:
            instance = _of(options["owner"], options["budget"])
        if options["export"]:
            return self._print(instance.json())
        plan = matching.solve(instance, limit=options["limit"])
        said = _why(instance, plan) if options["why"] else {}
        if options["ahead"]:
            said["ahead"] = _ahead(instance)
        return self._print(plan.json(instance.name) | said)

    def _print(self, data: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(data, indent=1))


def _read(path: str) -> matching.Instance:
    """The instance in a file; what is wrong with it is one line that names the field."""
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
        return matching.Instance.read(json.loads(text))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=BAD) from None
    except matching.BadInstance as error:
        raise CommandError(f"{path}: {error}", returncode=BAD) from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path}: this is no JSON: {error}", returncode=BAD) from None


def _of(email: str, budget: str | None) -> matching.Instance:
    """What there is to plan for the owner today."""
    owner = Owner.objects.filter(email__same=email).first()
    if owner is None:
        raise CommandError(f"--owner: nobody here signs in as {email}", returncode=BAD)
    try:
        amount = owner.budget if budget is None else None if budget == "none" else money.parse(budget)
    except money.NotAnAmount as error:
        raise CommandError(f"--budget: {error}", returncode=BAD) from None
    return plan_inputs.instance(plan_inputs.gather(owner, owner.today(clock.now())), amount)


def _why(instance: matching.Instance, plan: matching.Plan) -> dict[str, Any]:
    reasons = matching.explain(instance, plan)
    more = matching.more_budget(instance, plan)
    return {
        "left_out": [asdict(each) for each in reasons.left_out],
        "unmet_pins": [asdict(each) for each in reasons.unmet],
        "next_best": [asdict(each) for each in reasons.next_best],
        "levers": [_lever(each) for each in matching.levers(instance, plan)],
        "more_budget": _lever(more) if more else None,
    }


def _ahead(instance: matching.Instance) -> dict[str, Any]:
    """A forecast: what goes when, and from when on the roster is short of somebody."""
    found = matching.ahead(instance)
    return {
        "steps": [{"week": each.week, **each.plan.json(instance.name)} for each in found.steps],
        "short": [asdict(each) for each in found.short],
        "goes": dict(found.goes),
        "is_complete": found.is_complete,
    }


def _lever(lever: matching.Lever) -> dict[str, Any]:
    return {
        "changes": [asdict(each) for each in lever.changes],
        "gain_cents": lever.gain_cents,
        "pins": lever.pins,
        "goes": [asdict(each) for each in lever.goes],
    }
