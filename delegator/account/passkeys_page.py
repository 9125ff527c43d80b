"""The owner's passkeys: which there are, adding one, giving it a name, removing it."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tasks.models import Owner
from tasks.requests import OwnerRequest

from . import passkeys, second_steps
from .gates import password_asked
from .second_step_forms import NameForm, PasskeyForm
from .sessions import end_others
from .two_step_page import told_codes


@login_required
def passkey_list(request: OwnerRequest) -> HttpResponse:
    return render(request, "two_step/passkeys.html", {"stands": second_steps.of(request.user)})


@sensitive_post_parameters("credential")
@login_required
@password_asked
def passkey_add(request: OwnerRequest) -> HttpResponse:
    owner = request.user
    form = PasskeyForm(request.POST or None, initial={"name": passkeys.default_name(owner)})
    if form.is_valid():
        name = form.cleaned_data["name"] or passkeys.default_name(owner)
        try:
            row, codes = passkeys.add(request, owner, name, form.cleaned_data["credential"])
            second_steps.prove(request, row)
        except second_steps.Refused as why:
            form.add_error(None, str(why))
        else:
            if codes:  # it is the first second step: other browsers were signed in without one
                end_others(owner, request)
            return told_codes(request, codes, f"{name} was added.")
    context = {"form": form, "next": get_next_redirect_url(request)}
    return render(request, "two_step/passkey_add.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
@password_asked
def passkey_challenge(request: OwnerRequest) -> HttpResponse:
    return JsonResponse(passkeys.invite(request.user))


@login_required
def passkey(request: OwnerRequest, pk: int) -> HttpResponse:
    row = _one(request.user, pk)
    form = NameForm(request.POST or None, initial={"name": row.data["name"]})
    if form.is_valid():
        passkeys.rename(row, form.cleaned_data["name"])
        messages.success(request, "The name is saved.")
        return redirect("passkeys")
    context = {"form": form, "passkey": row}
    return render(request, "two_step/passkey.html", context, status=422 if form.errors else 200)


@login_required
def passkey_remove(request: OwnerRequest, pk: int) -> HttpResponse:
    return _remove(request, _one(request.user, pk))


@password_asked
def _remove(request: OwnerRequest, row: Any) -> HttpResponse:
    if request.method != "POST":  # back from the password
        return redirect("passkey", row.pk)
    passkeys.remove(request.user, row)
    messages.success(request, f"{row.data['name']} was removed.")
    return redirect("passkeys")


def _one(owner: Owner, pk: int) -> Any:
    row = next((row for row in second_steps.of(owner).passkeys if row.pk == pk), None)
    if row is None:
        raise Http404
    return row
