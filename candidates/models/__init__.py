from candidates.models.candidate import READ_RESUME, Candidate, Consent, private_storage, resume_path
from candidates.models.do_not_call import DoNotCall, DoNotCallKey, hashes_of_numbers

__all__ = [
    "READ_RESUME",
    "Candidate",
    "Consent",
    "DoNotCall",
    "DoNotCallKey",
    "hashes_of_numbers",
    "private_storage",
    "resume_path",
]
