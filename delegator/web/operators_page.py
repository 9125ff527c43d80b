"""Django's admin for whoever runs the installation: behind our own sign-in, and not there for anybody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import update_wrapper
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver

from assistants.admin import LIST, OutgoingEmailAdmin
from assistants.models import OutgoingEmail
from delegator.account import gates, second_steps

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
# Accounts have pages of their own, and nothing here is looked up while typing.
NOT_HERE = {"login", "logout", "password_change", "password_change_done", "autocomplete", "view_on_site"}


class OperatorSite(AdminSite):
    site_title = site_header = "Delegator, for its operator"
    index_title = "Outgoing email"
    enable_nav_sidebar = False
    final_catch_all_view = False

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002 - Django's signature
        """
        Who is not signed in is asked to, and for a second step; to an owner who is no operator the address is an
        unknown one.
        """
        shown = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise Http404
            if not second_steps.is_proved(request):
                return gates.led_to("two_step_prove", request)
            return shown(request, *args, **kwargs)

        return cast(View, update_wrapper(inner, view))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        kept = [each for each in super().get_urls() if getattr(each, "name", None) not in NOT_HERE]
        # `admin_view` asks for the token itself; asked before, its lack would tell this address from an unknown one.
        for pattern in _patterns(kept):
            pattern.callback.csrf_exempt = True  # type: ignore[attr-defined]
        return kept

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return redirect(LIST)  # there is nothing else

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return redirect(LIST)


def _patterns(urls: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for each in urls:
        if isinstance(each, URLPattern):
            yield each
        else:
            yield from _patterns(each.url_patterns)


site = OperatorSite()
site.register(OutgoingEmail, OutgoingEmailAdmin)
