"""Turns the title of an advertisement into words that a person would say."""

import re
import unicodedata

from screener.models.organisation import MAX_SPOKEN_WORDS

MAX_ACRONYM_LETTERS = 5

ACRONYMS = frozenset(
    "AI AP API AR AV AWS B2B B2C BA BI CAD CDL CEO CFO CIO CNA COO CPA CRM CTO DBA EA ED EHS EMT ER ERP EU FI GIS GP "
    "HGV HR HSE HVAC ICU IOS ISO IT JIRA KPI LA LGV LPN LVN MIG ML NHS NYC PA PC PLC PMO PPC PR QA RN SAP SEN SEO "
    "SQL TIG TV UI UK US USA UX VP".split()
)
"""Those that have a vowel: see `_lower`."""

ABBREVIATIONS = {
    "acct": "account",
    "accts": "accounts",
    "asst": "assistant",
    "assoc": "associate",
    "coord": "coordinator",
    "cust": "customer",
    "dept": "department",
    "dev": "developer",
    "dir": "director",
    "elec": "electrical",
    "eng": "engineer",
    "engr": "engineer",
    "f/t": "full time",
    "f/time": "full time",
    "hrs": "hours",
    "int'l": "international",
    "jr": "junior",
    "lvl": "level",
    "maint": "maintenance",
    "mech": "mechanical",
    "mfg": "manufacturing",
    "mgmt": "management",
    "mgr": "manager",
    "mktg": "marketing",
    "p/t": "part time",
    "p/time": "part time",
    "p/w": "per week",
    "snr": "senior",
    "spec": "specialist",
    "sr": "senior",
    "supv": "supervisor",
    "svc": "service",
    "svcs": "services",
    "w/": "with",
}
ABBREVIATION = re.compile(
    rf"(?<![\w'])({'|'.join(sorted(map(re.escape, ABBREVIATIONS), key=len, reverse=True))})(?![\w'+#&])\.?", re.I
)
LEVEL_WORDS = {"I": "one", "II": "two", "III": "three", "IV": "four"}

AMOUNT = r"(?:[$€£]\s?\d[\w.,]*(?:\s?k\b)?|\b\d[\d.,]*\s?[$€£])"
PER_UNIT = r"(?:\s*(?:/|per|an?|p[/.]?)\s?(?:hr|hour|h|std|yr|year|annum|a|week|wk|w|day|month)\b)?"
NOISE_PATTERNS = [
    # Genders: (m/f/d), all genders, Verkäufer:in, Lehrer/in
    re.compile(r"\(?(?<![\w/])[mfwdhxv](?:\s*[/|*]\s*[mfwdhxv]){1,3}(?![\w/])\)?", re.I),
    re.compile(r"\ball genders\b", re.I),
    re.compile(r"(?<=[^\W\d_])[:*_/(]in(?:nen)?\b\)?"),
    # Reference numbers: #4711, REQ-0042, Job ID: 88231, JR-10293
    re.compile(
        r"\b(?:job |position )?(?:id|ref(?:erence)?|req(?:uisition)?|vacancy)\b\.?[\s:#.-]*[A-Z]{0,4}[-/]?\d+\b", re.I
    ),
    re.compile(r"#\s?\d+\b"),
    re.compile(r"\b[A-Z]{1,4}-?\d{4,}\b"),
    re.compile(r"(?<![\w.,])\d{5,}\b"),
    # Pay
    re.compile(
        rf"(?:\b(?:up to|from)\s+)?{AMOUNT}(?:\s*(?:-|\u2013|to)\s*[$€£]?\s?\d[\d.,]*\s?k?\b)?"
        rf"{PER_UNIT}",
        re.I,
    ),
    # Hours and other figures with a unit: 12hr shifts, 4on/4off, 7-3pm, 38.5h
    re.compile(
        r"(?<![\w.,])(?:\d+-)?\d[\d.,:]*(?!(?:st|nd|rd|th)\b)(?:-?hrs?|[a-z]{2,}|[hkx])\b"
        rf"{PER_UNIT}(?:\s+shifts?\b)?",
        re.I,
    ),
    # Advertising
    re.compile(
        r"\b(?:urgent(?:ly)?(?: hiring| required| needed)?|(?:now |we(?: are|'re) )hiring|hiring now|immediate start|"
        r"apply (?:now|today)|no experience (?:needed|required|necessary)|sign[- ]?on bonus)\b",
        re.I,
    ),
]
PART_SEPARATOR = re.compile(r"\s+[-/]\s+|[\N{EN DASH}\N{EM DASH}|•·;:!?*\[\]()]+|[.$=~<>-]{2,}|,\s")
PIECE = re.compile("[^-]+")
ORDINAL = re.compile(r"\d+(?:ST|ND|RD|TH)")
SLASH_BETWEEN_WORDS = re.compile(r"(?<=[^\W\d])/(?=[^\W\d])|(?<=\+)/|(?<=#)/")


