"""Every address of the app, as the design names them."""

from allauth.account import views as account_views
from django.conf import settings
from django.urls import include, path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from delegator.account import account_page, accounts, gates, passkeys_page, sign_in_step, two_step_page
from delegator.ahead import ahead
from delegator.mail import mailbox, unsubscribe
from delegator.privacy import your_data_page
from delegator.screens import home, routine, settings_page, task_page, week_page
from delegator.summary import weekly_page
from delegator.web import health

handler400 = "delegator.web.errors.bad_request"
handler404 = "delegator.web.errors.not_found"
handler500 = "delegator.web.errors.server_error"

account_patterns = [
    path("sign-up/", account_views.signup, name="account_signup"),
    path("sign-in/", account_views.login, name="account_login"),
    path("sign-out/", account_views.logout, name="account_logout"),
    path("sign-up/check-your-mail/", account_views.email_verification_sent, name="account_email_verification_sent"),
    path("sign-up/confirm/<str:key>/", account_views.confirm_email, name="account_confirm_email"),
    path("password/forgotten/", account_views.password_reset, name="account_reset_password"),
    path("password/forgotten/sent/", account_views.password_reset_done, name="account_reset_password_done"),
    path(
        "password/new/<slug:uidb36>/<slug:key>/",
        never_cache(accounts.NewPasswordView.as_view()),
        name="account_reset_password_from_key",
    ),
    path(
        "password/new/done/", account_views.password_reset_from_key_done, name="account_reset_password_from_key_done"
    ),
    path("password/change/", account_views.password_change, name="account_change_password"),
    path("account/inactive/", account_views.account_inactive, name="account_inactive"),
    path("account/reauthenticate/", gates.password_once(account_views.reauthenticate), name="account_reauthenticate"),
    path("account/", account_page.account, name="account"),
    path("account/address/", account_page.address, name="address"),
    path("account/address/call-off/", account_page.address_call_off, name="address_call_off"),
    path("account/address/confirm/<str:token>/", account_page.address_confirm, name="address_confirm"),
    path("account/sessions/end/", account_page.session_end, name="session_end"),
    path("account/sessions/end-others/", account_page.sessions_end_others, name="sessions_end_others"),
    path("account/export/", your_data_page.export, name="account_export"),
    path("account/close/", your_data_page.close, name="account_close"),
    path("account/closed/", your_data_page.closed, name="account_closed"),
]

# allauth knows the second step by its own name for it.
second_step_patterns = [
    path("sign-in/two-step/", sign_in_step.second_step, name="mfa_authenticate"),
    path("sign-in/two-step/challenge/", sign_in_step.second_step_challenge, name="second_step_challenge"),
    path("sign-in/passkey/", sign_in_step.passkey, name="passkey_sign_in"),
    path("sign-in/passkey/challenge/", sign_in_step.passkey_challenge, name="passkey_sign_in_challenge"),
    path("account/two-step/", two_step_page.overview, name="two_step"),
    path("account/two-step/set-up/", two_step_page.set_up, name="two_step_set_up"),
    path("account/two-step/off/", two_step_page.off, name="two_step_off"),
    path("account/two-step/codes/", two_step_page.codes, name="two_step_codes"),
    path("account/two-step/prove/", sign_in_step.prove, name="two_step_prove"),
    path("account/two-step/prove/challenge/", sign_in_step.prove_challenge, name="two_step_prove_challenge"),
    path("account/passkeys/", passkeys_page.passkey_list, name="passkeys"),
    path("account/passkeys/add/", passkeys_page.passkey_add, name="passkey_add"),
    path("account/passkeys/add/challenge/", passkeys_page.passkey_challenge, name="passkey_challenge"),
    path("account/passkeys/<int:pk>/", passkeys_page.passkey, name="passkey"),
    path("account/passkeys/<int:pk>/remove/", passkeys_page.passkey_remove, name="passkey_remove"),
]

urlpatterns = [
    path("", home.home, name="home"),
    # Before those of the same address below, which know nothing of who has a task.
    path("routine/<int:pk>/", task_page.task),
    path("routine/<int:pk>/retire/", task_page.task_retire),
    path("", include("tasks.urls")),
    path("", include("assistants.urls")),
    path("h/", include("assistants.link.urls")),
    path("", include(account_patterns)),
    path("", include(second_step_patterns)),
    path("plan/ahead/", ahead.plan_ahead, name="plan_ahead"),
    path("plan/ahead/reminders/", ahead.reminder_keep, name="ahead_remind"),
    path("plan/ahead/reminders/<int:pk>/", ahead.reminder_move, name="ahead_reminder_move"),
    path("plan/ahead/reminders/<int:pk>/remove/", ahead.reminder_remove, name="ahead_reminder_remove"),
    path("routine/", routine.routine, name="routine"),
    path("routine/hold/", routine.scores_hold, name="scores_hold"),
    path("week/", week_page.this_week, name="this_week"),
    path("week/<week:week>/", week_page.week, name="week"),
    path("week/<week:week>/copy/", week_page.week_copy, name="week_copy"),
    path("week/<week:week>/summary/", weekly_page.summary, name="summary"),
    path("settings/", settings_page.settings_page, name="settings"),
    path("settings/days-off/", settings_page.day_off_add, name="day_off_add"),
    path("settings/days-off/<int:pk>/remove/", settings_page.day_off_remove, name="day_off_remove"),
    path("mail/", mailbox.mail, name="mail"),
    path("mail/<int:pk>/", mailbox.email, name="email"),
    path("mail/<int:pk>/body/", mailbox.body, name="email_body"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("unsubscribe/<str:token>/reminders/", unsubscribe.unsubscribe_reminders, name="unsubscribe_reminders"),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("favicon.ico", RedirectView.as_view(url="/static/favicon.svg"), name="favicon"),
]
if settings.ADMIN:
    from delegator.web import operators_page  # nobody else pays for what it loads

    urlpatterns.append(path("admin/", operators_page.site.urls))
