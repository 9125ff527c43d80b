from django.urls import path

from . import link_views

app_name = "link"
urlpatterns = [
    path("<str:token>/", link_views.page, name="page"),
    path("<str:token>/accept/", link_views.accept, name="accept"),
    path("<str:token>/decline/", link_views.decline, name="decline"),
    path("<str:token>/hours/", link_views.hours, name="hours"),
    path("<str:token>/stop/", link_views.stop, name="stop"),
]
