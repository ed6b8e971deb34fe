"""The question bank: questions for many jobs, their texts by language, and their history."""

from collections.abc import Sequence
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import MD5, Lower, Now
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from jobs.bank.families import Family, QuestionKind
from jobs.bank.words import content_stems
from jobs.field_limits import MAX_REASON_LENGTH
from jobs.unlawful_questions import UnlawfulTopic, find_topics
from screener.access.viewer import Viewer
from screener.language_tag import primary_tag
from screener.models import AppendOnly, BaseModel, InvalidTransition
from screener.records import MAX_GOOD_ANSWER_LENGTH, QuestionContent, QuestionSpec

MIN_DIFFICULTY, MAX_DIFFICULTY = 1, 3
MAX_TEXT_LENGTH, MAX_COMPETENCY_LENGTH = 500, 200
MAX_TAGS, MAX_TAG_LENGTH = 10, 40
MAX_KEYWORDS, MAX_KEYWORD_LENGTH = 40, 60
STATISTICS = "statistics"
"""The actor of a recalibration."""


class BankQuestionQuerySet(models.QuerySet["BankQuestion"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """All questions: the bank belongs to the organisation, and no question names a candidate or a job."""
        return self

    def with_texts(self) -> Self:
        return self.prefetch_related("texts")


class BankQuestion(BaseModel):
    """A question of the bank. Only an approved one is picked for jobs. It is retired, never deleted."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        APPROVED = "approved", _("Approved")
        RETIRED = "retired", _("Out of use")

    class Difficulty(models.IntegerChoices):
        EASY = 1, _("Easy")
        MEDIUM = 2, _("Medium")
        HARD = 3, _("Hard")

    class DifficultySource(models.TextChoices):
        AUTHOR = "author", _("As it was written")
        ANSWERS = "answers", _("From the answers")
        PERSON = "person", _("Set by a person")

    family = models.CharField(
        max_length=20, choices=Family.choices, help_text=_("The occupations that the question is for")
    )
    kind = models.CharField(_("type"), max_length=20, choices=QuestionKind.choices)
    difficulty = models.PositiveSmallIntegerField(
        choices=Difficulty.choices,
        default=Difficulty.MEDIUM,
        validators=[MinValueValidator(MIN_DIFFICULTY), MaxValueValidator(MAX_DIFFICULTY)],
    )
    difficulty_source = models.CharField(
        max_length=10,
        choices=DifficultySource.choices,
        default=DifficultySource.AUTHOR,
        db_default=DifficultySource.AUTHOR,
        editable=False,
        help_text=_("What a person has set is never recalibrated"),
    )
    worded_at = models.DateTimeField(
        default=timezone.now,
        db_default=Now(),
        editable=False,
        help_text="When a text last changed. Answers to other words do not count in its usage",
    )
    tags = ArrayField(
        models.CharField(max_length=MAX_TAG_LENGTH),
        size=MAX_TAGS,
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Subjects, separated by commas. An interview asks about the first one only once."),
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    languages = ArrayField(
        models.CharField(max_length=10), default=list, db_default=[], editable=False, help_text="Of its texts"
    )
    search_text = models.TextField(blank=True, editable=False, help_text="All its texts, for the search")
    searched_words = models.GeneratedField(
        expression=SearchVector("search_text", config="simple"), output_field=SearchVectorField(), db_persist=True
    )
    """Stored: where a word is frequent, the newest questions are read in turn until enough have it."""

    source = models.CharField(max_length=150, editable=False, help_text=_("Who added it"))
    starter_key = models.CharField(
        max_length=40, null=True, blank=True, unique=True, editable=False, help_text="Of a question of the product"
    )

    objects = models.Manager.from_queryset(BankQuestionQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "bank question"
        constraints = [
            models.CheckConstraint(
                condition=Q(difficulty__range=(MIN_DIFFICULTY, MAX_DIFFICULTY)), name="bank_difficulty_in_range"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "family", "kind"], name="bank_by_status_and_family"),
            models.Index(fields=["family", "created_at"], name="bank_by_family"),
            models.Index(fields=["kind", "created_at"], name="bank_by_kind"),
            models.Index(fields=["difficulty", "created_at"], name="bank_by_difficulty"),
            GinIndex(fields=["tags"], name="bank_by_tag"),
            GinIndex(fields=["languages"], name="bank_by_language"),
            GinIndex(fields=["searched_words"], name="bank_by_searched_word"),
        ]

    def __str__(self) -> str:
        text = self.text_in(primary_tag(get_language() or "en"))
        return text.text if text else str(self.pk)

    @classmethod
    def of_product(cls, *, key: str, source: str, **fields: Any) -> Self:
        """Return a question that comes with the product: approved, and not saved yet."""
        return cls(starter_key=key, source=source, status=cls.Status.APPROVED, **fields)

    def text_in(self, language: str) -> "BankText | None":
        """Return the text in this language, or else in any. Reads prefetched texts."""
        texts = sorted(self.texts.all(), key=lambda text: (text.language != language, text.language))
        return texts[0] if texts else None

    @property
    def unlawful_topics(self) -> list[UnlawfulTopic]:
        """The topics of the texts about which employers must not ask."""
        return sorted({topic for text in self.texts.all() for topic in find_topics(text.text, text.language)})

    def approve(self, *, by: str, reason: str = "") -> Self:
        """Let the question be picked for jobs. `reason`: needed for unlawful topics. Idempotent."""
        with transaction.atomic():
            self._lock()
            if self.status == self.Status.APPROVED:
                return self
            topics = ", ".join(str(topic.label) for topic in self.unlawful_topics)
            if topics and not reason.strip():
                raise InvalidTransition(
                    gettext(
                        "The question asks about %(topics)s, which employers must not ask. Change it, or state why it "
                        "is lawful and needed."
                    )
                    % {"topics": topics}
                )
            self._move(self.Status.APPROVED, BankEvent.Kind.APPROVED, by, reason.strip() if topics else "")
        return self

    def retire(self, *, by: str, reason: str = "") -> Self:
        """Take the question out of use. Jobs that ask it keep it. Idempotent."""
        with transaction.atomic():
            self._lock()
            if self.status != self.Status.RETIRED:
                self._move(self.Status.RETIRED, BankEvent.Kind.RETIRED, by, reason.strip())
        return self

    def reopen(self, *, by: str) -> Self:
        """Make a retired question a draft again. Idempotent."""
        with transaction.atomic():
            self._lock()
            if self.status == self.Status.APPROVED:
                raise InvalidTransition(gettext("The question is approved. Retire it first."))
            if self.status == self.Status.RETIRED:
                self._move(self.Status.DRAFT, BankEvent.Kind.REOPENED, by)
        return self

    def change(self, *, by: str, **fields: Any) -> Self:
        """Record an edit and write these fields. An approved question becomes a draft: another text was approved."""
        with transaction.atomic():
            self._lock()
            if self.status == self.Status.RETIRED:
                raise InvalidTransition(gettext("The question is retired. Reopen it before you change it."))
            before, after = self.difficulty, fields.get("difficulty", self.difficulty)
            event: dict[str, Any] = {"kind": BankEvent.Kind.EDITED, "actor": by}
            if before != after:
                fields["difficulty_source"] = self.DifficultySource.PERSON
                event |= {"difficulty_before": before, "difficulty_after": after}
            self.update_fields(**fields, status=self.Status.DRAFT)
            self.events.create(**event)
        return self

    def set_difficulty(self, difficulty: int | None, *, by: str) -> Self:
        """Overrule the measured difficulty. None: leave it to the answers again. The status stays."""
        with transaction.atomic():
            self._lock()
            source = self.DifficultySource.PERSON if difficulty else self.DifficultySource.AUTHOR
            if (difficulty or self.difficulty, source) != (self.difficulty, self.difficulty_source):
                self._write_difficulty(difficulty or self.difficulty, source, BankEvent.Kind.OVERRULED, actor=by)
        return self

    def recalibrate(self, difficulty: int, *, answers: int) -> bool:
        """Set the measured difficulty, unless a person decided on it. Returns whether it changed.

        `answers`: how many answers the measurement rests on.
        """
        with transaction.atomic():
            self._lock()
            if self.difficulty_source == self.DifficultySource.PERSON or self.difficulty == difficulty:
                return False
            kind, source = BankEvent.Kind.RECALIBRATED, self.DifficultySource.ANSWERS
            self._write_difficulty(difficulty, source, kind, actor=STATISTICS, answers=answers)
        return True

    def _write_difficulty(self, difficulty: int, source: str, kind: "BankEvent.Kind", **event: Any) -> None:
        before = self.difficulty
        self.update_fields(difficulty=difficulty, difficulty_source=source)
        self.events.create(kind=kind, difficulty_before=before, difficulty_after=difficulty, **event)

    def _lock(self) -> None:
        self.refresh_from_db(from_queryset=BankQuestion.objects.select_for_update())

    def _move(self, status: str, kind: "BankEvent.Kind", by: str, reason: str = "") -> None:
        self.update_fields(status=status)
        self.events.create(kind=kind, actor=by, reason=reason)


class BankText(BaseModel):
    """A question of the bank in one language."""

    question = models.ForeignKey(BankQuestion, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=MAX_TEXT_LENGTH)
    competency = models.CharField(max_length=MAX_COMPETENCY_LENGTH)
    good_answer = models.CharField(
        max_length=MAX_GOOD_ANSWER_LENGTH, blank=True, help_text=_("What a good answer shows")
    )
    keywords = ArrayField(
        models.CharField(max_length=MAX_KEYWORD_LENGTH),
        size=MAX_KEYWORDS,
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Words of job descriptions that the question fits; empty: any job of its occupations"),
    )
    stems = ArrayField(
        models.CharField(max_length=MAX_TEXT_LENGTH), default=list, db_default=[], blank=True, editable=False
    )

    class Meta:
        ordering = ["question", "language"]
        constraints = [
            models.UniqueConstraint(fields=["question", "language"], name="one_bank_text_per_language"),
            models.UniqueConstraint("language", MD5(Lower("text")), name="bank_text_is_unique"),
        ]
        indexes = [
            GinIndex(fields=["stems"], name="bank_texts_by_stem"),
        ]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def stems_of(cls, text: str, language: str) -> list[str]:
        """The content words by which duplicates are found, in a fixed order."""
        return sorted(content_stems(text, language))


def link_to_bank(questions: Sequence[QuestionContent], language: str) -> list[QuestionSpec]:
    """Return the questions, each with the bank question that has the same text in this language.

    Case and spaces do not count. An edited text is another question: its answers say nothing about the one in the bank.
    """
    texts = [" ".join(question.text.replace("\0", "").split()) for question in questions]
    known_texts = BankText.objects.filter(language=primary_tag(language)).annotate(digest=MD5(Lower("text")))
    same_texts = known_texts.filter(digest__in=[MD5(Lower(Value(text))) for text in texts])
    ids = {text.lower(): question_id for text, question_id in same_texts.values_list("text", "question_id")}
    return [
        QuestionSpec.from_json(question.to_json() | {"bank_question": ids.get(text.lower())})
        for question, text in zip(questions, texts, strict=True)
    ]


class BankEvent(AppendOnly):
    """A history entry of a question: the change, its actor and the reason."""

    class Kind(models.TextChoices):
        """The kinds of events: a kind is never renamed."""

        ADDED = "bank.added", _("Added")
        EDITED = "bank.edited", _("Edited")
        APPROVED = "bank.approved", _("Approved")
        RETIRED = "bank.retired", _("Taken out of use")
        REOPENED = "bank.reopened", _("Reopened")
        RECALIBRATED = "bank.recalibrated", _("Difficulty recalibrated")
        OVERRULED = "bank.overruled", _("Difficulty set by a person")

    question = models.ForeignKey(BankQuestion, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    actor = models.CharField(max_length=150)
    reason = models.CharField(max_length=MAX_REASON_LENGTH, blank=True)
    difficulty_before = models.PositiveSmallIntegerField(
        null=True, blank=True, choices=BankQuestion.Difficulty.choices, help_text=_("Where the difficulty changed")
    )
    difficulty_after = models.PositiveSmallIntegerField(null=True, blank=True, choices=BankQuestion.Difficulty.choices)
    answers = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("On how many answers a recalibration rests")
    )

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.kind
