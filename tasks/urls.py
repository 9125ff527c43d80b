from django.urls import path, register_converter

from . import start_views, views
from .converters import DayConverter

register_converter(DayConverter, "day")
app_name = "tasks"
urlpatterns = [
    path("start/", start_views.start_vision, name="start"),
    path("start/routine/", start_views.start_routine, name="start_routine"),
    path("start/feel/", start_views.start_feel, name="start_feel"),
    path("today/", views.today, name="today"),
    path("day/<day:day>/", views.day, name="day"),
    path("day/<day:day>/copy/", views.day_copy, name="day_copy"),
    path("routine/new/", views.task_new, name="task_new"),
    path("routine/scores/", views.scores_save, name="scores"),
    path("routine/<int:pk>/", views.task, name="task"),
    path("routine/<int:pk>/retire/", views.task_retire, name="task_retire"),
]
