"""The employer that a call speaks for."""

import phonenumbers

from interviews.conversation.script import Employer
from jobs.models import JobDescription
from screener.models import Organisation


def employer_of(job: JobDescription | None) -> Employer:
    """Return the employer as a call for this job, or for none, names it. Empty while the organisation is not set up."""
    return name_employer(job, Organisation.current())


def name_employer(job: JobDescription | None, organisation: Organisation | None) -> Employer:
    if organisation is None:
        return Employer()
    parsed_number = phonenumbers.parse((job and job.callback_number) or organisation.callback_number)
    return Employer(
        name=((job and job.employer_name) or organisation.spoken_name).rstrip("."),
        callback_number=phonenumbers.format_number(parsed_number, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
        privacy_notice=organisation.privacy_notice,
    )
