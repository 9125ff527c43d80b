"""Whom the app writes to by itself: owners who are there, and whose address is known to be theirs."""

from django.conf import settings
from django.db.models import QuerySet

from tasks.models import Owner


def of(**wish: bool) -> QuerySet[Owner]:
    """Who wishes it, such as wants_summary=True; where mail leaves this computer, only at a verified address."""
    wanting = Owner.objects.filter(is_active=True, **wish)
    if settings.EMAIL_KEPT:
        return wanting
    return wanting.filter(emailaddress__verified=True, emailaddress__primary=True)
