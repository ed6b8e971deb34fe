"""The texts of a prompt. A text is a piece that recurs in other interviews, so that it can be synthesised once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import assert_never

from interviews.conversation import engine, wording
from interviews.conversation.eligibility_question import EligibilityKind, EligibilityQuestion
from interviews.conversation.sentences import end_once
from interviews.conversation.wording.spelling import call_time, spell_address, spell_duration, spell_number, spell_value
from interviews.conversation.wording.texts import Wording

SETUP_SECONDS = 30
MAX_EXTRA_SECONDS = 60
LEADS_WITHIN = frozenset(engine.LeadIn) - {engine.LeadIn.FIRST, engine.LeadIn.NEXT, engine.LeadIn.RESUMED}
"""The sentences before a question that the candidate's own words lead to."""

LEADS_OF_START = frozenset({engine.LeadIn.FIRST, engine.LeadIn.RESUMED})
LEADS_OF_NEXT = frozenset(
    {engine.LeadIn.NEXT, engine.LeadIn.SKIPPED, engine.LeadIn.UNANSWERED, engine.LeadIn.POSTPONED}
)
"""The leads to a question that has not been asked yet in this call: after the start, and after another question."""

USUAL_SHARE_OF_TIME = 0.5
"""Few answers take all the time that they may."""

UNREACHED_ENDINGS = frozenset({engine.Ending.NOT_HERE, engine.Ending.NO_REPLY})
"""The endings of a try that did not reach the candidate."""

GENUINE = frozenset({engine.Preface.GENUINE, engine.Preface.GENUINE_APPLICATION})
"""The replies to a doubt whether the call is genuine: with the call-back number and the privacy notice."""

REACHABLE = GENUINE | {engine.Preface.MATTER, engine.Preface.APPLICATION, engine.Preface.OTHER_QUESTION}
"""The replies that are followed by the call-back number."""

REACHABLE_LEADS = frozenset({engine.LeadIn.GENUINE, engine.LeadIn.OTHER_QUESTION})
NAMING_CANDIDATE = frozenset({engine.Preface.MATTER, engine.Preface.GENUINE})


@dataclass(frozen=True)
class Question:
    text: str
    max_seconds: int
    competency: str = ""


@dataclass(frozen=True)
class Employer:
    """Who calls. `callback_number`: in groups of digits. `privacy_notice`: a web address without its scheme."""

    name: str = ""
    callback_number: str = ""
    privacy_notice: str = ""


class EmployerUnknown(Exception):
    """The employer has no name. No call goes on without a name: a person who answers must first learn who calls."""


@dataclass(frozen=True)
class NextCall:
    """When the candidate is called again, and the day on which this is said, in their time zone."""

    at: datetime
    today: date


@dataclass(frozen=True)
class Script:
    """The data of an interview that its prompts name. `remaining`: how many questions are not answered yet.

    `may_call_again`: whether another attempt can follow this one. None: unknown, the goodbye does not mention it.

    The employer, the candidate's name, the job's title, `eligibility` and `may_call_again` may be lazy: they are read
    only for the prompts that need them.
    """

    candidate_name: object
    job_title: object
    language: str
    questions: tuple[Question, ...]
    remaining: int
    employer: Employer = field(default_factory=Employer)
    judged_by_person: bool = False
    next_call: NextCall | None = None
    is_inbound: bool = False
    may_call_again: object = None
    eligibility: Sequence[EligibilityQuestion] = ()

    @property
    def wording(self) -> Wording:
        return wording.for_language(self.language)

    def fill_template(self, template: str, **values: object) -> str:
        """Replace the placeholders of a template. Raises EmployerUnknown if it names an employer that is not set up."""
        text = template.format_map(_PlaceholderValues(self, values))
        return end_once(text, self.employer.name) if "{employer}" in template else text

    @property
    def known_employer(self) -> Employer:
        if not self.employer.name:
            raise EmployerUnknown
        return self.employer

    @property
    def reach_texts(self) -> tuple[str, ...]:
        """The call-back number, where there is one."""
        return (self.fill_template(self.wording.REACH_US),) if self.employer.callback_number else ()

    @property
    def judge_text(self) -> str:
        return self.wording.JUDGED_BY_PERSON if self.judged_by_person else self.wording.JUDGED_BY_MODEL

    @property
    def next_call_time(self) -> str:
        return call_time(self.wording, self.next_call.at, today=self.next_call.today) if self.next_call else ""

    @property
    def expected_seconds(self) -> float:
        remaining_questions = self.questions[len(self.questions) - self.remaining :]
        return usual_seconds(question.max_seconds for question in remaining_questions)


def usual_seconds(longest_answers: Iterable[int]) -> float:
    """How long an interview usually takes, from the seconds that each of its answers may last."""
    return SETUP_SECONDS + USUAL_SHARE_OF_TIME * sum(longest_answers)


