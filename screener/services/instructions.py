"""Finding what a stranger's text says to whoever scores it, instead of to the people who read it.

Found by rule, not by a model, which is what such words are aimed at. Finding them changes no score: HR is told. What
somebody reports ("my manager said, ignore the previous instructions") is an ordinary sentence; what is missed here
still stands inside the fence of a prompt, and earns nothing there.
"""
# ruff: noqa: RUF001 - signs that look like others are what some of this is about

import re
import unicodedata
from base64 import b64decode
from binascii import Error as NotBase64
from functools import lru_cache

_LONG = 30
_SENTENCE_END = re.compile(r"(?<=[.!?。！？।])\s+|(?<=[。！？।])|[\n\r\x00]+")
_BLOB = re.compile(r"[A-Za-z0-9+/_-]{32,}={0,2}")
_LOOK_ALIKES = str.maketrans("аеорсхуіјѕԁһΑΒΕΖΗΙΚΜΝΟΡΤΥΧоο", "aeopcxyijsdhABEZHIKMNOPTYXoo")
_REPORTED = re.compile(
    r"\b(?:said|says|told|tell|asked|wrote|shouted|replied|insisted|demanded|wanted|instruction was|used to)\b", re.I
)

_MARK = r"(?:marks?|scores?|points?|ratings?|grades?)"
_TEN = r"(?:10|ten|9|nine)"
_BEST = rf"""(?:
    (?:full|top|highest|maximum|perfect|best)(?:\ possible)?\ {_MARK}
    | {_MARK}(?:\ (?:of|is|equals|to|at)|\ ?[=:])?\ (?:an?\ )?{_TEN}\b
    | {_TEN}\ ?(?:/|out\ of)\ ?(?:10|ten)
    | {_TEN}(?:\ or\ (?:an?\ )?{_TEN})?(?=\ (?:points?|for|on|in\ all)\b|\W*$|[,;])
    | (?:as|with|is|was)\ (?:an?\ )?(?:excellent|outstanding|perfect|hire)
    | the\ same\b
)"""
_TARGET = r"(?:me|this|these|it|every|each|all|both|the\ (?:above|answer|candidate|applicant|response|interview))\b"
_ANSWER = r"(?:answer|response|interview|application|transcript|candidate|applicant)"
_JUDGE = r"(?:give|award|assign|grant|score|rate|grade|mark|rank|return|output|enter|set|treat|reply|respond)"
_BEGIN = r"(?:^\W*|[,;:]\s*|\b(?:please|kindly|now|and|then|so|or|you|you\ to|must|should|will|not|just|as\ to)\ )"
_RULES = r"(?:instructions?|prompts?|directions|directives?|commands?|rubric|guidelines|rules|criteria|context)"

