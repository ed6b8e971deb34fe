from django.apps import AppConfig


class ScreenerConfig(AppConfig):
    name = "screener"
    verbose_name = "Access and costs"

    def ready(self) -> None:
        from screener import checks, reading  # noqa: F401, PLC0415 - registering needs loaded apps
