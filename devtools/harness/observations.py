"""Reading the accounts: from the phone network's memory, the tables and the files."""

from collections import Counter
from urllib.parse import urlsplit

from devtools.harness.deployment import House
from devtools.harness.invariants import Findings, Interview, Promise, Response, Rung, Take
from devtools.harness.invariants import assessed_twice as find_assessed_twice
from devtools.harness.invariants import lost as find_lost
from devtools.harness.invariants import promises as find_promises
from devtools.harness.invariants import rung_twice as find_rung_twice
from devtools.harness.invariants import unfinished as find_unfinished

INTERVIEWS = """
SELECT id::text, status, result_status,
    (SELECT count(*) FROM interviews_interviewevent e WHERE e.interview_id = i.id
        AND e.kind IN ('interview.completed', 'interview.failed', 'interview.cancelled')),
    (SELECT count(*) FROM interviews_interviewresult r WHERE r.interview_id = i.id),
    (SELECT count(*) FROM interviews_interviewresult r WHERE r.interview_id = i.id AND r.is_current)
FROM interviews_interview i
"""
RESPONSES = """
SELECT r.id::text, r.interview_id::text, r.status, r.transcript,
    count(a.id), count(a.id) FILTER (WHERE a.is_current)
FROM interviews_interviewresponse r LEFT JOIN interviews_assessment a ON a.response_id = r.id
GROUP BY r.id
"""
TAKES = "SELECT sid, response_id::text, chosen, status, file FROM interviews_recording WHERE sid <> ''"


def interviews(house: House) -> list[Interview]:
    return [Interview(*row) for row in house.rows(INTERVIEWS)]


def responses(house: House) -> list[Response]:
    return [Response(*row) for row in house.rows(RESPONSES)]


def takes(house: House) -> list[Take]:
    return [
        Take(sid, response, chosen, status == "stored" and (house.files / file).stat().st_size > 0)
        for sid, response, chosen, status, file in house.rows(TAKES)
    ]


def calls(house: House) -> list[Rung]:
    return [
        Rung(
            call.sid, urlsplit(call.create_params["Url"]).path.split("/")[4], call.to, call.date_created, call.end_time
        )
        for call in list(house.network.calls.values())
    ]


def promised(house: House) -> list[Promise]:
    return [promise for call in list(house.network.calls.values()) for promise in find_promises(list(call.log))]


def words(house: House) -> dict[str, str]:
    """What was said in each take, also in those that were deleted since."""
    transcribed = [one.recording for one in list(house.network.transcriptions.values())]
    return {one.sid: one.utterance for one in [*house.network.recordings.values(), *transcribed]}


def paid(house: House, answered: list[Response]) -> dict[str, int]:
    """How often a model was paid for the same thing, where one for each of those who said the same is once."""
    said = Counter(one.transcript for one in answered)
    return {what: count - max(said[what] - 1, 0) for what, count in house.model.sold.items()}


def prices(house: House) -> str:
    sold = paid(house, responses(house))
    again = sum(max(count - 1, 0) for count in sold.values())
    worst = f", one of them {max(sold.values())} times" if again else ""
    return f"{len(sold)} judgements, {again} paid for again{worst}"


def outcomes(house: House) -> str:
    found = house.rows("SELECT outcome, count(*) FROM interviews_interview GROUP BY outcome ORDER BY 2 DESC")
    return ", ".join(f"{count} {outcome or 'live'}" for outcome, count in found)


def unsettled(house: House) -> list[str]:
    return find_unfinished(interviews(house), responses(house))


def examine(house: House, *, crashes: int) -> Findings:
    held, answered = interviews(house), responses(house)
    return Findings(
        lost=find_lost(promised(house), takes(house), answered, words(house)),
        rung_twice=find_rung_twice(calls(house)),
        assessed_twice=find_assessed_twice(answered, held, paid(house, answered), crashes),
        unfinished=find_unfinished(held, answered),
    )
