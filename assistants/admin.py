"""The operator's page: every outgoing email, the queue in words, and holding and releasing it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from assistants.handoff import deliveries
from assistants.mail import holding, queue, trouble
from assistants.models import OutgoingEmail, Pump
from tasks import clock, dates

logger = logging.getLogger(__name__)
LIST = "admin:assistants_outgoingemail_changelist"
if TYPE_CHECKING:
    EmailAdmin = admin.ModelAdmin[OutgoingEmail]
else:
    EmailAdmin = admin.ModelAdmin


class KindFilter(admin.SimpleListFilter):
    """By kind; the kinds are known without asking every row."""

    title = parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind) for kind in sorted(settings.LETTERS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutgoingEmail]) -> QuerySet[OutgoingEmail]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class OutgoingEmailAdmin(EmailAdmin):
    """To look at, not to write: an email is changed by nobody, and its text is its owner's."""

    list_display = ("state", "kind", "to", "due", "tries", "dots", "last_code", "trouble", "owners_address")
    list_filter = ("state", KindFilter)
    list_select_related = ("owner",)
    list_per_page = 50
    # Counting once more, or for each filter, would read all rows again.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    ordering = ("-pk",)
    search_fields = ("to_email", "key", "owner__email")
    search_help_text = "An address it goes to, a key, or its owner’s address."
    fields = (
        "key", "kind", "state", "owner", "to_name", "to_email", "written_at", "due_at", "not_after", "sent_at",
        "tries", "dots", "last_code", "trouble", "transport", "lease_until",
    )  # fmt: skip
    actions = ("send_again",)

    # --- Who may, and what -------------------------------------------------
    def has_module_permission(self, request: HttpRequest) -> bool:
        return True  # the site lets in nobody but staff

    def has_view_permission(self, request: HttpRequest, obj: OutgoingEmail | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutgoingEmail | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutgoingEmail | None = None) -> bool:
        return False

    # --- The list -----------------------------------------------------------
    @admin.display(description="to whom", ordering="to_email")
    def to(self, email: OutgoingEmail) -> str:
        return email.to_email

    @admin.display(description="due", ordering="due_at")
    def due(self, email: OutgoingEmail) -> str:
        zone = timezone.get_current_timezone()
        parts = dates.short(email.due_at.astimezone(zone).date()), dates.clock(email.due_at, zone)
        return ", ".join(part.replace(" ", "\u00a0") for part in parts)

    @admin.display(description="owner", ordering="owner__email")
    def owners_address(self, email: OutgoingEmail) -> str:
        return email.owner.email

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        now = clock.now()
        look = {"queue": queue.look(now, timezone.get_current_timezone()), "title": "Outgoing email"}
        return super().changelist_view(request, (extra_context or {}) | look)

    @admin.action(description="Send again")
    def send_again(self, request: HttpRequest, emails: QuerySet[OutgoingEmail]) -> None:
        """Those that failed; of the rest it says why not."""
        now, sent, refused = clock.now(), 0, dict[str, int]()
        for email in emails.select_related("owner", "offer__handoff", "offer__assistant").order_by("pk"):
            try:
                copy = trouble.again(email, now=now)
            except trouble.NotAgain as why:
                refused[str(why)] = refused.get(str(why), 0) + 1
            else:
                sent += 1
                self.log_change(request, email, f"Sent again as {copy.key}.")
        if sent:
            self.message_user(request, f"Sent again: {sent}.", messages.SUCCESS)
        for sentence, count in refused.items():
            self.message_user(request, f"Not sent again: {count}. {sentence}", messages.WARNING)

    # --- Holding ------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        hold, release = (self.admin_site.admin_view(require_POST(view)) for view in (self.hold, self.release))
        return [
            path("hold/", hold, name="assistants_outgoingemail_hold"),
            path("release/", release, name="assistants_outgoingemail_release"),
            *super().get_urls(),
        ]

    def hold(self, request: HttpRequest) -> HttpResponse:
        holding.hold(now=clock.now())
        _log(request, "Mail is held.")
        self.message_user(request, "Mail is held. What a worker is sending at this moment still leaves.")
        return redirect(LIST)

    def release(self, request: HttpRequest) -> HttpResponse:
        typed = request.POST.get("since", "").strip()
        try:
            since = holding.moment(typed, now=clock.now()) if typed else None
        except holding.NoMoment as why:
            self.message_user(request, f"Nothing is released. {why}", messages.ERROR)
            return redirect(LIST)
        waiting, alone = holding.release(now=clock.now(), since=since, done=deliveries.hear_of)
        said = f"Released. Waiting: {waiting}. Left alone, for they may have left before: {alone}."
        _log(request, said)
        self.message_user(request, said, messages.SUCCESS)
        return redirect(LIST)


def _log(request: HttpRequest, what: str) -> None:
    if isinstance(request.user, AnonymousUser):
        raise TypeError("the site lets in nobody but staff")
    LogEntry.objects.log_actions(request.user.pk, [Pump.row()], CHANGE, change_message=what, single_object=True)
    logger.warning("owner %s at the operator's page: %s", request.user.pk, what)
