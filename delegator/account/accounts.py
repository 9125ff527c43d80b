"""
Accounts by allauth, in our words; its mail goes through the outbox.

No secret is stored: the links of these emails are made when a worker renders them,
from the owner's state, so that using one makes it void.
"""

from __future__ import annotations

import logging
from typing import Any

from allauth.account import app_settings, forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.account.views import PasswordResetFromKeyView
from allauth.core.internal import ratelimit
from allauth.decorators import rate_limit
from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from assistants import links
from assistants.mail import outbox
from assistants.models import OutgoingEmail
from delegator.web import peers
from tasks import clock, dates
from tasks.fields import AddressField, LineField
from tasks.forms import helper
from tasks.models import Owner, new_pid

from . import addresses, forgotten, second_steps, sessions, sign_in_step

logger = logging.getLogger(__name__)
KINDS = {
    "account/email/email_confirmation": "verify",
    "account/email/email_confirmation_signup": "verify",
    "account/email/account_already_exists": "known",
}
# Longer ones are no passwords, and only cost time.
LONGEST_PASSWORD = 1024
# What the post takes (RFC 5321), and our columns.
LONGEST_ADDRESS = 254
HOW_TO_CHOOSE = "At least 12 characters. A few words in a row work well."


@method_decorator(rate_limit(action="reset_password_from_key"), name="dispatch")
class NewPasswordView(PasswordResetFromKeyView):  # type: ignore[misc]
    """
    The page behind a reset link, at an address without the token.

    Until it is used the token waits in a cookie. allauth has it wait in the session, which
    is a row of the database in clear.
    """

    def dispatch(self, request: HttpRequest, uidb36: str, key: str, **kwargs: Any) -> HttpResponseBase:
        is_waiting = key == self.reset_url_key
        self.request, self.key = request, request.COOKIES.get(settings.RESET_COOKIE_NAME, "") if is_waiting else key
        token = forms.UserTokenForm(data={"uidb36": uidb36, "key": self.key})
        self.reset_user = token.reset_user if token.is_valid() else None
        if self.reset_user is None:
            answer: HttpResponseBase = self.render_to_response(self.get_context_data(token_fail=True))
        elif is_waiting:
            if request.user.is_authenticated and request.user.pk != self.reset_user.pk:
                self.logout()
            answer = super(PasswordResetFromKeyView, self).dispatch(request, uidb36, key, **kwargs)
        else:
            answer = self._to_the_page(uidb36)
        return answer

    def _to_the_page(self, uidb36: str) -> HttpResponse:
        page = reverse("account_reset_password_from_key", args=[uidb36, self.reset_url_key])
        answer = redirect(page)
        answer.set_cookie(
            settings.RESET_COOKIE_NAME,
            self.key,
            max_age=settings.PASSWORD_RESET_TIMEOUT,
            path=page,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
        return answer


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Where allauth meets our owner, our outbox and our words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "That email and password don’t belong together.",
        "too_many_login_attempts": "Too many tries. Try again in an hour, or choose a new password.",
        "email_taken": "There is an account with this address already. Sign in instead.",
        "enter_current_password": "That is not your password now.",
        "incorrect_password": "That is not your password.",
    }

    def save_user(self, request: HttpRequest, user: Owner, form: Any, commit: bool = True) -> Owner:  # noqa: FBT001, FBT002 - allauth's signature
        given = form.cleaned_data
        user.name = given["name"]
        user.time_zone = given["time_zone"] or settings.NEW_OWNER_TIME_ZONE
        saved: Owner = super().save_user(request, user, form, commit=commit)
        return saved

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("tasks:start")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Home, and the first run for someone whose business is not written down yet."""
        owner = request.user
        return reverse("home" if isinstance(owner, Owner) and owner.tasks.exists() else "tasks:start")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        """The password alone, also of who has a second step: it is the one that every owner has."""
        url = reverse("account_reauthenticate")
        return [{"id": "reauthenticate", "description": "Your password", "url": url}] if user.is_authenticated else []

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_client_ip(self, request: HttpRequest) -> str:
        """What allauth counts by, beside the account."""
        return peers.of(request)

    def login(self, request: HttpRequest, user: Owner) -> None:
        super().login(request, user)
        sessions.begin(request)
        logger.info("owner %s signed in", user.pk)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Without a word on who was meant: some type their password into the wrong field."""
        super().authentication_failed(request, **credentials)
        logger.warning("a sign-in was refused")

    def set_password(self, user: Owner, password: str) -> None:
        """Whoever knew the old one is out, and what they asked for is called off."""
        with transaction.atomic():
            super().set_password(user, password)
            logger.info("owner %s has a new password", user.pk)
            sessions.end_others(user, self.request)
            addresses.call_off(user)
            tell_of_password(user)
        sign_in_step.forgive(self.request, user)

    def reauthenticate(self, user: Owner, password: str) -> bool:
        """By the address that they sign in with; allauth asks a table in which not everyone stands."""
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By account and peer together: who guesses from elsewhere locks nobody out."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)} {self.get_client_ip(request)}"

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """After a reset: only what was guessed at that account. allauth forgets the peer's guesses at others, too."""
        rates = settings.ACCOUNT_RATE_LIMITS["login_failed"].split(",")
        ratelimit.clear(
            request,
            app="allauth.account",
            action="login_failed",
            config={"login_failed": ",".join(rate for rate in rates if rate.endswith("/key"))},
            key=self._get_login_attempts_cache_key(request, **credentials),
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        owner = context.get("user") or Owner.objects.filter(email__same=email).first()
        kind = KINDS.get(template_prefix)
        if kind is None or owner is None:
            return
        facts = {"first_name": owner.first_name, "address": email}
        with transaction.atomic():
            outbox.put(
                kind, owner=owner, to=(owner.name, email), key=f"{kind}-{new_pid()}", facts=facts, now=clock.now()
            )

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """The pages say what happened; only a new password leads to a page that does not."""
        if message_template == "account/messages/password_changed.txt":
            messages.success(request, "Your new password works.")


def tell_of_password(owner: Owner) -> None:
    """Write to the owner that there is a new one; in the transaction that changes it."""
    facts, to = {"first_name": owner.first_name}, (owner.name, owner.email)
    outbox.put("password", owner=owner, to=to, key=f"password-{new_pid()}", facts=facts, now=clock.now())


def verify_letter(email: OutgoingEmail) -> dict[str, Any]:
    address = EmailAddress.objects.get(user=email.owner, email__same=email.facts["address"])
    key = EmailConfirmationHMAC(address).key
    return email.facts | {"url": links.absolute(reverse("account_confirm_email", args=[key]))}


def reset_letter(email: OutgoingEmail) -> dict[str, Any]:
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(email.owner)
    uid = user_pk_to_url_str(email.owner)
    return email.facts | {"url": links.absolute(reverse("account_reset_password_from_key", args=[uid, token]))}


def password_letter(email: OutgoingEmail) -> dict[str, Any]:
    """Once there is a new one."""
    return email.facts | {"url": links.absolute(reverse("account_reset_password"))}


def known_letter(email: OutgoingEmail) -> dict[str, Any]:
    return addresses.known_letter(email.facts)


class SignUpForm(forms.SignupForm):  # type: ignore[misc]
    name = LineField(
        label="Your name",
        max_length=80,
        widget=django_forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Write your name."},
    )
    # Filled by the browser; an unknown one is no reason to stop anybody.
    time_zone = django_forms.CharField(
        required=False, widget=django_forms.HiddenInput(attrs={"data-time-zone": "", "autocomplete": "off"})
    )
    field_order = ("name", "email", "password1", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self)
        self.fields["email"].help_text = "Your weekly summary goes here."
        self.fields["password1"].help_text = HOW_TO_CHOOSE
        self.helper = helper("name", "email", "password1", "time_zone")

    def clean_email(self) -> str:
        """One that can be mailed to, as for an assistant."""
        given = self.cleaned_data["email"]
        if (plain := AddressField().clean(given)) != given:
            raise django_forms.ValidationError(f"Write it as mail servers do: {plain}")
        address: str = super().clean_email()
        return address

    def try_save(self, request: HttpRequest) -> tuple[Owner | None, HttpResponse | None]:
        """For an address that has an account nothing is made, and that must not take less time."""
        if self.account_already_exists:
            Owner().set_password(self.cleaned_data["password1"])
        made: tuple[Owner | None, HttpResponse | None] = super().try_save(request)
        return made

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        return dates.canonical(name)


class SignInForm(forms.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self)
        self.fields["password"].help_text = ""
        self.helper = helper("login", "password")


class ForgottenForm(forms.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self)
        self.helper = helper("email")

    def clean_email(self) -> str:
        """Looks nothing up, unlike allauth's; see `forgotten`."""
        address: str = self.cleaned_data["email"]
        if len(address.lower()) > LONGEST_ADDRESS:
            raise django_forms.ValidationError("No address is as long as that.")
        return address

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        address: str = self.cleaned_data["email"]
        forgotten.ask(address, now=clock.now())
        return address


class NewPasswordForm(forms.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self)
        self.fields["password1"].help_text = HOW_TO_CHOOSE
        if self.user and (since := second_steps.new_since(self.user, now=clock.now())):
            day = dates.dated(since.astimezone(self.user.zone).date())
            self.fields["not_mine"] = django_forms.BooleanField(
                required=False,
                label=f"I did not set up the second step of {day}: take it off",
                help_text="Passkeys and recovery codes too. Signing in then takes the new password alone.",
            )
        self.helper = helper(*self.fields)

    def save(self) -> None:
        with transaction.atomic():
            if self.cleaned_data.get("not_mine"):
                second_steps.switch_off_all(self.user, "off_by_reset")
            super().save()


class ChangePasswordForm(forms.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self)
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].label, self.fields["password1"].help_text = "New password", HOW_TO_CHOOSE
        self.helper = helper("oldpassword", "password1", "password2")


class OnceMoreForm(forms.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_our_words(self)
        self.fields["password"].help_text = "Then it is not asked again for five minutes."


WORDS = {
    "email": ("Email", "Write your email address."),
    "login": ("Email", "Write your email address."),
    "password": ("Password", "Write your password."),
    "password1": ("Password", "Choose a password."),
    "password2": ("The same again", "Write the new password again."),
    "oldpassword": ("Your password now", "Write the password you have now."),
}


def in_our_words(form: django_forms.Form) -> None:
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name in WORDS:
            field.label, field.error_messages["required"] = WORDS[name]
        if "password" in name:
            field.validators.append(MaxLengthValidator(LONGEST_PASSWORD))