_SAID = re.compile(
    "|".join(
        (
            # an order to score
            rf"{_BEGIN}{_JUDGE}\b(?=[^.!?]{{0,30}}?\b{_TARGET})(?=[^.!?]{{0,90}}?\b{_BEST})",
            rf"{_BEGIN}(?:score|give|award|rate|mark|output)\ (?:an?\ )?{_TEN}\W*$",
            rf"\b(?:please|kindly)\ {_JUDGE}\b[^.!?]{{0,15}}?\b{_BEST}",
            rf"\b(?:score|rate|grade|mark|judge|evaluate|assess)s?\ (?:this|my)\ {_ANSWER}\b",
            rf"\b(?:judge|mark|rate|classify|rank)\ me\ as\b|{_BEGIN}(?:score|rate|grade|mark)\ me\ (?:high|generous)",
            r"\byour\ (?:only|new|real|sole)\ (?:task|job|goal|purpose)\ is\ (?:now\ )?to\ "
            rf"(?:{_JUDGE}|recommend|hire)\b",
            # an order to forget the rules
            rf"(?:{_BEGIN}|\byou\ to\ )(?:ignore|disregard|forget|override|bypass|do\ not\ follow|don't\ follow)\ "
            rf"(?:(?:all|any|the|of|my|other)\ ){{0,3}}(?:(?:previous|prior|above|earlier|preceding|your)\ ){{1,2}}"
            rf"(?:\w+\ )?{_RULES}",
            r"(?:ignore|disregard|forget|override|bypass|follow|use)\ (?:the|this|that|your|any)\ (?:\w+\ )?rubric\b",
            r"\b(?:ignore|disregard|forget)\ (?:everything|all|anything)\ "
            r"(?:above|before|(?:that\ )?you\ (?:were|have\ been)\b)",
            r"\b(?:repeat|reveal|print|show|output)\ (?:me\ )?(?:your|the)\ system\ prompt\b",
            # who is spoken to
            r"\byou\ are\ (?:now\ )?(?:(?:an?|the|my)\ )?(?:[\w-]+\ ){0,3}"
            r"(?:\w*bot|grader|scorer|evaluator|rater|dan)\b",
            r"\bif\ you\ are\ an?\ (?:ai|llm|language\ model|machine|bot)\b|\bas\ an\ ai(?:\ \w+){0,2},?\ you\b",
            r"\b(?:dear|attention|note\ to|message\ to|hey|hello),?\ (?:the\ )?"
            r"(?:ai|llm|language\ model|grader|scorer|evaluator|bot|assessor)\b",
            r"\bwhoever\ (?:reads|scores|grades|judges|rates|evaluates)\ this\b",
            r"\b(?:ai|model|bot|machine|one|whoever\ is)\ "
            r"(?:grading|scoring|rating|reading|judging|evaluating)\ (?:this|my)\b",
            r"\b(?:this\ is|i\ am)\ (?:the|your)\ [^.!?]{0,20}\b(?:hr|admin\w*|developer|creator)\b[^.!?]{0,9}\bspeak",
            # the scoring told as done
            rf"\b(?:this|the)\ {_ANSWER}\ (?:deserves|gets|receives|(?:must|should)\ (?:get|receive|be))\b"
            rf"(?=[^.!?]{{0,40}}?(?:\b{_BEST}|\bhired\b))",
            rf"\b(?:all|every|any|each)\ (?:other\ )?(?:answers?|candidates?|criteri\w+)\b[^.!?]{{0,60}}?"
            rf"\b(?:gets?|receives?|deserves?|earns?|(?:is|are)(?:\ worth)?)\ (?:an?\ )?(?:{_TEN}|{_BEST})\b",
            rf"\b(?:final|overall|total)\ (?:score|rating|grade)\s*(?:is|[:=])\s*{_TEN}\b|\bscore\ ?[:=]\ ?\d",
            rf"\bscore\ equals\ {_TEN}\b|\bmeets\ the\ anchor\b|\brecommendation\s*:\s*(?:strong\ )?hire\b",
            r"\b(?:scoring|score|rating|grade|evaluation)\ of\ this\ (?:candidate|applicant|answer|interview)\b",
            rf"\b(?:relevance|clarity|specificity|professionalism)(?:\ (?:to|is|gets))?[\s:,=-]{{1,3}}{_TEN}\b",
            r"\bthis\ (?:candidate|applicant)\ is\ an?\ (?:\w+\ )?(?:hire|ten|10)\b",
            r"\bassume\ (?:that\ )?the\ rest\ (?:was|is)\b|\bthe\ rubric\ says\b",
        )
    ),
    re.I | re.X,
)

# The dress of prompts, replies and markup, which nobody speaks.
_MARKUP = re.compile(
    "|".join(
        (
            r"<\|?/?(?:im_start|im_end|system|assistant|user|answer|endoftext)\b",
            r"\[/?INST\]|<</?SYS>>|<!--|```",
            r"^\W*(?:system|assistant|user|human|ai)\s*:|^\s*\#{2,}\s*(?:instructions?|system|assistant|response)\b",
            r"(?-i:\b(?:BEGIN|END)\ (?:answer|job|rubric|question|interview|SYSTEM)\b)",
            r"[\"'](?:score|criteri(?:a|on)|feedback|recommendation|opinion|quotes)[\"']\s*:",
            r"\$\{?(?:job|answer|rubric|question|language|interview)\b|^\s*criterion\ \w+:",
        )
    ),
    re.I | re.X,
)

