"""The disclosure of an interview in writing: the text to which the candidate agrees."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil

from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from interviews.calling.rules import NO_EMPLOYER
from interviews.conversation.sentences import end_once
from interviews.models import Interview, InterviewResponse
from interviews.reception.employer import employer_of
from screener.judge import JudgeKind, configured_judge
from screener.models import InvalidTransition

IN_WRITING = _("%(employer)s asks you to answer questions in writing, about your application for %(job)s.")
JUDGED_BY_MODEL = _("It scores your answers. A person decides.")
JUDGED_BY_PERSON = _("A person scores your answers and decides.")
STORED = _("Your answers are stored as you send them. An answer that was sent can't be changed.")
NOT_JUDGED = _("Whether you paste text is not stored. How long you take is not judged.")
NOTICE = _("The privacy notice is at %(notice)s.")
SPOKEN = _("You can also speak an answer. Then your voice is recorded, and only the words that you say are scored.")
FREEDOM = _("You can stop, leave and come back later, or ask for a person or another way, at any time.")


class EmployerUnknown(InvalidTransition):
    """The employer has no name. No interview begins before its candidate can read who asks."""

    code = "no_employer"

    def __init__(self) -> None:
        super().__init__(gettext(NO_EMPLOYER))


@dataclass(frozen=True)
class Disclosure:
    """`version`: identifies the text. It is the same for all jobs."""

    text: str
    version: str
    sentences: tuple[str, ...]


def written_disclosure(
    interview: Interview, responses: Sequence[InterviewResponse], *, may_speak: bool = False
) -> Disclosure:
    """Return the disclosure in the present language. `responses`: the questions that are left.

    `may_speak`: the candidate may also speak their answers. Raises EmployerUnknown.
    """
    employer = employer_of(interview.job)
    if not employer.name:
        raise EmployerUnknown
    minutes = max(1, ceil(sum(response.max_seconds for response in responses) / 60))
    judged_by_person = configured_judge() is JudgeKind.PERSON
    values = {
        "employer": employer.name,
        "job": interview.job.title,
        "count": len(responses),
        "minutes": minutes,
        "notice": employer.privacy_notice,
    }
    templates = _templates(len(responses), judged_by_person=judged_by_person, may_speak=may_speak)
    sentences = tuple(end_once(template % values, employer.name) for template in templates)
    version = _version(judged_by_person=judged_by_person, may_speak=may_speak)
    return Disclosure(" ".join(sentences), version, sentences)


def spoken_versions(language: str) -> set[str]:
    """The versions of the disclosure that speaks of the voice, in this language, for every judge."""
    with translation.override(language):
        return {_version(judged_by_person=is_person, may_speak=True) for is_person in (True, False)}


def _version(*, judged_by_person: bool, may_speak: bool) -> str:
    both = [_templates(count, judged_by_person=judged_by_person, may_speak=may_speak) for count in (1, 2)]
    return sha256("\n".join(both[0] + both[1]).encode()).hexdigest()


def _templates(count: int, *, judged_by_person: bool, may_speak: bool) -> list[str]:
    questions = ngettext(
        "An artificial intelligence asks you %(count)d question; that takes about %(minutes)d minutes.",
        "An artificial intelligence asks you %(count)d questions; that takes about %(minutes)d minutes.",
        count,
    )
    judged = JUDGED_BY_PERSON if judged_by_person else JUDGED_BY_MODEL
    spoken = (SPOKEN,) if may_speak else ()
    return [str(IN_WRITING), questions, *map(str, (judged, STORED, NOT_JUDGED, *spoken, NOTICE, FREEDOM))]
