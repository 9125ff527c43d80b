from django.urls import path

from . import plan_views, roster_views, views

app_name = "assistants"
urlpatterns = [
    path("assistants/", roster_views.assistants, name="assistants"),
    path("assistants/new/", roster_views.assistant_new, name="assistant_new"),
    path("assistants/<int:pk>/", roster_views.assistant, name="assistant"),
    path("assistants/<int:pk>/change/", roster_views.assistant_change, name="assistant_change"),
    path("assistants/<int:pk>/pause/", roster_views.assistant_pause, name="assistant_pause"),
    path("plan/", plan_views.plan, name="plan"),
    path("plan/budget/", plan_views.plan_budget, name="plan_budget"),
    path("plan/limits/", plan_views.plan_limits, name="plan_limits"),
    path("plan/more/", plan_views.plan_step, name="plan_step"),
    path("plan/tasks/<int:pk>/", plan_views.plan_who, name="plan_who"),
    path("plan/tasks/<int:pk>/wish/", plan_views.plan_wish, name="plan_wish"),
    path("plan/wishes/<int:pk>/forget/", plan_views.plan_wish_forget, name="plan_wish_forget"),
    path("hand-offs/", views.handoffs, name="handoffs"),
    path("hand-offs/new/", views.handoff_new, name="handoff_new"),
    path("hand-offs/<int:pk>/", views.handoff, name="handoff"),
    path("hand-offs/<int:pk>/draft/", views.handoff_draft, name="handoff_draft"),
    path("hand-offs/<int:pk>/undo/", views.handoff_undo, name="handoff_undo"),
    path("hand-offs/<int:pk>/withdraw/", views.handoff_withdraw, name="handoff_withdraw"),
    path("hand-offs/<int:pk>/end/", views.handoff_end, name="handoff_end"),
    path("hand-offs/<int:pk>/own-time/", views.handoff_own_time, name="handoff_own_time"),
    path("hand-offs/<int:pk>/discard/", views.handoff_discard, name="handoff_discard"),
]
