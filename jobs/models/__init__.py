"""The rows of jobs, question sets, the question bank and interview templates."""

from jobs.models.bank import BankEvent, BankQuestion, BankText, link_to_bank
from jobs.models.bank_usage import BankUsage, Weakness
from jobs.models.job import (
    DEFAULT_QUESTION_COUNT,
    WRITE_QUESTIONS,
    JobDescription,
    JobQuerySet,
    QuestionSet,
    QuestionSetQuerySet,
)
from jobs.models.membership import JobMembership, with_visible_job
from jobs.models.template import Template, TemplateUse, TemplateVersion
from jobs.rubric import default_rubric

__all__ = [
    "DEFAULT_QUESTION_COUNT",
    "WRITE_QUESTIONS",
    "BankEvent",
    "BankQuestion",
    "BankText",
    "BankUsage",
    "JobDescription",
    "JobMembership",
    "JobQuerySet",
    "QuestionSet",
    "QuestionSetQuerySet",
    "Template",
    "TemplateUse",
    "TemplateVersion",
    "Weakness",
    "default_rubric",
    "link_to_bank",
    "with_visible_job",
]
