"""The terms to begin with, for a hand-off that is being written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, prefetch_related_objects

from assistants import matching
from assistants.models import Assistant, Handoff
from assistants.plan import plan_inputs
from assistants.plan.plan_inputs import Rows
from assistants.roster import absences, people
from tasks import money, weeks
from tasks.models import Owner, Task
from tasks.prepared import Prepared, given


def _live() -> QuerySet[Handoff]:
    both = Q(task_id=given("task")) | Q(assistant_id=given("person"))
    return Handoff.objects.live().filter(both, owner_id=given("owner"))


LIVE = Prepared(_live)


@dataclass(frozen=True, slots=True)
class Other:
    """
    Someone else who could do the whole task: their minutes a week, and what it brings in whole cents.

    `pace` is those minutes before they were rounded up, `free` what they have free.
    """

    assistant: Assistant
    minutes: int
    ahead_cents: int
    pace: int
    free: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """
    What one task would mean for one person, for a hand-off that is being written.

    Minutes a week: what the task takes the owner, what it would take the person for as
    much of it as fits into their free time, and that free time.
    """

    task_minutes: int
    minutes: int
    free_minutes: int
    hour_value: Decimal
    # The best first, as the plan would have it.
    others: list[Other]
    # The live hand-offs of the task.
    held: list[Handoff]
    # Why the time is less than usual, such as away 2 to 13 November.
    away: str = ""
    # What the owner's live hand-offs cost a week, each in whole units, as on the plan.
    spent: Decimal = Decimal(0)

    @property
    def whole(self) -> int:
        """Minutes a week that all of it would take the person, whatever they have free."""
        return self._whole

    def share(self, minutes: int) -> int:
        """Percent of the task that the person does in that time, at the pace they are known for; 1 at least."""
        if not self._whole:
            return 100
        return max(1, min(100, weeks.half_up(100 * minutes, self._whole)))

    def part(self, share: int) -> int:
        """The owner's minutes that go with that share, in percent."""
        return weeks.half_up(self.task_minutes * share, 100)

    def frees(self, share: int) -> Decimal:
        return self.hour_value * self.part(share) / 60

    def minutes_of(self, other: Other, minutes: int) -> int:
        """What someone else is asked for where the person is asked for `minutes`: as much more as they are slower."""
        if minutes == self._whole:
            return other.minutes  # the hours as worked out, which were rounded up once
        theirs = _quarters(-(-minutes * other.pace // self._pace)) if self._pace else _quarters(minutes)
        return min(theirs, other.free)

    # Minutes a week of the whole task, rounded up and not.
    _whole: int = 0
    _pace: int = 0


def suggest(owner: Owner, task: Task, person: Assistant, today: date) -> Suggestion:
    """The terms to begin with when this task is offered to this person."""
    rows = plan_inputs.gather(owner, today, task=task, person=person)
    asked = plan_inputs.instance(rows, None)
    each = next(row for row in asked.tasks if row.id == str(task.pk))
    whom = next(row for row in asked.assistants if row.id == str(person.pk))
    free = plan_inputs.free_minutes(rows)[person.pk]
    whole = each.parts * matching.weigh(asked.owner, each, whom).minutes
    return Suggestion(
        task_minutes=rows.minutes[task.pk],
        minutes=min(_quarters(whole), free),
        free_minutes=free,
        hour_value=rows.hour_value or Decimal(0),
        others=_others(rows, asked, each, person),
        held=_of_task(rows.live, task),
        away=next(absences.in_words(each, today) for each in rows.people if each.pk == person.pk),
        spent=sum((money.whole(each.terms.weekly_pay) for each in rows.live), Decimal(0)),
        _whole=_quarters(whole),
        _pace=whole,
    )


def alone(owner: Owner, task: Task, person: Assistant, today: date) -> Suggestion:
    """
    What a form is checked by that is complete and names nobody to stand in; the rest is left out.

    Three to eight queries, where the whole of it takes a dozen and more.
    """
    live: list[Handoff] = LIVE.objects(owner=owner.pk, task=task.pk, person=person.pk)
    if live:
        prefetch_related_objects(live, "task", "assistant", "owner", "versions", "offers")
    return Suggestion(
        task_minutes=plan_inputs.usual_minutes(owner, [task], _of_task(live, task), today)[task.pk],
        minutes=0,
        free_minutes=people.free_minutes(person, live, today),
        hour_value=Decimal(0),
        others=[],
        held=_of_task(live, task),
    )


def _of_task(live: list[Handoff], task: Task) -> list[Handoff]:
    return [each for each in live if each.task_id == task.pk]


def _others(rows: Rows, asked: matching.Instance, task: matching.Task, person: Assistant) -> list[Other]:
    """Who has the hours for all of it, may be asked, and brings more than they cost: first who has its skills."""
    free, pairs = plan_inputs.free_minutes(rows), {(each.task, each.assistant) for each in asked.exclude}
    people = {str(each.pk): each for each in rows.people}
    found: list[tuple[bool, Other]] = []
    for whom in asked.assistants:
        if whom.id == str(person.pk) or {(task.id, whom.id), (None, whom.id)} & pairs:
            continue
        worth = matching.weigh(asked.owner, task, whom)
        pace, theirs = task.parts * worth.minutes, free[people[whom.id].pk]
        if (minutes := _quarters(pace)) <= theirs and worth.net(task.parts) > 0:
            found.append((whom.can(task), Other(people[whom.id], minutes, worth.net(task.parts), pace, theirs)))
    best_first = sorted(found, key=lambda each: (not each[0], -each[1].ahead_cents, each[1].assistant.pk))
    return [other for _, other in best_first]


def _quarters(minutes: int) -> int:
    """Up to the next quarter of an hour, as hours are agreed on."""
    return -(-minutes // 15) * 15
