"""The admin pages of jobs and question sets."""

from jobs.admin import job

__all__ = ["job"]