PLACEHOLDERS: Mapping[str, Callable[[Script], object]] = {
    "employer": lambda script: script.known_employer.name,
    "callback": lambda script: spell_number(script.wording, script.employer.callback_number),
    "notice": lambda script: spell_address(script.wording, script.known_employer.privacy_notice),
    "judge": lambda script: script.judge_text,
    "name": lambda script: script.candidate_name,
    "job": lambda script: script.job_title,
    "count": lambda script: script.wording.question_count(script.remaining),
    "minutes": lambda script: spell_duration(script.wording, script.expected_seconds),
    "total": lambda script: len(script.questions),
    "when": lambda script: script.next_call_time,
}


class _PlaceholderValues(dict[str, object]):
    """The values of a template, those of the script read when they are needed."""

    def __init__(self, script: Script, values: Mapping[str, object]) -> None:
        super().__init__(values)
        self._script = script

    def __missing__(self, placeholder: str) -> object:
        return PLACEHOLDERS[placeholder](self._script)


def prompt_texts(prompt: engine.Prompt, script: Script) -> tuple[str, ...]:
    """Return the texts of a prompt in the order in which they are spoken."""
    match prompt:
        case engine.AskIdentity() | engine.AskReachable() | engine.AskTime() | engine.AskConsent() | engine.AskOptOut():
            return (
                *_preface_texts(script, prompt.preface),
                *map(script.fill_template, _introduction_templates(script, prompt)),
            )
        case engine.HoldOn():
            return (script.wording.HOLD_ON,)
        case engine.AskEligibility(requirement, eligibility_lead):
            return _eligibility_texts(script, script.eligibility[requirement], eligibility_lead)
        case engine.ReadBack(requirement, value, again=again):
            return (_read_back_text(script, script.eligibility[requirement], value, again=again),)
        case engine.AskQuestion(position, lead):
            lead_texts = *_lead_texts(script, position, lead), *_limit_texts(script, position, lead)
            return *lead_texts, script.questions[position].text
        case engine.RecordAnswer(patient=True):
            return (script.wording.TAKE_YOUR_TIME,)
        case engine.RecordAnswer(position, goes_on=True):
            limit = spell_duration(script.wording, extra_seconds(script.questions[position].max_seconds))
            return (script.fill_template(script.wording.GO_ON, limit=limit),)
        case engine.CheckAnswer(again=again):
            return (script.wording.CHECK_ANSWER_AGAIN if again else script.wording.CHECK_ANSWER,)
        case engine.ConfirmStop(request=request, again=again):
            return ((script.wording.CONFIRM_STOP_AGAIN if again else script.wording.CONFIRM_STOP)[request],)
        case engine.Goodbye(ending):
            return script.fill_template(script.wording.GOODBYES[ending]), *_farewell_texts(script, ending)
        case engine.RecordAnswer() | engine.HangUp():
            return ()
        case _ as unreachable:
            assert_never(unreachable)


def _eligibility_texts(script: Script, question: EligibilityQuestion, lead: engine.EligibilityLead) -> tuple[str, ...]:
    """The lead, the question, and a hint how to answer, if the kind needs one or the last answer was not understood."""
    texts = script.wording
    is_plain = question.kind in (EligibilityKind.NUMBER, EligibilityKind.DATE)
    needs_hint = not is_plain or lead in (engine.EligibilityLead.UNCLEAR, engine.EligibilityLead.EXPLAINED)
    options = ", ".join(
        texts.ELIGIBILITY_OPTION.format(number=number, option=option)
        for number, option in enumerate(question.options, 1)
    )
    hint = texts.ELIGIBILITY_HINTS[question.kind].format(options=options)
    lead_text = script.fill_template(texts.ELIGIBILITY_LEADS[lead])
    return lead_text, question.text, *((hint,) if needs_hint else ())


def _read_back_text(script: Script, question: EligibilityQuestion, value: str, *, again: bool) -> str:
    template = script.wording.READ_BACK_AGAIN if again else script.wording.READ_BACK
    return template.format(value=spell_value(script.wording, question, value), question=question.text)


def voicemail_text(script: Script) -> str:
    """Return the message on a voicemail. Other people may hear it, so it names neither candidate nor subject."""
    return script.fill_template(script.wording.VOICEMAIL)


def extra_seconds(max_seconds: int) -> int:
    """Return the longest end of an answer whose time was over."""
    return min(max_seconds, MAX_EXTRA_SECONDS)


def _farewell_texts(script: Script, ending: engine.Ending) -> tuple[str, ...]:
    """Whether a call may follow, the call-back number, and the last word."""
    if ending not in UNREACHED_ENDINGS or script.may_call_again is None:
        return *script.reach_texts, script.wording.FAREWELL
    call_again_texts = script.wording.MAY_CALL_AGAIN if script.may_call_again else script.wording.LAST_CALL
    return call_again_texts, *script.reach_texts, script.wording.FAREWELL


