"""The languages in which an interview can be held."""

from interviews.conversation import phrases, wording


def languages() -> dict[str, str]:
    """Return the names of the languages that have both wording and phrases, by primary language tag."""
    return {tag: texts.LANGUAGE_NAME for tag, texts in wording.LANGUAGES.items() if tag in phrases.LANGUAGES}
