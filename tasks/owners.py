"""What an owner says of themselves: the worth of an hour, their best work, their skills' names."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from . import locks
from .models import BestHour, Owner, Skill
from .prepared import Prepared, given
from .worth import Derivation

HOURS = Prepared(
    lambda: BestHour.objects.filter(owner_id=given("owner")).order_by("starts_on").values_list("starts_on", "amount")
)


@dataclass(frozen=True, slots=True)
class HourValues:
    """What an hour of best work was worth, from each day on; oldest first."""

    figures: list[tuple[date, Decimal]]

    def on(self, day: date) -> Decimal:
        """The figure that held that day; the first one holds for the days before it, none is 0."""
        held = [amount for starts_on, amount in self.figures if starts_on <= day]
        return held[-1] if held else self.figures[0][1] if self.figures else Decimal(0)


def hour_values(owner: Owner) -> HourValues:
    """One query, for any number of days."""
    return HourValues(HOURS.rows(owner=owner.pk))


def hold(owner: Owner) -> None:
    """Let others wait who change what this owner has, until the transaction ends. At most one query."""
    locks.hold(Owner, owner.pk)


def set_hour_value(owner: Owner, amount: Decimal, today: date) -> None:
    """What an hour is worth from today on, typed; the same amount again changes nothing, nor what it rests on."""
    if owner.hour_value(today) != amount:
        set_hour(owner, amount, None, today)


def set_hour(owner: Owner, amount: Decimal, basis: Derivation | None, today: date) -> None:
    """The worth of an hour from today on, with what it was worked out from; the first figure holds before it too."""
    hour = owner.best_hour(today)
    if hour and hour.amount == amount and Derivation.of(hour) == basis:
        return
    rests_on = {
        "income": basis.income if basis else None,
        "hours_a_year": basis.hours if basis else None,
        "divisor": basis.divisor if basis else None,
    }
    BestHour.objects.update_or_create(owner=owner, starts_on=today, defaults={"amount": amount, **rests_on})


def name_best_work(owner: Owner, name: str) -> None:
    task = owner.tasks.active().best_work()
    if not task.update(name=name):
        owner.tasks.create(name=name, is_best_work=True)


def skill_named(owner: Owner, name: str) -> Skill:
    """The owner's skill of that name, made if it is new."""
    # Compared here: SQLite knows the case of ASCII letters only.
    same = (skill for skill in owner.skills.all() if skill.name.casefold() == name.casefold())
    return next(same, None) or owner.skills.create(name=name)
