"""The next 12 months in the owner's words: of each kind of help when it runs out, and when to look for more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal

from assistants.matching import Hire, Need, Needs
from assistants.matching.ahead import SEARCH_WEEKS, STEP_WEEKS
from assistants.models import Assistant
from assistants.months import Month
from assistants.plan import plan_inputs, plans, stored_plans
from assistants.plan.plans import Question
from assistants.plan.tries import Tries
from tasks import durations, money, weeks
from tasks.models import Owner

MONTHS = 12
# Fewer logged weeks than that tell nothing of a year.
WEEKS_THAT_TELL = 4
STEP = timedelta(weeks=STEP_WEEKS)
# Less than what is shown as a tenth of an hour is nothing.
LEAST = 6
# More names than that would be a list.
MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One month of one kind of help, in assistants' minutes a week."""

    month: Month
    takes: int
    there: int

    @property
    def short(self) -> int:
        """What the roster lacks; 0 if nothing that one would see."""
        return self.takes - self.there if self.takes - self.there >= LEAST else 0


@dataclass(frozen=True)
class Help:
    """
    One set of skills over the year. Of a month None is now, and whether it is at all is said apart.

    `is_over` from `over_from` on its tasks take more than there is; one more person `pays` from `pays_from` on.
    """

    owner: Owner
    name: str
    people: Sequence[Assistant]
    now: Column
    columns: Sequence[Column]
    hire: Hire | None
    pays_from: Month | None
    look_in: Month | None

    @property
    def pays(self) -> bool:
        return self.hire is not None

    @property
    def title(self) -> str:
        """Bookkeeping"""
        return self.name[:1].upper() + self.name[1:]

    @property
    def is_over(self) -> bool:
        return bool(self.now.short) or any(each.short for each in self.columns)

    @property
    def over_from(self) -> Month | None:
        """The first month that is short; None if it is so now, or never."""
        return None if self.now.short else next((each.month for each in self.columns if each.short), None)

    @property
    def most(self) -> int:
        return max(each.takes for each in (self.now, *self.columns))

    # --- In words ----------------------------------------------------------------
    @cached_property
    def heading(self) -> str:
        """You run out of bookkeeping in March"""
        if self.is_over and not self.people:
            return f"Nobody on your roster does {self.name}"
        if self.over_from:
            return f"You run out of {self.name} in {self._named(self.over_from)}"
        if self.is_over:
            return f"You are short of {self.name} now"
        if self.pays:
            return f"One more person for {self.name} would pay {self._from(self.pays_from)}"
        return f"You have enough {self.name} for the year"

    @cached_property
    def verdict(self) -> str:
        """The heading of a card, under the name of the help."""
        if self.is_over and not self.people:
            return "Nobody on your roster"
        if self.is_over:
            return f"Runs out in {self._named(self.over_from)}" if self.over_from else "Short now"
        return f"One more would pay {self._from(self.pays_from)}" if self.pays else "Covered all year"

    @cached_property
    def numbers(self) -> str:
        """Ana can give 8 h a week. From March it takes up to 9.4 h."""
        if not self.people:
            return f"It takes up to {hours(self.most)} a week."
        have = f"{self.who} can give {self.gives} a week."
        since = f"From {self._named(self.over_from)} it takes" if self.over_from else "It takes"
        return f"{have} {since} up to {hours(self.most)}."

    @property
    def in_short(self) -> str:
        """Up to 6.4 h a week. Priya, 10 h."""
        whose = f"{self.who}, {self.gives}" if self.people else "Nobody, 0 h"
        return f"Up to {hours(self.most)} a week. {whose}."

    @property
    def who(self) -> str:
        names = [person.first_name for person in self.people]
        return joined(names) if len(names) <= MOST_NAMES else f"{len(names)} people"

    @cached_property
    def gives(self) -> str:
        """8 h, or 6 to 8 h where it changes with what they do besides."""
        there = {each.there for each in self.columns}
        least, most = hours(min(there)), hours(max(there))
        return most if least == most else f"{least.removesuffix(' h')} to {most}"

    @property
    def look(self) -> str:
        """When to look; '' where nobody new would pay."""
        if not self.pays:
            return ""
        return f"Start looking in {self._named(self.look_in)}" if self.look_in else "Start looking now"

    @cached_property
    def why(self) -> str:
        """What one more person would bring, or why it is not time for one."""
        budget = self.owner.budget
        within = "" if budget is None else f", with your budget of {money.short(budget, self.owner.currency)} a week"
        if self.hire is None:
            return f"One more person would not bring more than finding them costs{within}." if self.is_over else ""
        gain = money.about(Decimal(self.hire.gain_cents) / 100, self.owner.currency)
        rate = money.short(Decimal(self.hire.rate_cents) / 100, self.owner.currency)
        asks = f" {self.people[0].first_name} may know someone." if self.people else ""
        return (
            f"Finding someone takes about {SEARCH_WEEKS} weeks. Someone strong in it, at {rate} an hour, would bring "
            f"you about {gain} a week {self._from(self.pays_from)}, relief counted.{asks}"
        )

    def _from(self, month: Month | None) -> str:
        return f"from {self._named(month)}" if month else "now"

    def _named(self, month: Month) -> str:
        """March; with its year where this month has the same name."""
        return f"{month.first:%B}" if month.number != self.now.month.number else month.name


