"""What an API key may do: scopes such as `jobs:read`, made of a resource and a verb. To write includes to read."""

from collections.abc import Iterable
from typing import assert_never

from django.db import models
from django.utils.translation import gettext_lazy as _


class Resource(models.TextChoices):
    """The parts of the API. A value is part of the scopes that keys hold: it is never renamed."""

    JOBS = "jobs", _("Jobs and their questions")
    BANK = "bank", _("Question bank and templates")
    CANDIDATES = "candidates", _("Candidates and their history")
    IMPORTS = "imports", _("Imports of candidates")
    INTERVIEWS = "interviews", _("Interviews, invitations and messages")
    CAMPAIGNS = "campaigns", _("Campaigns")
    RESULTS = "results", _("Answers, scores, results, reports and notes")
    FILES = "files", _("Recordings of answers, and resumes")
    DO_NOT_CALL = "do-not-call", _("Numbers that are not called")
    EVENTS = "events", _("The feed of events, with the results that they carry")
    WEBHOOKS = "webhooks", _("Webhooks, which send events to other systems")
    DATA_RIGHTS = "data-rights", _("All data of a candidate in one file, and their erasure")
    SETTINGS = "settings", _("The set-up: the employer in whose name calls are made")


class Verb(models.TextChoices):
    READ = "read", _("Read")
    WRITE = "write", _("Read and change")


ORGANISATION_WIDE = frozenset(
    {Resource.IMPORTS, Resource.DO_NOT_CALL, Resource.EVENTS, Resource.WEBHOOKS, Resource.SETTINGS}
)
"""What they hold belongs to no single job: keys that are limited to jobs can't use them."""

USER_PERMISSIONS: dict[tuple[Resource, Verb], str] = {
    (Resource.JOBS, Verb.READ): "jobs.view_jobdescription",
    (Resource.JOBS, Verb.WRITE): "jobs.change_jobdescription",
    (Resource.BANK, Verb.READ): "jobs.view_bankquestion",
    (Resource.BANK, Verb.WRITE): "jobs.change_bankquestion",
    (Resource.CANDIDATES, Verb.READ): "candidates.view_contact_data",
    (Resource.CANDIDATES, Verb.WRITE): "candidates.view_contact_data",
    (Resource.IMPORTS, Verb.READ): "candidates.view_import",
    (Resource.IMPORTS, Verb.WRITE): "candidates.add_import",
    (Resource.INTERVIEWS, Verb.READ): "interviews.view_interview",
    (Resource.INTERVIEWS, Verb.WRITE): "interviews.add_interview",
    (Resource.CAMPAIGNS, Verb.READ): "interviews.view_campaign",
    (Resource.CAMPAIGNS, Verb.WRITE): "interviews.change_campaign",
    (Resource.RESULTS, Verb.READ): "interviews.view_scores_at_once",
    (Resource.RESULTS, Verb.WRITE): "interviews.view_scores_at_once",
    (Resource.FILES, Verb.READ): "interviews.view_recording",
    (Resource.FILES, Verb.WRITE): "interviews.view_recording",
    (Resource.DO_NOT_CALL, Verb.READ): "candidates.view_donotcall",
    (Resource.DO_NOT_CALL, Verb.WRITE): "candidates.change_donotcall",
    (Resource.EVENTS, Verb.READ): "interviews.view_interviewresult",
    (Resource.EVENTS, Verb.WRITE): "interviews.view_interviewresult",
    (Resource.WEBHOOKS, Verb.READ): "webhooks.view_subscription",
    (Resource.WEBHOOKS, Verb.WRITE): "webhooks.change_subscription",
    (Resource.DATA_RIGHTS, Verb.READ): "candidates.export_candidate",
    (Resource.DATA_RIGHTS, Verb.WRITE): "candidates.erase_candidate",
    (Resource.SETTINGS, Verb.READ): "screener.view_organisation",
    (Resource.SETTINGS, Verb.WRITE): "screener.change_organisation",
}
"""What the maker of a key needs: the widest of what the admin asks for, as replies show contact data and scores."""

ALL_SCOPES = tuple(f"{resource}:{Verb.WRITE}" for resource in Resource)
READING_SCOPES = tuple(
    f"{resource}:{Verb.READ}"
    for resource in Resource
    if resource not in (Resource.WEBHOOKS, Resource.DATA_RIGHTS)  # secrets of links, and everything at once
)
APPLICANT_TRACKING_SCOPES = (
    "jobs:read",
    "candidates:write",
    "interviews:write",
    "results:read",
    "events:read",
    "webhooks:write",
)


class Preset(models.TextChoices):
    """Sets of scopes that a form offers."""

    READ = "read", _("Read everything")
    APPLICANT_TRACKING = "applicant-tracking", _("Applicant tracking: candidates in, results out")
    EVERYTHING = "everything", _("Everything")

    @property
    def scopes(self) -> tuple[str, ...]:
        match self:
            case Preset.READ:
                return READING_SCOPES
            case Preset.APPLICANT_TRACKING:
                return APPLICANT_TRACKING_SCOPES
            case Preset.EVERYTHING:
                return ALL_SCOPES
            case _ as unreachable:
                assert_never(unreachable)


def scope_name(resource: Resource, verb: Verb) -> str:
    return f"{resource}:{verb}"


def covers(scopes: Iterable[str], resource: Resource, verb: Verb) -> bool:
    """Whether one of the scopes allows this."""
    sufficient = {scope_name(resource, verb), scope_name(resource, Verb.WRITE)}
    return not sufficient.isdisjoint(scopes)
