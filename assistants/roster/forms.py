"""The form of a person on the roster."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crispy_forms.bootstrap import PrependedText
from crispy_forms.layout import Div, Fieldset
from django import forms
from django.urls import reverse
from django.utils.html import format_html

from assistants.models import Assistant, AssistantSkill
from tasks import money, owners
from tasks.fields import (
    AddressField,
    AmountField,
    HoursField,
    LineField,
    TextField,
    ZoneField,
    hours_text,
    optional,
)
from tasks.forms import LEVELS, helper, two
from tasks.models import Owner

from . import people


class AssistantForm(forms.Form):
    """A person on the roster."""

    name = LineField(label="Name", max_length=80, error_messages={"required": "Write their name."})
    email = AddressField(
        label="Email",
        max_length=254,
        help_text="Hand-offs go here. They need no account.",
        error_messages={"required": "Write their email address."},
    )
    rate = AmountField(label="Rate an hour", error_messages={"required": "Write what an hour costs."})
    hours = HoursField(
        label="Hours a week for you",
        help_text="With the work they have from you already.",
        error_messages={"required": "Write how many hours a week they have for you."},
    )
    time_zone = ZoneField(label="Time zone", help_text="The city nearest to them.")
    new_skill = LineField(label=optional("Another skill"), required=False, max_length=40)
    new_level = forms.TypedChoiceField(
        label="How well",
        choices=LEVELS[1:],
        coerce=int,
        initial=AssistantSkill.Level.GOOD,
        required=False,
        empty_value=None,
    )
    note = TextField(
        label=optional("Your note"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Only you see this.",
    )

    def __init__(self, owner: Owner, data: Any = None, *, assistant: Assistant | None = None) -> None:
        self.owner, self.assistant = owner, assistant
        self.skills = list(owner.skills.all())
        super().__init__(data, initial=_known(owner, assistant))
        if assistant:
            self.fields["email"].help_text = "A new address gets new links; the ones that are out open nothing then."
        had = {level.skill_id: level.level for level in assistant.skill_levels.all()} if assistant else {}
        for skill in self.skills:
            self.fields[f"skill-{skill.pk}"] = forms.TypedChoiceField(
                label=skill.name,
                choices=[("", "Not their field"), *LEVELS[1:]],
                coerce=int,
                empty_value=None,
                required=False,
                initial=had.get(skill.pk, ""),
            )
        self.helper = helper(
            "name",
            "email",
            Div(PrependedText("rate", money.symbol(owner.currency)), "hours", css_class="fields"),
            "time_zone",
            Fieldset(
                "What they are good at",
                two(*(f"skill-{skill.pk}" for skill in self.skills)),
                two("new_skill", "new_level"),
            ),
            "note",
        )

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        others = self.owner.assistants.filter(email__same=address)
        other = others.exclude(pk=self.assistant.pk if self.assistant else 0).first()
        if other:
            page = reverse("assistants:assistant", args=[other.pk])
            said = format_html('<a href="{}">{}</a> is on your roster with this address already.', page, other.name)
            raise forms.ValidationError(said)
        return address

    def save(self, *, now: datetime) -> Assistant:
        given = self.cleaned_data
        levels = {skill: given[f"skill-{skill.pk}"] for skill in self.skills if given[f"skill-{skill.pk}"]}
        if given["new_skill"]:
            levels.setdefault(
                owners.skill_named(self.owner, given["new_skill"]), given["new_level"] or AssistantSkill.Level.GOOD
            )
        details = people.Details(
            name=given["name"],
            email=given["email"],
            time_zone=given["time_zone"],
            rate=given["rate"],
            weekly_minutes=given["hours"] // 60,
            note=given["note"],
            levels=levels,
        )
        return people.write(self.owner, details, self.assistant, now=now)


def _known(owner: Owner, assistant: Assistant | None) -> dict[str, Any]:
    if assistant is None:
        return {"time_zone": owner.time_zone}
    return {
        "name": assistant.name,
        "email": assistant.email,
        "rate": assistant.rate,
        "hours": hours_text(assistant.weekly_minutes),
        "time_zone": assistant.time_zone,
        "note": assistant.note,
    }
