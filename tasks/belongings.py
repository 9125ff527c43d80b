"""
What belongs to an owner: every model from which foreign keys lead to one, whichever app it is of.

Asked of the models themselves, so that one that is added later is exported, erased and proved gone as well, or a
test says that it is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, Q, QuerySet

from .models import Owner

Ways = dict[type[Model], list[str]]


@cache
def ways() -> Ways:
    """The ways from each such model to its owner, one for each foreign key that leads there: task__owner."""
    shortest: dict[type[Model], str] = {}
    steps = {model: _keys(model) for model in apps.get_models(include_auto_created=True)}
    while True:
        found = {
            model: way
            for model, keys in steps.items()
            if model is not Owner and model not in shortest and (way := _shortest(keys, shortest))
        }
        if not found:
            break
        shortest |= found
    return {model: list(_ways(steps[model], shortest)) for model in shortest}


def of(owner: Owner) -> Iterator[QuerySet[Any]]:
    """The rows of each such model that lead to that owner, by the names of the models."""
    for model, names in sorted(ways().items(), key=lambda each: each[0]._meta.label):
        leads = Q()
        for name in names:
            leads |= Q(**{name: owner.pk})
        yield model._base_manager.filter(leads)


def _keys(model: type[Model]) -> dict[str, type[Model]]:
    """What each foreign key points to."""
    keys = [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
    return {field.name: field.related_model for field in keys if isinstance(field.related_model, type)}


def _ways(keys: dict[str, type[Model]], known: dict[type[Model], str]) -> Iterator[str]:
    for name, to in keys.items():
        if to is Owner:
            yield name
        elif to in known:
            yield f"{name}__{known[to]}"


def _shortest(keys: dict[str, type[Model]], known: dict[type[Model], str]) -> str:
    return min(_ways(keys, known), key=lambda way: way.count("__"), default="")
