from django.apps import AppConfig


class InterviewsConfig(AppConfig):
    name = "interviews"

    def ready(self) -> None:
        from interviews.calling import checks  # noqa: F401, PLC0415 - registering needs loaded apps
