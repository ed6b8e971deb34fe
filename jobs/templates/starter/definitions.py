"""The templates that come with the product: interviews of three types for six roles, filled from the question bank."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from jobs.bank.families import Family, QuestionKind
from jobs.eligibility.examples import EXAMPLE_LANGUAGES, EligibilityExample, example_question
from jobs.templates.eligibility import TemplateEligibility
from jobs.templates.parts import TemplatePart

HR, TECHNICAL, MIXED = "hr", "technical", "mixed"
CORE_WEIGHT = 2.0
"""Of questions on the work itself."""


@dataclass(frozen=True)
class StarterTemplate:
    """`key` is never renamed: by it an upgrade knows which templates were loaded. `name` is translated where shown."""

    key: str
    name: str
    interview_type: str
    parts: tuple[TemplatePart, ...]
    eligibility: tuple[TemplateEligibility, ...]


@dataclass(frozen=True)
class Role:
    """`core_tags`: subjects that anyone in this role is asked about, whether or not the description mentions them."""

    key: str
    family: Family
    names: dict[str, str]
    core_tags: tuple[str, ...]
    hard_tags: tuple[str, ...] = ()
    requirements: tuple[EligibilityExample, ...] = ()
    """What this role requires, besides what every role does."""


ROLES = (
    Role(
        "nurse",
        Family.CARE,
        {
            HR: gettext_noop("Nurse: HR interview"),
            TECHNICAL: gettext_noop("Nurse: technical interview"),
            MIXED: gettext_noop("Nurse: mixed interview"),
        },
        core_tags=("medication", "hygiene", "wounds", "emergency", "mobility"),
        hard_tags=("observation", "mistakes", "aggression"),
        requirements=(EligibilityExample.NIGHTS,),
    ),
    Role(
        "lorry_driver",
        Family.TRANSPORT,
        {
            HR: gettext_noop("Lorry driver: HR interview"),
            TECHNICAL: gettext_noop("Lorry driver: technical interview"),
            MIXED: gettext_noop("Lorry driver: mixed interview"),
        },
        core_tags=("vehicle", "load", "driving time", "reversing", "papers", "fuel"),
        requirements=(EligibilityExample.LICENCE,),
    ),
    Role(
        "warehouse_worker",
        Family.WAREHOUSE,
        {
            HR: gettext_noop("Warehouse worker: HR interview"),
            TECHNICAL: gettext_noop("Warehouse worker: technical interview"),
            MIXED: gettext_noop("Warehouse worker: mixed interview"),
        },
        core_tags=("picking", "receiving", "loading", "lifting", "scanner"),
        requirements=(EligibilityExample.LIFTING,),
    ),
    Role(
        "retail_salesperson",
        Family.RETAIL,
        {
            HR: gettext_noop("Retail salesperson: HR interview"),
            TECHNICAL: gettext_noop("Retail salesperson: technical interview"),
            MIXED: gettext_noop("Retail salesperson: mixed interview"),
        },
        core_tags=("till", "ordering", "presentation", "product knowledge", "promotion"),
    ),
    Role(
        "software_developer",
        Family.SOFTWARE,
        {
            HR: gettext_noop("Software developer: HR interview"),
            TECHNICAL: gettext_noop("Software developer: technical interview"),
            MIXED: gettext_noop("Software developer: mixed interview"),
        },
        core_tags=("testing", "api", "performance", "deployment"),
        hard_tags=("security", "concurrency", "incident"),
    ),
    Role(
        "service_agent",
        Family.SERVICE,
        {
            HR: gettext_noop("Customer service agent: HR interview"),
            TECHNICAL: gettext_noop("Customer service agent: technical interview"),
            MIXED: gettext_noop("Customer service agent: mixed interview"),
        },
        core_tags=("documentation", "listening", "data protection", "technical support"),
        hard_tags=("outage",),
    ),
)


def starter_templates() -> tuple[StarterTemplate, ...]:
    return tuple(
        StarterTemplate(
            f"{role.key}_{interview_type}",
            name,
            interview_type,
            _parts(role, interview_type),
            _eligibility(role, interview_type),
        )
        for role in ROLES
        for interview_type, name in role.names.items()
    )


def _parts(role: Role, interview_type: str) -> tuple[TemplatePart, ...]:
    achievement = _slot(QuestionKind.ACHIEVEMENTS, role.family)
    motivation = _slot(QuestionKind.CULTURE, Family.GENERAL, tags=("motivation",))
    communication = _slot(QuestionKind.COMMUNICATION, role.family)
    if interview_type == HR:
        culture = _slot(QuestionKind.CULTURE, role.family, count=2)
        reliability = _slot(QuestionKind.CULTURE, Family.GENERAL, tags=("reliability", "team", "rules"))
        feedback = _slot(QuestionKind.COMMUNICATION, Family.GENERAL, tags=("feedback", "disagreement", "help"))
        return motivation, achievement, culture, communication, reliability, feedback
    hard = (_slot("", role.family, tags=role.hard_tags, difficulty=3, weight=CORE_WEIGHT),) if role.hard_tags else ()
    problem = _slot(QuestionKind.PROBLEM_SOLVING, role.family, weight=CORE_WEIGHT)
    core = {"tags": role.core_tags, "weight": CORE_WEIGHT}
    if interview_type == TECHNICAL:
        return achievement, _slot(QuestionKind.TECHNICAL, role.family, count=3, **core), problem, *hard
    return motivation, achievement, _slot(QuestionKind.TECHNICAL, role.family, count=2, **core), problem, communication


def _eligibility(role: Role, interview_type: str) -> tuple[TemplateEligibility, ...]:
    """A technical interview follows another one, which asks about requirements."""
    if interview_type == TECHNICAL:
        return ()
    examples = (EligibilityExample.RIGHT_TO_WORK, *role.requirements, EligibilityExample.NOTICE_PERIOD)
    return tuple(
        TemplateEligibility.from_json(example_question(example, language).to_json() | {"language": language})
        for language in EXAMPLE_LANGUAGES
        for example in examples
    )


def _slot(kind: str, family: Family, **fields: Any) -> TemplatePart:
    return TemplatePart.from_json({"kind": str(kind), "family": str(family), **fields})
