"""The list of time zones, which is drawn by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.test.html import parse_html

from tasks.fields import ZoneField, ZoneSelect


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "Nowhere/<b>", "", None])
def test_the_list_of_zones_is_as_django_draws_it(zone: str | None) -> None:
    known: Any = ZoneField().choices
    choices = [*known, ("<i>", [('"x"', "<b> & co")])]
    given = {"id": "id_zone", "required": True, "aria-invalid": "true", "disabled": False}
    drawn, usual = (
        each(attrs={"class": "wide"}, choices=choices).render("zone", zone, given)
        for each in (ZoneSelect, forms.Select)
    )
    assert parse_html(drawn) == parse_html(usual)
    assert ("selected" in drawn) == (zone in ("Europe/Berlin", "UTC"))
