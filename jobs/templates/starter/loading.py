"""Loads the templates that come with the product, after each migration."""

from typing import Any

from django.apps import apps as installed_apps
from django.db import transaction

from jobs.bank.loading import SOURCE
from jobs.models import Template, TemplateVersion
from jobs.templates.starter.definitions import StarterTemplate, starter_templates


def load_after_migration(sender: Any, apps: Any = installed_apps, plan: Any = None, **signal: Any) -> None:
    """Receiver of `post_migrate`. A test that empties the database sends the signal without a plan."""
    if plan is not None and "template" in apps.all_models["jobs"]:  # else migrated back
        load_starter_templates()


def load_starter_templates() -> int:
    """Add the templates that this site never had, and return their number.

    A template that was edited, renamed or taken out of use stays as it is, because its row keeps the key. A template
    whose name the organisation has given to one of its own is left out.
    """
    with transaction.atomic():
        keys = set(Template.objects.exclude(starter_key=None).values_list("starter_key", flat=True))
        new = [starter for starter in starter_templates() if starter.key not in keys]
        added = [starter for starter in new if not Template.objects.filter(name__iexact=starter.name).exists()]
        templates = Template.objects.bulk_create(_template_of(starter) for starter in added)
        TemplateVersion.objects.bulk_create(
            TemplateVersion(template=template, number=1, author=SOURCE, parts=list(starter.parts))
            for template, starter in zip(templates, added, strict=True)
        )
    return len(added)


def _template_of(starter: StarterTemplate) -> Template:
    return Template(name=starter.name, interview_type=starter.interview_type, starter_key=starter.key)
