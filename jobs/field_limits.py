"""Limits of a job's fields for API, admin and database. `QuestionSpec` has the limits of a question."""

MAX_DESCRIPTION_LENGTH = 20_000
MAX_QUESTIONS = 20
MAX_REASON_LENGTH = 500
MAX_ATTEMPTS = 10
MAX_SPACING_MINUTES = 30 * 24 * 60
MAX_CONCURRENT_CALLS = 1000
MAX_CALLS_PER_DAY = 1_000_000
