"""The job, its rubric and the resume, in the form that an interviewer takes."""

import hashlib
import json
from dataclasses import asdict

from candidates.models import Candidate
from jobs.models import JobDescription
from screener.services.interviewer.protocol import Criterion, JobText

MAX_RESUME_LENGTH = 8000


def job_text(job: JobDescription) -> JobText:
    return JobText(title=job.title, description=job.description, language=job.language)


def resume_excerpt(candidate: Candidate) -> str:
    """Return the beginning of the resume: context for a judgement, not a part of it."""
    return candidate.resume_text[:MAX_RESUME_LENGTH]


def job_rubric(job: JobDescription) -> tuple[Criterion, ...]:
    return tuple(
        Criterion(
            key=criterion["key"],
            name=criterion["name"],
            weight=float(criterion["weight"]),
            anchors={int(level): text for level, text in criterion.get("anchors", {}).items()},
        )
        for criterion in job.rubric
    )


def rubric_version(rubric: tuple[Criterion, ...]) -> str:
    """Return a hash that changes with any part of the rubric."""
    rubric_json = json.dumps([asdict(criterion) for criterion in rubric], sort_keys=True)
    return hashlib.sha256(rubric_json.encode()).hexdigest()[:12]
