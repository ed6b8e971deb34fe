"""Taking out of a text what says who somebody is, before the text is sent to anybody."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from screener.services.privacy.phone_number_detection import DIGIT_OF, DIGIT_WORD, MASK, Span, phone_numbers

_DOT = r"(?:dot|punkt)"
_JOINT = rf"(?:_{{1,3}}|[.+-]|\ (?:{_DOT}|point|punto|ponto|underscore|dash|hyphen|minus|plus)\ )"
_SIGN = rf"(?:[^\W_]|{DIGIT_WORD})"
_SPELLED = rf"(?:{_SIGN}[ ,-]{{1,2}}){{1,40}}{_SIGN}\b"
# Taken whole or not at all: with a joint in it, it could be parted in more ways than anybody can wait for.
_PIECE = rf"(?>{_SPELLED}|(?:[^\W_]|'){{1,64}})"
_LOCAL = rf"_{{0,3}}{_PIECE}(?:\ ?{_JOINT}\ ?{_PIECE}){{0,6}}_{{0,3}}"
_PROVIDER = r"(?:gmail|googlemail|outlook|hotmail|live|yahoo|icloud|proton|protonmail|aol|gmx)"
_EMAIL = re.compile(
    rf"""(?<![\w'.+{MASK}-])(?:
    [\w'+.-]{{1,64}}(?:@[\w.-]{{0,255}}\w|\ ?@\ ?[\w-]+(?:\.\w+)+)  # as it is written
    | [\w'+.-]{{1,64}}\ ?[\[(]\ ?(?:at|@)\ ?[\])]\ ?[\w-]+(?:(?:\.|\ ?[\[(]\ ?{_DOT}\ ?[\])]\ ?|\ {_DOT}\ )[\w-]+)+
    | {_LOCAL}\ (?:  # as it is said
        at\ (?:[\w-]+(?:\ {_DOT}\ [\w-]+)+|{_PROVIDER}(?:\ ?\.\ ?\w+|\ point\ \w+)+)
        | (?:arroba|arobase|chiocciola)\ [\w-]+(?:(?:\.|\ (?:{_DOT}|point|punto|ponto)\ )[\w-]+)+
    )
    | {_PIECE}(?:\ ?{_JOINT}\ ?{_PIECE}){{1,6}}\ at\ [\w-]+(?:\.[\w-]+)+
    )""",
    re.X,
)
_INTRODUCED = re.compile(r"\b(?:name is|name's|i'm|i am|this is|call me|called|named) $")
_LETTER = r"[^\W\d_]"
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_ALIKE = str.maketrans("øłđı‐‑‒–—−’‘ʼ`´", "oldi------'''''")  # noqa: RUF001 - signs that look like others
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts in which a word may follow another, or an ending a word, without a space."""
_ORDINARY = frozenset(
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
"""Words that are names too. In small letters they are masked only where somebody is introduced by them."""


def redact(text: str, private: Iterable[str] = ()) -> str:
    """The text with e-mail addresses and phone numbers masked, each by as many signs as it had.

    So is what is known of a person, `private`: names, e-mail addresses, phone numbers, each known by its look. They are
    found however they are written or said. A place in the result is the same place in the text, and doing it twice
    changes nothing more.
    """
    known = tuple(one for one in map(str.strip, private) if one)
    while (masked := _redacted(text, known)) != text:
        text = masked
    return text


def _redacted(text: str, known: tuple[str, ...]) -> str:
    plain, places = _read(text)
    signs = list(text)
    for start, end in _found(text, plain, places, known):
        for at in range(places[start], places[end]):
            signs[at] = signs[at] if signs[at].isspace() else MASK
    return "".join(signs)


def _read(text: str) -> tuple[str, Sequence[int]]:
    """The text in small letters, without accents and signs that nobody sees; and the place of each sign of that."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    signs = [(one, at) for at, sign in enumerate(text) for one in _plain(sign)]
    return "".join(one for one, _ in signs), [*(at for _, at in signs), len(text)]


@lru_cache(maxsize=4096)
def _plain(sign: str) -> str:
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    parts = unicodedata.normalize("NFKD", sign).casefold().translate(_ALIKE)
    return unicodedata.normalize("NFC", "".join(filter(_is_seen, parts)))


def _is_seen(sign: str) -> bool:
    """Whether a sign stands for itself: accents do not, nor do signs that nobody sees, but for a line's end."""
    return sign.isspace() or unicodedata.category(sign)[0] not in "MC"


def _found(text: str, plain: str, places: Sequence[int], known: tuple[str, ...]) -> Iterator[Span]:
    yield from (found.span() for found in _EMAIL.finditer(plain))
    yield from phone_numbers(plain, [one for one in known if _is_number(one)])
    for pattern in _patterns(known):
        for found in pattern.finditer(plain):
            said = text[places[found.start()] : places[found.end()]]
            if found.lastgroup != "part" or not said.islower() or _is_a_name(found, plain):
                yield found.span()


def _is_a_name(found: re.Match[str], plain: str) -> bool:
    """Whether a name in small letters is meant as one: Will, but not "I will"."""
    word = found.group()
    introduced = _INTRODUCED.search(plain, max(0, found.start() - 20), found.start())
    return introduced is not None or (len(word) > 2 and word not in _ORDINARY)


def _is_number(known: str) -> bool:
    return not any(map(str.isalpha, known))


@lru_cache(maxsize=64)
def _patterns(known: tuple[str, ...]) -> list[re.Pattern[str]]:
    """What finds the names and addresses among these."""
    names = {_read(one)[0] for name in known for one in (name, name.lower().translate(_TWO_LETTERS)) if "@" not in name}
    addresses = [_read(one)[0] for one in known if "@" in one]
    return [re.compile(one) for one in [*map(_address, addresses), *(way for name in names for way in _names(name))]]


def _names(name: str) -> Iterator[str]:
    """All of a name together, each part of it, and a part that is spelled."""
    parts = [re.findall(_LETTER, part) for part in re.findall(rf"{_LETTER}(?:'?{_LETTER})*", name)]
    written = ["'?".join(letters) for letters in parts]
    if len(parts) > 1:
        yield _alone(r"[\W_]{0,4}".join(written))
    for part, letters in zip(written, parts, strict=True):
        if len(letters) > 1:
            yield _alone(f"(?P<part>{part})")
        if len(letters) > 2 and not _UNSPACED.match(part):
            yield _alone(r"[\W_]{1,3}".join(letters))


def _alone(pattern: str) -> str:
    """The pattern where it is a word of its own, in a script that has words of their own."""
    return pattern if _UNSPACED.search(pattern) else rf"(?<!{_LETTER})(?<!{MASK}){pattern}(?!{_LETTER}|{MASK})"


def _address(address: str) -> str:
    """An address however it is said or spelled; by its first half alone where that has a joint or a figure."""
    local, _, _ = address.partition("@")
    pieces = re.findall(r"[^\W_]+", local)
    said = rf"(?:[\W_]|\b(?:at|and|{_DOT}|point|punto|ponto|underscore|dash|hyphen|minus|plus|arroba|arobase)\b){{0,6}}"
    ways = [said.join(map(_spoken, re.sub(r"[\W_]", "", address)))]
    if len(pieces) > 1 or re.search(r"\d", local):
        ways.append(rf"\ ?{_JOINT}\ ?".join(pieces))
    return rf"(?<![^\W_])(?<!{MASK})(?:{'|'.join(ways)})(?![^\W_]|{MASK})"


def _spoken(sign: str) -> str:
    words = [word for word, digit in DIGIT_OF.items() if digit == sign]
    return f"(?:{'|'.join([sign, *words])})"
