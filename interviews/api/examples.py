"""Examples for the OpenAPI description of interviews. Those of their parts stand beside the parts."""

from interviews.calling.rules import NO_EMPLOYER
from interviews.planning import NO_QUESTIONS
from screener.api.problem_details import RangeOutsideFile
from screener.api.schema import request_example, response_example
from screener.pdf.libraries import INSTALL_LIBRARIES

INTERVIEW_ID = "b6a1f0de-9a3c-4f2e-8a44-3c0a1c7d5e21"
CANDIDATE_ID = "3f9d2c1a-7b64-4d5c-9a0e-51c8e2f7a913"
JOB_ID = "0d9d4b0e-5f0c-4b43-9a5e-6a2f4c8f1b11"
SET_ID = "7c1b7a52-0d61-4a0e-8d0a-1f5be6a0b2c3"
CAMPAIGN_ID = "e2b8a7c6-1d3f-4a5b-8c9d-0e1f2a3b4c5d"
EVENT_ID = "5a4b3c2d-1e0f-4d9c-8b7a-6f5e4d3c2b1a"
INTERVIEWER = "OpenAI gpt-6-luna"

FINISHED_DATA = {
    "id": INTERVIEW_ID,
    "candidate": CANDIDATE_ID,
    "job": JOB_ID,
    "question_set": SET_ID,
    "personal_questions": None,
    "campaign": None,
    "channel": "phone",
    "status": "completed",
    "outcome": "complete",
    "outcome_reason": "",
    "result_status": "ready",
    "overall_score": 7.8,
    "recommendation": "hire",
    "decision": None,
    "interviewer": INTERVIEWER,
    "language": "en",
    "language_warning": "",
    "repeat_reason": "",
    "more_time": False,
    "scheduled_for": None,
    "next_attempt_at": None,
    "waiting_for": "",
    "wait_reason": "",
    "person_requested_at": None,
    "attempts": 1,
    "started_at": "2026-11-21T09:00:20Z",
    "completed_at": "2026-11-21T09:06:02Z",
    "duration_seconds": 342,
    "created_at": "2026-11-21T09:00:00Z",
}
PLANNED_DATA = FINISHED_DATA | {
    "status": "pending",
    "outcome": "",
    "result_status": "none",
    "overall_score": None,
    "recommendation": None,
    "next_attempt_at": "2026-11-21T09:00:00Z",
    "attempts": 0,
    "started_at": None,
    "completed_at": None,
    "duration_seconds": None,
}
INTERVIEW = [
    request_example("Call at once", {"candidate": CANDIDATE_ID, "job": JOB_ID}),
    request_example(
        "Call later", {"candidate": CANDIDATE_ID, "job": JOB_ID, "scheduled_for": "2030-01-07T15:00:00-08:00"}
    ),
    request_example(
        "Invite; the candidate chooses when they are called", {"candidate": CANDIDATE_ID, "job": JOB_ID, "invite": True}
    ),
    request_example("In writing", {"candidate": CANDIDATE_ID, "job": JOB_ID, "channel": "text", "invite": True}),
    response_example("A planned interview", PLANNED_DATA, 201),
    response_example("A finished interview", FINISHED_DATA, 200),
]

_CANCELLED = {"status": "cancelled", "outcome": "by_client", "outcome_reason": "The position was filled."}
CANCELLATION = [
    request_example("With a reason", {"reason": "The position was filled."}),
    response_example("A cancelled interview", PLANNED_DATA | _CANCELLED | {"next_attempt_at": None}),
]

RESCORING = [
    request_example("All answers", {}),
    request_example("Only what failed", {"only_failed": True}),
    response_example("An interview that is being scored again", FINISHED_DATA | {"result_status": "pending"}, 202),
]

