"""The text and the rubric of a job, in the form that an interviewer takes."""

import hashlib
import json
from dataclasses import asdict

from jobs.models import JobDescription
from screener.services.interviewer.protocol import Criterion, JobText


def job_text(job: JobDescription) -> JobText:
    return JobText(title=job.title, description=job.description, language=job.language)


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
    content = json.dumps([asdict(criterion) for criterion in rubric], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]
