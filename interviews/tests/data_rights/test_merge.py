"""Merging two records of one person: the union, the refusals, and that all data is found afterwards."""

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from candidates.data_rights.erasure import DELETE_ITEMS, erase_candidate
from candidates.data_rights.export import export_candidate
from candidates.deletion import delete_candidates
from candidates.merging.merge import Merge, merge_candidates, resolve_id
from candidates.models import Candidate, CandidateEvent, Consent, DoNotCall, Erasure, MergedRecord
from interviews.calling.rules import why_never_called
from interviews.calling.verdicts import DialRule
from interviews.models import EventKind, Interview, lock_interview
from jobs.models import JobDescription
from screener.models import InvalidTransition
from tests.support.blocked_queries import wait_until_blocked
from tests.support.factories import make_approved_job, make_candidate, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.person_with_traces import DIGITS, PHONE, TOKEN, make_person, private_contents, rows_with
from tests.support.sample_rows import make_completed_interview
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db
OTHER_PHONE = "+14155550188"
OK, CREATED, BAD_REQUEST = 200, 201, 400


@pytest.fixture
def job(db: None) -> JobDescription:
    return make_approved_job()


@pytest.fixture
def kept(db: None) -> Candidate:
    return make_candidate(full_name="Ada Lovelace")


@pytest.fixture
def merged(db: None) -> Candidate:
    return make_candidate(full_name="A. Lovelace", phone=OTHER_PHONE, email="a@example.com", external_id="ats-2")


def merge(kept: Candidate, merged: Candidate, *taken: str) -> Candidate:
    return merge_candidates(Merge(kept, merged, frozenset(taken)), actor="hanna", reason="Same person.")


def add_consent(candidate: Candidate, *, given: bool, days_ago: int) -> None:
    said_at = timezone.now() - timedelta(days=days_ago)
    candidate.add_call_consent(given, given_by=Consent.GivenBy.STAFF, source="a test", said_at=said_at)


def plan(candidate: Candidate, job: JobDescription) -> Interview:
    return Interview.objects.create(candidate=candidate, job=job, question_set=job.question_sets.get())


