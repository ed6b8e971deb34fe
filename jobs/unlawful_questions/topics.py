"""The subjects that an employer must not ask candidates about."""

from django.db.models import TextChoices


class UnlawfulTopic(TextChoices):
    AGE = "age", "age"
    FAMILY = "family", "family, marriage or pregnancy"
    HEALTH = "health", "health or disability"
    RELIGION = "religion", "religion"
    ORIGIN = "origin", "origin, nationality or native language"
    PAY_HISTORY = "pay_history", "present or earlier pay"
    CRIMINAL_RECORD = "criminal_record", "criminal record"
    POLITICS_UNION = "politics_union", "politics or union membership"
    SEXUALITY_GENDER = "sexuality_gender", "gender or sexual orientation"
    APPEARANCE = "appearance", "appearance"
    FINANCES = "finances", "private finances"
    MILITARY = "military", "military discharge"
