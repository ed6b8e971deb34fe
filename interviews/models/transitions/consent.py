"""Consents and refusals that a candidate gives during an attempt."""

from dataclasses import dataclass

from candidates.models import Consent
from interviews.conversation import engine
from interviews.conversation.wording import disclosure_version
from interviews.models.attempt import Attempt
from screener.judge import JudgeKind, configured_judge


@dataclass(frozen=True)
class ConsentReply:
    """How a consent or a refusal was given, and the version of the disclosure before it."""

    given_by: Consent.GivenBy
    wording_version: str = ""


GIVEN_BY_TEXTS = {
    Consent.GivenBy.KEY: "by key",
    Consent.GivenBy.FORM: "in a form",
    Consent.GivenBy.API: "over the API",
}


def consent_reply(attempt: Attempt, input: engine.Input, given_by: Consent.GivenBy) -> ConsentReply:
    """Return how a reply in the present stage counts as a consent or a refusal. `given_by`: where the channel knows."""
    if isinstance(input, engine.ChoiceMade):
        return ConsentReply(given_by or Consent.GivenBy.FORM, input.wording_version)
    if isinstance(input, engine.WrittenAnswer):
        return ConsentReply(given_by or Consent.GivenBy.FORM)
    given_by = Consent.GivenBy.KEY if isinstance(input, engine.KeyPressed) else Consent.GivenBy.VOICE
    if attempt.stage != engine.Stage.CONSENT:
        return ConsentReply(given_by)
    wording_version = disclosure_version(
        attempt.interview.language, resumed=attempt.resumed, judged_by_person=configured_judge() is JudgeKind.PERSON
    )
    return ConsentReply(given_by, wording_version)


def add_consent(attempt: Attempt, consent_kind: Consent.Kind, *, given: bool, reply: ConsentReply) -> None:
    given_how = GIVEN_BY_TEXTS.get(reply.given_by, "said")
    consent = Consent(
        candidate_id=attempt.interview.candidate_id,
        kind=consent_kind,
        given=given,
        given_by=reply.given_by,
        attempt=attempt,
        wording_version=reply.wording_version,
        language=attempt.interview.language,
        source=f"{given_how} in {attempt.channel_service.session_name}, attempt {attempt.pk}",
    )
    Consent.insert([consent])
