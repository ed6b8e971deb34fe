"""The sentences that a candidate agrees to in the room: to the interview, and apart from that to video."""

from hashlib import sha256

from django.utils.translation import gettext

from interviews.writing.disclosure import FREEDOM
from jobs.models import JobDescription
from portal.introduction import video_retention_text
from screener.judge import JudgeKind, configured_judge
from screener.models import Organisation


def consent_sentences() -> tuple[str, ...]:
    judged_by_person = configured_judge() is JudgeKind.PERSON
    return (
        gettext("An artificial intelligence asks the questions. No person listens while you speak."),
        gettext("Your voice is recorded while you answer, and at no other time."),
        gettext("A person listens to your answers, scores them and decides.")
        if judged_by_person
        else gettext("An artificial intelligence scores the words of your answers. A person decides."),
        str(FREEDOM),
    )


def video_sentences(job: JobDescription) -> tuple[str, ...]:
    """The sentences that a candidate agrees to, or not, where the job asks for video."""
    return (
        gettext("The employer asks whether you want to be recorded on video as well. You decide."),
        gettext("Without video the interview is the same, and your answers are scored in the same way."),
        gettext("Your camera is recorded with your voice while you answer, and at no other time."),
        gettext("Video is for people to watch. No program analyses it, neither your face nor anything else."),
        video_retention_text(job, Organisation.current()),
        gettext("You can end video and have it deleted at any time, here or on the page of your invitation."),
    )


def wording_version(sentences: tuple[str, ...]) -> str:
    """The hash of the sentences, which is kept with the consent."""
    return sha256("\n".join(sentences).encode()).hexdigest()
