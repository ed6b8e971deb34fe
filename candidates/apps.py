from django.apps import AppConfig


class CandidatesConfig(AppConfig):
    name = "candidates"

    def ready(self) -> None:
        # ruff: noqa: PLC0415 - models can be imported only when the apps are loaded
        from candidates import checks
        from screener.background import health

        health.conditions["do_not_call_list"] = checks.missing_keys
