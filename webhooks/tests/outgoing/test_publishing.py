"""The feed: each event has one place in it, in order."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from candidates.data_rights.erasure import erase_candidate
from interviews.campaigns.adding import add_candidates
from interviews.decisions import record_decision
from interviews.models import Interview, PublicEventType, lock_interview
from interviews.notices.creation import add_campaign_notices
from jobs.models import JobDescription
from tests.support.campaigns import interviews_of, make_campaign
from tests.support.factories import make_approved_job, make_candidate, make_interview
from tests.support.sample_rows import make_completed_interview
from webhooks.models import Delivery, PublicEvent, Subscription
from webhooks.outgoing.contents import read_contents
from webhooks.outgoing.publishing import LOCK, publish_events

pytestmark = pytest.mark.django_db


def published_types() -> list[str]:
    publish_events()
    return list(PublicEvent.objects.values_list("type", flat=True))


def cancel(interview: Interview) -> None:
    with lock_interview(interview) as locked:
        locked.cancel(Interview.Outcome.BY_HR, actor="hanna")


class TestEvents:
    def test_interview_with_result_and_decision(self, reviewer: User) -> None:
        interview = make_completed_interview()
        record_decision(interview, verdict="consider", by=reviewer, reason="Strong.", seen=interview.results.get())
        assert published_types() == [
            PublicEventType.INTERVIEW_CREATED,
            PublicEventType.INTERVIEW_BEGUN,
            PublicEventType.INTERVIEW_COMPLETED,
            PublicEventType.RESULT_READY,
            PublicEventType.DECISION_MADE,
        ]
        contents = read_contents(list(PublicEvent.objects.all()))
        *_, of_result, of_decision = (contents[pk] for pk in sorted(contents))
        assert {content["interview"]["id"] for content in contents.values()} == {str(interview.pk)}
        assert of_result["result"]["overall_score"] == 7.5
        assert of_decision["decision"] == {"verdict": "consider", "reason": "Strong.", "decided_by": "hanna"}

    def test_event_keeps_result_that_it_tells_of(self) -> None:
        interview = make_completed_interview()
        publish_events()
        with lock_interview(interview) as locked:
            locked.reopen_result(actor="hanna", reason="")
        event = PublicEvent.objects.get(type=PublicEventType.RESULT_READY)
        assert read_contents([event])[event.pk]["result"]["overall_score"] == 7.5
        interview.results.all().delete()
        assert read_contents([event]) == {}

    def test_erasure_names_candidate_alone(self) -> None:
        candidate = make_interview().candidate
        erase_candidate(candidate, actor="hanna", reason="asked")
        assert PublicEventType.CANDIDATE_ERASED in published_types()
        event = PublicEvent.objects.get(type=PublicEventType.CANDIDATE_ERASED)
        assert read_contents([event]) == {event.pk: {"candidate": str(candidate.pk)}}

    def test_campaign_that_ends_twice(self) -> None:
        campaign = make_campaign(1)
        for number in range(2):
            cancel(interviews_of(campaign)[-1])
            add_campaign_notices()
            publish_events()
            candidate = make_candidate(phone=f"+1415555020{number}", email=f"{number}@example.com")
            add_candidates(campaign, [candidate.pk], actor="hanna")
        events = PublicEvent.objects.filter(type=PublicEventType.CAMPAIGN_FINISHED)
        assert len({event.message_id for event in events}) == 2
        assert {content["campaign"]["id"] for content in read_contents(list(events)).values()} == {str(campaign.pk)}

    def test_practice_is_not_published(self) -> None:
        interview = make_interview()
        Interview.objects.update(purpose=Interview.Purpose.PRACTICE)
        publish_events()
        cancel(Interview.all_objects.get())
        assert PublicEventType.INTERVIEW_CANCELLED not in published_types()
        assert interview.events.filter(kind="interview.cancelled").exists()

    def test_events_are_published_once(self) -> None:
        make_interview()
        assert published_types() == published_types() == [PublicEventType.INTERVIEW_CREATED]

    def test_waits_for_another_publisher(self) -> None:
        make_interview()
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
                assert published_types() == []
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])  # a closed session keeps it for a moment
        finally:
            other.close()
        assert published_types() == [PublicEventType.INTERVIEW_CREATED]


class TestSubscriptions:
    @pytest.fixture
    def other_job(self) -> JobDescription:
        return make_approved_job(title="Cook")

    def test_wanted_events_alone(self, subscription: Subscription, other_job: JobDescription) -> None:
        subscription.update_fields(job=other_job, types=["interview.created", "candidate.erased"])
        interview = make_interview(job=other_job)
        cancel(interview)
        make_interview(phone="+14155550101", email="grace@example.com")
        erase_candidate(interview.candidate, actor="hanna", reason="asked")
        publish_events()
        delivered = Delivery.objects.values_list("event__type", "subject")
        assert set(delivered) == {("interview.created", interview.pk), ("candidate.erased", interview.candidate_id)}

    def test_disabled_ones_get_none(self, subscription: Subscription) -> None:
        subscription.update_fields(status="disabled", cause="person", disabled_at=subscription.created_at)
        make_interview()
        publish_events()
        assert not Delivery.objects.exists()


def test_content_of_many_events_needs_as_many_queries_as_of_one() -> None:
    job = make_approved_job()
    for number in range(3):
        make_completed_interview(job=job, phone=f"+1415555010{number}", email=f"{number}@example.com")
    publish_events()
    of_one, of_all = (
        PublicEvent.objects.filter(subject=Interview.objects.latest("created_at").pk),
        PublicEvent.objects.all(),
    )
    with CaptureQueriesContext(
        connection,
    ) as one:
        read_contents(list(of_one))
    with CaptureQueriesContext(connection) as all_events:
        read_contents(list(of_all))
    assert len(all_events) == len(one)
