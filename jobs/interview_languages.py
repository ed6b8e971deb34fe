"""The languages in which interviews can be held. The interviews app, which this app cannot import, adds them."""

interview_languages: dict[str, str] = {}
"""Names of the languages, by primary language tag."""
