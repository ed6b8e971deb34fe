from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from screener.models.base import BaseModel


class RoleKey(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    RECRUITER = "recruiter", _("Recruiter")
    HIRING_MANAGER = "hiring_manager", _("Hiring manager")
    AUDITOR = "auditor", _("Auditor")


class Role(BaseModel):
    """A role that comes with the product, and the group that has its permissions.

    A site may rename the group, change its permissions or delete it: `granted` holds the permissions that the role was
    given, so that none is given twice.
    """

    key = models.CharField(max_length=20, choices=RoleKey.choices, unique=True, editable=False)
    group = models.OneToOneField(Group, on_delete=models.SET_NULL, null=True, related_name="role", editable=False)
    granted = ArrayField(models.CharField(max_length=200), default=list, editable=False)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.get_key_display()
