"""The rows of a big database, by the plan: candidates, jobs, interviews and their parts."""

from typing import Any

from django.contrib.auth.models import User

from candidates.models import Candidate, Consent
from devtools.load.pages import texts
from devtools.load.pages.bulk_insert import insert_rows, literal
from devtools.load.pages.plan import DAYS, DataSize, array, create_plan, pick, row_id
from interviews.models import (
    Assessment,
    Attempt,
    Call,
    Campaign,
    Decision,
    Interview,
    InterviewEvent,
    InterviewResponse,
    InterviewResult,
    Recording,
)
from jobs.models import JobDescription, QuestionSet
from jobs.rubric import DEFAULT_RUBRIC
from screener.models import ModelCall
from screener.services.interviewer.protocol import SIMULATED_LABEL, SIMULATED_MODEL

QUESTIONS = len(texts.QUESTIONS)
INTERVIEWS_PER_CAMPAIGN = 200
RUBRIC_VERSION = "bench"
RESULT_TIME = "ended_at + interval '2 minutes'"
SCORE = "CASE WHEN has_result THEN score END"
RECOMMENDATION = (
    "CASE WHEN NOT has_result THEN '' WHEN score >= 7 THEN 'hire' WHEN score >= 5 THEN 'consider' ELSE 'reject' END"
)
IS_DECIDED = "has_result AND is_complete AND pg_temp.chance(number, 7) < 0.95"
DECISION_TIME = "ended_at + interval '1 day' * 3 * pg_temp.chance(number, 8)"
COMPLETE_STEPS = ["interview.planned", "attempt.planned", "interview.begun", "interview.completed", "result.ready"]
OTHER_STEPS = ["interview.planned", "attempt.planned", "interview.waiting"]
RESPONSE_ID = row_id("response", f"number * {QUESTIONS} + position")
RESPONSE_NUMBER = f"number * {QUESTIONS} + position"
SECOND_SENTENCE = pick(texts.SENTENCES, RESPONSE_NUMBER, 12)
FIRST_SENTENCE = pick(texts.SENTENCES, RESPONSE_NUMBER, 11)
TRANSCRIPT = (
    f"concat_ws(' ', {FIRST_SENTENCE}, {SECOND_SENTENCE}, {pick(texts.SENTENCES, RESPONSE_NUMBER, 13)}, "
    f"{pick(texts.SENTENCES, RESPONSE_NUMBER, 14)})"
)


def insert_candidates(size: DataSize) -> None:
    last_names = [start + end for start in texts.LAST_NAME_STARTS for end in texts.LAST_NAME_ENDS]
    insert_rows(
        Candidate,
        f"generate_series(0, {size.candidates - 1}) number",
        id=row_id("candidate", "number"),
        full_name=f"{pick(texts.FIRST_NAMES, 'number', 21)} || ' ' || {pick(last_names, 'number', 22)}",
        email="'person' || number || '@example.org'",
        phone="'+1415' || (2000000 + number)",
        external_id="'ats-' || number",
        timezone="'America/Los_Angeles'",
        created_at=f"now() - interval '1 day' * {DAYS} * ({size.candidates} - number) / {size.candidates}",
    )
    insert_rows(
        Consent,
        f"generate_series(0, {size.candidates - 1}) number",
        id="gen_random_uuid()",
        candidate_id=row_id("candidate", "number"),
        kind="'call'",
        given="true",
        source="'application form'",
    )


def insert_jobs(size: DataSize, user: User) -> None:
    insert_rows(
        JobDescription,
        f"generate_series(0, {size.jobs - 1}) number",
        id=row_id("job", "number"),
        title=f"{pick(texts.JOB_TITLES, 'number', 31)} || ' ' || number",
        description=literal(" ".join(texts.SENTENCES * 3)),
        questions_status="'approved'",
        is_open="number % 3 > 0 OR number < 20",
        created_at=f"now() - interval '1 day' * {DAYS} * ({size.jobs} - number) / {size.jobs}",
    )
    questions = [
        {"text": text, "competency": competency, "weight": 1.0, "max_seconds": 120}
        for text, competency in zip(texts.QUESTIONS, texts.COMPETENCIES, strict=True)
    ]
    insert_rows(
        QuestionSet,
        f"generate_series(0, {size.jobs - 1}) number",
        id=row_id("questions", "number"),
        job_id=row_id("job", "number"),
        version="1",
        status="'approved'",
        approved_by=literal(user.username),
        approved_at="now()",
        questions=literal(questions, is_json=True),
    )


