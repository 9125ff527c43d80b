"""
The second step of signing in: codes from an app, passkeys, and recovery codes for when both are lost.

allauth has the rows and the stage of signing in; the secrets in them are sealed. A code is good for its half minute
and the next one, since clocks differ and people type slowly (RFC 6238, 5.2). It works once: the row knows the last
half minute that was used, and nothing of it or before is taken.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Min
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from assistants import links
from assistants.mail import outbox
from assistants.models import OutgoingEmail
from tasks import clock
from tasks.models import Owner, new_pid

from . import sealed

logger = logging.getLogger(__name__)
PURPOSE = "second step"
APP, CODES, PASSKEY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES, Authenticator.Type.WEBAUTHN
# How many recovery codes there are, and for how many seconds a code of the app is the one to write.
MOST_CODES, PERIOD = 10, 30
HALF_MINUTE = timedelta(seconds=PERIOD)
# For how long after it was set up the mailbox stands above it.
A_WEEK = timedelta(days=7)
# What each of them is sealed under in the row of its kind.
SECRETS = {APP: "secret", CODES: "seed"}


class Refused(Exception):
    """That is not the proof of a second step; the message is for the owner to read."""


class AlreadyOn(Exception):
    """There is an app already; to have another one it is switched off first."""


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Where allauth's second step meets our seal and our name."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": "That passkey is not known here."}

    def get_totp_issuer(self) -> str:
        return "Delegator"

    def encrypt(self, text: str) -> str:
        return sealed.seal(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return sealed.unseal(encrypted_text, PURPOSE)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        known: dict[str, str] = super().get_public_key_credential_rp_entity()
        return known | {"name": "Delegator"}


# --- What stands ---------------------------------------------------------------
class Standing(NamedTuple):
    """What an owner has; the pages say it."""

    app: Any
    codes_left: int
    passkeys: list[Any]

    @property
    def is_on(self) -> bool:
        return bool(self.app or self.passkeys)


def of(owner: Owner) -> Standing:
    rows = list(Authenticator.objects.filter(user=owner).order_by("pk"))
    app = next((row for row in rows if row.type == APP), None)
    codes = next((row for row in rows if row.type == CODES), None)
    used = codes.data["used_mask"].bit_count() if codes else MOST_CODES
    return Standing(app, MOST_CODES - used, [row for row in rows if row.type == PASSKEY])


def has_one(owner: AbstractBaseUser) -> bool:
    """Whether signing in takes a second step; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user_id=owner.pk, type__in=[APP, PASSKEY]).exists())


def new_since(owner: Owner, *, now: datetime) -> datetime | None:
    """
    When two-step sign-in was set up, if that is less than a week ago; else None.

    Till then it can be taken off with a new password, from the owner's mailbox: it may be a thief of the password who
    set it up. Whoever holds the mailbox alone gains nothing that they could not do a week before.
    """
    steps = Authenticator.objects.filter(user=owner, type__in=[APP, PASSKEY])
    since: datetime | None = steps.aggregate(since=Min("created_at"))["since"]
    return since if since and since > now - A_WEEK else None


def is_proved(request: HttpRequest) -> bool:
    """Whether whoever sits there has shown a second step since they signed in."""
    from allauth.account.internal.flows.login import get_authentication_records

    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def prove(request: HttpRequest, row: Any, *, passwordless: bool = False) -> None:
    """Note in the session that it was shown; Refused if it was taken off meanwhile."""
    from allauth.account.internal.flows.login import record_authentication

    # Not by allauth, to which a row that is gone is an error of the database.
    if not Authenticator.objects.filter(pk=row.pk).update(last_used_at=timezone.now()):
        raise Refused("That second step was taken off meanwhile.")
    more = {"passwordless": True} if passwordless else {}
    record_authentication(request, row.user, "mfa", id=row.pk, type=row.type, **more)


def take_new_key(request: HttpRequest, **_: object) -> None:
    """
    Know the session by another key after each proof, also of the password: one planted before is worth nothing.

    For the signal that allauth sends then; Django does it only at the end of signing in.
    """
    if request.session.session_key:
        request.session.cycle_key()


# --- The app -------------------------------------------------------------------
def new_secret() -> str:
    from allauth.mfa.totp.internal.auth import generate_totp_secret

    return str(generate_totp_secret())


def switch_on(owner: Owner, secret: str, code: str, *, now: datetime) -> tuple[Any, list[str]]:
    """The row of the app, and new recovery codes if there were none; Refused if that is not the code for now."""
    period = _fitting(secret, code, now)
    if period is None:
        raise Refused("That is not the code for now. Write the one that the app shows; each works for a minute.")
    with transaction.atomic():
        take_turns(owner)
        if Authenticator.objects.filter(user=owner, type=APP).exists():
            raise AlreadyOn
        data = {"secret": sealed.seal(secret, PURPOSE), "period": period}
        row = Authenticator.objects.create(user=owner, type=APP, data=data)
        tell(owner, "on")
        return row, codes_if_none(owner)


def switch_off(owner: Owner) -> None:
    """The app alone; with nothing else left the recovery codes go as well."""
    with transaction.atomic():
        take_turns(owner)
        if Authenticator.objects.filter(user=owner, type=APP).delete()[0]:
            tell(owner, "off")
        drop_lone_codes(owner)


