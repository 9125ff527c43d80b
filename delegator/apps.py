from django.apps import AppConfig


class DelegatorConfig(AppConfig):
    name = "delegator"

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed

        from delegator.account import second_steps

        authentication_step_completed.connect(second_steps.take_new_key)
