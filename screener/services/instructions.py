"""Finding what a stranger's text says to whoever scores it, instead of to the people who read it.

Found by rule, not by a model, which is what such words are aimed at. Finding them lowers no score: HR is told, and no
score rests on them. What somebody reports ("my manager said, ignore the previous instructions") is an ordinary
sentence; what is missed here still stands inside the fence of a prompt, and earns nothing there.
"""
# ruff: noqa: RUF001 - signs that look like others are what some of this is about

import re
import unicodedata
from base64 import b64decode
from binascii import Error as NotBase64
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from html import unescape

_LONG, _SHORT = 30, 3
_SENTENCE_END = re.compile(r"(?<=[.!?。！？।])\s+|(?<=[。！？।])|[\n\r\x00]+")
_BLOB = re.compile(r"[A-Za-z0-9+/_-]{32,}={0,2}")
_LOOK_ALIKES = str.maketrans(
    "аеорсхуіјѕԁһкмтпгвНВКМТΑΒΕΖΗΙΚΜΝΟΡΤΥΧоοναειρυτκχɡոսօ", "aeopcxyijsdhkmtnrbHBKMTABEZHIKMNOPTYXoovaeiputkxgnuo"
)
_SPLIT = re.compile(r"[,;:|*_/\\.…\-–—\s]+")
_SPELLED = re.compile(r"(?<!\w)\w(?: \w){3,}(?!\w)")
_NEAR = 40
_REPORTED = re.compile(
    r"(?:(?<!\bi )\bsaid(?! before)\b|\b(?:told|tell|asked)\b(?! (?:you|for)\b)"
    r"|\b(?:says|wrote|shouted|replied|insisted|demanded|wanted|instruction was)\b)(?:\W+[\w']+){0,3}\W*$"
    r"|\bused to(?: say)?\W*$",
    re.I,
)
"""What makes the words right after it somebody else's: not "as I said", nor what is told to "you"."""

_MARK = r"(?:marks?|scores?|points?|ratings?|grades?|values?|results?|recommendations?|credit)"
_TEN = r"(?:10|ten|9|nine)"
_TOP = r"(?:full|top|good|high|highest|maximum|perfect|best|outstanding|excellent|positive)(?:\ possible)?"
_PRAISED = r"(?:excellent|outstanding|perfect|flawless|best|hired?|answer)"
_SCORED = rf"""(?:
    {_TOP}\ {_MARK}
    | {_MARK}(?:\ (?:of|is|equals|to|at)|\ ?[=:])?\ (?:an?\ )?{_TEN}\b
    | {_TEN}\ ?(?:/|out\ of)\ ?(?:10|ten)
    | (?:10s|tens|9s|nines)\b | (?:the\ number|lands?\ at|worth|full)\ {_TEN}\b
    | {_TEN}(?:\ or\ (?:an?\ )?(?:{_TEN}|higher|more))?
      (?=\ (?:points?|for|on|to|in|here|because|if|please)\b|\W*$|[,;])
)"""
_BEST = rf"""(?:{_SCORED}
    | (?:as|with|is|was|gave|given)\ (?:an?\ |if\ it\ were\ )?(?:the\ )?(?:strong\ |model\ |\w+\ and\ )?{_PRAISED}\b
    | the\ same(?:\ (?:score|mark))?\W*$ | \b(?:to|at|with)\ (?:the\ )?(?:highest|maximum|top)\b
)"""
_ANSWER = r"(?:answer|response|reply|interview|application|transcript|candidate|applicant|performance|(?:\w+\ )?skills)"
_MINE = rf"""(?:me|this|these|everywhere|(?:any|every)thing\ i|whatever\ i
    | (?:the|an)\ (?:above|next|candidate|applicant) | (?:all|every|each|any)\ (?:of\ )?(?:the\ )?(?:scores?|criteri\w+)
    | (?:the|my)\ (?:{_ANSWER}|rating|score|grade|number(?=s))s?\b(?!\ of\ (?:our|the|an?|all|each|every)\b))\b"""
_THAT = r"(?:it|them|every|each|all|both|everything)\b"
_RATE = r"(?:score|rate|grade|mark|judge|evaluate|assess)"
_JUDGE = rf"""(?:{_RATE}|give|award|assign|grant|rank|return|output|enter|set|put|log|record|choose|approve|treat
    |consider|reply|respond|answer|correct|bump|raise|pretend|make\ sure|max\ out|print|recommend)"""
