"""The subjects that an employer must not ask candidates about."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class UnlawfulTopic(TextChoices):
    AGE = "age", "age"
    FAMILY = "family", _("family, marriage or pregnancy")
    HEALTH = "health", _("health or disability")
    RELIGION = "religion", "religion"
    ORIGIN = "origin", _("origin, nationality or native language")
    PAY_HISTORY = "pay_history", _("present or earlier pay")
    CRIMINAL_RECORD = "criminal_record", _("criminal record")
    POLITICS_UNION = "politics_union", _("politics or union membership")
    SEXUALITY_GENDER = "sexuality_gender", _("gender or sexual orientation")
    APPEARANCE = "appearance", "appearance"
    FINANCES = "finances", _("private finances")
    MILITARY = "military", _("military discharge")
