"""The admin pages of jobs, question sets, the question bank and interview templates."""

from jobs.admin import bank, job, template

__all__ = ["bank", "job", "template"]
