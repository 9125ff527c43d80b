from django.apps import AppConfig


class DelegatorConfig(AppConfig):
    name = "delegator"
