"""The employer that a call speaks for."""

import phonenumbers
from django.db.models import Count

from interviews.conversation.script import Employer
from jobs.models import JobDescription, QuestionSet
from screener.models import Organisation


def employer_of(job: JobDescription | None) -> Employer:
    """Return the employer as a call for this job, or for none, names it. Empty while the organisation is not set up."""
    return name_employer(job, Organisation.current())


def name_employer(job: JobDescription | None, organisation: Organisation | None) -> Employer:
    if organisation is None:
        return Employer()
    parsed_number = phonenumbers.parse((job and job.callback_number) or organisation.callback_number)
    return Employer(
        name=(job and job.employer_name) or organisation.spoken_name,
        callback_number=phonenumbers.format_number(parsed_number, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
        privacy_notice=organisation.privacy_notice,
    )


def employer_language() -> str:
    """The language of most questions of open jobs. It is the same for every caller, and reveals no interview.

    Empty: there are no approved questions.
    """
    question_sets = QuestionSet.objects.filter(status=QuestionSet.Status.APPROVED, job__is_open=True)
    languages = question_sets.order_by().values("language").annotate(count=Count("pk"))
    return languages.order_by("-count", "language").values_list("language", flat=True).first() or ""


def written_name(job: JobDescription | None, organisation: Organisation | None) -> str:
    """The name of the employer as it is written. Empty: unknown."""
    return (job and job.employer_name) or (organisation and organisation.name) or ""
