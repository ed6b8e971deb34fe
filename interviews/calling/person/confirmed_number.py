"""The number of a practice interview, which a member of staff has confirmed as their own. No other one is called.

The interview keeps its keyed hash, and the candidate's record alone the number.
"""

from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from interviews.models import Interview

PURPOSE = "interviews.calling.person.confirmed_number"


def hash_confirmed_number(interview_id: UUID, number: str) -> str:
    """Return a hash that differs between interviews with the same number. A new SECRET_KEY makes it invalid."""
    return salted_hmac(PURPOSE, f"{interview_id} {number}", algorithm="sha256").hexdigest()


def may_ring(interview: Interview, number: str) -> bool:
    """Whether calls of this interview may go to the number: for practice, only if it is the confirmed one."""
    if interview.purpose != Interview.Purpose.PRACTICE:
        return True
    return constant_time_compare(interview.confirmed_number_hash, hash_confirmed_number(interview.pk, number))
