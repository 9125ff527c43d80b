from django.urls import path, register_converter

from . import day_views, import_views, report_views, start_views, time_views, timer_views, views
from .converters import DayConverter, WeekConverter

register_converter(DayConverter, "day")
register_converter(WeekConverter, "week")
app_name = "tasks"
urlpatterns = [
    path("start/", start_views.start_vision, name="start"),
    path("start/routine/", start_views.start_routine, name="start_routine"),
    path("start/feel/", start_views.start_feel, name="start_feel"),
    path("today/", day_views.today, name="today"),
    path("day/<day:day>/", day_views.day, name="day"),
    path("day/<day:day>/copy/", day_views.day_copy, name="day_copy"),
    path("day/<day:day>/entries/", day_views.day_entries, name="day_entries"),
    path("entry/<int:pk>/note/", day_views.entry_note, name="entry_note"),
    path("week/import/", import_views.hours_import, name="import"),
    path("undo/", day_views.undo, name="undo"),
    path("reading/", time_views.reading, name="reading"),
    path("times/", time_views.times, name="times"),
    path("timer/", timer_views.timer, name="timer"),
    path("timer/start/", timer_views.timer_start, name="timer_start"),
    path("timer/stop/", timer_views.timer_stop, name="timer_stop"),
    path("timer/answer/", timer_views.timer_answer, name="timer_answer"),
    path("reports/", report_views.report, name="reports"),
    path("reports/report.csv", report_views.report_csv, name="report_csv"),
    path("routine/new/", views.task_new, name="task_new"),
    path("routine/scores/", views.scores_save, name="scores"),
    path("routine/<int:pk>/", views.task, name="task"),
    path("routine/<int:pk>/retire/", views.task_retire, name="task_retire"),
    path("routine/<int:pk>/back/", views.task_back, name="task_back"),
    path("routine/<int:pk>/brief/<int:version>/", views.brief, name="brief"),
]