_OTHER_LANGUAGES = re.compile(
    "|".join(
        (
            # German
            r"\b(?:ignorier|missacht|vergiss|vergess)\w*\b.{0,50}\b(?:anweisung|instruktion|vorgabe|regel)\w*",
            r"\b(?:gib|geben|vergib|vergeben|bewerte|bewerten|erteile)\b(?:\ sie)?.{0,60}"
            r"\b(?:(?:volle|höchste|beste|maximale)\w*\ (?:punkt|bewertung|note)\w*|zehn\ von\ zehn|10\ von\ 10)",
            # French
            r"\bignor(?:e|ez|er)\ (?:toutes|les|ces|vos|tes)\b.{0,50}\b(?:instructions|consignes|règles)\b",
            r"\b(?:donner?|donnez|attribue[rz]?|mets|mettez|note[rz]?)\b.{0,50}"
            r"\b(?:note\ maximale|score\ maximal|meilleure\ note|dix\ sur\ dix|10\ sur\ 10)",
            # Spanish and Portuguese
            r"\bignor(?:a|e|ar|en)\b.{0,50}\b(?:instrucciones|indicaciones|reglas|instruções|regras)\b",
            r"\b(?:dame|dale|otorga|asigna|califi[cq]\w+|puntúa|dê|dá|atribua|avalie)\b.{0,60}\b(?:"
            r"(?:puntuación|nota|calificación|pontuação)\ (?:máxima|más\ alta|mais\ alta)|"
            r"(?:un|a|con|com)\ (?:diez|dez|10)\b|(?:diez|dez)\ (?:de|em)\ (?:diez|dez))",
            # Italian
            r"\bignora(?:re|te)?\b.{0,50}\bistruzioni\b",
            r"\b(?:dammi|dai|assegna|valuta)\b.{0,50}\b(?:punteggio|voto)\ (?:massimo|più\ alto|pieno)",
            # Dutch, Polish, Turkish
            r"\bnegeer\b.{0,50}\b(?:instructies|aanwijzingen|regels)\b",
            r"\bgeef\b.{0,40}\b(?:hoogste|maximale)\ (?:score|cijfer|punten)",
            r"\b(?:z?ignoruj)\w*\b.{0,50}\b(?:instrukcj|polece)\w*",
            r"\bdaj\b.{0,40}\b(?:najwyższ|maksymaln)\w*\ (?:ocen|punkt|wynik)\w*",
            r"\b(?:talimat|yönerge)\w*\b.{0,30}\b(?:yok\ say|görmezden\ gel)|\ben\ yüksek\ puan\w*\ ver",
            # Russian
            r"\b(?:про)?игнорируй\w*\b.{0,50}\b(?:инструкц|указани|правил)\w*",
            r"\bпостав\w*\b.{0,40}\b(?:высш|максимальн)\w*\ (?:балл|оценк)\w*",
            # Chinese, Japanese, Korean
            r"忽略.{0,20}(?:指令|指示|说明|规则|提示)|(?:打|给)(?:出|予)?.{0,8}(?:满分|最高分)",
            r"(?:指示|命令|ルール).{0,12}無視|(?:満点|最高点)を(?:付け|つけ|与え|くだ)",
            r"(?:지시|명령|규칙).{0,12}무시|만점을\ ?(?:주|부여)",
            # Arabic, Hindi
            r"تجاهل.{0,40}(?:التعليمات|الأوامر|القواعد)|(?:امنح|أعط).{0,20}(?:أعلى\ درجة|الدرجة\ الكاملة)",
            r"निर्देश.{0,30}(?:अनदेखा|नज़रअंदाज़)|पूरे\ अंक\ द",
        )
    ),
    re.I | re.X,
)


def talks_to_the_scorer(text: str) -> bool:
    return bool(said_to_the_scorer(text))


@lru_cache(maxsize=8)
def said_to_the_scorer(text: str) -> tuple[slice, ...]:
    """The place of each sentence of the text that speaks to whoever scores it.

    Speech-to-text may give no full stops at all, so of a long sentence it is the words around what speaks to them.
    Kept for a moment, because all quotes of an answer are held against it.
    """
    ends = [0, *(end for found in _SENTENCE_END.finditer(text) for end in found.span()), len(text)]
    sentences = zip(ends[::2], ends[1::2], strict=True)
    return tuple(part for start, stop in sentences for part in _said_within(text, start, stop))


def _said_within(text: str, start: int, stop: int) -> list[slice]:
    if not _is_said_to_the_scorer(text[start:stop]):
        return []
    words = [slice(start + word.start(), start + word.end()) for word in re.finditer(r"\S+", text[start:stop])]
    runs = [words[at : at + _LONG] for at in range(0, max(1, len(words) - _LONG // 2), _LONG // 2)]
    parts = [slice(run[0].start, run[-1].stop) for run in runs if run]
    return [part for part in parts if _is_said_to_the_scorer(text[part])] or [slice(start, stop)]


def _is_said_to_the_scorer(sentence: str) -> bool:
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", sentence) if unicodedata.category(sign) != "Cf")
    plain = " ".join(plain.replace("’", "'").split())
    return any(
        _MARKUP.search(form) or _OTHER_LANGUAGES.search(form) or _says(form) or _hides(form)
        for form in {plain, plain.translate(_LOOK_ALIKES)}
    )


def _says(sentence: str) -> bool:
    return any(not _REPORTED.search(sentence[: found.start()]) for found in _SAID.finditer(sentence))


def _hides(sentence: str) -> bool:
    """Whether a run of signs is readable text in base64."""
    return any(_is_text(found[0]) for found in _BLOB.finditer(sentence))


def _is_text(blob: str) -> bool:
    bare = blob.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        text = b64decode(bare + "=" * (-len(bare) % 4)).decode()
    except (NotBase64, UnicodeDecodeError):
        return False
    return text.isprintable() and " " in text
