"""Notices of events and of the ends of campaigns: who gets them, and that each is made once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from candidates.models import Candidate
from interviews.campaigns.adding import add_candidates, start_campaign
from interviews.models import (
    Campaign,
    EventKind,
    Interview,
    InterviewEvent,
    MailPace,
    Notice,
    NoticeKind,
    NoticeSettings,
    lock_interview,
)
from interviews.notices import creation
from interviews.notices.creation import add_campaign_notices, add_event_notices
from interviews.notices.readers import is_watching, set_watching, watchers_of
from jobs.models import JobDescription
from screener.models import RoleKey
from tests.support.blocked_queries import wait_until_blocked
from tests.support.factories import make_approved_job, make_candidate, make_interview
from tests.support.role_accounts import make_role_user
from tests.support.sample_rows import add_result, make_completed_interview

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> JobDescription:
    return make_approved_job()


@pytest.fixture
def manager(job: JobDescription) -> User:
    user = make_role_user(RoleKey.HIRING_MANAGER, job)
    user.email = "manager@northwind.example"
    user.save()
    return user


def kinds_of(user: User) -> list[str]:
    return list(user.notices.order_by("occurred_at").values_list("kind", flat=True))


class TestWatchers:
    def test_members_watch_until_they_stop(self, job: JobDescription, manager: User) -> None:
        recruiter = make_role_user(RoleKey.RECRUITER)
        assert list(watchers_of(job)) == [manager]
        set_watching(recruiter, job, is_watching=True)
        set_watching(manager, job, is_watching=False)
        assert list(watchers_of(job)) == [recruiter]
        assert (is_watching(recruiter, job), is_watching(manager, job)) == (True, False)

    def test_watching_needs_access(self, job: JobDescription, manager: User) -> None:
        stranger = make_role_user(RoleKey.HIRING_MANAGER)
        set_watching(stranger, job, is_watching=True)
        assert list(watchers_of(job)) == [manager]
        User.objects.filter(pk=manager.pk).update(is_active=False)
        assert not watchers_of(job).exists()


class TestEvents:
    def test_each_kind_is_told(self, job: JobDescription, manager: User) -> None:
        interview = make_completed_interview(job=job)
        add_result(interview, score=None)
        with lock_interview(interview) as locked:
            locked.record_person_request(reason="", data={})
            locked.add_event(EventKind.CANDIDATE_CALLED)
        add_event_notices()
        kinds = [NoticeKind.RESULT_READY, NoticeKind.ATTENTION, NoticeKind.PERSON_REQUEST, NoticeKind.ATTENTION]
        assert kinds_of(manager) == kinds
        assert set(Notice.objects.values_list("job", "interview")) == {(job.pk, interview.pk)}

    def test_second_run_adds_nothing(self, job: JobDescription, manager: User) -> None:
        make_completed_interview(job=job)
        add_event_notices()
        InterviewEvent.objects.filter(kind=EventKind.RESULT_READY).update(awaits_notices=True)
        add_event_notices()
        assert kinds_of(manager) == [NoticeKind.RESULT_READY]
        assert not InterviewEvent.objects.filter(awaits_notices=True).exists()

    def test_crash_leaves_event_for_next_sweep(
        self, job: JobDescription, manager: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_completed_interview(job=job)

        def crash(groups: Any) -> None:
            insert(groups)
            raise SystemExit

        insert = creation._insert
        monkeypatch.setattr(creation, "_insert", crash)
        with pytest.raises(SystemExit):
            add_event_notices()
        assert kinds_of(manager) == []
        monkeypatch.undo()
        add_event_notices()
        assert kinds_of(manager) == [NoticeKind.RESULT_READY]

    def test_practice_is_not_told(self, job: JobDescription, manager: User) -> None:
        interview = make_interview(job=job)
        Interview.all_objects.update(purpose=Interview.Purpose.PRACTICE)
        interview = Interview.all_objects.get()
        with lock_interview(interview) as locked:
            locked.record_person_request(reason="", data={})
        add_event_notices()
        assert kinds_of(manager) == []

    def test_mail_follows_settings(self, job: JobDescription, manager: User) -> None:
        make_completed_interview(job=job)
        add_event_notices()
        NoticeSettings.objects.create(user=manager, result_ready=MailPace.OFF)
        make_completed_interview(job=job, phone="+14155550102")
        add_event_notices()
        awaiting = manager.notices.order_by("occurred_at").values_list("awaits_mail", flat=True)
        assert list(awaiting) == [True, False]

    def test_queries_do_not_grow(self, job: JobDescription, manager: User) -> None:
        def count_queries(interviews: int) -> int:
            for number in range(interviews):
                make_completed_interview(job=job, phone=f"+1415555{interviews}{number:03}")
            with CaptureQueriesContext(connection) as queries:
                add_event_notices()
            return len(queries)

        assert count_queries(1) == count_queries(4)


class TestCampaigns:
    def start(self, job: JobDescription) -> Campaign:
        candidates = [make_candidate(phone=f"+1415555010{number}").pk for number in range(2)]
        return start_campaign(job=job, name="Spring", candidates=candidates, actor="hanna").campaign

    def finish(self, *interviews: Interview) -> None:
        for interview in interviews:
            with lock_interview(interview) as locked:
                locked.finish(Interview.Outcome.UNREACHED)

    def test_end_is_told_once(self, job: JobDescription, manager: User) -> None:
        campaign = self.start(job)
        first, second = campaign.interviews.all()
        self.finish(first)
        add_campaign_notices()
        assert kinds_of(manager) == []
        self.finish(second)
        add_campaign_notices()
        add_campaign_notices()
        assert kinds_of(manager) == [NoticeKind.CAMPAIGN_ENDED]

    def test_pending_result_keeps_it_open(self, job: JobDescription, manager: User) -> None:
        campaign = self.start(job)
        for interview in campaign.interviews.all():
            with lock_interview(interview) as locked:
                locked.begin()
                locked.finish(Interview.Outcome.COMPLETE)
        add_campaign_notices()
        assert kinds_of(manager) == []

    def test_addition_reopens_it(self, job: JobDescription, manager: User) -> None:
        campaign = self.start(job)
        self.finish(*campaign.interviews.all())
        add_campaign_notices()
        late = Candidate.objects.get(pk=make_candidate(phone="+14155550109").pk)
        add_candidates(campaign, [late.pk], actor="hanna")
        add_campaign_notices()
        assert len(kinds_of(manager)) == 1
        self.finish(*campaign.interviews.filter(status=Interview.Status.PENDING))
        add_campaign_notices()
        assert len(kinds_of(manager)) == 2

    def test_crash_within_addition_plans_nothing(
        self, job: JobDescription, manager: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An ended campaign with a live interview would never be announced again."""

        def crash(campaign: Campaign) -> None:
            raise SystemExit

        campaign = self.start(job)
        self.finish(*campaign.interviews.all())
        add_campaign_notices()
        monkeypatch.setattr(Campaign, "reopen", crash)
        with pytest.raises(SystemExit):
            add_candidates(campaign, [make_candidate(phone="+14155550120").pk], actor="hanna")
        assert not campaign.interviews.filter(status=Interview.Status.PENDING).exists()

    @pytest.mark.django_db(transaction=True)
    def test_addition_meanwhile_keeps_it_open(self, job: JobDescription, manager: User) -> None:
        """The interview is planned, and not committed, when the sweep looks."""

        def run() -> None:
            try:
                add_campaign_notices()
            finally:
                connection.close()

        campaign = self.start(job)
        self.finish(*campaign.interviews.all())
        late = make_candidate(phone="+14155550109").pk
        with ThreadPoolExecutor(1) as executor:
            with transaction.atomic():
                add_candidates(campaign, [late], actor="hanna")
                sweep = executor.submit(run)
                wait_until_blocked(sweep)
            sweep.result()
        campaign.refresh_from_db()
        assert (campaign.ended_at, kinds_of(manager)) == (None, [])
