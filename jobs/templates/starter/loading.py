"""Loads the templates that come with the product, after each migration."""

from typing import Any

from django.apps import apps as installed_apps
from django.db import transaction

from jobs.bank.loading import SOURCE
from jobs.models import Template, TemplateVersion
from jobs.models.template import CONTENT
from jobs.templates.starter.definitions import StarterTemplate, starter_templates


def load_after_migration(sender: Any, apps: Any = installed_apps, plan: Any = None, **signal: Any) -> None:
    """Receiver of `post_migrate`. A test that empties the database sends the signal without a plan."""
    if plan is not None and _has_present_columns(apps):
        load_starter_templates()


def _has_present_columns(apps: Any) -> bool:
    """Whether the database is at the present migrations, not migrated back."""
    if "templateversion" not in apps.all_models["jobs"]:
        return False
    columns = {field.name for field in apps.get_model("jobs", "templateversion")._meta.get_fields()}
    return set(CONTENT) <= columns


def load_starter_templates() -> int:
    """Add the templates that this site never had, and return their number.

    A template that nobody has edited gets the product's present parts and eligibility questions as its next version.
    One that was edited, renamed or taken out of use stays as it is, because its row keeps the key. A template
    whose name the organisation has given to one of its own is left out.
    """
    with transaction.atomic():
        keys = set(Template.objects.exclude(starter_key=None).values_list("starter_key", flat=True))
        new = [starter for starter in starter_templates() if starter.key not in keys]
        added = [starter for starter in new if not Template.objects.filter(name__iexact=starter.name).exists()]
        templates = Template.objects.bulk_create(_template_of(starter) for starter in added)
        TemplateVersion.objects.bulk_create(
            TemplateVersion(template=template, number=1, author=SOURCE, **_content_of(starter))
            for template, starter in zip(templates, added, strict=True)
        )
        _update_unedited(keys)
    return len(added)


def _update_unedited(keys: set[str | None]) -> None:
    starters = {starter.key: starter for starter in starter_templates()}
    edited = TemplateVersion.objects.exclude(author=SOURCE).values("template")
    unedited = Template.objects.filter(starter_key__in=keys & starters.keys(), in_use=True).exclude(pk__in=edited)
    for template in unedited.with_current_version():
        present, wanted = template.current_version.content, _content_of(starters[template.starter_key or ""])
        if present | wanted != present:
            template.add_version(by=SOURCE, note="Update of the product", **wanted)


def _content_of(starter: StarterTemplate) -> dict[str, Any]:
    return {"parts": list(starter.parts), "eligibility": list(starter.eligibility)}


def _template_of(starter: StarterTemplate) -> Template:
    return Template(name=starter.name, interview_type=starter.interview_type, starter_key=starter.key)
