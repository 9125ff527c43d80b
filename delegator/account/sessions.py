"""
Sessions in the database: a row knows only the hash of its key, and brings its owner with it.

Django's own table holds the cookie's value in clear, so that a stolen copy of the
database opens every account; and it asks for the owner in a query of their own.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, transaction
from django.db.models import CharField, DateTimeField, Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from delegator.models import Session
from tasks.models import Owner, Timer
from tasks.prepared import Prepared, given

from . import devices

# How old what is said about when a session was last seen may be: written no oftener, for every page asks for it.
SEEN_TO_WITHIN = timedelta(minutes=5)
ABOUT = ("device", "signed_in_at", "seen_at")
OWNER = [field.attname for field in Owner._meta.concrete_fields]


def _signed_in() -> QuerySet[Session, tuple[Any, ...]]:
    """What the session holds and what is known about it, whether a timer runs, and the owner column by column."""
    session = Session.objects.filter(
        key_hash=given("key_hash", CharField()), expires_at__gt=given("now", DateTimeField()), owner__isnull=False
    )
    timer = Exists(Timer.objects.filter(owner_id=OuterRef("owner_id")))
    return session.values_list("data", timer, "expires_at", *ABOUT, *(f"owner__{name}" for name in OWNER))


SIGNED_IN = Prepared(_signed_in)


class SessionStore(SessionBase):
    """What a visitor's cookie stands for, and whose it is."""

    owner: Owner | None = None
    # Whether there is, or was when this request came, a row for the key that came with it.
    is_known = False
    device = ""
    signed_in_at: datetime | None = None
    seen_at: datetime | None = None
    ends_at: datetime | None = None

    def load(self) -> dict[str, Any]:
        mine, now = _hash(self.session_key), timezone.now()
        for data, has_timer, ends_at, device, began, seen_at, *columns in SIGNED_IN.rows(key_hash=mine, now=now):
            self.device, self.signed_in_at, self.seen_at, self.ends_at = device, began, seen_at, ends_at
            self.is_known = True
            self.owner = Owner.from_db(DEFAULT_DB_ALIAS, OWNER, columns)
            if not has_timer:
                self.owner.running_timer = None  # which every page asks
            return dict(data)
        # Nobody has signed in with it yet, or it is over.
        for session in Session.objects.filter(key_hash=mine, expires_at__gt=now):
            self.device, self.signed_in_at, self.seen_at = session.device, session.signed_in_at, session.seen_at
            self.is_known, self.ends_at = True, session.expires_at
            return dict(session.data)
        self._session_key = None
        return {}

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key_hash=_hash(session_key)).exists()

    def create(self) -> None:
        data = dict(self.items())
        self._session_key = secrets.token_urlsafe(32)
        self.seen_at = timezone.now()
        self._row(data).save(force_insert=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        if must_create or self.session_key is None:
            return self.create()
        try:
            with transaction.atomic():
                # When it was seen is written by itself, and perhaps by another request meanwhile.
                written = ("owner", "data", "expires_at", "device", "signed_in_at")
                self._row(dict(self.items())).save(force_update=True, update_fields=written)
        except DatabaseError as error:  # it was ended meanwhile, and stays ended
            raise UpdateError from error
        return None

    def delete(self, session_key: str | None = None) -> None:
        Session.objects.filter(key_hash=_hash(session_key or self.session_key)).delete()

    def flush(self) -> None:
        """Whoever comes next is somebody else, who has not signed in yet."""
        super().flush()
        self.owner, self.device, self.signed_in_at, self.seen_at, self.ends_at = None, "", None, None, None

    def see(self, *, now: datetime) -> None:
        """Note that somebody is there, every few minutes. No query else, and never an error."""
        if self.seen_at and now - self.seen_at < SEEN_TO_WITHIN:
            return
        with suppress(OperationalError):  # the database is busy with something that matters
            Session.objects.filter(key_hash=key_hash(self)).update(seen_at=now)
        self.seen_at = now

    @classmethod
    def clear_expired(cls, now: datetime | None = None) -> None:
        Session.objects.filter(expires_at__lte=now or timezone.now()).delete()

    def _row(self, data: dict[str, Any]) -> Session:
        owner_id, ends = data.get(auth.SESSION_KEY), self.get_expiry_date()
        if owner_id and self.owner is None:  # nobody was signed in with it when it was read
            self.signed_in_at = self.signed_in_at or timezone.now()
        if owner_id:
            ends = min(ends, self._last_moment() or ends)
        about = {name: getattr(self, name) for name in ABOUT}
        return Session(key_hash=_hash(self.session_key), owner_id=owner_id, data=data, expires_at=ends, **about)

    def _last_moment(self) -> datetime | None:
        """However much it is used. One from before its beginning was kept ends when it did, and lives no longer."""
        return self.signed_in_at + timedelta(days=settings.SESSION_DAYS) if self.signed_in_at else self.ends_at


def key_hash(session: SessionBase) -> str:
    """What the row of that session is known by."""
    return _hash(session.session_key)


def was_found(request: HttpRequest) -> bool:
    """Whether the key that came with the request was one of a session."""
    return cast(SessionStore, request.session).is_known


def begin(request: HttpRequest) -> None:
    """Say of a session to which its owner has just signed in where it is, as its browser says, and since when."""
    session = cast(SessionStore, request.session)
    session.device = devices.in_words(request.headers.get("User-Agent", ""))
    session.signed_in_at = timezone.now()


def end_others(owner: Owner, request: HttpRequest) -> int:
    """End all sessions of the owner but the one of this request, if it is theirs; how many there were."""
    number, _ = owner.sessions.exclude(key_hash=key_hash(request.session)).delete()
    return number


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
        session.see(now=timezone.now())
        return owner
    return auth.get_user(request)