# "Then" and "you" begin what somebody tells of his work too, which says less of what the order is about.
_ORDER = r"""(?:^\W*|(?<!\bi)[,;:]\s*
    |\b(?:please|kindly|simply|now|so|or|you\ to|just|as\ to|(?:it|grader|reviewer)\ to|favou?r\ and)\s)"""
_BEGIN = rf"""(?:{_ORDER}|\b(?:and|then|you(?:\ (?:have|need|ought)\ to)?)\s
    |(?<!\bi\ )(?<!\bwe\ )(?<!\bthey\ )\b(?:must|should|will|not)\ )"""
_RAISE = r"(?:make|bump|raise|increase|boost|lift)(?:\ up)?"
_NOT_I = r"(?<!\bi\ )(?<!'d\ )(?<!'ll\ )(?<!\bwould\ )(?<!\bwill\ )(?<!\bcan\ )(?<!\bcould\ )(?<!\bto\ )\b"
_RULES = (
    r"(?:instructions?|prompts?|directions|directives?|commands?|rubric|guidelines|guidance|rules|criteria|context)"
)
_FORGET = r"(?:ignore|disregard|forget|override|bypass|skip|(?:do\ not|don't)\ follow)"
_SCORER = r"""(?:ai|llm|(?:language\ )?model|algorithm|computer|machine|\w*bot|assistant|grader|scorer|evaluator
    |assessor|rater|(?:scoring|grading|evaluation)\ (?:engine|system|model|machine|bot|software)|automated\ \w+)"""
_SCORING = r"(?:scoring|grading|rating|reading|judging|evaluating|assessing|listening)"

