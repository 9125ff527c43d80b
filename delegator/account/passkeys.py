"""
Passkeys: made on an owner's device, they sign in without a password, or are the second step after it.

allauth and fido2 check what the browser brings; what is kept of it is the public half. A
passkey is always one that asks its holder for a finger, a face or a PIN, so it is two factors.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from allauth.mfa.models import Authenticator
from django.db import DatabaseError, transaction
from django.http import HttpRequest

from tasks.models import Owner

from . import second_steps
from .second_steps import Refused

MOST = 20
# Characters: what a browser brings is some two thousand.
MOST_BROUGHT = 20_000
NOT_KNOWN = "That passkey is not known here, or it took too long. Try again."
Found = TypeVar("Found")


# --- Making one ----------------------------------------------------------------
def invite(owner: Owner) -> dict[str, Any]:
    """What the browser needs to make one; the session remembers the challenge in it."""
    from allauth.mfa.webauthn.internal import auth

    made: dict[str, Any] = auth.begin_registration(owner, passwordless=True)
    return made


def add(request: HttpRequest, owner: Owner, name: str, brought: str) -> tuple[Any, list[str]]:
    """The row of it, and new recovery codes if there were none; Refused if it does not answer the challenge."""
    public = _checked(lambda: _registered(request, _parsed(brought)))
    with transaction.atomic():
        second_steps.take_turns(owner)
        if len(second_steps.of(owner).passkeys) >= MOST:
            raise Refused(f"You have {MOST} passkeys, which is the most. Remove one that you do not use first.")
        data = {"name": name, "credential": public}
        row = Authenticator.objects.create(user=owner, type=second_steps.PASSKEY, data=data)
        second_steps.tell(owner, "passkey_added", name=name)
        return row, second_steps.codes_if_none(owner)


def _registered(request: HttpRequest, brought: dict[str, Any]) -> dict[str, Any]:
    from allauth.mfa.webauthn.internal import auth
    from fido2.utils import websafe_encode
    from fido2.webauthn import RegistrationResponse

    parsed = RegistrationResponse.from_dict(brought)
    _must_be_here(request, parsed.response.client_data.origin)
    auth.complete_registration(brought)
    name = websafe_encode(parsed.raw_id)
    # Written anew: what else a browser says of it is of no use, and could be anything.
    return {
        "id": name,
        "rawId": name,
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(parsed.response.client_data),
            "attestationObject": websafe_encode(parsed.response.attestation_object),
        },
        "clientExtensionResults": {},
    }


def default_name(owner: Owner) -> str:
    return f"Passkey {len(second_steps.of(owner).passkeys) + 1}"


def rename(row: Any, name: str) -> None:
    row.data["name"] = name
    Authenticator.objects.filter(pk=row.pk).update(data=row.data)  # it may have been removed meanwhile


def remove(owner: Owner, row: Any) -> None:
    with transaction.atomic():
        second_steps.take_turns(owner)
        if Authenticator.objects.filter(pk=row.pk).delete()[0]:
            second_steps.tell(owner, "passkey_removed", name=row.data["name"])
        second_steps.drop_lone_codes(owner)


# --- Showing one -----------------------------------------------------------------
def ask(owner: Owner | None) -> dict[str, Any]:
    """What the browser needs to show one of that owner, or any that is known here; the session remembers it."""
    from allauth.mfa.webauthn.internal import auth

    made: dict[str, Any] = auth.begin_authentication(owner)
    return made


def find(request: HttpRequest, owner: Owner | None, brought: str) -> Any:
    """The row of the passkey that answers the challenge, one of that owner if there is one; else Refused."""
    return _checked(lambda: _authenticated(request, owner, _parsed(brought)))


def _authenticated(request: HttpRequest, owner: Owner | None, brought: dict[str, Any]) -> Any:
    from allauth.mfa.webauthn.internal import auth

    parsed = auth.parse_authentication_response(brought)
    _must_be_here(request, parsed.response.client_data.origin)
    whose = owner or auth.extract_user_from_response(brought)
    return auth.complete_authentication(whose, brought)


# --- What a browser brings ---------------------------------------------------------
def _parsed(brought: str) -> dict[str, Any]:
    found = json.loads(brought[:MOST_BROUGHT])
    if not isinstance(found, dict):
        raise TypeError("It is no object")
    return found


def _must_be_here(request: HttpRequest, origin: str) -> None:
    """fido2 takes a page of any host below ours for ours."""
    if origin != f"{request.scheme}://{request.get_host()}":
        raise ValueError("It was made for another page")


def _checked(read: Callable[[], Found]) -> Found:
    try:
        return read()
    except DatabaseError:
        raise
    except Exception as error:
        # Anybody may send anything, and JSON, CBOR and cryptography fail in a dozen ways of their own.
        raise Refused(NOT_KNOWN) from error
