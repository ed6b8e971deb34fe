from django.apps import AppConfig
from django.db.models.signals import post_migrate


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        # ruff: noqa: PLC0415 - the models need loaded apps
        from jobs.bank.loading import load_after_migration as load_bank
        from jobs.templates.starter.loading import load_after_migration as load_templates

        post_migrate.connect(load_bank, sender=self, dispatch_uid="question bank")
        post_migrate.connect(load_templates, sender=self, dispatch_uid="interview templates")
