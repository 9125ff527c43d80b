"""What is the owner's, to take along and to have erased: the export, and closing the account."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from delegator.account.gates import password_asked
from tasks import clock
from tasks.fields import LineField
from tasks.forms import helper
from tasks.models import Owner
from tasks.requests import OwnerRequest

from . import closing, exports, farewells

look_or_act = require_http_methods(["GET", "HEAD", "POST"])
OTHER = "This is not the address that you sign in with."


class CloseForm(forms.Form):
    """The owner's own address, typed, so that nobody closes an account by a slip."""

    email = LineField(
        label="Write your email address to confirm",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Write the address that you sign in with."},
    )

    def __init__(self, owner: Owner, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.owner = owner
        self.helper = helper("email")

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        if typed.strip().casefold() != self.owner.email.casefold():
            raise forms.ValidationError(OTHER, code="other")
        return typed


@login_required
@look_or_act
@password_asked
def export(request: OwnerRequest) -> HttpResponseBase:
    """A button, and behind it the file."""
    if request.method != "POST":
        return render(request, "account/export.html")
    now = clock.now()
    name = f"delegator-{request.user.today(now)}.zip"
    return FileResponse(exports.write(request.user, now=now), as_attachment=True, filename=name)


@login_required
@look_or_act
@password_asked
def close(request: OwnerRequest) -> HttpResponse:
    """What goes and who is told; afterwards nobody is signed in here any more."""
    form = CloseForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        closing.close(request.user, now=clock.now())
        request.session.flush()
        request.user = AnonymousUser()  # type: ignore[assignment]
        return redirect("account_closed")
    context = {"form": form, "told": farewells.to_people(request.user), "mail_is_kept": settings.EMAIL_KEPT}
    return render(request, "account/close.html", context, status=422 if form.errors else 200)


@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """The same for everybody: there is nothing left by which to know whose it was."""
    context = {"mail_is_kept": settings.EMAIL_KEPT, "waits_days": closing.LETTERS_WAIT.days}
    return render(request, "account/closed.html", context)
