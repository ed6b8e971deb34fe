"""The candidate's consent to video, apart from the one to be interviewed: asked once, withdrawn at any time."""

from django.db import transaction

from candidates.data_rights.erasure import erase_part_of_interview
from candidates.models import Consent, Erasure
from interviews.invitations.choices import add_form_consent
from interviews.models import Interview, VideoChoice, lock_interview
from interviews.models.turns.clip import CONSENT_WITHDRAWN

Choice = VideoChoice.Choice
ACTOR = "candidate"


def video_choice(interview: Interview) -> Choice | None:
    """What the candidate has chosen; None: they were not asked yet."""
    choice = VideoChoice.objects.filter(interview=interview).values_list("choice", flat=True).first()
    return Choice(choice) if choice else None


def is_video_offered(interview: Interview) -> bool:
    """Whether the job asks for video, and the candidate has not said no."""
    return interview.job.record_video and video_choice(interview) in (None, Choice.AGREED)


def choose_video(interview: Interview, *, agreed: bool, wording_version: str, language: str) -> None:
    """Keep the first choice of the candidate. A later one has no effect: see `withdraw_video`.

    `wording_version`: the hash of the sentences that the page showed. A refusal is no entry of the ledger, because
    nothing was consented to before.
    """
    with lock_interview(interview):
        if not interview.job.record_video or video_choice(interview) is not None:
            return
        VideoChoice.objects.create(interview=interview, choice=Choice.AGREED if agreed else Choice.REFUSED)
        if agreed:
            add_form_consent(
                interview, Consent.Kind.VIDEO, given=True, wording_version=wording_version, language=language
            )


def withdraw_video(interview: Interview, *, language: str) -> None:
    """The candidate wants no video any more: no clip is taken or shown from now on, and stored ones are erased.

    On legal hold the files stay until it is lifted; retention erases them then. Also after the end of the interview.
    """
    candidate = interview.candidate
    with transaction.atomic():
        candidate.lock()
        with lock_interview(interview):
            agreements = VideoChoice.objects.filter(interview=interview, choice=Choice.AGREED)
            if not agreements.update(choice=Choice.WITHDRAWN):
                return
            add_form_consent(interview, Consent.Kind.VIDEO, given=False, language=language)
        if not candidate.legal_hold:
            erase_part_of_interview(candidate, interview.pk, Erasure.Kind.VIDEOS, actor=ACTOR, reason=CONSENT_WITHDRAWN)
