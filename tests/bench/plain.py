"""
The least that a page and a write of ours can be, over the same database, by Django's own means.

The page: session, owner, fifteen rows, a base template. The write: session, owner, CSRF, one row
inserted, JSON. They tell what Django itself costs on this machine, and have no goal. Run as a
module it makes a session for the first owner there is, and prints its key.
"""

from __future__ import annotations

import json
from typing import cast

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse

from delegator import settings as ours

BASE = """{% load static %}<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title>
<link rel="stylesheet" href="{% static "css/plain.css" %}"></head>
<body><header>{{ user.name }}</header>
<nav>{% for place in places %}<a href="{{ place }}">{{ place }}</a>{% endfor %}</nav>
<main>{% for message in messages %}<p>{{ message }}</p>{% endfor %}{% block main %}{% endblock %}</main></body>
</html>"""
PAGE = """{% extends "base.html" %}{% block title %}{{ day }}{% endblock %}
{% block main %}<h1>{{ day }}</h1><form method="post">{% csrf_token %}<ol>
{% for entry in entries %}<li><a href="/{{ entry.pk }}/">{{ entry.task.name }}</a> {{ entry.seconds }}</li>
{% endfor %}
</ol></form>{% endblock %}"""

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY=ours.SECRET_KEY,
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    USE_I18N=False,
    STATIC_URL="/static/",
    DATABASES=ours.DATABASES,
    DEFAULT_AUTO_FIELD=ours.DEFAULT_AUTO_FIELD,
    AUTH_USER_MODEL=ours.AUTH_USER_MODEL,
    SESSION_COOKIE_NAME=ours.SESSION_COOKIE_NAME,
    CSRF_COOKIE_NAME=ours.CSRF_COOKIE_NAME,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "tasks",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"base.html": BASE, "page.html": PAGE})],
                    )
                ],
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ],
)
application = get_wsgi_application()

# What follows needs the settings and the models above.
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

from tasks.models import Owner, TimeEntry  # noqa: E402

PLACES = ["/", "/day/", "/week/", "/routine/", "/plan/", "/hand-offs/", "/assistants/", "/settings/"]


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@login_required
def page(request: HttpRequest, day: str) -> HttpResponse:
    owner = cast(Owner, request.user)
    entries = list(owner.entries.filter(day=day).select_related("task"))
    return render(request, "page.html", {"day": day, "places": PLACES, "entries": entries})


@login_required
def write(request: HttpRequest) -> HttpResponse:
    sent = json.loads(request.body)
    owner = cast(Owner, request.user)
    entry = TimeEntry(owner_id=owner.pk, source=TimeEntry.Source.IMPORT, changed_at=timezone.now(), **sent)
    entry.save(force_insert=True)
    return JsonResponse({"saved": entry.pk})


urlpatterns = [path("", alive), path("day/<str:day>/", page), path("write/", write)]

if __name__ == "__main__":
    call_command("migrate", "sessions", verbosity=0)
    browser = Client()
    browser.force_login(Owner.objects.earliest("pk"))
    print(browser.cookies["sid"].value)
