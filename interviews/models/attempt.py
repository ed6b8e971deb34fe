"""One try to hold an interview."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from typing import Any, assert_never, cast
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from candidates.models import Consent
from interviews import channels
from interviews.conversation import engine
from interviews.conversation.wording import disclosure_version
from interviews.models.call import Call
from interviews.models.event import EventKind, event_kind
from interviews.models.interview import Interview
from interviews.models.recording import Recording
from interviews.models.response import InterviewResponse, weighted_coverage
from interviews.task_handles import FOLLOW_UP
from screener.models import BaseModel

log = logging.getLogger(__name__)

APOLOGY = "Something went wrong on our side; the candidate was promised a call back."
ASKED_OR_ANSWERED = (
    EventKind.RESPONSE_ASKED,
    EventKind.RESPONSE_ANSWERED,
    EventKind.RESPONSE_SILENT,
    EventKind.RECORDING_REJECTED,
)
WRONG_RECORDING = "The carrier named a recording that does not belong to this answer."

# Every webhook reads these, so they are written out: building them anew takes longer than running them.
LOCK_PHONE_ATTEMPT = """
SELECT {columns} FROM interviews_interview interview
JOIN interviews_attempt attempt ON attempt.interview_id = interview.id
JOIN interviews_call call ON call.attempt_id = attempt.id
WHERE attempt.id = %s FOR NO KEY UPDATE OF interview, attempt, call
"""
"""All three are locked, since only locked rows are read afresh after a wait; the interview first, as everywhere."""
LOCK_ATTEMPT = """
SELECT {columns} FROM interviews_interview interview
JOIN interviews_attempt attempt ON attempt.interview_id = interview.id
WHERE attempt.id = %s FOR NO KEY UPDATE OF interview, attempt
"""
RESPONSES = """
SELECT id, interview_id, position, question, max_seconds, status FROM interviews_interviewresponse
WHERE interview_id = %s ORDER BY position
"""
TAKES = """
SELECT id, response_id, attempt_id, turn, sid, status, ended, seconds, chosen, carrier_transcript_status
FROM interviews_recording WHERE (attempt_id = %s AND turn = %s) OR (sid <> '' AND sid = %s)
"""


@dataclass(frozen=True)
class ReceivedInput:
    """An input as it came over a channel. `kind`: the channel's own word for it."""

    kind: str
    input: engine.Input
    recording_sid: str = ""


@dataclass(frozen=True)
class ConsentReply:
    """How a consent or a refusal was given, and the version of the disclosure before it."""

    given_by: Consent.GivenBy
    wording_version: str = ""


class AttemptQuerySet(models.QuerySet["Attempt"]):
    @contextmanager
    def held(self, pk: UUID) -> Iterator["Attempt"]:
        """This attempt with its interview and its call locked, to the end of the transaction."""
        with transaction.atomic():
            attempt = self._held(pk)
            with attempt.interview.held():
                yield attempt

    def _held(self, pk: UUID) -> "Attempt":
        rows = self._lock(pk, LOCK_PHONE_ATTEMPT, Interview, Attempt, Call) or self._lock(
            pk, LOCK_ATTEMPT, Interview, Attempt
        )
        if not rows:
            raise Attempt.DoesNotExist(f"There is no attempt {pk}.")
        attempt = cast(Attempt, rows[Attempt])
        attempt.interview = cast(Interview, rows[Interview])
        if call := rows.get(Call):
            attempt.call = cast(Call, call)
        return attempt

    def _lock(self, pk: UUID, query: str, *parts: type[BaseModel]) -> dict[type[BaseModel], BaseModel]:
        """Run a query that reads one row of each of these models. Returns them, or nothing where there is none."""
        with connection.cursor() as cursor:
            cursor.execute(query.format(columns=_columns(parts)), [pk])
            row = cursor.fetchone()
        values = iter(row or ())
        fields = ((model, [field.attname for field in model._meta.concrete_fields]) for model in parts)
        return {model: model.from_db(self.db, names, [*islice(values, len(names))]) for model, names in fields if row}


