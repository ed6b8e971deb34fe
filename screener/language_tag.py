"""The format of language tags, shared by models, API and admin."""

from django.utils.translation import gettext_lazy as _

TAG_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?$"
MAX_TAG_LENGTH = 10
INVALID_TAG = _("Enter a language tag such as en, en-US or de.")


def primary_tag(tag: str) -> str:
    """Return the language of a tag without its region: en of en-GB or en_GB."""
    return tag.replace("_", "-").split("-")[0].lower()
