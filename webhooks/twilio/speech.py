"""Texts as Twilio says them: a neural voice per language, and names in the language that they are written in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from twilio.twiml.voice_response import Gather, Say, SsmlLang, SsmlProsody, VoiceResponse

from interviews.conversation import wording
from screener.language_tag import primary_tag

VOICES = {
    "en-US": "Polly.Joanna-Neural",
    "en-GB": "Polly.Amy-Neural",
    "en-AU": "Polly.Olivia-Neural",
    "es-US": "Polly.Lupe-Neural",
    "es-ES": "Polly.Lucia-Neural",
    "es-MX": "Polly.Mia-Neural",
    "de-DE": "Polly.Vicki-Neural",
    "de-AT": "Polly.Hannah-Neural",
    "fr-FR": "Polly.Lea-Neural",
    "fr-CA": "Polly.Gabrielle-Neural",
    "pt-BR": "Polly.Camila-Neural",
    "pt-PT": "Polly.Ines-Neural",
}
"""Twilio rejects a voice with a language that it does not speak, so other regions get the voice of the usual one."""

SLOW_RATE = "85%"
SENTENCE_END = re.compile(r"(?<=[.?!]) +(?=[A-ZÀ-ÖØ-Þ¿¡])")


def locale_of(language: str) -> str:
    """Return the tag with a region for a language tag with or without one."""
    return language if "-" in language else wording.for_language(language).SPEECH_LOCALE


def voiced_locale(language: str) -> str:
    """Return the tag with a region for which there is a voice."""
    locale = locale_of(language)
    return locale if locale in VOICES else wording.for_language(language).SPEECH_LOCALE


@dataclass(frozen=True)
class Speaker:
    """Says texts of one language. `foreign_names`: the languages of names that stand in them."""

    language: str
    slow: bool = False
    foreign_names: Mapping[str, str] = field(default_factory=dict)

    def say(self, parent: VoiceResponse | Gather, text: str) -> None:
        """Say the text. Slowly: sentence by sentence, with a pause after each."""
        if not self.slow:
            parent.append(self._say(text))
            return
        for sentence in SENTENCE_END.split(text):
            parent.append(self._say(sentence))
            parent.pause(length=1)

    def _say(self, text: str) -> Say:
        locale = voiced_locale(self.language)
        say = Say(voice=VOICES[locale], language=locale)
        target = say.nest(SsmlProsody("", rate=SLOW_RATE)) if self.slow else say
        for piece, locale in self._pieces(text):
            target.nest(SsmlLang(piece, xml_lang=locale) if locale else piece)
        return say

    def _pieces(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the parts of the text, each with the language of the name that it is, or ""."""
        if not self.foreign_names:
            yield text, ""
            return
        names = sorted(self.foreign_names, key=len, reverse=True)
        alternatives = "|".join(map(re.escape, names))
        for piece in re.split(rf"(?<!\w)({alternatives})(?!\w)", text):
            if piece:
                yield piece, self.foreign_names.get(piece, "")


def foreign_names(names: Mapping[str, str], language: str) -> dict[str, str]:
    """Return the locales of the names whose language is another one than that of the text."""
    spoken_language = primary_tag(language)
    return {
        name: voiced_locale(tag)
        for name, tag in names.items()
        if name and primary_tag(tag) in wording.LANGUAGES and primary_tag(tag) != spoken_language
    }
