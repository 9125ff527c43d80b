"""
The least that a page of ours can be, over the same database: session, owner, fifteen rows, a base template.

It tells how far a page is from what Django itself costs, and has no goal.
"""

from __future__ import annotations

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
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402

from tasks.models import Owner  # noqa: E402

PLACES = ["/", "/day/", "/week/", "/routine/", "/plan/", "/hand-offs/", "/assistants/", "/settings/"]


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@login_required
def page(request: HttpRequest, day: str) -> HttpResponse:
    owner = cast(Owner, request.user)
    entries = list(owner.entries.filter(day=day).select_related("task"))
    return render(request, "page.html", {"day": day, "places": PLACES, "entries": entries})


urlpatterns = [path("", alive), path("day/<str:day>/", page)]