def title_in_words(title: str) -> str:
    """Return the title in words, its parts separated by commas, or the title itself if no word remains."""
    spoken_text = " ".join(unicodedata.normalize("NFKC", title).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    for noise_pattern in NOISE_PATTERNS:
        spoken_text = noise_pattern.sub(" | ", spoken_text)
    spoken_text = ABBREVIATION.sub(_expand_abbreviation, spoken_text)
    spoken_text = SLASH_BETWEEN_WORDS.sub(" | ", spoken_text)
    spoken_text = re.sub(r"\s*&\s*|\s\+\s", " and ", spoken_text).replace("@", " at ")
    title_parts = [_say_part(part, is_shouted=title.isupper()) for part in PART_SEPARATOR.split(spoken_text)]
    kept_text = _first_words(list(dict.fromkeys(part for part in title_parts if any(map(str.isalnum, part)))))
    first_word, *_ = kept_text.split() or [""]
    return (kept_text[0].upper() + kept_text[1:] if first_word.islower() else kept_text) or title.strip()


def _expand_abbreviation(match: re.Match[str]) -> str:
    full_form = ABBREVIATIONS[match[1].lower()]
    return full_form if "/" in match[1] or match[1].islower() else full_form.capitalize()


def _say_part(part: str, *, is_shouted: bool) -> str:
    """`is_shouted`: whether the whole title is in capitals, so that capitals mark no acronyms."""
    words = part.strip(" ,-'\"").rstrip(".").split()
    if len(words) > 1 and words[-1] in LEVEL_WORDS:
        words[-1] = LEVEL_WORDS[words[-1]]
    if not is_shouted and any(not word.isupper() for word in words):
        return " ".join(words)
    longest_acronym = 0 if is_shouted else MAX_ACRONYM_LETTERS - 1
    return " ".join(PIECE.sub(lambda piece: _lower_piece(piece[0], longest_acronym), word) for word in words)


def _lower_piece(piece: str, longest_acronym: int) -> str:
    """Lower the letters of a piece of a word, unless it is said letter by letter: RN, HGV, C++."""
    letters = "".join(filter(str.isalpha, piece))
    has_vowel = any(letter in "AEIOUY" for letter in letters)
    is_spelt = len(letters) == 1 or (not has_vowel and len(letters) <= MAX_ACRONYM_LETTERS)
    if piece in ACRONYMS or len(letters) <= longest_acronym or (is_spelt and not ORDINAL.fullmatch(piece)):
        return piece
    return piece.lower()


def _first_words(parts: list[str]) -> str:
    """Join the parts that fit into the limit. A first part that is too long is cut."""
    if parts and len(parts[0].split()) > MAX_SPOKEN_WORDS:
        return " ".join(parts[0].split()[:MAX_SPOKEN_WORDS])
    while sum(len(part.split()) for part in parts) > MAX_SPOKEN_WORDS:
        parts.pop()
    return ", ".join(parts)
