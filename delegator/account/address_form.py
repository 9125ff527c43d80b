"""Another address to sign in by, as it is typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tasks.fields import AddressField
from tasks.forms import helper
from tasks.models import Owner


class NewAddressForm(forms.Form):
    """One that can be mailed to, and other than the one they have. Whether it is somebody’s does not show here."""

    email = AddressField(
        label="Your new address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": "Write the new address."},
    )

    def __init__(self, owner: Owner, *args: Any) -> None:
        super().__init__(*args)
        self.owner = owner
        self.helper = helper("email")

    def clean_email(self) -> str:
        """As signing up keeps it: in small letters, and as it was typed, since that is how one signs in."""
        address = str(self.cleaned_data["email"]).lower()
        if address != self.data["email"].strip().lower():
            raise ValidationError(f"Write it as mail servers do: {address}", code="plain")
        if address == self.owner.email.lower():
            raise ValidationError("This is your address already.", code="same")
        return address
