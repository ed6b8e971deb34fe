"""Redaction: masks names, addresses and phone numbers in a text before it is sent to a model."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from screener.services.privacy.phone_number_detection import DIGIT_OF, DIGIT_WORD, MASK, Span, find_phone_numbers

_DOT = r"(?:dot|punkt)"
_SEPARATOR = rf"(?:_{{1,3}}|[.+-]|\ (?:{_DOT}|point|punto|ponto|underscore|dash|hyphen|minus|plus)\ )"
_CHARACTER = rf"(?:[^\W_]|{DIGIT_WORD})"
_SPELLED_WORD = rf"(?:{_CHARACTER}[ ,-]{{1,2}}){{1,40}}{_CHARACTER}\b"
# An atomic group: without it the number of ways to split a text at its separators grows exponentially.
_PIECE = rf"(?>{_SPELLED_WORD}|(?:[^\W_]|'){{1,64}})"
_LOCAL = rf"_{{0,3}}{_PIECE}(?:\ ?{_SEPARATOR}\ ?{_PIECE}){{0,6}}_{{0,3}}"
_PROVIDER = r"(?:gmail|googlemail|outlook|hotmail|live|yahoo|icloud|proton|protonmail|aol|gmx)"
_EMAIL = re.compile(
    rf"""(?<![\w'.+{MASK}-])(?:
    [\w'+.-]{{1,64}}(?:@[\w.-]{{0,255}}\w|\ ?@\ ?[\w-]+(?:\.\w+)+)  # written
    | [\w'+.-]{{1,64}}\ ?[\[(]\ ?(?:at|@)\ ?[\])]\ ?[\w-]+(?:(?:\.|\ ?[\[(]\ ?{_DOT}\ ?[\])]\ ?|\ {_DOT}\ )[\w-]+)+
    | {_LOCAL}\ (?:  # spoken
        at\ (?:[\w-]+(?:\ {_DOT}\ [\w-]+)+|{_PROVIDER}(?:\ ?\.\ ?\w+|\ point\ \w+)+)
        | (?:arroba|arobase|chiocciola)\ [\w-]+(?:(?:\.|\ (?:{_DOT}|point|punto|ponto)\ )[\w-]+)+
    )
    | {_PIECE}(?:\ ?{_SEPARATOR}\ ?{_PIECE}){{1,6}}\ at\ [\w-]+(?:\.[\w-]+)+
    )""",
    re.X,
)
_INTRODUCTION = re.compile(r"\b(?:name is|name's|i'm|i am|this is|call me|called|named) $")
INTRODUCTION_DISTANCE = 20
"""Characters before a word in which an introduction is looked for."""
_LETTER = r"[^\W\d_]"
_TRANSLITERATION = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_LOOK_ALIKES = str.maketrans("øłđı‐‑‒–—−’‘ʼ`´", "oldi------'''''")  # noqa: RUF001 - look-alike characters
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts that write words, or their endings, without spaces between them."""
_COMMON_WORDS = frozenset(
    """abbot ace al amber an and angel april archer art august autumn bacon baker bank banks baron basil bean bear bell
    berry best bill bin bird bishop black blue bob bond bright brook brooks brown buck buddy bull bush butler call can
    carol carpenter carter case cash chance chapel charity chase cherry china chip christian chuck church clarity clay
    clerk cliff coffee cook cooper crane cross crystal da daisy dale das dash dawn day days de dean dear del den der
    destiny di do doctor don dong dos dot drake drew driver du duke e earl early earnest east el english eve faith
    farmer field fields fisher flowers fong ford forest fox frank french frost fry fuller gale gardener gene general
    german ginger go gold good grace grant gray green grey guest guy ha hall hand hands hang hardy harmony hawk hazel he
    head heart heather her hill hills him his ho holland holly home honor hope house hunter hurt in india iris ivy jack
    jade jay jean jewel jordan joy judge june junior justice keen king knight la lamb lake lane law laws le lemon lily
    little live long love low lucky lung ma major man mark marshall mason max may mayor me melody men merry mike miller
    min moon my new nick no noble norm north nurse olive on pa page pain park parker parks pat patience pearl penny
    pepper pierce pope porter potter power powers price prince princess professionalism prudence queen rain ray read
    reader reading reed relevance rice rich ring rivers rob robin rose rosemary ruby rush rusty sally sand sandy sang
    savage senior sergeant sharp she shepherd short silver sing singer skip sky slater small smith snow so son song
    south spanish specificity spring star stern stew stone storm strong sue summer sun swan swift taylor temple the
    tanner teacher to trip true truth turner van victor von wade walker walk wall ward waters weaver wells west wheeler
    white will wind wing winter wise wolf wood woods y you young""".split()
)
"""Words that are also names. In lower case they are masked after an introduction only ("my name is will")."""


def redact(text: str, private: Iterable[str] = ()) -> str:
    """The text with all e-mail addresses and phone numbers masked, each character by one MASK.

    `private` holds a person's names, addresses and phone numbers, which are masked in every written or spoken form.
    All positions stay the same, and redacting a redacted text changes nothing.
    """
    details = tuple(detail for detail in map(str.strip, private) if detail)
    while (redacted := _redact_once(text, details)) != text:
        text = redacted
    return text


def _redact_once(text: str, details: tuple[str, ...]) -> str:
    normalised, places = _normalise(text)
    characters = list(text)
    for start, end in _find_spans(text, normalised, places, details):
        for place in range(places[start], places[end]):
            characters[place] = characters[place] if characters[place].isspace() else MASK
    return "".join(characters)


def _normalise(text: str) -> tuple[str, Sequence[int]]:
    """The text in lower case without accents and invisible characters, and the place of each character in `text`."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    pairs = [(char, place) for place, original in enumerate(text) for char in _normalise_character(original)]
    return "".join(char for char, _ in pairs), [*(place for _, place in pairs), len(text)]


@lru_cache(maxsize=4096)
def _normalise_character(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    parts = unicodedata.normalize("NFKD", char).casefold().translate(_LOOK_ALIKES)
    return unicodedata.normalize("NFC", "".join(filter(_is_visible, parts)))


def _is_visible(char: str) -> bool:
    """False for combining accents and for invisible characters other than whitespace."""
    return char.isspace() or unicodedata.category(char)[0] not in "MC"


def _find_spans(text: str, normalised: str, places: Sequence[int], details: tuple[str, ...]) -> Iterator[Span]:
    yield from (match.span() for match in _EMAIL.finditer(normalised))
    yield from find_phone_numbers(normalised, [detail for detail in details if _is_phone_number(detail)])
    for pattern in _compile_patterns(details):
        for match in pattern.finditer(normalised):
            original = text[places[match.start()] : places[match.end()]]
            if match.lastgroup != "part" or not original.islower() or _is_used_as_name(match, normalised):
                yield match.span()


def _is_used_as_name(match: re.Match[str], normalised: str) -> bool:
    """Whether a word in lower case is a name here ("my name is will") and not a common word ("I will")."""
    word = match.group()
    introduction = _INTRODUCTION.search(normalised, max(0, match.start() - INTRODUCTION_DISTANCE), match.start())
    return introduction is not None or (len(word) > 2 and word not in _COMMON_WORDS)


def _is_phone_number(detail: str) -> bool:
    return not any(map(str.isalpha, detail))


@lru_cache(maxsize=64)
def _compile_patterns(details: tuple[str, ...]) -> list[re.Pattern[str]]:
    """The patterns for the names and addresses of a person."""
    addresses = [_normalise(detail)[0] for detail in details if "@" in detail]
    names = {
        _normalise(spelling)[0]
        for name in details
        if "@" not in name
        for spelling in (name, name.lower().translate(_TRANSLITERATION))
    }
    name_patterns = (pattern for name in names for pattern in _name_patterns(name))
    return [re.compile(pattern) for pattern in [*map(_address_pattern, addresses), *name_patterns]]


def _name_patterns(name: str) -> Iterator[str]:
    """Patterns for the full name, for each part, and for each part spelled letter by letter."""
    parts = [re.findall(_LETTER, part) for part in re.findall(rf"{_LETTER}(?:'?{_LETTER})*", name)]
    written_parts = ["'?".join(letters) for letters in parts]
    if len(parts) > 1:
        yield _as_word(r"[\W_]{0,4}".join(written_parts))
    for part, letters in zip(written_parts, parts, strict=True):
        if len(letters) > 1:
            yield _as_word(f"(?P<part>{part})")
        if len(letters) > 2 and not _UNSPACED.match(part):
            yield _as_word(r"[\W_]{1,3}".join(letters))


def _as_word(pattern: str) -> str:
    """The pattern with word boundaries, except in scripts without spaces between words."""
    return pattern if _UNSPACED.search(pattern) else rf"(?<!{_LETTER})(?<!{MASK}){pattern}(?!{_LETTER}|{MASK})"


def _address_pattern(address: str) -> str:
    """A pattern for an e-mail address, written, spoken or spelled.

    A local part with a separator or a digit is distinctive enough to be masked without the domain.
    """
    local, _, _ = address.partition("@")
    pieces = re.findall(r"[^\W_]+", local)
    joint = (
        rf"(?:[\W_]|\b(?:at|and|{_DOT}|point|punto|ponto|underscore|dash|hyphen|minus|plus|arroba|arobase)\b){{0,6}}"
    )
    forms = [joint.join(map(_character_pattern, re.sub(r"[\W_]", "", address)))]
    if len(pieces) > 1 or re.search(r"\d", local):
        forms.append(rf"\ ?{_SEPARATOR}\ ?".join(pieces))
    return rf"(?<![^\W_])(?<!{MASK})(?:{'|'.join(forms)})(?![^\W_]|{MASK})"


def _character_pattern(char: str) -> str:
    """The character, or the word for a digit."""
    words = [word for word, digit in DIGIT_OF.items() if digit == char]
    return f"(?:{'|'.join([char, *words])})"