def _introduction_templates(script: Script, prompt: engine.Introduction) -> tuple[str, ...]:
    texts = script.wording
    match prompt:
        case engine.AskIdentity(keys_only=True):
            return (texts.IDENTITY_BY_KEYS,)
        case engine.AskIdentity(again=True):
            return (texts.GREETING_AGAIN,)
        case engine.AskIdentity():
            return (texts.GREETING_CALLED_BACK if script.is_inbound else texts.GREETING,)
        case engine.AskReachable(keys_only=True):
            return (texts.REACHABLE_BY_KEYS,)
        case engine.AskReachable(again=again):
            return (texts.ASK_REACHABLE_AGAIN if again else texts.ASK_REACHABLE,)
        case engine.AskTime(keys_only=True):
            return (texts.CALL_TIME_BY_KEYS,)
        case engine.AskTime(again=again):
            return (texts.CALL_TIME_AGAIN if again else texts.CALL_TIME,)
        case engine.AskOptOut(keys_only=True):
            return (texts.OPT_OUT_BY_KEYS,)
        case engine.AskOptOut(again=again):
            return (texts.ASK_OPT_OUT_AGAIN if again else texts.ASK_OPT_OUT,)
        case engine.AskConsent(keys_only=True):
            return (texts.CONSENT_BY_KEYS,)
        case engine.AskConsent(again=True):
            return (texts.CONSENT_AGAIN,)
        case engine.AskConsent(resumed=resumed):
            return (texts.RESUMED_DISCLOSURE if resumed else texts.DISCLOSURE), texts.CONSENT_CHOICE
        case _ as unreachable:
            assert_never(unreachable)


def _preface_texts(script: Script, preface: engine.Preface) -> tuple[str, ...]:
    texts = script.wording
    reach = script.reach_texts if preface in REACHABLE else ()
    notice = (script.fill_template(texts.NOTICE),) if preface in GENUINE else ()
    return tuple(filter(None, (script.fill_template(texts.PREFACES[preface]), *reach, *notice)))


def _lead_texts(script: Script, position: int, lead: engine.LeadIn) -> tuple[str, ...]:
    question, texts = script.questions[position], script.wording
    is_unexplained = lead is engine.LeadIn.EXPLAINED and not question.competency
    template = texts.NO_EXPLANATION if is_unexplained else texts.LEAD_INS[lead]
    limit = spell_duration(texts, question.max_seconds)
    text = script.fill_template(template, number=position + 1, competency=question.competency, limit=limit)
    return (text, *script.reach_texts, texts.LEAD_INS[engine.LeadIn.REPEATED]) if lead in REACHABLE_LEADS else (text,)


def _limit_texts(script: Script, position: int, lead: engine.LeadIn) -> tuple[str, ...]:
    """The time for an answer, where the candidate does not know it yet: no sound warns them before it ends."""
    seconds = script.questions[position].max_seconds
    is_known = lead in LEADS_OF_NEXT and position > 0 and script.questions[position - 1].max_seconds == seconds
    if is_known or lead not in LEADS_OF_START | LEADS_OF_NEXT:
        return ()
    return (script.fill_template(script.wording.ANSWER_LIMIT, limit=spell_duration(script.wording, seconds)),)


def prerenderable_texts(script: Script) -> set[str]:
    """Return all texts that interviews with these questions may need, except those that name a candidate."""
    script = replace(script, may_call_again=True)
    positions = range(len(script.questions))
    prompts: list[engine.Prompt] = [engine.AskConsent(), engine.AskTime(), engine.HoldOn()]
    prompts += [engine.AskConsent(preface, again=True) for preface in engine.Preface if preface not in NAMING_CANDIDATE]
    prompts += [engine.AskConsent(keys_only=True), engine.AskTime(keys_only=True)]
    prompts += [engine.AskQuestion(position, _usual_lead(position)) for position in positions]
    prompts += [engine.AskQuestion(position, engine.LeadIn.RESUMED) for position in positions]
    prompts += [engine.AskQuestion(position, lead) for position in positions for lead in LEADS_WITHIN]
    prompts += [engine.AskTime(again=True), engine.RecordAnswer(0, patient=True)]
    prompts += [engine.AskOptOut(), engine.AskOptOut(again=True), engine.AskOptOut(keys_only=True)]
    prompts += [engine.RecordAnswer(position, goes_on=True) for position in positions]
    prompts += [engine.CheckAnswer(0, again=again) for again in (False, True)]
    prompts += [engine.ConfirmStop(0, request) for request in script.wording.CONFIRM_STOP]
    prompts += [engine.ConfirmStop(0, request, again=True) for request in script.wording.CONFIRM_STOP_AGAIN]
    prompts += [engine.Goodbye(ending) for ending in engine.Ending if ending != engine.Ending.CALL_LATER]
    prompts += [
        engine.AskEligibility(question.position, lead)
        for question in script.eligibility
        for lead in engine.EligibilityLead
    ]
    texts = {text for prompt in prompts for text in prompt_texts(prompt, script)} | {script.wording.LAST_CALL}
    resumed_consent = engine.AskConsent(resumed=True)
    remaining_counts = (position + 1 for position in positions)
    return texts.union(*(prompt_texts(resumed_consent, replace(script, remaining=count)) for count in remaining_counts))


def _usual_lead(position: int) -> engine.LeadIn:
    return engine.LeadIn.NEXT if position else engine.LeadIn.FIRST
