"""Calling does not depend on the wording of labels and explanations: the other tests run with other wording."""

import pytest

from interviews.calling.verdicts import DialRule
from interviews.models import Attempt, Interview, lock_interview
from interviews.wait_reason import WaitReason
from tests.support.changed_wording import CHANGED_LABEL, CHANGED_SENTENCE
from tests.support.factories import make_interview


def test_labels_are_changed() -> None:
    attempt = Attempt(outcome=Attempt.Outcome.BUSY)
    labels = {attempt.get_outcome_display(), WaitReason.NO_CAPACITY.label, DialRule.NUMBER.label}
    assert labels == {CHANGED_LABEL}


@pytest.mark.django_db
def test_stored_sentences_are_changed() -> None:
    interview = make_interview()
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(interview.created_at, wait_reason=WaitReason.COOL_DOWN, reason="Too early.")
    interview.refresh_from_db()
    assert (interview.wait_reason, interview.waiting_for) == (WaitReason.COOL_DOWN, CHANGED_SENTENCE)
    assert not Interview.objects.filter(waiting_for="Too early.").exists()