@cache
def _columns(parts: tuple[type[BaseModel], ...]) -> str:
    """Return the columns of these models, each with the model's alias in the query."""
    fields = [(model._meta.model_name, field) for model in parts for field in model._meta.concrete_fields]
    return ", ".join(f"{alias}.{field.column}" for alias, field in fields)


class Attempt(BaseModel):
    class Channel(models.TextChoices):
        PHONE = "phone", "Phone"

    class Outcome(models.TextChoices):
        ANSWERED = "answered", "Answered"
        NO_ANSWER = "no_answer", "No answer"
        BUSY = "busy", "Busy"
        VOICEMAIL = "voicemail", "Voicemail"
        HUNG_UP = "hung_up", "Hung up"
        INVALID_NUMBER = "invalid_number", "Invalid number"
        CARRIER_ERROR = "carrier_error", "Carrier error"
        UNKNOWN = "unknown", "Unknown: the carrier may have acted"

    NEVER_HELD = (Outcome.INVALID_NUMBER, Outcome.CARRIER_ERROR)

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.PHONE)
    stage = models.CharField(max_length=10, default=engine.Stage.OPENING)
    turn = models.PositiveIntegerField(default=0)
    silences = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The question that was asked last")
    resumed = models.BooleanField(default=False)
    outcome = models.CharField(max_length=14, choices=Outcome.choices, blank=True)
    reason = models.TextField(blank=True)
    concerns_all = models.BooleanField(
        default=False, help_text="The carrier took no call at all, because of our account or a setting"
    )
    send_before = models.DateTimeField(help_text="After this moment the call is no longer placed")
    answered_at = models.DateTimeField(null=True, blank=True)
    last_input_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    apologised_at = models.DateTimeField(
        null=True, blank=True, help_text="When something went wrong on our side and a call back was promised"
    )

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["interview", "number"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "number"], name="attempt_number_is_unique"),
            models.UniqueConstraint(
                fields=["interview"], condition=Q(ended_at__isnull=True), name="one_live_attempt_per_interview"
            ),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number}"

    @cached_property
    def responses(self) -> dict[int, InterviewResponse]:
        found = InterviewResponse.objects.raw(RESPONSES, [self.interview_id])
        responses = {one.position: one for one in found}
        for one in responses.values():
            one.interview = self.interview
        return responses

    def state(self) -> engine.ConversationState:
        """What the conversation needs to know; call it with the attempt held."""
        unanswered = sorted(position for position, one in self.responses.items() if one.status in one.OPEN)
        return engine.ConversationState(
            stage=engine.Stage.OVER if self._ignores_input(unanswered) else engine.Stage(self.stage),
            turn=self.turn,
            open_positions=tuple(unanswered),
            silences=self.silences,
            resumed=self.resumed,
            language=self.interview.language,
        )

    @property
    def channel_service(self) -> channels.Channel:
        return channels.get_channel(self.channel)

    @property
    def has_successor(self) -> bool:
        """Whether there was another attempt since."""
        return self.interview.attempts.filter(number__gt=self.number).exists()

    def _ignores_input(self, unanswered: list[int]) -> bool:
        """Whether what is heard now can no longer move anything: it comes too late, and is only filed."""
        if not self.interview.is_live:
            return True
        if self.ended_at and (self.outcome in self.NEVER_HELD or self.has_successor):
            return True
        return self.stage == engine.Stage.QUESTION and unanswered[:1] != [self.position]

    def response_at(self, position: int) -> InterviewResponse:
        return self.responses[position]

    def apply_input(self, turn: int, received: ReceivedInput) -> engine.Prompt:
        """Move the conversation by one input and return the next prompt.

        Raises StaleTurn, with nothing changed, when the turn is over. Call it with the attempt held.
        """
        step = engine.next_step(self.state(), turn, received.input)
        reply = self._consent_reply(received.input)
        take = None
        if isinstance(received.input, engine.RecordedAnswer):
            kept = any(isinstance(fact, engine.AnswerKept) for fact in step.facts)
            take = self._recorded(turn, received.input, sid=received.recording_sid, chosen=kept)
        now = timezone.now()
        self.update_fields(
            stage=step.state.stage,
            turn=step.state.turn,
            silences=step.state.silences,
            position=getattr(step.prompt, "position", self.position),
            answered_at=self.answered_at or now,
            last_input_at=now,
        )
        for fact in step.facts:
            self._apply_fact(fact, take, reply)
        return step.prompt

    def _recorded(self, turn: int, take: engine.RecordedAnswer, *, sid: str, chosen: bool) -> Recording | None:
        """Return the recording of this turn, or None, with an event, where `sid` belongs to another recording."""
        length = {} if take.seconds is None else {"seconds": take.seconds}
        recording = self.get_or_create_recording(turn, sid=sid, ended=take.ended, chosen=chosen, **length)
        if recording is not None:
            recording.response = next(row for row in self.responses.values() if row.pk == recording.response_id)
        elif self.position is not None:
            log.warning("attempt %s, turn %d: recording rejected, question %d", self.pk, turn, self.position)
            self.interview.add_event(
                EventKind.RECORDING_REJECTED,
                reason=WRONG_RECORDING,
                attempt=str(self.pk),
                turn=turn,
                position=self.position,
            )
        return recording

    def reopen(self) -> None:
        """Its call was believed not to have been placed, and was: then no other is due."""
        self.update_fields(ended_at=None, outcome="", reason="")
        self.interview.clear_next_attempt()
        self.interview.add_event(EventKind.ATTEMPT_REOPENED, actor="carrier", attempt=str(self.pk), number=self.number)

    @property
    def is_missing_last_recording(self) -> bool:
        """Whether the line went while an answer was awaited, and nothing is known of one."""
        asked = self.stage == engine.Stage.QUESTION and self.ended_at and self.interview.is_live
        hung_up = Q(turn=self.turn - 1, ended=Recording.Ended.HANGUP)
        return bool(asked) and not self.takes.filter(hung_up | Q(turn=self.turn)).exists()

    def adopt_missing_recording(self, recorded: dict[str, int | None]) -> None:
        """Of what the carrier recorded in this call, newest first, the one unheard of is the answer that was lost."""
        known = set(Recording.objects.filter(sid__in=recorded).values_list("sid", flat=True))
        lost = next((sid for sid in recorded if sid not in known), None)
        if lost and self.is_missing_last_recording:
            answer = engine.RecordedAnswer(recorded[lost], engine.RecordingEnd.HANGUP)
            self.apply_input(self.turn, ReceivedInput("recording", answer, recording_sid=lost))

    def get_or_create_recording(self, turn: int, *, sid: str, **told: Any) -> Recording | None:
        """The take of this turn, with what is told of it; one of the turn that is awaited is new to us.

        None where there can be none: another take has this id, or this turn has a take with another id. The carrier's
        id of a take may come with any news of it, and a take belongs to the question that was asked in this attempt,
        whatever has become of that question since.
        """
        takes = list(Recording.objects.raw(TAKES, [self.pk, turn, sid]))
        if not takes:
            return self._create_recording(turn, sid=sid, **told)
        take = takes[0]
        if len(takes) > 1 or (take.attempt_id, take.turn) != (self.pk, turn) or (sid and take.sid not in ("", sid)):
            return None
        if take.seconds is not None:
            told.pop("seconds", None)  # it was measured after the caller had given it
        if changes := told | ({"sid": sid} if sid and not take.sid else {}):
            take.update_fields(**changes)
        return take

    def _create_recording(self, turn: int, **told: Any) -> Recording | None:
        if self.position is None or turn != self.turn:
            return None
        recording = Recording(attempt=self, response=self.response_at(self.position), turn=turn, **told)
        Recording.insert([recording])
        return recording

    def _apply_fact(self, fact: engine.Fact, take: Recording | None, reply: ConsentReply) -> None:
        match fact:
            case engine.ConsentGiven():
                self._add_consent(Consent.Kind.RECORD, given=True, reply=reply)
                self.interview.begin()
            case engine.QuestionAsked(position):
                self.response_at(position).mark_asked()
            case engine.AnswerKept(position) if take is not None:
                self.response_at(position).accept_recording(take)
            case engine.AnswerKept(position):
                self._settle(position, InterviewResponse.Status.AUDIO_LOST, WRONG_RECORDING)
            case engine.QuestionUnanswered(position):
                self._settle(position, InterviewResponse.Status.SILENT, "Asked twice; nothing was said.")
            case engine.ConversationEnded(ending):
                self._close(ending, reply)
            case _ as unreachable:
                assert_never(unreachable)

    def _settle(self, position: int, status: InterviewResponse.Status, reason: str) -> None:
        """Close this question without an answer, unless an earlier recording of it can serve as one."""
        response = self.response_at(position)
        if not accept_partial_recording(response):
            response.close_unscored(status, reason=reason)

    def _consent_reply(self, input: engine.Input) -> ConsentReply:
        """Return how a reply in the present stage counts as a consent or a refusal."""
        given_by = Consent.GivenBy.KEY if isinstance(input, engine.KeyPressed) else Consent.GivenBy.VOICE
        if self.stage != engine.Stage.CONSENT:
            return ConsentReply(given_by)
        return ConsentReply(given_by, disclosure_version(self.interview.language, resumed=self.resumed))

    def _add_consent(self, kind: Consent.Kind, *, given: bool, reply: ConsentReply) -> None:
        how = "by key" if reply.given_by == Consent.GivenBy.KEY else "said"
        Consent.objects.create(
            candidate=self.interview.candidate,
            kind=kind,
            given=given,
            given_by=reply.given_by,
            attempt=self,
            wording_version=reply.wording_version,
            language=self.interview.language,
            source=f"{how} in {self.channel_service.session_name}, attempt {self.pk}",
        )

    @property
    def _pressed_keys(self) -> bool:
        """Whether a person was at the phone for certain: machines press no keys."""
        recordings = self.takes.filter(ended__in=[Recording.Ended.KEY, Recording.Ended.REPEAT])
        return self.consents.filter(given_by=Consent.GivenBy.KEY).exists() or recordings.exists()

    def _close(self, ending: engine.Ending, reply: ConsentReply) -> None:
        """The conversation has come to its own end."""
        interview = self.interview
        match ending:
            case engine.Ending.NO_REPLY:
                self.update_fields(
                    outcome=self.Outcome.NO_ANSWER, reason="The call was picked up, but there was no clear reply."
                )
                return
            case engine.Ending.FINISHED:
                finish_by_coverage(interview, reason="")
            case engine.Ending.DECLINED:
                self._add_consent(Consent.Kind.RECORD, given=False, reply=reply)
                reason = f"Declined in {self.channel_service.session_name}."
                interview.finish(Interview.Outcome.DECLINED, actor="candidate", reason=reason)
            case engine.Ending.OPTED_OUT:
                self._add_consent(Consent.Kind.CALL, given=False, reply=reply)
                self.channel_service.opt_out(self.pk)
                interview.finish(Interview.Outcome.OPTED_OUT, actor="candidate", reason="Asked not to be called again.")
            case engine.Ending.WRONG_PERSON:
                interview.finish(Interview.Outcome.WRONG_PERSON, reason="Somebody else answered this number.")
            case _ as unreachable:
                assert_never(unreachable)
        self.update_fields(outcome=self.Outcome.ANSWERED)

    def mark_voicemail(self) -> None:
        """Voicemail: counts as an attempt, costs no question, and voids a consent that it seemed to give.

        Learned after the call, it holds as well, unless the conversation had come to its own end or another followed.
        Whoever presses keys is no machine, whatever the carrier takes them for.
        """
        if not self.channel_service.reaches_machines:
            return
        if self.outcome not in ("", self.Outcome.HUNG_UP) or not self.interview.is_live or self.has_successor:
            return
        if self._pressed_keys:
            return
        self.update_fields(outcome=self.Outcome.VOICEMAIL, stage=engine.Stage.OVER, reason="A machine answered.")
        if self.ended_at:
            self._add_end_event()
        if self.consents.filter(kind=Consent.Kind.RECORD, given=True).exists():
            voided = ConsentReply(Consent.GivenBy.VOIDED)
            self._add_consent(Consent.Kind.RECORD, given=False, reply=voided)
            if not self.resumed:
                self.interview.void_consent(reason="A machine had answered.")
        # Only a conversation asks, takes or misses an answer; what the worker did meanwhile is of earlier calls.
        here = self.interview.events.filter(
            kind__in=ASKED_OR_ANSWERED,
            created_at__gte=self.created_at,
        )
        for position in set(here.values_list("data__position", flat=True)):
            self.response_at(position).reset_to_planned(reason="A machine had answered.")
        if not self.ended_at:
            self.channel_service.end_attempt(self.pk)

    def record_apology(self) -> None:
        """Something went wrong on our side: the candidate was told so, and promised a call that costs them nothing.

        That may be learned when what follows has been decided already; then it is decided again.
        """
        if self.apologised_at:
            return
        self.update_fields(apologised_at=timezone.now(), reason=APOLOGY)
        self.interview.add_event(EventKind.ATTEMPT_APOLOGISED, reason=APOLOGY, attempt=str(self.pk), number=self.number)
        if self.ended_at and not self.has_successor:
            self.interview.clear_next_attempt()
            FOLLOW_UP.defer(self.pk)

    def end(self, outcome: str, *, reason: str = "") -> None:
        """The line is closed. What follows is decided once the last words have had time to arrive."""
        if self.ended_at:
            return
        why = self.reason or ("" if self.outcome else reason)
        self.update_fields(ended_at=timezone.now(), outcome=self.outcome or outcome, reason=why)
        self._add_end_event()
        if self.interview.is_live:
            cut_off = self.stage == engine.Stage.QUESTION or self.outcome == self.Outcome.HUNG_UP
            FOLLOW_UP.defer(self.pk, delay=self.channel_service.grace_seconds if cut_off else 0)

    def _add_end_event(self) -> None:
        self.interview.add_event(
            event_kind("attempt", self.outcome),
            actor="carrier",
            reason=self.reason,
            attempt=str(self.pk),
            number=self.number,
        )