def insert_campaigns(size: DataSize, user: User) -> None:
    age = f"(1 - {INTERVIEWS_PER_CAMPAIGN}.0 * number / {size.interviews})"
    insert_rows(
        Campaign,
        f"generate_series(0, {size.interviews // INTERVIEWS_PER_CAMPAIGN}) number",
        id=row_id("campaign", "number"),
        name="'Campaign ' || number",
        job_id=row_id("job", f"number % {size.jobs}"),
        created_by=literal(user.username),
        created_at=f"now() - interval '1 day' * {DAYS} * {age}",
    )


def insert_interviews() -> None:
    insert_rows(
        Interview,
        "bench_interview",
        id="id",
        candidate_id=row_id("candidate", "candidate"),
        job_id=row_id("job", "job"),
        question_set_id=row_id("questions", "job"),
        campaign_id=f"CASE WHEN number % 3 > 0 THEN {row_id('campaign', f'number / {INTERVIEWS_PER_CAMPAIGN}')} END",
        status="status",
        outcome="outcome",
        result_status="result_status",
        created_at="created_at",
        updated_at="coalesce(ended_at, created_at)",
        next_attempt_at="CASE WHEN is_live THEN now() + interval '1 day' END",
        started_at="CASE WHEN is_complete THEN ended_at - interval '9 minutes' END",
        completed_at="ended_at",
        recommended_at=f"CASE WHEN has_result AND is_complete THEN {RESULT_TIME} END",
        decided_at=f"CASE WHEN {IS_DECIDED} THEN {DECISION_TIME} END",
        undecided_since=f"CASE WHEN is_complete AND NOT ({IS_DECIDED}) THEN {RESULT_TIME} END",
        duration_seconds="CASE WHEN is_complete THEN 540 END",
        overall_score=f"CASE WHEN is_complete THEN {SCORE} END",
        recommended=f"CASE WHEN is_complete THEN {RECOMMENDATION} ELSE '' END",
    )
    insert_rows(
        InterviewEvent,
        f"bench_interview CROSS JOIN LATERAL unnest(CASE WHEN is_complete THEN {array(COMPLETE_STEPS)} "
        f"ELSE {array(OTHER_STEPS)} END) WITH ORDINALITY step(kind, place)",
        id="gen_random_uuid()",
        interview_id="id",
        kind="kind",
        actor="'screener'",
        created_at="created_at + interval '10 minutes' * place",
    )


def insert_calls() -> None:
    source = "bench_interview CROSS JOIN LATERAL generate_series(1, attempts) place"
    attempt_id = row_id("attempt", "number * 4 + place")
    is_last = "is_complete AND place = attempts"
    insert_rows(
        Attempt,
        source,
        id=attempt_id,
        interview_id="id",
        number="place",
        stage="'closing'",
        outcome=f"CASE WHEN {is_last} THEN 'answered' ELSE 'no_answer' END",
        send_before="created_at + interval '1 hour'",
        answered_at=f"CASE WHEN {is_last} THEN ended_at - interval '9 minutes' END",
        ended_at="ended_at",
        created_at="created_at + interval '20 minutes' * place",
    )
    insert_rows(
        Call,
        source,
        id="gen_random_uuid()",
        attempt_id=attempt_id,
        number="'+1415' || (2000000 + candidate)",
        twilio_sid="'CA' || md5('call' || (number * 4 + place))",
        status=f"CASE WHEN {is_last} THEN 'completed' ELSE 'no-answer' END",
        duration_seconds="540",
        price="0.0850",
        price_unit="'USD'",
        ended_at="ended_at",
        created_at="created_at + interval '20 minutes' * place",
    )


