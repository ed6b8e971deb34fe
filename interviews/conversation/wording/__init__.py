"""The texts of prompts, by language: one module per language, named in `LANGUAGES`."""

from collections.abc import Mapping
from hashlib import sha256

from interviews.conversation.wording import de, en, es, fr, pt
from interviews.conversation.wording.texts import Wording

LANGUAGES: Mapping[str, Wording] = {"en": en, "es": es, "de": de, "fr": fr, "pt": pt}


def for_language(tag: str) -> Wording:
    """Return the wording for a language tag such as en or en-GB. English where there is none."""
    return LANGUAGES.get(tag.split("-")[0].lower(), en)


def disclosure_version(language: str, *, resumed: bool, judged_by_person: bool) -> str:
    """Return the hash that identifies the text of the disclosure. It is the same for all jobs."""
    wording = for_language(language)
    template = wording.RESUMED_DISCLOSURE if resumed else wording.DISCLOSURE
    judge_text = wording.JUDGED_BY_PERSON if judged_by_person else wording.JUDGED_BY_MODEL
    disclosure_text = template.replace("{judge}", judge_text) + wording.CONSENT_CHOICE
    return sha256(disclosure_text.encode()).hexdigest()
