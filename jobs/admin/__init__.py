"""The admin pages of jobs, question sets and the question bank."""

from jobs.admin import bank, job

__all__ = ["bank", "job"]