RESPONSE = [
    response_example(
        "An answer with its score",
        {
            "position": 0,
            "question": "Tell me about a time when you found the cause of an outage.",
            "base_question": "",
            "competency": "Troubleshooting",
            "bank_question": None,
            "weight": 2.0,
            "status": "assessed",
            "status_reason": "",
            "no_answer": "",
            "transcript": "Our queue stood still. I found that a full disk had stopped the broker.",
            "transcript_source": "twilio",
            "transcript_confidence": None,
            "score": 6.4,
            "score_reason": "",
            "feedback": "A concrete case. Say what changed afterwards.",
            "note": "",
            "criteria": [
                {
                    "criterion": "relevance",
                    "name": "Relevance",
                    "weight": 3.0,
                    "score": 6.4,
                    "reason": "Names the cause.",
                    "evidence": [
                        {
                            "quote": "a full disk had stopped the broker",
                            "verified": True,
                            "why_not": "",
                            "start": 36,
                            "end": 70,
                        }
                    ],
                    "flags": [],
                }
            ],
            "flags": [],
            "source": "model",
            "label": INTERVIEWER,
            "model": "gpt-6-luna-2026-09-01",
            "measures": None,
            "earlier": [],
            "opinions": [],
        },
    )
]

COST = [
    response_example(
        "The cost of an interview",
        {"models": 0.0093, "calls": 11, "unknown": 0, "phone": 0.084, "phone_unit": "USD", "phone_unpriced": 0},
    )
]

RESULT_DATA = {
    "overall_score": 6.4,
    "coverage": 1.0,
    "recommendation": "consider",
    "hire_at": 7.0,
    "consider_at": 5.0,
    "opinion": "consider",
    "reasoning": "Found the cause of an outage by looking at the machine.",
    "grounds": [
        {
            "text": "Found the cause of an outage by looking at the machine.",
            "position": 0,
            "quote": "I found that a full disk had stopped the broker",
        }
    ],
    "strengths": [{"text": "Finds causes.", "position": 0, "quote": "a full disk had stopped the broker"}],
    "improvements": [],
    "flags": [],
    "label": INTERVIEWER,
    "judges": [{"source": "model", "name": INTERVIEWER, "positions": [0]}],
    "model": "gpt-6-luna-2026-09-01",
    "prompt_hash": "9f2b6c0d4e8a1b3c5d7e9f0a2b4c6d8e0f1a3b5c7d9e1f2a4b6c8d0e2f4a6b8c",
    "created_at": "2026-11-21T09:06:10Z",
}
RESULT = [
    response_example("A result", {"interview": INTERVIEW_ID, "result_status": "ready", **RESULT_DATA, "earlier": []})
]

EVENT = [
    response_example(
        "The candidate consented",
        {
            "id": EVENT_ID,
            "created_at": "2026-11-21T09:00:20Z",
            "kind": "interview.begun",
            "actor": "candidate",
            "before": "pending",
            "after": "in_progress",
            "reason": "",
            "data": {},
        },
    )
]

ATTEMPT = [
    response_example(
        "An answered call",
        {
            "id": EVENT_ID,
            "number": 1,
            "channel": "phone",
            "outcome": "answered",
            "reason": "",
            "call_again_at": None,
            "created_at": "2026-11-21T09:00:01Z",
            "answered_at": "2026-11-21T09:00:12Z",
            "ended_at": "2026-11-21T09:06:02Z",
            "call": {
                "twilio_sid": "CA0123456789abcdef0123456789abcdef",
                "status": "completed",
                "answered_by": "human",
                "error_code": "",
                "duration_seconds": 350,
                "price": 0.084,
                "price_unit": "USD",
            },
        },
    )
]

INTERVIEW_PROBLEMS = {
    "audio": {416: str(RangeOutsideFile.default_detail)},
    "decide": {409: "The result has changed since this page was opened. Read it again, then decide."},
    "create": {
        400: {"candidate": [f"There is nothing with the id {CANDIDATE_ID}. Check the id."]},
        409: NO_QUESTIONS,
    },
    "result": {404: "There is no result yet: the interview is in progress. Poll its status until it is over."},
    "cancel": {409: "This interview is completed; it can no longer be cancelled."},
    "score": {
        400: {"criteria.0.quotes": ["relevance: “I led a team” is not in the transcript."]},
        409: "The transcript, its score or the rubric has changed since this answer was opened, so nothing was saved.",
    },
    "rescore": {409: "Only a completed interview can be scored again."},
    "channel": {409: "A call for this interview is in progress or is being placed."},
    "answer": {
        400: {"non_field_errors": ["Send either `text` or `choice`."]},
        409: "This was answered already, in another window or on another device. Go on from here.",
    },
    "question": {409: NO_EMPLOYER},
    "report_json": {400: {"names": ["Must be a valid boolean."]}},
    "report_pdf": {400: {"names": ["Must be a valid boolean."]}, 501: INSTALL_LIBRARIES},
}