def switch_off_all(owner: Owner, what: str = "off_by_operator") -> bool:
    """Let in who has lost everything, or has a thief's; False if there was nothing to switch off."""
    with transaction.atomic():
        take_turns(owner)
        gone = bool(Authenticator.objects.filter(user=owner).delete()[0])
        if gone:
            tell(owner, what)
        return gone


def _period(now: datetime) -> int:
    return int(now.timestamp()) // PERIOD


def _fitting(secret: str, code: str, now: datetime) -> int | None:
    """The half minute that it is the code of, this one or the one before; None if it is of neither."""
    return next((period for period in (_period(now), _period(now) - 1) if _is_code(secret, code, period)), None)


def _is_code(secret: str, code: str, period: int) -> bool:
    from allauth.core.internal.cryptokit import compare_user_code
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return bool(compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, period))))


# --- A code that somebody writes --------------------------------------------------
def use_code(owner: Owner, code: str, *, now: datetime) -> Any:
    """The row of the app or of the recovery codes that it is a code of, which is used up by that; else Refused."""
    with transaction.atomic():
        for row in Authenticator.objects.select_for_update().filter(user=owner, type__in=[APP, CODES]):
            try:
                fits = _use_app(row, code, now) if row.type == APP else _use_recovery_code(owner, row, code)
            except sealed.Unreadable:
                logger.exception("The %s of owner %s cannot be read: is its key still listed?", row.type, owner.pk)
                continue
            if fits:
                return row
    raise Refused("That is not the code for now, or it was used before.")


def _use_app(row: Any, code: str, now: datetime) -> bool:
    period = _fitting(sealed.unseal(row.data["secret"], PURPOSE), code, now)
    if period is None or period <= row.data["period"]:
        return False
    row.data["period"] = period
    row.save(update_fields=["data"])
    return True


def _use_recovery_code(owner: Owner, row: Any, code: str) -> bool:
    codes = row.wrap()
    if not codes.validate_code(code):
        return False
    tell(owner, "code_used", left=len(codes.get_unused_codes()))
    return True


# --- Recovery codes ----------------------------------------------------------------
def new_codes(owner: Owner) -> list[str]:
    """The only time that they are told; those from before work no more."""
    with transaction.atomic():
        take_turns(owner)
        Authenticator.objects.filter(user=owner, type=CODES).delete()
        tell(owner, "new_codes")
        return codes_if_none(owner)


def codes_if_none(owner: Owner) -> list[str]:
    """New recovery codes for an owner who has no row of them; else nothing."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    if Authenticator.objects.filter(user=owner, type=CODES).exists():
        return []
    return _written(RecoveryCodes.activate(owner))


def unused_codes(owner: Owner) -> list[str]:
    """All of them, as they are told when they are made; nothing once the first was used."""
    row = Authenticator.objects.filter(user=owner, type=CODES).first()
    return _written(row.wrap()) if row and not row.data["used_mask"] else []


def _written(codes: Any) -> list[str]:
    return [f"{code[:4]} {code[4:]}" for code in codes.generate_codes()]


def drop_lone_codes(owner: Owner) -> None:
    if not has_one(owner):
        Authenticator.objects.filter(user=owner, type=CODES).delete()


# --- A new key for what is sealed ----------------------------------------------------
def renew_seals() -> Iterator[tuple[Any, bool]]:
    """Seal all secrets anew with the newest key: each row, and whether its secret could be read."""
    for pk in Authenticator.objects.filter(type__in=[APP, CODES]).values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is None:
                continue
            name = SECRETS[row.type]
            try:
                row.data[name] = sealed.renew(row.data[name], PURPOSE)
            except sealed.Unreadable:
                yield row, False
                continue
            row.save(update_fields=["data"])
        yield row, True


# --- Its letters -----------------------------------------------------------------------
TOLD = {
    "on": ("two-step sign-in is on", "From now on, signing in takes a code from your app after the password."),
    "off": ("two-step sign-in is off", "Codes from your app are not asked for any more."),
    "off_by_operator": (
        "your second step was taken off",
        "The person who runs this installation did it, so that you can sign in with your password alone. "
        "Set up a second step again soon.",
    ),
    "off_by_reset": (
        "your second step was taken off",
        "It was done with a new password, by a link in your mail. Signing in takes that password alone.",
    ),
    "new_codes": ("you have new recovery codes", "Those from before work no more."),
    "code_used": ("a recovery code was used", "It was used to sign in, after your password."),
    "passkey_added": ("a passkey was added", "It signs in to your account without the password."),
    "passkey_removed": ("a passkey was removed", "It does not sign in to your account any more."),
}


def tell(owner: Owner, what: str, **facts: object) -> None:
    """Write to the owner what changed, and nothing that opens anything; in the transaction that changes it."""
    outbox.put(
        "two_step",
        owner=owner,
        to=(owner.name, owner.email),
        key=f"two_step-{new_pid()}",
        facts={"first_name": owner.first_name, "what": what} | facts,
        now=clock.now(),
    )


def letter(email: OutgoingEmail) -> dict[str, Any]:
    headline, said = TOLD[email.facts["what"]]
    if "left" in email.facts:
        left = email.facts["left"]
        said += f" {left} {'is' if left == 1 else 'are'} left." if left else " It was the last one: make new ones."
    return email.facts | {
        "headline": headline,
        "said": said,
        "url": links.absolute(reverse("two_step")),
        "reset_url": links.absolute(reverse("account_reset_password")),
    }


def take_turns(owner: Owner) -> None:
    """Two requests of one owner take turns."""
    Owner.objects.select_for_update().get(pk=owner.pk)
