"""A job is filled from a template: by slot, each question once, repeatable, balanced, all or nothing."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jobs.bank.editing import add_question
from jobs.bank.entry import BankEntry, EntryText
from jobs.bank.families import Family, QuestionKind
from jobs.models import BankQuestion, BankUsage, JobDescription, Template, TemplateUse, TemplateVersion
from jobs.models.bank_usage import MIN_SHOWN
from jobs.templates.filling import MissingLanguage, UnfilledSlots, choose_questions, fill_job, find_gaps
from jobs.templates.parts import TemplatePart
from jobs.templates.usage import with_usage
from screener.models import InvalidTransition
from tests.support.factories import make_interview, make_job
from tests.support.sample_rows import complete_interview

pytestmark = pytest.mark.django_db
SUBJECTS = ("anchors", "buoys", "currents", "docks", "engines", "ferries")
FIXED = TemplatePart.from_json({"text": "Why do you want to work on our ferry?", "language": "en", "max_seconds": 60})


def slot(count: int = 1, **fields: Any) -> TemplatePart:
    return TemplatePart.from_json({"count": count, "family": "transport", "tags": ["sea"], **fields})


def make_template(*parts: TemplatePart, **content: Any) -> TemplateVersion:
    template = Template.objects.create(name=f"Template {Template.objects.count()}")
    return template.add_version(by="a test", parts=list(parts), **content)


def add_to_bank(subject: str, difficulty: int = 2, **fields: Any) -> BankQuestion:
    text = fields.pop("text", f"How do {subject} work {subject[::-1]} {subject * 2}?")
    entry = BankEntry(
        key="",
        family=Family.TRANSPORT,
        kind=fields.pop("kind", QuestionKind.TECHNICAL),
        difficulty=difficulty,
        tags=("sea", subject),
        texts={"en": EntryText(text, subject, keywords=("sailor",))},
    )
    return add_question(entry, by="a test").approve(by="a test")


@pytest.fixture
def sea_bank() -> list[BankQuestion]:
    """Six technical questions about the sea: two are hard."""
    return [add_to_bank(subject, 3 if number < 2 else 2) for number, subject in enumerate(SUBJECTS)]


@pytest.fixture
def job() -> JobDescription:
    return make_job(title="Deckhand", description="Work on a ferry.")


def texts(use: TemplateUse) -> list[str]:
    return [question.text for question in use.question_set.questions]


def test_job_gets_questions_rubric_and_settings(sea_bank: list[BankQuestion], job: JobDescription) -> None:
    rubric = [{"key": "care", "name": "Care", "weight": 1, "anchors": {"2": "No.", "5": "Some.", "9": "Much."}}]
    version = make_template(
        FIXED, slot(2, difficulty=3, weight=2.5), slot(3), rubric=rubric, answer_pause_seconds=12, channels=["room"]
    )
    use = fill_job(job, version, by="a test", seed="s")
    job.refresh_from_db()
    questions = use.question_set.questions
    assert [question.weight for question in questions] == [1, 2.5, 2.5, 1, 1, 1]
    assert questions[0].max_seconds == 60
    assert {question.competency for question in questions[1:3]} == {"anchors", "buoys"}
    assert len(set(texts(use))) == 6
    assert (job.rubric, job.answer_pause_seconds, job.channels) == (rubric, 12, ["room"])
    assert (job.takes_allowed, job.questions_status) == (2, JobDescription.QuestionsStatus.READY)
    assert (use.version, use.seed, use.question_set) == (version, "s", job.draft_questions)


def test_seed_repeats_choice(sea_bank: list[BankQuestion], job: JobDescription) -> None:
    version = make_template(slot(3))
    filled = [texts(fill_job(job, version, by="a test", seed=seed)) for seed in ("a", "b", "c", "a")]
    assert filled[0] == filled[3]
    assert len({tuple(choice) for choice in filled}) > 1
    assert texts(fill_job(job, version, by="a test")) != []


def test_questions_take_turns(sea_bank: list[BankQuestion]) -> None:
    """Six questions in nine sets of two: each three times, whatever the seeds are."""
    version = make_template(slot(2))
    uses = [fill_job(make_job(title=str(number)), version, by="a test") for number in range(9)]
    assert set(Counter(text for use in uses for text in texts(use)).values()) == {3}


def test_less_asked_question_comes_first(job: JobDescription) -> None:
    often, seldom = add_to_bank("anchors"), add_to_bank("buoys")
    BankUsage.objects.create(question=often, asked=100)
    BankUsage.objects.create(question=seldom, asked=99)
    for seed in map(str, range(5)):
        assert choose_questions(job, make_template(slot()), seed=seed).questions[0].bank_question == seldom.pk


def test_overlapping_slots_are_all_filled(job: JobDescription) -> None:
    """Each slot may take two of three questions. Whichever the first one takes, the others get along."""
    add_to_bank("anchors", 2)
    add_to_bank("buoys", 3)
    add_to_bank("currents", 3, kind=QuestionKind.CULTURE)
    version = make_template(slot(kind="technical"), slot(difficulty=3), slot(tags=["anchors", "currents"]))
    for seed in map(str, range(10)):
        assert len(set(texts(fill_job(job, version, by="a test", seed=seed)))) == 3


def test_fixed_question_is_not_asked_twice(job: JobDescription) -> None:
    add_to_bank("anchors", text="How do you drop the heavy anchor in a storm?")
    fixed = TemplatePart.from_json({"text": "How do you drop a heavy anchor during a storm?", "language": "en"})
    assert fill_job(job, make_template(slot()), by="a test")
    with pytest.raises(UnfilledSlots):
        fill_job(job, make_template(fixed, slot()), by="a test")


def test_unfilled_slot_changes_nothing(
    sea_bank: list[BankQuestion], job: JobDescription, django_assert_num_queries: Any
) -> None:
    version = make_template(FIXED, slot(2), slot(3, difficulty=3), answer_pause_seconds=12)
    with pytest.raises(UnfilledSlots) as refusal:
        fill_job(job, version, by="a test")
    assert refusal.value.members == {"slots": [{"position": 2, "wanted": 3, "found": 2, "language": "en"}]}
    job.refresh_from_db()
    assert (job.answer_pause_seconds, job.question_sets.count(), job.template_uses.count()) == (8, 0, 0)
    with django_assert_num_queries(3):
        gaps = find_gaps(version.parts, ["en", "de"])
    assert [(language, gap.position, gap.wanted, gap.found) for language, gap in gaps] == [
        ("en", 2, 3, 2),
        ("de", 1, 2, 0),
        ("de", 2, 3, 0),
    ]


def test_questions_of_other_work_are_left_out(sea_bank: list[BankQuestion]) -> None:
    """A question with keywords suits a job that mentions one, or a slot that names one of its tags."""
    untagged = make_template(slot(kind="technical", difficulty=3, tags=[]))
    with pytest.raises(UnfilledSlots):
        fill_job(make_job(title="Clerk", description="Files."), untagged, by="a test")
    assert fill_job(make_job(title="Sailor", description="Sails."), untagged, by="a test")


def test_slot_without_occupation_takes_that_of_job(job: JobDescription) -> None:
    version = make_template(TemplatePart.from_json({"kind": "technical", "count": 6}))
    nurse = make_job(title="Nurse", description="You care for patients on a ward of our hospital.")
    use = fill_job(nurse, version, by="a test")
    families = BankQuestion.objects.filter(texts__text__in=texts(use)).values_list("family", flat=True)
    assert set(families) == {Family.CARE}


def test_fixed_question_is_asked_in_language_of_job(sea_bank: list[BankQuestion]) -> None:
    german = TemplatePart.from_json({"text": "Warum unsere Fähre?", "language": "de"})
    version = make_template(FIXED, german)
    for language, text in (("en-GB", FIXED.text), ("de", german.text)):
        assert texts(fill_job(make_job(language=language), version, by="a test")) == [text]
    with pytest.raises(MissingLanguage):
        fill_job(make_job(language="fr"), version, by="a test")


def test_template_out_of_use_fills_no_job(sea_bank: list[BankQuestion], job: JobDescription) -> None:
    version = make_template(slot())
    version.template.update_fields(in_use=False)
    with pytest.raises(InvalidTransition):
        choose_questions(job, version)


def test_edit_makes_version_and_keeps_old_ones(sea_bank: list[BankQuestion], job: JobDescription) -> None:
    version = make_template(slot())
    use = fill_job(job, version, by="a test")
    template = version.template
    assert template.add_version(by="hr", parts=version.parts) == version
    newer = template.add_version(by="hr", note="More.", parts=[slot(2)])
    assert (newer.number, newer.author, newer.note, template.current_version) == (2, "hr", "More.", newer)
    use.refresh_from_db()
    assert use.version == version
    with pytest.raises(IntegrityError), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(author="other")


def test_usage_counts_interviews_with_questions_of_version(sea_bank: list[BankQuestion], job: JobDescription) -> None:
    version = make_template(slot())
    use = fill_job(job, version, by="a test")
    fill_job(make_job(), version, by="a test")
    use.question_set.approve(by="a test")
    job.refresh_from_db()
    for number in range(MIN_SHOWN):
        complete_interview(make_interview(job=job, phone=f"+1415555010{number}"))
        counted: Any = with_usage(version.template.versions.all()).get()
        assert (counted.jobs_filled, counted.interviews_planned, counted.scored) == (2, number + 1, number + 1)
        assert counted.mean_score == (Decimal("7.5") if number + 1 == MIN_SHOWN else None)
