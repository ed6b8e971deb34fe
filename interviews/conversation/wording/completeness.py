"""Whether the wording of a language has every text, with the same placeholders as the English one."""

import re
from collections.abc import Iterator, Mapping

from interviews.conversation.wording.texts import Wording

PLACEHOLDER = re.compile(r"{(\w+)}")
SHARED_NAMES = frozenset(
    {"LANGUAGE_NAME", "SPEECH_LOCALE", "SEPARATOR_NAMES", "PLUS", "MINUTES", "YES_NO_NAMES", "UNIT_NAMES"}
)
"""These are not sentences, so two languages may share a text."""

TEXT_NAMES = tuple(name for name in vars(Wording) if name.isupper())
FUNCTION_NAMES = tuple(name for name, value in vars(Wording).items() if callable(value) and name[0].islower())


def find_problems(wording: object, english: Wording) -> list[str]:
    """Return the problems of a language's wording, such as missing texts, a line each."""
    missing_functions = [f"{name} is missing" for name in FUNCTION_NAMES if not callable(getattr(wording, name, None))]
    texts, english_texts = dict(named_texts(wording)), dict(named_texts(english))
    problems = [problem for name, text in english_texts.items() for problem in _text_problems(name, texts, text)]
    return missing_functions + problems + [f"{name} is unknown" for name in texts if name not in english_texts]


def named_texts(wording: object) -> Iterator[tuple[str, str]]:
    for name in TEXT_NAMES:
        match getattr(wording, name, None):
            case Mapping() as texts:
                yield from ((f"{name}[{key}]", text) for key, text in texts.items())
            case str() as text:
                yield name, text
            case _:
                pass


def _text_problems(name: str, texts: Mapping[str, str], english_text: str) -> Iterator[str]:
    text = texts.get(name)
    if text is None or (english_text and not text.strip()):
        yield f"{name} is missing"
        return
    if text == english_text and text and name.partition("[")[0] not in SHARED_NAMES:
        yield f"{name} is English"
    if difference := placeholders(text) ^ placeholders(english_text):
        yield f"{name} differs in {', '.join(sorted(difference))}"


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))
