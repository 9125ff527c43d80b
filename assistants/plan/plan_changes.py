"""What changed between two plans' inputs, in the owner's words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from assistants.matching import Instance, Pair
from tasks import durations, money

# Fewer minutes a week than that are no news.
NEWS = 15


def between(old: Instance, new: Instance, currency: str) -> list[str]:
    """A sentence for each difference, what weighs most first; [] if there is nothing to tell."""
    changes = _of_the_owner(old, new, currency), _of_tasks(old, new), _of_people(old, new, currency), _held(old, new)
    return [sentence for each in changes for sentence in each]


def _of_the_owner(old: Instance, new: Instance, currency: str) -> Iterator[str]:
    before, now = old.owner, new.owner
    if before.budget_cents != now.budget_cents:
        was, is_ = _budget(before.budget_cents, currency), _budget(now.budget_cents, currency)
        yield f"Your budget is {is_}, before {was}."
    if before.hour_value_cents != now.hour_value_cents:
        was, is_ = _money(before.hour_value_cents, currency), _money(now.hour_value_cents, currency)
        yield f"An hour of yours is worth {is_}, before {was}."
    if (before.max_new, before.max_brief_minutes) != (now.max_new, now.max_brief_minutes):
        yield "You changed how much you take on at a time."
    if (set(old.pins), set(old.prefer), _tasks_off(old)) != (set(new.pins), set(new.prefer), _tasks_off(new)):
        yield "You changed what you want of the plan."
    live = {each.pair for each in (*old.kept, *new.kept)}
    if _pairs_off(old) - live != _pairs_off(new) - live:
        yield "Who can be asked for what has changed."


def _tasks_off(asked: Instance) -> set[str]:
    """What is not to go now, whoever could take it."""
    return {each.task for each in asked.exclude if each.task and not each.assistant}


def _pairs_off(asked: Instance) -> set[Pair]:
    """Who is not to get what: the owner or they said so, or they have it already."""
    return {Pair(each.task, each.assistant) for each in asked.exclude if each.task and each.assistant}


def _of_tasks(old: Instance, new: Instance) -> Iterator[str]:
    before, now = {task.id: task for task in old.tasks}, {task.id: task for task in new.tasks}
    for id_ in sorted(now.keys() - before.keys()):
        yield f"{now[id_].name} is new on your list."
    for id_ in sorted(before.keys() - now.keys()):
        yield f"{before[id_].name} is off your list."
    for was, is_ in ((before[id_], now[id_]) for id_ in now if id_ in before):
        if abs(is_.minutes - was.minutes) >= NEWS:
            yield f"{is_.name} takes {_hours(is_.minutes)} a week, before {_hours(was.minutes)}."
        if (was.loathe, was.excel) != (is_.loathe, is_.excel):
            yield f"You scored {is_.name} anew."
        if was.only_me != is_.only_me:
            yield f"{is_.name} {'must stay with you' if is_.only_me else 'may go now'}."
        if was.skills != is_.skills:
            yield f"{is_.name} asks for other skills."


def _of_people(old: Instance, new: Instance, currency: str) -> Iterator[str]:
    before, now = {each.id: each for each in old.assistants}, {each.id: each for each in new.assistants}
    for id_ in sorted(now.keys() - before.keys()):
        yield f"{now[id_].name} is new on your roster."
    for id_ in sorted(before.keys() - now.keys()):
        yield f"{before[id_].name} is away."
    for was, is_ in ((before[id_], now[id_]) for id_ in now if id_ in before):
        if was.minutes != is_.minutes:
            yield f"{is_.name} has {_hours(is_.minutes)} a week, before {_hours(was.minutes)}."
        if was.rate_cents != is_.rate_cents:
            rate, rate_before = _money(is_.rate_cents, currency), _money(was.rate_cents, currency)
            yield f"{is_.name} takes {rate} an hour, before {rate_before}."
        if was.skills != is_.skills:
            yield f"{is_.name} has other skills."


def _held(old: Instance, new: Instance) -> Iterator[str]:
    names = {task.id: task.name for task in (*old.tasks, *new.tasks)}
    people = {each.id: each.name for each in (*old.assistants, *new.assistants)}
    before, now = {kept.pair for kept in old.kept}, {kept.pair for kept in new.kept}
    for pair in sorted(now - before):
        yield f"{names[pair.task]} is with {people[pair.assistant]} now, or on its way."
    for pair in sorted(before - now):
        yield f"{names[pair.task]} is no longer with {people[pair.assistant]}."


def _budget(cents: int | None, currency: str) -> str:
    return "without a limit" if cents is None else f"{_money(cents, currency)} a week"


def _money(cents: int, currency: str) -> str:
    return money.short(Decimal(cents) / 100, currency)


def _hours(minutes: int) -> str:
    return durations.hours(minutes * 60)
