"""The demo's job and candidates.

The last two digits of a number choose the persona that answers: devtools/phone_simulator/callees/personas.toml.
"""

from django.db import transaction

from candidates.models import Candidate, Consent
from interviews.models import Attempt, Interview, lock_call, lock_interview
from jobs.channels import Channel
from jobs.eligibility.examples import EligibilityExample, example_question
from jobs.models import JobDescription
from jobs.question_sets import approve_question_set
from screener.models import Organisation
from screener.records import QuestionSpec

ORGANISATION = {
    "name": "Northwind Services, Inc.",
    "spoken_name": "Northwind Services",
    "callback_number": "+12025550199",
    "privacy_notice_url": "https://northwind.example/privacy",
}
SOURCE = "demo data"
EXTERNAL_ID_PREFIX = "demo-"

JOB_TITLE = "Customer support specialist"
JOB_DESCRIPTION = """\
We run the booking system of some two hundred clinics, and our customers are the people at their front desks.

You answer their calls and support tickets, find the causes of error reports together with our developers, and train
new staff at the clinics. You hand open cases over to the next shift so that nobody has to ask twice.

You bring:
- experience with customer complaints and support tickets
- a cool head with angry customers and long queues
- care with deadlines and shift handovers
- the wish to make things better: process improvements, staff training
"""
QUESTIONS = {
    "Experience": "What experience do you have with customer complaints and support tickets?",
    "Staying calm": "Tell me about a time when you dealt with angry customers and long queues. How did it end?",
    "Reliability": "How do you handle deadlines and shift handovers? Please give me an example.",
    "Improving things": "What is your experience with process improvements and staff training?",
}
CANDIDATES = {
    "+14155550100": "Maya Lindqvist",
    "+13035550105": "Samuel Okafor",
    "+12065550104": "Chiara Conti",
    "+12125550101": "Tom Becker",
    "+13125550102": "Aisha Rahman",
    "+16175550103": "Pedro Alvarez",
    "+14045550106": "Hannah Schmidt",
    "+15125550108": "Wei Zhang",
    "+16025550109": "Olivia Martin",
    "+13055550110": "Dmitri Volkov",
    "+12135550112": "Leila Haddad",
    "+17025550113": "James O'Connor",
}
"""In the order in which they are called: personas with long answers come first."""
WITHOUT_ADDRESS = frozenset({"+14045550106", "+17025550113"})
"""They have no e-mail address, so that their messages are SMS."""

NETWORK_STOPPED = "The simulated phone network was stopped during the call."
NO_REAL_CALLS = "Demo numbers are not called over a real phone network."


def load_demo_data() -> None:
    """Add the job and the candidates, unless the database has any jobs or candidates; and a missing organisation."""
    with transaction.atomic():
        Organisation.objects.get_or_create(defaults=ORGANISATION)
        if JobDescription.objects.exists() or Candidate.objects.exists():
            return
        _add_job()
        for index, (number, name) in enumerate(CANDIDATES.items(), start=1):
            _add_candidate(f"{EXTERNAL_ID_PREFIX}{index:02}", name, number)


def _add_job() -> None:
    job = JobDescription.objects.create(
        title=JOB_TITLE,
        description=JOB_DESCRIPTION,
        channels=list(Channel),
        sends_reminders=True,
        sends_thanks=True,
    )
    questions = [
        QuestionSpec(text=text, competency=competency, weight=1.0, max_seconds=119)
        for competency, text in QUESTIONS.items()
    ]
    eligibility = [example_question(EligibilityExample.NIGHTS, job.language)]
    approve_question_set(job.add_draft(questions, source=SOURCE, eligibility=eligibility), by=SOURCE)


def _add_candidate(external_id: str, name: str, number: str) -> None:
    letters = "".join(character for character in name.lower() if character.isalpha() or character == " ")
    mailbox = letters.replace(" ", ".")
    email = "" if number in WITHOUT_ADDRESS else f"{mailbox}@example.com"
    candidate = Candidate.objects.create(full_name=name, email=email, phone=number, external_id=external_id)
    Consent.objects.create(candidate=candidate, kind=Consent.Kind.CALL, given=True, source=SOURCE)


def next_interview() -> tuple[Candidate, JobDescription] | None:
    """Return the first demo candidate without an interview, and the demo's job; None if either is missing."""
    job = JobDescription.objects.filter(question_sets__approved_by=SOURCE, is_open=True).first()
    uncalled = Candidate.objects.filter(external_id__startswith=EXTERNAL_ID_PREFIX, interviews__isnull=True)
    candidate = uncalled.order_by("external_id").first()
    return (candidate, job) if candidate and job else None


def cancel_demo_interviews() -> int:
    """Cancel the interviews of demo candidates before calls become real, because their numbers are fictional."""
    live = Interview.all_objects.filter(
        candidate__external_id__startswith=EXTERNAL_ID_PREFIX, status__in=Interview.LIVE
    )
    for interview in live:
        with lock_interview(interview) as locked:
            locked.cancel(Interview.Outcome.BY_HR, actor="make run", reason=NO_REAL_CALLS)
    return len(live)


def end_interrupted_calls() -> int:
    """End the calls of the last run: their phone network is gone, and the new one does not know them."""
    running = Attempt.objects.filter(call__isnull=False, call__ended_at__isnull=True).exclude(call__twilio_sid="")
    interrupted = list(running.values_list("pk", flat=True))
    for pk in interrupted:
        with lock_call(pk) as call:
            call.apply_status("failed", why=NETWORK_STOPPED)
    return len(interrupted)
