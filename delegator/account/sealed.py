"""What must be read again and would open something: kept sealed, with a key that stands in no database."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class Unreadable(Exception):
    """It was not sealed here, was changed or is too old; or its key is listed no more."""


def seal(text: str, purpose: str) -> str:
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str, *, seconds: int | None = None) -> str:
    """The text, if it was sealed for that purpose, and not longer ago than that many seconds."""
    from cryptography.fernet import InvalidToken

    try:
        return _box(purpose).decrypt(sealed.encode(), ttl=seconds).decode()
    except (InvalidToken, UnicodeError) as error:
        raise Unreadable("It cannot be unsealed") from error


def renew(sealed: str, purpose: str) -> str:
    """The same under the newest key."""
    return seal(unseal(sealed, purpose), purpose)


def _box(purpose: str) -> MultiFernet:
    # Some megabytes, which the processes that seal nothing do without.
    from cryptography.fernet import Fernet, MultiFernet

    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(purpose, key)) for key in keys])


def _key(purpose: str, secret: str) -> bytes:
    """A key of its own for each purpose (RFC 5869), so that no text of one is taken for one of another."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(SHA256(), length=32, salt=None, info=f"delegator {purpose}".encode()).derive(secret.encode())
    return urlsafe_b64encode(derived)