@dataclass(frozen=True)
class Outlook:
    """All kinds of help: what is urgent first. `is_complete`: no month was left out for want of time."""

    helps: Sequence[Help]
    months: Sequence[Month]
    is_complete: bool

    @property
    def first(self) -> Help | None:
        """What the page is about; None if the roster is enough."""
        return self.helps[0] if self.helps and (self.helps[0].pays or self.helps[0].is_over) else None

    @property
    def others(self) -> Sequence[Help]:
        return self.helps[1:] if self.first else self.helps

    @property
    def heading(self) -> str:
        return self.first.heading if self.first else "Your roster is enough for the next 12 months"


@dataclass(frozen=True, slots=True)
class Look:
    """
    What there is to say today: `outlook`, or what is `missing` for it; with neither a worker is at it.

    `weeks` are the Mondays of the logged weeks that it rests on.
    """

    question: Question
    weeks: list[date]
    missing: Literal["", "tasks", "hour_value", "log"]
    outlook: Outlook | None


def look(owner: Owner, *, now: datetime, is_patient: bool = False) -> Look:
    """The forecast as of now; who `is_patient` is a worker, and works it out now."""
    rows = plan_inputs.gather(owner, owner.today(now))
    question, logged = plans.of_the_year(plans.question(rows, Tries(owner.budget))), weeks.recent(owner, rows.today)
    if not any(task.loathe and not task.retired_on for task in rows.tasks):
        return Look(question, logged, "tasks", None)
    if not rows.hour_value:
        return Look(question, logged, "hour_value", None)
    if len(logged) < WEEKS_THAT_TELL:
        return Look(question, logged, "log", None)
    needs = stored_plans.forecast(question, now=now, is_patient=is_patient)
    return Look(question, logged, "", of(question, needs) if needs else None)


def months(today: date) -> list[Month]:
    """The next twelve calendar months."""
    found = [_after(Month.of(today))]
    while len(found) < MONTHS:
        found.append(_after(found[-1]))
    return found


def of(question: Question, needs: Needs) -> Outlook:
    today = question.rows.today
    ahead = months(today)
    helps = [_help(question, need, ahead, today) for need in needs.sets]
    # What pays goes before what does not, what is near before what is far, and the larger gain first.
    helps.sort(key=lambda each: (not each.pays, not each.is_over, _nearness(each), -_gain(each), each.name))
    return Outlook(helps, ahead, needs.is_complete)


def _help(question: Question, need: Need, ahead: Sequence[Month], today: date) -> Help:
    speaker = question.speaker
    steps = [step_of(month, today) for month in ahead]
    return Help(
        owner=question.rows.owner,
        name=joined([speaker.skill(skill) for skill in need.skills]) or "help of any kind",
        people=[speaker.people[id_] for id_ in need.people],
        now=Column(Month.of(today), need.takes[0], need.there[0]),
        columns=[Column(month, need.takes[step], need.there[step]) for month, step in zip(ahead, steps, strict=True)],
        hire=need.hire,
        pays_from=_later(today + need.hire.step * STEP, today) if need.hire else None,
        look_in=_later(today + timedelta(weeks=need.hire.look_week), today) if need.hire else None,
    )


def step_of(month: Month, today: date) -> int:
    """Which of the plans of every four weeks stands for the month: the one of its middle."""
    return (month.first + timedelta(days=14) - today) // STEP


def _later(day: date, today: date) -> Month | None:
    """The month of the day; None for this month, which is now."""
    return Month.of(day) if Month.of(day) != Month.of(today) else None


def _nearness(each: Help) -> str:
    month = each.pays_from if each.pays else each.over_from
    return str(month or "")


def _gain(each: Help) -> int:
    return each.hire.gain_cents if each.hire else 0


def _after(month: Month) -> Month:
    return Month.of(month.last + timedelta(days=1))


def hours(minutes: int) -> str:
    return durations.hours(minutes * 60)


def joined(names: Iterable[str]) -> str:
    """A, b and c"""
    *others, last = [*names] or [""]
    return f"{', '.join(others)} and {last}" if others else last
