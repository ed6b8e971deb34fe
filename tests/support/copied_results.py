"""The score and the recommendation in the row of an interview, compared with its current result."""

from django.db import connection

DIFFERENT = """
SELECT count(*) FROM interviews_interview AS interview
LEFT JOIN interviews_interviewresult AS result ON result.interview_id = interview.id AND result.is_current
WHERE (interview.overall_score, interview.recommended)
    IS DISTINCT FROM (result.overall_score, coalesce(result.recommendation, ''))
"""


def count_different_copies() -> int:
    """The number of interviews whose copy is not that of their current result."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT)
        (count,) = cursor.fetchone()
    return int(count)
