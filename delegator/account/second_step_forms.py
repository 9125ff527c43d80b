"""The forms of the second step: a code, a new app, and the name of a passkey."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property

from tasks.fields import LineField
from tasks.forms import helper
from tasks.models import Owner

from . import sealed

PURPOSE = "new app"
# How long somebody may take to put a new app in place, in seconds.
AN_HOUR = 3600


class CodeField(forms.CharField):
    """Digits as they are written anywhere, with blanks between them or not."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


class CodeForm(forms.Form):
    """At sign-in: a code of the app, or a recovery code."""

    code = CodeField(
        label="Code",
        help_text="From your app, or one of your recovery codes.",
        error_messages={"required": "Write the code."},
    )
    helper = helper("code")


class NewAppForm(forms.Form):
    """
    The secret of a new app goes to the page and back, sealed, so that it is kept nowhere before it counts.

    It shows at once that its owner gave the password when it was made.
    """

    code = CodeField(
        label="Code from the app", help_text="Six digits.", error_messages={"required": "Write the code."}
    )
    secret = forms.CharField(widget=forms.HiddenInput, max_length=500)
    helper = helper("code", "secret")

    def __init__(self, owner: Owner, *args: Any, secret: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        self.initial["secret"] = sealed.seal(f"{owner.pk} {secret}", PURPOSE) if secret else ""

    @cached_property
    def opened(self) -> str:
        """The secret; '' if it is not one that was made for this owner in the last hour."""
        try:
            whose, _, secret = sealed.unseal(str(self["secret"].value()), PURPOSE, seconds=AN_HOUR).partition(" ")
        except sealed.Unreadable:
            return ""
        return secret if whose == str(self.owner.pk) else ""


class NameForm(forms.Form):
    name = LineField(
        label="Name",
        max_length=60,
        help_text="Such as My phone, or Key in the drawer.",
        error_messages={"required": "Write a name."},
    )
    helper = helper("name")


class PasskeyForm(NameForm):
    """Made by the browser before it is sent: no name is no reason to lose it."""

    credential = forms.CharField(widget=forms.HiddenInput, required=False)
    helper = helper("name", "credential")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