def finish_by_coverage(interview: Interview, *, reason: str) -> None:
    """No more will be said: use what was broken off, and finish by how much was answered.

    What the answers are worth counts for the result alone: some may be judged by now and others not.
    """
    with interview.locked():
        if not interview.is_live:
            return
        responses = list(interview.responses.all())
        for response in responses:
            response.interview = interview
            if response.status in response.OPEN:
                accept_partial_recording(response)
        answered = [one for one in responses if one.status not in one.UNSAID]
        total = sum(one.weight for one in responses)
        if responses and answered == responses:
            interview.finish(Interview.Outcome.COMPLETE, reason=reason)
        elif responses and weighted_coverage(answered, total) >= interview.job.minimum_coverage:
            interview.finish(Interview.Outcome.PARTIAL, reason=reason)
        else:
            interview.finish(Interview.Outcome.TOO_LITTLE, reason=reason or "Too few of the questions were answered.")


def accept_partial_recording(response: InterviewResponse) -> bool:
    """Let what was said before the line was lost stand as the answer, if anything was."""
    takes = response.takes.exclude(status=Recording.Status.ABSENT).select_related("attempt")
    longest = max((take for take in takes if take.is_usable), key=lambda take: take.seconds or 0, default=None)
    if longest is not None:
        response.accept_recording(longest)
    return longest is not None