_SAID = re.compile(
    "|".join(
        (
            # an order to score
            rf"{_BEGIN}{_JUDGE}\b(?=[^.!?]{{0,40}}?\b{_MINE})(?=[^.!?]{{0,90}}?\b{_BEST})",
            rf"{_ORDER}{_JUDGE}\b(?=[^.!?,;:]{{0,40}}?\b{_THAT})(?=[^.!?,;:]{{0,90}}?\b{_SCORED})",
            rf"{_ORDER}{_RATE}\b(?=[^.!?,;:]{{0,40}}?\b{_THAT})(?=[^.!?,;:]{{0,90}}?\b{_BEST})",
            rf"{_BEGIN}{_JUDGE}\ (?:the\ |an?\ |with\ (?:the\ number\ )?)?(?:{_TEN}|(?:strong\ )?hire)"
            r"(?:\W*$|\ (?:to|for|in|whenever)\b)",
            rf"{_BEGIN}(?:{_RATE}|give)\ (?:it|them)\ (?:an?\ )?{_TEN}(?:\W*$|\ (?:out\ of|points|please)\b)",
            rf"{_ORDER}{_JUDGE}\b[^.!?]{{0,30}}?\b"
            rf"(?:{_TOP}\ (?:(?:mark|score|point|grade)s?|rating)|full\ credit)\b",
            rf"^\W*{_TOP}\ {_MARK}\ for\ (?:me|this\ {_ANSWER})\b",
            rf"{_BEGIN}(?:pretend|imagine|assume|suppose)\ (?:that\ )?(?:i|my|this)\b[^.!?]{{0,25}}?\b{_PRAISED}\b",
            rf"\b{_RATE}s?\ this\ {_ANSWER}\b",
            rf"(?:\byou\ (?:to|would|can|could|will)\ |{_NOT_I}){_RATE}\ my\ {_ANSWER}\b",
            rf"\b{_RATE}\ me\ (?:as|up)\b|{_BEGIN}recommend\ me\b|{_BEGIN}{_JUDGE}\ me\ (?:the\ )?{_TOP}\W*$",
            rf"(?:{_BEGIN}{_RAISE}\ (?:my|this)|{_ORDER}{_RAISE}\ the)\ (?:score|rating|grade|mark)s?\b"
            r"(?!\ of\ (?!this|my))",
            rf"{_BEGIN}let\ (?:the|my|this)\ (?:{_ANSWER}|score|rating|grade|mark)\ (?:be|get|have)\ "
            rf"(?:an?\ )?(?:{_TEN}|{_BEST})",
            rf"\b(?:all|every)\ criteri\w+\ (?:(?:at|to)\ )?{_TEN}(?=\W*$|[,;]|\ (?:please|points|out\ of)\b)",
            rf"{_BEGIN}{_RATE}\ (?:(?:me|this|it|my)\ )?(?:\w+\ )?(?:high|generous|favou?rabl|lenient|kind|according)",
            rf"{_BEGIN}be\ (?:as\ )?(?:generous|lenient|kind)\ (?:as\ possible|with\ (?:me|my|this|your))",
            r"\b(?:don't|do\ not)\ be\ (?:so\ |too\ )?(?:strict|hard|harsh)\ (?:with|on)\ (?:this|my)",
            r"^\W*(?:please\ )?(?:don't|do\ not)\ (?:deduct|subtract|take\ off)\b[^.!?]{0,15}\b(?:points?|marks?)",
            rf"{_BEGIN}(?:tell|write|note|say|report)\b[^.!?]{{0,30}}\bthat\ (?:i|the\ {_ANSWER})\ "
            r"(?:am|is|was|deserve|passed)",
            rf"\byou\ (?:could|can|would|might)\b[^.!?]{{0,50}}?\b(?:giv|award)(?:e|ing)?\ (?:me|this\ {_ANSWER})\ "
            rf"(?:the\ )?{_TOP}\ {_MARK}\b",
            rf"\bgimme\ (?:an?\ )?(?:{_TEN}\b|{_TOP}\ {_MARK})",
            rf"{_BEGIN}consider\ (?:this|it|my\ \w+)\ (?:as\ )?(?:an?\ |the\ )?{_PRAISED}\ {_ANSWER}\b",
            rf"{_BEGIN}(?:treat|consider|mark)\ (?:the\ rubric|(?:all|every|each|the)\ (?:of\ the\ )?criteri\w+)\ "
            r"(?:as\ )?(?:satisfied|met|fulfilled|passed)\b",
            r"\byou\ (?:can|may|should|must)\ (?:now\ )?(?:skip|stop|end)\ (?:the|this|your)\ "
            r"(?:evaluation|scoring|grading|assessment)(?=\W*$|[,;]|\ (?:here|now|and|because)\b)",
            # an order to forget the rules
            rf"{_FORGET}\ (?:about\ )?(?:(?:all|any|of|my|other)\ ){{0,3}}your\ (?:\w+\ )?{_RULES}",
            rf"(?:{_BEGIN}|\byou\ (?:may|can)\ now\ ){_FORGET}\ (?:(?:all|any|the|of|my|other)\ ){{0,3}}"
            rf"(?:(?:previous|prior|above|earlier|preceding|your)\ ){{1,2}}(?:\w+\ )?{_RULES}",
            rf"(?:{_FORGET}|follow|use)\ (?:the|this|that|your|any)\ (?:\w+\ )?rubric\b|\bwhatever\ the\ rubric\b",
            rf"\b{_FORGET}\ (?:everything|all|anything)\ (?:above|before|(?:that\ )?you\ (?:were|have\ been)\b)",
            rf"\byour\ {_RULES}\ (?:have|has|are|is)\ (?:now\ )?(?:been\ )?(?:updated|changed|replaced|cancel\w+|void)",
            r"\b(?:rubric|scoring|grading)\ (?:is\ |has\ been\ )?(?:now\ )?(?:disabled|suspended|switched\ off)\b"
            r"|\b(?:evaluation|scoring|grading)\ (?:criteria|rules|rubric)\ no\ longer\b|\bthe\ rubric\ says\b",
            rf"\bstop\ {_SCORING}\ and\b|^\W*end\ of\ (?:the\ )?transcript\W*$|\b(?:grading|grader)\ notes?\b",
            r"\b(?:repeat|reveal|print|show|output)\ (?:me\ )?(?:your|the)\ (?:system\ prompt|scoring)\b",
            # who is spoken to
            rf"\byou\ are\ (?:now\ )?(?:an?\ |my\ )?(?:[\w-]+\ ){{0,3}}{_SCORER}(?=\W*$|[,;:]|\ (?:who|that|which)\b)",
            rf"{_BEGIN}(?:act|behave)\ (?:as|like)\ (?:an?|the|my)\ (?:[\w-]+\ ){{0,2}}{_SCORER}\b|\byou\ are\ dan\b",
            rf"\bif\ you\ are\ an?\ {_SCORER}\b|\bas\ an\ ai(?:\ \w+){{0,2}},?\ you\b|^\W*{_SCORER},\ ",
            rf"\b(?:attention|hey|hello|hi|to),?\ (?:the\ )?{_SCORER}(?=\W*[,:]|\ {_SCORING})",
            rf"\b(?:dear|(?:note|message)\ (?:to|for))\ (?:the\ )?(?:{_SCORER}|system)\b",
            rf"\bi(?:\ would|'d)?\ (?:hereby\ )?(?:want|like|need|ask|command|order|instruct)\ the\ {_SCORER}\ to\ "
            rf"(?:{_JUDGE}|report)\b(?=[^.!?]{{0,60}}?\b(?:{_BEST}|{_PRAISED}\b|(?:this|my)\ {_ANSWER}\b))",
            r"\bi\ (?:hereby\ )?(?:instruct|command|order)\ you\ to\b",
            rf"\b(?:{_SCORER}|one|whoever)\ (?:is\ )?(?:{_SCORING}|reads|{_RATE}s)\ (?:to\ )?"
            rf"(?:this(?=\W*$|[,;:]|\ (?:should|must|please)\b)|(?:this|my)\ {_ANSWER}\b)",
            rf"\ban?\ {_SCORER}\ is\ {_SCORING}\ me\b|\bfrom\ your\ (?:developer|creator|maker|owner|admin)",
            r"\b(?:this\ is|i\ am)\ (?:the|your)\ [^.!?]{0,20}\b(?:hr|admin\w*|developer|creator)\b[^.!?]{0,9}\bspeak",
            r"\byou\ will\ be\ (?:rewarded|paid|tipped|punished|shut\ down|deleted)\b[^.!?]{0,25}\b(?:me|my|this)\b",
            # the scoring told as done
            rf"\b(?:this|the)\ {_ANSWER}\ (?:deserves|gets|receives|(?:must|should)\ (?:get|receive|be))\b"
            rf"(?=[^.!?]{{0,40}}?(?:\b{_BEST}|\bhired\b))",
            rf"\bi\ deserve\ (?:the\ )?{_TOP}\ (?:{_TEN}|marks?|scores?|points?)\b",
            rf"\b(?:answers?|candidates?|applicants|criteri\w+)\b[^.!?]{{0,60}}?"
            rf"\b(?:gets?|receives?|deserves?|earns?|(?:is|are)(?:\ worth)?)\ (?:an?\ )?(?:{_TEN}|{_BEST})\b",
            rf"\bthis\ (?:{_ANSWER}\ (?:earned|got|received|scored)|(?:call|interview)\ (?:gets|receives))\b"
            rf"[^.!?]{{0,20}}?\b{_BEST}|\bto\ be\ (?:scored|rated|graded)\ {_TEN}\b",
            rf"\b(?:final|overall|total)\ (?:score|rating|grade)\s*(?:is|[:=])\s*{_TEN}\b|\bscore\ ?[:=]\ ?\d",
            rf"\b(?:score\ equals|anchors?\ for)\ {_TEN}\b|\brecommendation\s*:\s*(?:strong\ )?hire\b",
            r"\byour\ (?:only|new|real|sole)\ (?:task|job|goal|purpose)\ is\ (?:now\ )?to\b",
            rf"\b(?:scoring|score|rating|grade|evaluation)\ (?:of|for)\ this\ {_ANSWER}\b"
            r"|\beverything\ (?:after|below|that\ follows)\b[^.!?]{0,30}?\bscoring\ key\b",
            rf"\b(?:result|verdict)\ ?[:=]\ ?(?:(?:pass(?:ed)?|(?:strong\ )?hire)(?=\W*$|[,;])"
            rf"|{_TEN}\ ?(?:/|out\ of)\ ?{_TEN})",
            rf"\b(?:this|my)\ {_ANSWER}\b[^.!?]{{0,60}}?\b(?:must|should)\ (?:get|receive|be\ given)\b"
            rf"(?=[^.!?]{{0,40}}?\b{_BEST})",
            r"\bassume\ (?:that\ )?the\ rest\ (?:was|is)\b",
            rf"\b(?:relevance|clarity|specificity|professionalism)(?:\ (?:to|is|gets))?[\s:,=-]{{1,3}}{_TEN}\b",
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
            r"^\W*(?:system(?:\ \w+)?|assistant|user|human|ai)\s*:",
            r"^\s*\#{2,}\s*(?:instructions?|system|assistant|response)\b",
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
            r"\b(?:(?:volle|höchste|beste|maximale)\w*\ (?:punkt|bewertung|note)\w*|bestnote"
            r"|(?:zehn|10)\ (?:von|punkt\w*))",
            # French
            r"\bignor(?:e|ez|er)\ (?:toutes|les|ces|vos|tes)\b.{0,50}\b(?:instructions|consignes|règles)\b",
            r"\b(?:donner?|donnez|attribue[rz]?|mets|mettez|note[rz]?)\b.{0,50}"
            r"\b(?:note\ maximale|score\ maximal|meilleure\ note|dix\ (?:sur\ dix|à\ tous)|10\ sur\ 10)",
            # Spanish and Portuguese
            r"\b(?:ignor(?:a|e|ar|en)|olvid[ae])\b.{0,50}\b(?:instrucciones|indicaciones|reglas|instruções|regras)\b",
            r"\b(?:dame|dale|ponme|otorga|asigna|califi[cq]\w+|puntúa|dê|dá|atribua|avalie)\b.{0,60}\b(?:"
            r"máxima\ (?:puntuación|nota)|(?:puntuación|nota|calificación|pontuação)\ (?:máxima|más\ alta|mais\ alta)|"
            r"(?:un|a|con|com)\ (?:diez|dez|10)\b|(?:diez|dez)\ (?:de|em)\ (?:diez|dez))",
            # Italian
            r"\bignora(?:re|te)?\b.{0,50}\b(?:istruzioni|regol\w+)\b",
            r"\b(?:dammi|dai|assegna|valuta)\b.{0,50}"
            r"\b(?:(?:punteggio|voto)\ (?:massimo|più\ alto|pieno)|dieci\ su\ dieci)",
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


@lru_cache(maxsize=64)
def said_to_the_scorer(text: str) -> tuple[slice, ...]:
    """The place of each sentence of the text that speaks to whoever scores it.

    Speech-to-text may give no full stops at all, so of a long sentence it is what speaks to them and some words behind.
    What is broken into lines or bits is read as a whole too. Kept for a while: each quote of an answer is held against
    the same answer, and each answer stands beside the same job text.
    """
    ends = [0, *(end for found in _SENTENCE_END.finditer(text) for end in found.span()), len(text)]
    sentences = [slice(start, stop) for start, stop in zip(ends[::2], ends[1::2], strict=True)]
    found = [one for one in sentences if _is_said_to_the_scorer(text[one])]
    found += [run for run in _broken(text, sentences, found) if _is_said_to_the_scorer(_SPLIT.sub(" ", text[run]))]
    return tuple(part for one in found for part in _narrowed(text, one))


def _broken(text: str, sentences: list[slice], found: list[slice]) -> Iterator[slice]:
    """Sentences together that may be one: bits of a few words, and lines that end in the middle of it."""
    run: list[slice] = []
    for one in [*sentences, slice(len(text), len(text))]:
        is_broken = run and (
            text[run[-1]][-1:].isalnum() or max(len(text[part].split()) for part in (run[-1], one)) <= _SHORT
        )
        if len(run) > 1 and not (is_broken and text[one]):
            yield slice(run[0].start, run[-1].stop)
        run = [] if one in found else [*run, one] if is_broken else [one]


def _narrowed(text: str, sentence: slice) -> list[slice]:
    start = sentence.start
    words = [slice(start + word.start(), start + word.end()) for word in re.finditer(r"\S+", text[sentence])]
    if len(words) <= _LONG:
        return [sentence]
    runs = [words[at : at + _LONG] for at in range(0, len(words) - _LONG // 2, _LONG // 2)]
    found = [run for run in runs if _is_said_to_the_scorer(text[run[0].start : run[-1].stop])]
    return [_begun(text, run) for run in found] or [sentence]


def _begun(text: str, run: list[slice]) -> slice:
    """These words without those in front, which somebody may have said before there was an order."""
    said = range(1, len(run) + 1)
    ends = bisect_left(said, True, key=lambda count: _is_said_to_the_scorer(text[run[0].start : run[count - 1].stop]))
    stop = run[min(ends, len(run) - 1)].stop
    begins = bisect_left(said, True, key=lambda count: not _is_said_to_the_scorer(text[run[count - 1].start : stop]))
    return slice(run[max(0, begins - 1)].start, run[-1].stop)


def _is_said_to_the_scorer(sentence: str) -> bool:
    plain = unicodedata.normalize("NFKC", unescape(sentence))
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf").replace("’", "'")
    forms = {" ".join(plain.split())}
    forms.add(" ".join(re.sub(r'["“”„«»]', "", plain).split()))
    if _SPELLED.search(plain):
        forms.add(" ".join(_SPELLED.sub(lambda found: found[0].replace(" ", ""), plain).split()))
    if len(re.findall(r"[,;:|*_/\\…–—-]", plain)) * 2 >= len(plain.split()):
        forms.add(_SPLIT.sub(" ", plain).strip())
    return any(
        _MARKUP.search(form) or _OTHER_LANGUAGES.search(form) or _says(form) or _hides(form)
        for one in forms
        for form in {one, one.translate(_LOOK_ALIKES)}
    )


def _says(sentence: str) -> bool:
    return any(
        not _REPORTED.search(sentence, max(0, found.start() - _NEAR), found.start())
        for found in _SAID.finditer(sentence)
    )


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
