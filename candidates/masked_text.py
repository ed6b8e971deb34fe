"""Texts about a candidate, as readers in blind mode see them."""

from candidates.models import Candidate
from screener.access.blind_mode import is_blind
from screener.services.privacy.redaction import redact


def mask_text(text: str, candidate: Candidate) -> str:
    """In blind mode, mask the candidate's name, its parts, and all addresses and phone numbers.

    All positions stay the same, so that quotes and times keep their places.
    """
    return redact(text, candidate.identifying_texts) if text and is_blind() else text
