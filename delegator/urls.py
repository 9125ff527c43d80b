"""Every address of the app, as the design names them."""

from allauth.account import views as account_views
from django.conf import settings
from django.urls import include, path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from . import (
    accounts,
    ahead,
    health,
    home,
    mailbox,
    routine,
    settings_page,
    task_page,
    unsubscribe,
    week_page,
    weekly_page,
)

handler404 = "delegator.errors.not_found"
handler500 = "delegator.errors.server_error"

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
    path("account/reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
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
    from . import operators_page  # nobody else pays for what it loads

    urlpatterns.append(path("admin/", operators_page.site.urls))
