"""The input of the dial rules: a requested call, and the history of the person to be called."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

import phonenumbers
from django.db.models import Q, QuerySet
from phonenumbers.timezone import time_zones_for_number

from candidates.models import Candidate, Consent, DoNotCall, DoNotCallKey, hashes_of_emails, hashes_of_numbers
from candidates.timezones import iana_time_zones
from interviews.models import Attempt, Call, Interview
from jobs.models import JobDescription

UNKNOWN_ZONE = "Etc/Unknown"


class EarlierInterview(NamedTuple):
    pk: UUID
    status: str
    created_at: datetime
    candidate_id: UUID

    @property
    def is_live(self) -> bool:
        return self.status in Interview.LIVE


@dataclass(frozen=True)
class PersonHistory:
    """The history of one person: of the candidate's record and of all other records with the same number.

    `refusals`: kinds of active do-not-call entries. `interviews`: interviews for the job of the call that are live, or
    that the person completed or called off. `missing_keys`: the number of do-not-call keys that are not configured. If
    it is not zero, `refusals` may be incomplete.
    """

    refusals: frozenset[str]
    gave_consent: bool
    withdrew_consent: bool
    interviews: Sequence[EarlierInterview]
    missing_keys: int


@dataclass(frozen=True)
class CallRequest:
    """A number in E.164, with the candidate and the job of the call if they are known.

    `interview`: the interview that the call is for, once it is planned. `is_repeat`: a reviewer planned another
    interview for a candidate who has already completed one for this job. `new_consent`: the consent that is about to be
    recorded, if there is one. `known_history`: the history, if it was loaded for many requests at once.
    """

    phone_number: str
    now: datetime
    candidate: Candidate | None = None
    job: JobDescription | None = None
    interview: Interview | None = None
    is_repeat: bool = False
    new_consent: bool | None = None
    known_history: PersonHistory | None = None

    @cached_property
    def person_history(self) -> PersonHistory:
        return self.known_history or load_histories([self], self.job)[0]

    @cached_property
    def parsed_number(self) -> phonenumbers.PhoneNumber:
        return phonenumbers.parse(self.phone_number)

    @property
    def has_own_zone(self) -> bool:
        return self.candidate is not None and self.candidate.timezone in iana_time_zones()

    @cached_property
    def zone_names(self) -> tuple[str, ...]:
        """The time zones that the candidate may be in: their own zone if it is set, else the zones of the number."""
        if self.candidate and self.has_own_zone:
            return (self.candidate.timezone,)
        zones = time_zones_for_number(self.parsed_number)
        return () if UNKNOWN_ZONE in zones else tuple(zones)

    @property
    def calls_to_number(self) -> QuerySet[Call]:
        return Call.objects.filter(number=self.phone_number)

    @property
    def connected_calls(self) -> QuerySet[Call]:
        """Inbound and outbound calls with this number that the carrier accepted."""
        return self.calls_to_number.exclude(twilio_sid="")

    @property
    def placed_calls(self) -> QuerySet[Call]:
        """Outbound calls to this number that the carrier accepted."""
        return self.connected_calls.filter(attempt__direction=Attempt.Direction.OUTBOUND)


def load_histories(call_requests: Sequence[CallRequest], job: JobDescription | None) -> list[PersonHistory]:
    """Return the history for each request, in a fixed number of queries. `job`: the job of all requests."""
    candidate_ids = [request.candidate.pk for request in call_requests if request.candidate]
    phone_numbers = [request.phone_number for request in call_requests]
    candidate_records = Candidate.objects.filter(Q(pk__in=candidate_ids) | Q(phone__in=phone_numbers))
    emails = {request.candidate.pk: request.candidate.email for request in call_requests if request.candidate}
    refusals = _refusals_by_person(candidate_ids, phone_numbers, emails)
    consents = _latest_consents(candidate_records, call_requests)
    earlier_interviews = _earlier_interviews(candidate_records, job) if job else {}
    missing_keys = DoNotCallKey.objects.not_configured().count()
    histories = []
    for request in call_requests:
        candidate_id, phone_number = request.candidate.pk if request.candidate else None, request.phone_number
        histories.append(
            PersonHistory(
                refusals=frozenset([*refusals[candidate_id], *refusals[phone_number]]),
                gave_consent=consents.get(candidate_id, False),
                withdrew_consent=not (consents.get(candidate_id, True) and consents.get(phone_number, True)),
                interviews=list({*earlier_interviews.get(candidate_id, ()), *earlier_interviews.get(phone_number, ())}),
                missing_keys=missing_keys,
            )
        )
    return histories


PersonKey = UUID | str | None
"""Identifies a person by the id of a candidate or by a number."""


def _refusals_by_person(
    candidate_ids: Iterable[UUID], phone_numbers: Iterable[str], emails: Mapping[UUID, str]
) -> dict[PersonKey, list[str]]:
    """Return the kinds of active do-not-call entries by number, and those of `DoNotCall.PERSONAL` also by candidate.

    A personal one that covers an address is also that of other records with the address.
    """
    numbers_by_hash, emails_by_hash = hashes_of_numbers(phone_numbers), hashes_of_emails(emails.values())
    is_personal = Q(candidate__in=candidate_ids) | Q(email_hash__in=emails_by_hash.keys())
    is_about = Q(number_hash__in=numbers_by_hash.keys()) | (is_personal & Q(kind__in=DoNotCall.PERSONAL))
    active_entries = DoNotCall.objects.active().filter(is_about)
    refusals: dict[PersonKey, list[str]] = defaultdict(list)
    rows = active_entries.values_list("kind", "number_hash", "candidate", "email_hash")
    for kind, number_hash, candidate_id, email_hash in rows:
        address = emails_by_hash.get(email_hash)
        if address and kind in DoNotCall.PERSONAL:
            for other_id in (pk for pk, email in emails.items() if email == address and pk != candidate_id):
                refusals[other_id].append(kind)
        if number_hash in numbers_by_hash:
            refusals[numbers_by_hash[number_hash]].append(kind)
        if candidate_id and kind in DoNotCall.PERSONAL:
            refusals[candidate_id].append(kind)
    return refusals


def _latest_consents(
    candidate_records: QuerySet[Candidate], call_requests: Sequence[CallRequest]
) -> dict[PersonKey, bool]:
    """Return whether the latest consent was given: by candidate, and by number for all candidates with the number.

    A consent that is about to be recorded is the latest of its candidate.
    """
    call_consents = Consent.objects.filter(candidate__in=candidate_records, kind=Consent.Kind.CALL).order_by(
        "said_at", "created_at"
    )
    rows = call_consents.values_list("candidate", "candidate__phone", "given")
    latest_consents = {candidate_id: (number, is_given) for candidate_id, number, is_given in rows}
    for request in call_requests:
        if request.candidate and request.new_consent is not None:
            latest_consents[request.candidate.pk] = (request.phone_number, request.new_consent)
    consents_given: dict[PersonKey, bool] = {}
    for candidate_id, (phone_number, is_given) in latest_consents.items():
        consents_given[candidate_id] = is_given
        consents_given[phone_number] = is_given and consents_given.get(phone_number, True)
    return consents_given


def _earlier_interviews(
    candidate_records: QuerySet[Candidate], job: JobDescription
) -> dict[PersonKey, list[EarlierInterview]]:
    is_relevant = Q(status__in=Interview.LIVE) | Q(outcome__in=Interview.ENDED_BY_CANDIDATE)
    rows = Interview.objects.filter(is_relevant, candidate__in=candidate_records, job=job)
    interviews: dict[PersonKey, list[EarlierInterview]] = defaultdict(list)
    for row in rows.values_list("pk", "status", "created_at", "candidate", "candidate__phone"):
        pk, status, created_at, candidate_id, phone_number = row
        earlier_interview = EarlierInterview(pk, status, created_at, candidate_id)
        interviews[candidate_id].append(earlier_interview)
        interviews[phone_number].append(earlier_interview)
    return interviews
