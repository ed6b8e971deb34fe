"""The templates that come with the product are filled from the bank that comes with it, in both languages."""

import pytest

from jobs.bank.loading import SOURCE
from jobs.bank.starter_bank import LANGUAGES
from jobs.models import Template
from jobs.templates.eligibility import check_template_eligibility
from jobs.templates.filling import choose_questions, find_gaps
from jobs.templates.parts import check_parts
from jobs.templates.starter.definitions import ROLES, starter_templates
from jobs.templates.starter.loading import load_starter_templates
from tests.support.factories import make_job

pytestmark = pytest.mark.django_db
TITLES = {
    "nurse": {"en": "Nurse", "de": "Pflegefachkraft"},
    "lorry_driver": {"en": "Lorry driver", "de": "Lkw-Fahrer"},
    "warehouse_worker": {"en": "Warehouse worker", "de": "Lagermitarbeiter"},
    "retail_salesperson": {"en": "Retail salesperson", "de": "Verkäufer im Einzelhandel"},
    "software_developer": {"en": "Software developer", "de": "Softwareentwickler"},
    "service_agent": {"en": "Customer service agent", "de": "Mitarbeiter im Kundenservice"},
}


def test_starter_templates_fill_jobs_of_their_role() -> None:
    """The job says nothing but the title of the role."""
    problems = []
    for role in ROLES:
        for language in LANGUAGES:
            job = make_job(title=TITLES[role.key][language], description="We look forward to you.", language=language)
            for interview_type in role.names:
                version = Template.objects.get(starter_key=f"{role.key}_{interview_type}").current_version
                check_parts(version.parts)
                check_template_eligibility(version.eligibility)
                texts = [question.text for question in choose_questions(job, version).questions]
                size = sum(part.count for part in version.parts)
                if len(set(texts)) != size or not 5 <= size <= 7 or find_gaps(version.parts, [language]):
                    problems.append((role.key, interview_type, language))
    assert problems == []


def test_loading_adds_only_what_site_never_had() -> None:
    assert Template.objects.count() == len(starter_templates()) == 18
    edited, removed, outdated = Template.objects.filter(interview_type="hr").order_by("pk")[:3]
    edited.update_fields(name="Ours", in_use=False)
    edited.add_version(by="hr", parts=edited.current_version.parts[:1])
    name = removed.name
    removed.delete()
    assert load_starter_templates() == 1
    Template.objects.get(name=name).update_fields(starter_key=None)
    assert load_starter_templates() == 0
    outdated.add_version(by=SOURCE, eligibility=[])
    load_starter_templates()
    assert [question.language for question in outdated.current_version.eligibility].count("pt") >= 2
    edited.refresh_from_db()
    assert (edited.name, edited.in_use, edited.versions.count()) == ("Ours", False, 2)
