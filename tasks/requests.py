"""The request of a signed-in owner."""

from django.http import HttpRequest

from .models import Owner


class OwnerRequest(HttpRequest):
    """What a view behind `login_required` gets."""

    user: Owner
