"""A job with one interview and a row of every kind that hangs on it, with texts that occur nowhere else."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db.models import Model

from candidates.models import DoNotCall, Erasure, Import
from interviews.decisions import record_decision
from interviews.models import Campaign, Clip, Interview, NoticeMail, ShareLink
from screener.models import ApiKey, IdempotentRequest, ModelCall, SpokenLine
from tests.support.factories import make_approved_job
from tests.support.sample_rows import make_clip, make_completed_interview
from webhooks.models import Subscription, TwilioEvent

TRANSCRIPT = "I moved four hundred mailboxes."
RESUME_WORDS = "Ten years of tinkering."


@dataclass(frozen=True)
class SampleJob:
    interview: Interview
    texts: tuple[str, ...]
    """The title of the job and the name of the candidate."""
    contact_data: tuple[str, ...]
    """Phone number and e-mail address, as every page that shows them contains them."""
    rows: dict[str, Model]
    """By the label of their model, which has pages in the admin."""
    clip: Clip

    def row(self, model: Any) -> Model:
        """The row of this job, or any row of a model that belongs to no job."""
        if model is Clip:
            return self.clip
        return self.rows.get(model._meta.label_lower) or model._default_manager.order_by("pk").first()


def make_sample_job(number: int, *, decider: User) -> SampleJob:
    digits, email = f"1415555017{number}", f"mail{number}z@example.com"
    job = make_approved_job(title=f"Job{number}z")
    interview = make_completed_interview(
        job=job, full_name=f"Candidate{number}z", phone=f"+{digits}", email=email, transcript=TRANSCRIPT
    )
    resume = f"Reach me at +{digits} or {email}. {RESUME_WORDS}"
    interview.candidate.resume.save("resume.txt", ContentFile(resume.encode()))
    interview.candidate.set_resume_text(resume)
    seen = interview.results.get(is_current=True)
    record_decision(interview, by=decider, verdict="reject", reason="A test.", seen=seen)
    rows = _rows_of(interview, number, decider)
    texts = (job.title, interview.candidate.full_name)
    by_label = {row._meta.label_lower: row for row in rows}
    return SampleJob(interview, texts, (digits, email), by_label, make_clip(interview))


def _rows_of(interview: Interview, number: int, decider: User) -> list[Model]:
    candidate, attempt, response = interview.candidate, interview.attempts.get(), interview.responses.all()[0]
    key = f"{attempt.pk}:{number}"
    return [
        interview,
        interview.job,
        candidate,
        attempt,
        attempt.call,
        response,
        interview.question_set,
        interview.decisions.get(),
        interview.results.get(),
        interview.events.all()[0],
        response.recordings.get(),
        response.assessments.get(),
        candidate.consents.get(),
        Erasure.objects.create(candidate=candidate, kind="resume", actor="a test", reason="A test."),
        User.objects.create_user(f"colleague {number}"),
        DoNotCall.objects.add_number(candidate.phone, source="a test", candidate=candidate)[0],
        Import.objects.create(name="A file", size=1, digest="1", author="a test", status="done"),
        Campaign.objects.create(name="A campaign", job=interview.job),
        ShareLink.create_with_token(days=14, interview=interview, created_by=decider)[0],
        webhook := Subscription.objects.create(url=f"https://{number}.example/", job=interview.job),
        webhook.deliveries.create(subject=interview.pk),
        TwilioEvent.objects.create(
            key=key, kind="voice", attempt=attempt, call_sid=key, params={"To": candidate.phone}
        ),
    ]


def make_technical_rows(user: User) -> None:
    """A row of each model that belongs to no job."""
    ModelCall.objects.create(purpose="summary", model="a model")
    SpokenLine.objects.create(key="1", text="Hello.", model="a model", voice="a voice")
    IdempotentRequest.objects.create(owner="a key", key="1", fingerprint="1", status_code=201)
    ApiKey.objects.create_key(name="a key")
    NoticeMail.objects.create(recipient=user, pace="at_once")
