from django.apps import AppConfig
from django.db.models.signals import post_migrate


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        # ruff: noqa: PLC0415 - the models need loaded apps
        from jobs.bank.loading import load_after_migration

        post_migrate.connect(load_after_migration, sender=self, dispatch_uid="question bank")
