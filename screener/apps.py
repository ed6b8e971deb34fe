from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class ScreenerAdminConfig(AdminConfig):
    default_site = "screener.admin_site.ScreenerAdminSite"


class ScreenerConfig(AppConfig):
    name = "screener"
    verbose_name = "Access and costs"

    def ready(self) -> None:
        # ruff: noqa: PLC0415 - registering needs loaded apps
        from screener import checks  # noqa: F401
        from screener.access.role_setup import set_up_roles
        from screener.background import health
        from screener.background.queue_figures import queue_figures
        from screener.background.restore_hold import unconfirmed_restore
        from screener.backup import checks as backup_checks  # noqa: F401
        from screener.db import replica  # noqa: F401
        from screener.db.translated_names import translate_names
        from screener.deployment import checks as deployment_checks  # noqa: F401
        from screener.encryption import checks as encryption_checks
        from screener.encryption.data_keys import make_shared_key
        from screener.metrics.figures import sources
        from screener.sandbox import checks as sandbox_checks  # noqa: F401
        from screener.sign_in import checks as sign_in_checks  # noqa: F401
        from screener.telemetry import checks as telemetry_checks
        from screener.telemetry.json_lines import configure_structlog
        from screener.web import language, request_limits  # noqa: F401

        configure_structlog()
        sources.append(queue_figures)
        if settings.OTEL_EXPORTER_OTLP_ENDPOINT and not telemetry_checks.missing_package("opentelemetry"):
            from screener.telemetry import opentelemetry_traces, traces

            traces.record_with(opentelemetry_traces.configured_recorder())
        translate_names()
        post_migrate.connect(set_up_roles, dispatch_uid="roles")
        post_migrate.connect(make_shared_key, sender=self, dispatch_uid="shared data key")
        health.conditions["restore"] = unconfirmed_restore
        health.conditions["encryption"] = encryption_checks.missing_master_keys