def insert_answers() -> None:
    every_question = f"bench_interview CROSS JOIN generate_series(0, {QUESTIONS - 1}) position"
    insert_rows(
        InterviewResponse,
        every_question,
        id=RESPONSE_ID,
        interview_id="id",
        position="position",
        question=f"({array(texts.QUESTIONS)})[position + 1]",
        competency=f"({array(texts.COMPETENCIES)})[position + 1]",
        status="CASE WHEN is_complete THEN 'assessed' ELSE 'planned' END",
        transcript=f"CASE WHEN is_complete THEN {TRANSCRIPT} ELSE '' END",
        transcript_source="CASE WHEN is_complete THEN 'twilio' ELSE '' END",
        created_at="created_at",
    )
    answered = f"{every_question} WHERE is_complete"
    insert_rows(
        Recording,
        answered,
        id=row_id("recording", RESPONSE_NUMBER),
        response_id=RESPONSE_ID,
        attempt_id=row_id("attempt", "number * 4 + attempts"),
        turn="position + 3",
        sid=f"'RE' || md5('recording' || ({RESPONSE_NUMBER}))",
        status="'stored'",
        ended="'pause'",
        seconds="48",
        chosen="true",
        file="'bench/recording.wav'",
        created_at="ended_at",
    )
    insert_rows(
        Assessment,
        answered,
        id=row_id("assessment", RESPONSE_NUMBER),
        response_id=RESPONSE_ID,
        score=f"round((3 + 6.5 * pg_temp.chance({RESPONSE_NUMBER}, 6))::numeric, 2)",
        criteria=_criteria_expression(),
        rubric_version=literal(RUBRIC_VERSION),
        model=literal(SIMULATED_MODEL),
        label=literal(SIMULATED_LABEL),
        feedback=pick(texts.REASONS, RESPONSE_NUMBER, 15),
        created_at="ended_at",
    )


def _criteria_expression() -> str:
    """A JSON list with a score, a reason and a quote for each criterion of the rubric."""
    start = f"length({FIRST_SENTENCE}) + 1"
    quote = (
        f"jsonb_build_object('quote', {SECOND_SENTENCE}, 'verified', true, 'why_not', '', "
        f"'start', {start}, 'end', {start} + length({SECOND_SENTENCE}))"
    )
    criteria = [
        f"jsonb_build_object('criterion', {literal(entry['key'])}, 'name', {literal(entry['name'])}, "
        f"'weight', {entry['weight']}, 'score', 3 + floor(7 * pg_temp.chance({RESPONSE_NUMBER}, {40 + place})), "
        f"'reason', {pick(texts.REASONS, RESPONSE_NUMBER, 50 + place)}, 'evidence', jsonb_build_array({quote}), "
        "'flags', '[]'::jsonb)"
        for place, entry in enumerate(DEFAULT_RUBRIC)
    ]
    return f"jsonb_build_array({', '.join(criteria)})"


def insert_results(user: User) -> None:
    points: list[dict[str, Any]] = [{"text": text, "position": 0, "quote": ""} for text in texts.REASONS[:2]]
    judge = {"source": "model", "name": SIMULATED_LABEL, "positions": list(range(QUESTIONS))}
    insert_rows(
        InterviewResult,
        "bench_interview WHERE is_complete",
        id=row_id("result", "number"),
        interview_id="id",
        overall_score=SCORE,
        coverage="1.0",
        recommendation=RECOMMENDATION,
        reasoning=literal(" ".join(texts.REASONS)),
        grounds=literal(points, is_json=True),
        strengths=literal(points, is_json=True),
        judges=literal([judge], is_json=True),
        flags=literal([], is_json=True),
        hire_at="7.0",
        consider_at="5.0",
        model=literal(SIMULATED_MODEL),
        label=literal(SIMULATED_LABEL),
        created_at="ended_at + interval '2 minutes'",
    )
    insert_rows(
        Decision,
        f"bench_interview WHERE {IS_DECIDED}",
        id="gen_random_uuid()",
        interview_id="id",
        result_id=row_id("result", "number"),
        decided_by_id=str(user.pk),
        verdict="CASE WHEN score >= 7 THEN 'hire' ELSE 'reject' END",
        created_at=DECISION_TIME,
    )
    insert_rows(
        ModelCall,
        "bench_interview WHERE is_complete",
        id="gen_random_uuid()",
        purpose="'assessment'",
        model=literal(SIMULATED_MODEL),
        job_id=row_id("job", "job"),
        interview_id="id",
        tokens_in="4200",
        tokens_out="900",
        cost="0.0042",
        seconds="6.5",
        created_at="ended_at",
    )


def insert_all(size: DataSize, user: User) -> None:
    """Insert all rows. `user` has approved the questions and made the decisions."""
    create_plan(size)
    insert_candidates(size)
    insert_jobs(size, user)
    insert_campaigns(size, user)
    insert_interviews()
    insert_calls()
    insert_answers()
    insert_results(user)
