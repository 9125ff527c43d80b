import re

from django.urls import path, re_path

from . import link_views, links

app_name = "link"
urlpatterns = [
    path("<str:token>/", link_views.page, name="page"),
    re_path(rf"^(?P<token>[^/]+)/[{re.escape(links.GLUED)}]+$", link_views.page),
    path("<str:token>/accept/", link_views.accept, name="accept"),
    path("<str:token>/decline/", link_views.decline, name="decline"),
    path("<str:token>/hours/", link_views.hours, name="hours"),
    path("<str:token>/stop/", link_views.stop, name="stop"),
]
