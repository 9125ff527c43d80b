"""A lost link, asked for by address."""

from __future__ import annotations

from django import forms

from tasks.fields import AddressField
from tasks.forms import helper


class RenewForm(forms.Form):
    """Whose links to send again, to that address."""

    email = AddressField(
        label="Your email address",
        max_length=254,
        error_messages={"required": "Write your email address."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    helper = helper("email")
