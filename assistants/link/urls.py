import re

from django.urls import path, re_path
from django.views.generic import RedirectView

from assistants import links

from . import person_views as link_person_views
from . import views as link_views
from . import work_views as link_work_views

app_name = "link"
urlpatterns = [
    # Who cut the token off its address has lost the link.
    path("", RedirectView.as_view(pattern_name="link:renew")),
    # Before those that begin with a token.
    path("renew/", link_person_views.renew, name="renew"),
    path("renew/sent/", link_person_views.renew_sent, name="renew_sent"),
    path("export/<str:token>/", link_person_views.export, name="export"),
    path("erase/<str:token>/", link_person_views.erase, name="erase"),
    path("weekly/<str:token>/", link_person_views.weekly_note, name="weekly_note"),
    path("<str:token>/", link_views.page, name="page"),
    re_path(rf"^(?P<token>[^/]+)/[{re.escape(links.GLUED)}]+$", link_views.page),
    path("<str:token>/accept/", link_views.accept, name="accept"),
    path("<str:token>/take-back/", link_views.take_back, name="take_back"),
    path("<str:token>/ask/", link_views.ask, name="ask"),
    path("<str:token>/change/", link_views.change, name="change"),
    path("<str:token>/keep/", link_views.keep, name="keep"),
    path("<str:token>/decline/", link_views.decline, name="decline"),
    path("<str:token>/free/", link_views.free, name="free"),
    path("<str:token>/note/", link_views.note, name="note"),
    path("<str:token>/end/", link_views.end, name="end"),
    path("<str:token>/hours/", link_work_views.hours, name="hours"),
    path("<str:token>/hours/<int:line_pk>/", link_work_views.line, name="line"),
    path("<str:token>/hours/<int:line_pk>/remove/", link_work_views.line_remove, name="line_remove"),
    path("<str:token>/timer/start/", link_work_views.timer_start, name="timer_start"),
    path("<str:token>/timer/stop/", link_work_views.timer_stop, name="timer_stop"),
    path("<str:token>/statement/<month:month>/", link_work_views.statement, name="statement"),
    path("<str:token>/statement/<month:month>.csv", link_work_views.statement_csv, name="statement_csv"),
    path("<str:token>/calendar.ics", link_work_views.calendar, name="calendar"),
    path("<str:token>/away/", link_person_views.away, name="away"),
    path("<str:token>/data/", link_person_views.data, name="data"),
    path("<str:token>/stop/", link_views.stop, name="stop"),
]
