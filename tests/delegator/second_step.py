"""What tests of the second step do again and again: an owner with an app, its code for a moment, a proved session."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from assistants.models import OutgoingEmail
from delegator import jobs
from delegator.account import sealed, second_steps
from tasks.models import Owner
from tests import factories
from tests.delegator.account.test_accounts import link_in
from tests.delegator.device import Device

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(at: datetime, secret: str = SECRET) -> str:
    """What the app shows at that moment."""
    return str(format_hotp_value(hotp_value(secret, int(at.timestamp()) // second_steps.PERIOD)))


def an_app(owner: Owner, secret: str = SECRET) -> Any:
    data = {"secret": sealed.seal(secret, second_steps.PURPOSE), "period": 0}
    return Authenticator.objects.create(user=owner, type=second_steps.APP, data=data)


def a_passkey(owner: Owner, name: str = "My phone") -> Any:
    """On a device that is thrown away."""
    made = json.loads(Device().make({"publicKey": {"challenge": "bm90aGluZw", "user": {"id": ""}}}))
    data = {"name": name, "credential": made}
    return Authenticator.objects.create(user=owner, type=second_steps.PASSKEY, data=data)


def noted(client: Client, owner: Owner, **record: object) -> Client:
    """As after the owner's proof of that kind, such as of the password again."""
    session = client.session
    session.update(proof(owner.pk, **record))
    session.save()
    return client


def proof(owner_pk: int, **record: object) -> dict[str, object]:
    """What the session holds of it."""
    return {
        "account_authentication_methods": [{"at": time.time(), **record}],
        "account_authentication_methods_user": str(owner_pk),
    }


def asked_again(client: Client, owner: Owner) -> Client:
    """They have just written their password once more."""
    return noted(client, owner, method="password", reauthenticated=True)


def proved(client: Client, owner: Owner) -> Client:
    """They have a second step and signed in with it."""
    row = Authenticator.objects.filter(user=owner).first() or an_app(owner)
    return noted(client, owner, method="mfa", type=row.type, id=row.pk)


def after_password(owner: Owner, path: str = "/sign-in/", password: str = factories.PASSWORD) -> Client:
    """A browser between password and second step."""
    client = Client()
    answer = client.post(path, {"login": owner.email, "password": password})
    assert answer.headers["Location"] == "/sign-in/two-step/"
    return client


def reset(owner: Owner, password: str, **more: str) -> Any:
    """The answer to a new password that was chosen by a link."""
    client = Client()
    client.post("/password/forgotten/", {"email": owner.email})
    jobs.answer_forgotten()
    sent = OutgoingEmail.objects.filter(kind="reset", owner=owner).latest("pk")
    page = client.get(link_in(sent, "/password/new/")).headers["Location"]
    return client.post(page, {"password1": password, "password2": password} | more)
