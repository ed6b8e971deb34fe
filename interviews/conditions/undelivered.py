"""Invitations that no mail and no SMS has brought to the candidate, as conditions of queries."""

from django.db.models import Q

FAILED = ("rejected", "bounced", "complained", "failed")
ARRIVED = ("pending", "sent", "deferred", "delivered")
BAD_ADDRESS = ("address_bounced", "address_complained", "number_unreachable")


def is_undelivered_invitation(path: str = "") -> Q:
    """Invitations that did not arrive, or were not sent because messages to this address, or number, do not arrive.

    `path`: from the row of the query to the message, such as `messages__`.
    """
    is_invitation = _is_invitation(path)
    has_failed = Q(**{f"{path}status__in": FAILED})
    is_held_back = Q(**{f"{path}status": "not_sent", f"{path}problem__in": BAD_ADDRESS})
    return is_invitation & (has_failed | is_held_back)


def may_have_arrived(path: str = "") -> Q:
    """Invitations that reached the candidate, may have done so, or will."""
    return _is_invitation(path) & Q(**{f"{path}status__in": ARRIVED})


def _is_invitation(path: str) -> Q:
    return Q(**{f"{path}kind": "invitation"})
