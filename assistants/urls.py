from django.urls import path, register_converter

from assistants.handoff import views as handoff_views
from assistants.handoff import write_views
from assistants.mail import views as mail_views
from assistants.plan import views as plan_views
from assistants.roster import views as roster_views
from assistants.work import views as work_views

from .months import MonthConverter

register_converter(MonthConverter, "month")

app_name = "assistants"
urlpatterns = [
    path("assistants/", roster_views.assistants, name="assistants"),
    path("assistants/new/", roster_views.assistant_new, name="assistant_new"),
    path("assistants/<int:pk>/", roster_views.assistant, name="assistant"),
    path("assistants/<int:pk>/change/", roster_views.assistant_change, name="assistant_change"),
    path("assistants/<int:pk>/away/", roster_views.assistant_away, name="assistant_away"),
    path("assistants/<int:pk>/pause/", roster_views.assistant_pause, name="assistant_pause"),
    path("assistants/<int:pk>/statement/<month:month>/", work_views.statement, name="statement"),
    path("assistants/<int:pk>/statement/<month:month>.csv", work_views.statement_csv, name="statement_csv"),
    path("assistants/<int:pk>/statement/<month:month>/pay/", work_views.statement_pay, name="statement_pay"),
    path("assistants/<int:pk>/statement/<month:month>/unpay/", work_views.statement_unpay, name="statement_unpay"),
    path("plan/", plan_views.plan, name="plan"),
    path("plan/budget/", plan_views.plan_budget, name="plan_budget"),
    path("plan/limits/", plan_views.plan_limits, name="plan_limits"),
    path("plan/more/", plan_views.plan_step, name="plan_step"),
    path("plan/tasks/<int:pk>/", plan_views.plan_who, name="plan_who"),
    path("plan/tasks/<int:pk>/wish/", plan_views.plan_wish, name="plan_wish"),
    path("plan/wishes/<int:pk>/forget/", plan_views.plan_wish_forget, name="plan_wish_forget"),
    path("hand-offs/", handoff_views.handoffs, name="handoffs"),
    path("hand-offs/new/", write_views.handoff_new, name="handoff_new"),
    path("hand-offs/<int:pk>/", handoff_views.handoff, name="handoff"),
    path("hand-offs/<int:pk>/draft/", write_views.handoff_draft, name="handoff_draft"),
    path("hand-offs/<int:pk>/discard/", handoff_views.handoff_discard, name="handoff_discard"),
    path("hand-offs/<int:pk>/undo/", handoff_views.handoff_undo, name="handoff_undo"),
    path("hand-offs/<int:pk>/withdraw/", handoff_views.handoff_withdraw, name="handoff_withdraw"),
    path("hand-offs/<int:pk>/note/", handoff_views.handoff_note, name="handoff_note"),
    path("hand-offs/<int:pk>/hours/approve/", work_views.hours_approve, name="hours_approve"),
    path("hand-offs/<int:pk>/hours/<int:line_pk>/query/", work_views.hours_query, name="hours_query"),
    path("hand-offs/<int:pk>/hours/<int:line_pk>/reopen/", work_views.hours_reopen, name="hours_reopen"),
    path("hand-offs/<int:pk>/own-time/", handoff_views.handoff_own_time, name="handoff_own_time"),
    path("hand-offs/<int:pk>/stage/", handoff_views.handoff_stage, name="handoff_stage"),
    path("hand-offs/<int:pk>/end/", handoff_views.handoff_end, name="handoff_end"),
    path("hand-offs/<int:pk>/done/", handoff_views.handoff_done, name="handoff_done"),
    path("hand-offs/<int:pk>/reopen/", handoff_views.handoff_reopen, name="handoff_reopen"),
    path("hand-offs/<int:pk>/again/", handoff_views.handoff_again, name="handoff_again"),
    path("hand-offs/<int:pk>/emails/<int:email_pk>/again/", mail_views.email_again, name="email_again"),
    path("hand-offs/<int:pk>/offers/<int:offer_pk>/terms/", write_views.handoff_terms, name="handoff_terms"),
    path("hand-offs/<int:pk>/offers/<int:offer_pk>/answer/", handoff_views.offer_answer, name="offer_answer"),
    path("hand-offs/<int:pk>/offers/<int:offer_pk>/agree/", handoff_views.offer_agree, name="offer_agree"),
    path("hand-offs/<int:pk>/offers/<int:offer_pk>/insist/", handoff_views.offer_insist, name="offer_insist"),
    path("hand-offs/<int:pk>/offers/<int:offer_pk>/else/", handoff_views.offer_else, name="offer_else"),
]
