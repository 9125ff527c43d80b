"""
Sessions in the database: a row knows only the hash of its key, and brings its owner with it.

Django's own table holds the cookie's value in clear, so that a stolen copy of the
database opens every account; and it asks for the owner in a query of their own.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, transaction
from django.db.models import CharField, DateTimeField, Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tasks.models import Owner, Timer
from tasks.prepared import Prepared, given

from .models import Session

OWNER = [field.attname for field in Owner._meta.concrete_fields]


def _signed_in() -> QuerySet[Session, tuple[Any, ...]]:
    """What the session holds, whether a timer runs, and the owner column by column."""
    session = Session.objects.filter(
        key_hash=given("key_hash", CharField()), expires_at__gt=given("now", DateTimeField()), owner__isnull=False
    )
    timer = Exists(Timer.objects.filter(owner_id=OuterRef("owner_id")))
    return session.values_list("data", timer, *(f"owner__{name}" for name in OWNER))


SIGNED_IN = Prepared(_signed_in)


class SessionStore(SessionBase):
    """What a visitor's cookie stands for, and whose it is."""

    owner: Owner | None = None

    def load(self) -> dict[str, Any]:
        key_hash, now = _hash(self.session_key), timezone.now()
        for data, has_timer, *columns in SIGNED_IN.rows(key_hash=key_hash, now=now):
            self.owner = Owner.from_db(DEFAULT_DB_ALIAS, OWNER, columns)
            if not has_timer:
                self.owner.running_timer = None  # which every page asks
            return dict(data)
        # Nobody has signed in with it yet, or it is over.
        for session in Session.objects.filter(key_hash=key_hash, expires_at__gt=now):
            return dict(session.data)
        self._session_key = None
        return {}

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key_hash=_hash(session_key)).exists()

    def create(self) -> None:
        data = dict(self.items())
        self._session_key = secrets.token_urlsafe(32)
        self._row(data).save(force_insert=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        if must_create or self.session_key is None:
            return self.create()
        try:
            with transaction.atomic():
                self._row(dict(self.items())).save(force_update=True)
        except DatabaseError as error:  # it was ended meanwhile, and stays ended
            raise UpdateError from error
        return None

    def delete(self, session_key: str | None = None) -> None:
        Session.objects.filter(key_hash=_hash(session_key or self.session_key)).delete()

    @classmethod
    def clear_expired(cls, now: datetime | None = None) -> None:
        Session.objects.filter(expires_at__lte=now or timezone.now()).delete()

    def _row(self, data: dict[str, Any]) -> Session:
        owner_id, ends = data.get(auth.SESSION_KEY), self.get_expiry_date()
        return Session(key_hash=_hash(self.session_key), owner_id=owner_id, data=data, expires_at=ends)


def _hash(session_key: str | None) -> str:
    return sha256((session_key or "").encode()).hexdigest()


def visitor(request: HttpRequest) -> Owner | AnonymousUser:
    """
    The signed-in owner, as `auth.get_user` finds them, but without its query.

    A session whose hash of the password doesn't fit at once is left to Django, which
    knows of older secret keys and ends the rest.
    """
    session = cast(SessionStore, request.session)
    password_hash = session.get(auth.HASH_SESSION_KEY, "")  # loads the session, and with it the owner
    owner = session.owner
    if owner and owner.is_active and constant_time_compare(password_hash, owner.get_session_auth_hash()):
        return owner
    return auth.get_user(request)
