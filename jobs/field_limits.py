"""Limits of a job, for the API, the admin and the database alike. Those of a question are in `QuestionSpec`."""

LONGEST_DESCRIPTION = 20_000
MOST_QUESTIONS = 20
MOST_ATTEMPTS = 10
LONGEST_SPACING = 30 * 24 * 60
"""Minutes."""
MOST_LINES = 1000
MOST_CALLS = 1_000_000
