from django.apps import AppConfig


class ScreenerConfig(AppConfig):
    name = "screener"
    verbose_name = "Access and costs"

    def ready(self) -> None:
        from screener import checks  # noqa: F401, PLC0415 - registering needs loaded apps
        from screener.web import request_limits  # noqa: F401, PLC0415 - registering needs loaded apps
