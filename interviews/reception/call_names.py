"""The names that a call speaks, read in one statement: the person on the phone waits for it."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from interviews.conversation.script import Employer
from interviews.reception.employer import name_employer
from jobs.models import JobDescription
from screener.models import Organisation

SELECT_NAMES = """
SELECT candidate.full_name, candidate.locale, job.language,
    job.title, job.spoken_title, job.employer_name, job.callback_number,
    organisation.spoken_name, organisation.callback_number, organisation.privacy_notice_url
FROM interviews_interview interview
JOIN candidates_candidate candidate ON candidate.id = interview.candidate_id
JOIN jobs_jobdescription job ON job.id = interview.job_id
LEFT JOIN screener_organisation organisation ON organisation.only
WHERE interview.id = %s
"""
JOB_FIELDS = ("title", "spoken_title", "employer_name", "callback_number")
ORGANISATION_FIELDS = ("spoken_name", "callback_number", "privacy_notice_url")


@dataclass(frozen=True)
class CallNames:
    """`candidate_language`, `job_language`: the tags of the languages that the names are in."""

    candidate: str
    candidate_language: str
    job_title: str
    job_language: str
    employer: Employer


def read_call_names(interview_id: UUID) -> CallNames:
    with connection.cursor() as cursor:
        cursor.execute(SELECT_NAMES, [interview_id])
        candidate, candidate_language, job_language, *names = cursor.fetchone()
    job = JobDescription(**dict(zip(JOB_FIELDS, names, strict=False)))
    organisation = names[len(JOB_FIELDS) :]
    is_set_up = organisation[0] is not None
    employer = name_employer(
        job, Organisation(**dict(zip(ORGANISATION_FIELDS, organisation, strict=True))) if is_set_up else None
    )
    return CallNames(candidate, candidate_language, job.title_to_say, job_language, employer)