class TestValues:
    def test_chosen_values_are_taken(self, kept: Candidate, merged: Candidate) -> None:
        merge(kept, merged, "phone", "external_id")
        row = Candidate.objects.get()
        assert (row.pk, row.full_name, row.phone, row.external_id) == (kept.pk, "Ada Lovelace", OTHER_PHONE, "ats-2")
        trace = MergedRecord.objects.get()
        assert (trace.merged_id, trace.phone, trace.email) == (merged.pk, "+14155550100", "a@example.com")
        assert trace.external_id == ""

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("taken", [(), ("resume",)])
    def test_other_resume_is_deleted(
        self, kept: Candidate, merged: Candidate, taken: tuple[str], private_files: Path
    ) -> None:
        kept.store_resume(ContentFile(b"kept", "cv.txt"))
        merged.store_resume(ContentFile(b"merged", "cv.txt"))
        merge(kept, merged, *taken)
        assert list(private_contents(private_files).values()) == [b"merged" if taken else b"kept"]
        run_tasks(only="candidates.read_resume")
        assert Candidate.objects.get().resume_text == ("merged" if taken else "kept")

    @pytest.mark.django_db(transaction=True)
    def test_failing_storage_leaves_merge(
        self, kept: Candidate, merged: Candidate, private_files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The file is left for the erasure of the person: it lies in a folder of theirs."""
        merged.store_resume(ContentFile(b"merged", "cv.txt"))
        monkeypatch.setattr(type(storages["private"]), "delete", Mock(side_effect=PermissionError))
        merge(kept, merged)
        assert Candidate.objects.get() == kept

    def test_event_names_actor_and_record(self, kept: Candidate, merged: Candidate) -> None:
        event = merge(kept, merged).events.get(kind=CandidateEvent.Kind.MERGED)
        assert event.actor == "hanna"
        assert str(merged.pk) in event.reason


class TestStricterWins:
    @pytest.mark.parametrize(("ours", "theirs"), [(True, False), (False, True)])
    @pytest.mark.parametrize("is_refusal_older", [True, False])
    def test_refused_consent_wins(
        self, kept: Candidate, merged: Candidate, job: JobDescription, ours: bool, theirs: bool, is_refusal_older: bool
    ) -> None:
        Consent.objects.all().delete()
        for candidate, is_consent in ((kept, ours), (merged, theirs)):
            add_consent(candidate, given=is_consent, days_ago=2 if is_consent != is_refusal_older else 1)
        merge(kept, merged)
        assert not kept.consents_to(Consent.Kind.CALL)
        verdict = why_never_called(kept, job)
        assert verdict
        assert verdict.rule == DialRule.CONSENT

    @pytest.mark.django_db(transaction=True)
    def test_simultaneous_refusal_wins(self, kept: Candidate, merged: Candidate) -> None:
        """The refusal is being committed while the records are merged."""

        def run() -> None:
            try:
                merge(Candidate.objects.get(pk=kept.pk), Candidate.objects.get(pk=merged.pk))
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as executor:
            with transaction.atomic():
                add_consent(merged, given=False, days_ago=0)
                connection.check_constraints()  # as a commit does
                merging = executor.submit(run)
                wait_until_blocked(merging)
            merging.result()
        assert not kept.consents_to(Consent.Kind.CALL)

    def test_one_consent_stays_given(self, merged: Candidate, job: JobDescription) -> None:
        kept = make_candidate(consents=False, phone="+14155550101")
        merge(kept, merged)
        assert kept.consents_to(Consent.Kind.CALL)
        assert why_never_called(kept, job) is None

    @pytest.mark.parametrize("named", [True, False])
    def test_refusal_of_number_that_leaves_holds(
        self, kept: Candidate, merged: Candidate, job: JobDescription, named: bool
    ) -> None:
        """An entry of the merged record, and one that only the number has."""
        DoNotCall.objects.add_number(OTHER_PHONE, source="a test", candidate=merged if named else None)
        merge(kept, merged)
        verdict = why_never_called(kept, job)
        assert verdict
        assert verdict.rule == DialRule.DO_NOT_CALL

    def test_refusal_holds_for_number_that_leaves(
        self, kept: Candidate, merged: Candidate, job: JobDescription
    ) -> None:
        """It was said under the other number, and a client adds the person again under this one."""
        DoNotCall.objects.add_number(kept.phone, source="a test", candidate=kept)
        merge(kept, merged)
        again = make_candidate(full_name="A. Lovelace", phone=OTHER_PHONE)
        verdict = why_never_called(again, job)
        assert verdict
        assert verdict.rule == DialRule.DO_NOT_CALL

    def test_refusal_of_third_record_holds(self, kept: Candidate, merged: Candidate, job: JobDescription) -> None:
        """Another person has the number that leaves, and refused under it."""
        third = make_candidate(full_name="B. Lovelace", phone=OTHER_PHONE)
        DoNotCall.objects.add_number(OTHER_PHONE, source="a test", candidate=third)
        merge(kept, merged)
        verdict = why_never_called(kept, job)
        assert verdict
        assert verdict.rule == DialRule.DO_NOT_CALL

    def test_wrong_number_holds_for_number_alone(self, kept: Candidate, merged: Candidate, job: JobDescription) -> None:
        DoNotCall.objects.add_number(OTHER_PHONE, kind="wrong_person", source="a test", candidate=merged)
        merge(kept, merged)
        assert why_never_called(kept, job) is None


class TestInterviews:
    def test_all_interviews_are_moved(self, kept: Candidate, merged: Candidate, job: JobDescription) -> None:
        practice = plan(merged, job)
        Interview.objects.filter(pk=practice.pk).update(purpose=Interview.Purpose.PRACTICE)
        other = plan(merged, make_approved_job(title="Another"))
        merge(kept, merged)
        assert set(Interview.all_objects.filter(candidate=kept)) == {practice, other}
        event = other.events.get(kind=EventKind.CANDIDATE_MERGED)
        assert (event.actor, event.data["former"]) == ("hanna", str(merged.pk))

    @pytest.mark.parametrize("is_begun_later", [True, False])
    def test_one_live_interview_stays(
        self, kept: Candidate, merged: Candidate, job: JobDescription, is_begun_later: bool
    ) -> None:
        """That which has begun, or else was planned first. Which record it is of does not count."""
        first, second = plan(merged, job), plan(kept, job)
        if is_begun_later:
            with lock_interview(second) as locked:
                locked.begin()
        merge(kept, merged)
        live = Interview.objects.get(status__in=Interview.LIVE)
        assert live == (second if is_begun_later else first)
        cancelled = Interview.objects.exclude(pk=live.pk).get()
        assert (cancelled.outcome, cancelled.candidate_id) == (Interview.Outcome.BY_HR, kept.pk)

    def test_call_in_progress_prevents_merge(self, kept: Candidate, merged: Candidate, job: JobDescription) -> None:
        plan(merged, job).attempts.create(number=1, send_before=timezone.now())
        with pytest.raises(InvalidTransition):
            merge(kept, merged)
        assert Candidate.objects.count() == 2


class TestRefusals:
    @pytest.mark.parametrize("index", [0, 1])
    def test_held_record_is_not_merged(self, kept: Candidate, merged: Candidate, index: int) -> None:
        (kept, merged)[index].set_hold(actor="hanna", reason="A lawsuit.")
        with pytest.raises(InvalidTransition):
            merge(kept, merged)
        merged.refresh_from_db()

    @pytest.mark.parametrize("index", [0, 1])
    def test_erased_record_is_not_merged(self, kept: Candidate, merged: Candidate, index: int) -> None:
        erase_candidate((kept, merged)[index], actor="hanna", reason="Asked for it.")
        with pytest.raises(InvalidTransition):
            merge(kept, merged)

    def test_erasure_in_work_prevents_merge(self, kept: Candidate, merged: Candidate) -> None:
        Erasure.objects.create(candidate=merged, kind=Erasure.Kind.RESUME, actor="hanna", reason="x")
        with pytest.raises(InvalidTransition):
            merge(kept, merged)

    def test_record_is_not_merged_with_itself(self, kept: Candidate) -> None:
        with pytest.raises(InvalidTransition):
            merge(kept, Candidate.objects.get())

    def test_stale_page_is_refused(self, kept: Candidate, merged: Candidate) -> None:
        seen = Merge(kept, merged).versions
        Candidate.objects.get(pk=merged.pk).update_fields(full_name="Somebody Else")
        with pytest.raises(InvalidTransition):
            merge_candidates(Merge(kept, merged), actor="hanna", seen=seen)
        assert Candidate.objects.count() == 2

    @pytest.mark.django_db(transaction=True)
    def test_opposite_merges_make_one_record(self, kept: Candidate, merged: Candidate) -> None:
        def run(ids: tuple[Any, Any]) -> bool:
            first, second = (Candidate.objects.get(pk=pk) for pk in ids)
            try:
                merge(first, second)
            except InvalidTransition:
                return False
            finally:
                connection.close()
            return True

        with ThreadPoolExecutor(2) as executor:
            done = list(executor.map(run, [(kept.pk, merged.pk), (merged.pk, kept.pk)]))
        assert sorted(done) == [False, True]
        assert Candidate.objects.count() == 1


class TestDataRights:
    def export(self, candidate: Candidate) -> dict[str, str]:
        answer = export_candidate(candidate, actor="hanna")
        content = b"".join(answer.streaming_content)  # type: ignore[arg-type]
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}

    def test_export_finds_everything_after_merge(self, reviewer: User, kept: Candidate) -> None:
        person = make_person(reviewer)
        before = self.export(person.candidate)
        merge(kept, person.candidate, "full_name", "email", "phone", "locale", "timezone", "external_id", "resume")
        after = self.export(Candidate.objects.get(pk=kept.pk))
        names = set(before) - {"index.html", "candidate.json", "record_history.json", "merged_records.json"}
        assert names <= set(after)
        for name in names:
            if name.endswith(".json"):
                records = json.loads(after[name])
                lost = [record for record in json.loads(before[name]) if record not in records]
                assert [record for record in lost if "updated_at" not in record] == [], name
            else:
                assert after[name] == before[name]

    def test_export_finds_webhooks_of_former_number(self, reviewer: User, kept: Candidate) -> None:
        person = make_person(reviewer)
        merge(kept, person.candidate)
        after = self.export(Candidate.objects.get(pk=kept.pk))
        assert PHONE in after["webhooks.json"]
        assert len(json.loads(after["webhooks.json"])) == 2

    @pytest.mark.parametrize("is_kept", [True, False])
    def test_erasure_leaves_no_trace_after_merge(
        self, reviewer: User, private_files: Path, twilio: FakeTwilio, is_kept: bool
    ) -> None:
        person, other = make_person(reviewer), make_candidate(full_name="Zeb Quux", phone=OTHER_PHONE)
        records = (person.candidate, other) if is_kept else (other, person.candidate)
        merge(*records)
        erase_candidate(Candidate.objects.get(), actor="hanna", reason="Asked for it.")
        run_tasks(only=DELETE_ITEMS.name)
        for text in (TOKEN, DIGITS, OTHER_PHONE.removeprefix("+1"), "Quux"):
            assert rows_with(text) == {}, text
        assert [path for path in private_files.rglob("*") if path.is_file()] == []
        assert {DoNotCall.objects.covers_number(PHONE), MergedRecord.objects.count()} == {True, 2}

    def test_deletion_deletes_files_of_merged_record(
        self, kept: Candidate, merged: Candidate, private_files: Path, api: APIClient
    ) -> None:
        merged.store_resume(ContentFile(b"merged", "cv.txt"))
        merge(kept, merged, "resume")
        delete_candidates(candidates=Candidate.objects.all(), actor="hanna")
        run_tasks(only="candidates.delete_files")
        assert [path for path in private_files.rglob("*") if path.is_file()] == []

    def test_deletion_leaves_no_trace_of_merged_record(
        self, reviewer: User, kept: Candidate, merged: Candidate, private_files: Path
    ) -> None:
        """The log names the record that is gone, and a webhook its number."""
        LogEntry.objects.log_actions(reviewer.pk, [merged], CHANGE, change_message="x", single_object=True)
        TwilioEvent.objects.create(key="k", kind="no_interview", call_sid="CAin", params={"From": OTHER_PHONE})
        merge(kept, merged)
        delete_candidates(candidates=Candidate.objects.all(), actor="hanna")
        for text in ("Lovelace", OTHER_PHONE.removeprefix("+1"), kept.phone.removeprefix("+1")):
            assert rows_with(text) == {}, text


class TestFormerIds:
    def test_api_finds_kept_record(self, kept: Candidate, merged: Candidate, api: APIClient) -> None:
        merge(kept, merged)
        answer = api.get(f"/api/v1/candidates/{merged.pk}/")
        assert (answer.status_code, answer.json()["id"]) == (OK, str(kept.pk))
        assert resolve_id("no id") == "no id"

    def test_former_id_finds_interviews(
        self, kept: Candidate, merged: Candidate, job: JobDescription, api: APIClient
    ) -> None:
        merge(kept, merged)
        answer = api.post("/api/v1/interviews/", {"candidate": str(merged.pk), "job": str(job.pk)})
        assert answer.json()["candidate"] == str(kept.pk)
        for path in ("interviews", "candidate-events"):
            rows = api.get(f"/api/v1/{path}/", {"candidate": str(merged.pk)}).json()["results"]
            assert {row["candidate"] for row in rows} == {str(kept.pk)}

    def test_external_id_is_taken(self, kept: Candidate, merged: Candidate, api: APIClient) -> None:
        merge(kept, merged)
        new = {"full_name": "A", "phone": "+14155550111", "external_id": "ats-2"}
        answer = api.post("/api/v1/candidates/", new)
        assert (answer.status_code, "external_id" in answer.json()["errors"]) == (BAD_REQUEST, True)

    def test_import_updates_kept_record(self, kept: Candidate, merged: Candidate, api: APIClient) -> None:
        kept.update_fields(external_id="ats-1")
        merge(kept, merged)
        file = ContentFile(b"full_name,phone,external_id\nAda L.,+14155550199,ats-2\n", "rows.csv")
        report = api.post("/api/v1/candidates/import/", {"file": file}, format="multipart").json()
        row = Candidate.objects.get()
        assert (report["created"], row.external_id, row.full_name) == (0, "ats-1", "Ada L.")

    def test_second_merge_keeps_former_ids(self, kept: Candidate, merged: Candidate) -> None:
        merge(kept, merged)
        last = make_candidate(phone="+14155550111")
        merge(last, kept)
        assert set(map(resolve_id, (merged.pk, kept.pk))) == {last.pk}


def test_no_row_refers_to_merged_record(reviewer: User, kept: Candidate) -> None:
    """Also rows of models that this test does not name: a row that stayed would be deleted with the record."""
    merged = make_completed_interview(phone=OTHER_PHONE).candidate
    make_interview(phone="+14155550133")
    counts = {
        relation.related_model: relation.related_model._base_manager.count()
        for relation in Candidate._meta.related_objects
    }
    merge(kept, merged)
    lost = {model for model, count in counts.items() if model._base_manager.count() < count}
    assert lost == set()
