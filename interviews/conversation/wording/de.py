"""German texts of prompts. Candidates are addressed as Sie."""

from datetime import datetime

from interviews.conversation.eligibility_question import EligibilityKind, EligibilityUnit
from interviews.conversation.engine import EligibilityLead, Ending, LeadIn, Preface
from interviews.conversation.phrases.intent import Intent

LANGUAGE_NAME = "German"
SPEECH_LOCALE = "de-DE"

GREETING = (
    "Guten Tag. Hier ist der automatische Assistent von {employer}. Ich möchte gern mit {name} sprechen. Wenn Sie das "
    "sind, drücken Sie die 1 oder sagen Sie ja. Wenn nicht, drücken Sie die 2."
)
GREETING_AGAIN = (
    "Hier ist der automatische Assistent von {employer}. Spreche ich mit {name}? Für ja drücken Sie die 1, für nein "
    "die 2."
)
IDENTITY_BY_KEYS = (
    "Hier ist der automatische Assistent von {employer}. Bitte benutzen Sie die Tasten Ihres Telefons. Wenn Sie {name} "
    "sind, drücken Sie die 1. Wenn nicht, drücken Sie die 2."
)
ASK_REACHABLE = (
    "Kann ich {name} zu einer anderen Zeit unter dieser Nummer erreichen? Wenn ja, drücken Sie die 1, oder sagen Sie "
    "mir, wann ich anrufen soll. Wenn das die falsche Nummer ist, drücken Sie die 2."
)
ASK_REACHABLE_AGAIN = (
    "Darf ich {name} ein anderes Mal unter dieser Nummer anrufen? Drücken Sie die 1 für ja, oder nennen Sie eine Zeit. "
    "Ist die Nummer falsch, drücken Sie die 2."
)
REACHABLE_BY_KEYS = (
    "Bitte benutzen Sie die Tasten Ihres Telefons. Wenn ich {name} zu einer anderen Zeit unter dieser Nummer erreichen "
    "kann, drücken Sie die 1. Wenn das die falsche Nummer ist, drücken Sie die 2."
)
CALL_TIME = (
    "Wann darf ich wieder anrufen? Nennen Sie mir eine Zeit, zum Beispiel heute um fünf, oder morgen früh. Drücken Sie "
    "die 1, wenn ich die Zeit aussuchen darf. Wenn Sie kein Interview möchten, drücken Sie die 2."
)
CALL_TIME_AGAIN = (
    "Welcher Tag und welche Uhrzeit passen Ihnen? Mit der 1 überlassen Sie mir die Zeit. Möchten Sie kein Interview, "
    "drücken Sie die 2."
)
CALL_TIME_BY_KEYS = (
    "Bitte benutzen Sie die Tasten Ihres Telefons. Wenn ich die Zeit für den nächsten Anruf aussuchen darf, drücken "
    "Sie die 1. Wenn Sie kein Interview möchten, drücken Sie die 2."
)
ASK_OPT_OUT = (
    "Sollen wir nie wieder unter dieser Nummer anrufen? Wenn ja, drücken Sie die 1 oder sagen Sie ja. Wenn wir "
    "weiter anrufen dürfen, drücken Sie die 2 oder sagen Sie nein."
)
ASK_OPT_OUT_AGAIN = (
    "Möchten Sie gar keinen Anruf mehr von uns? Drücken Sie die 1 für keine Anrufe mehr. Drücken Sie die 2, wenn "
    "wir anrufen dürfen."
)
OPT_OUT_BY_KEYS = (
    "Bitte benutzen Sie die Tasten Ihres Telefons. Wenn wir nie wieder unter dieser Nummer anrufen sollen, drücken "
    "Sie die 1. Wenn wir anrufen dürfen, drücken Sie die 2."
)
OTHER_QUESTION = "Solche Fragen kann ich nicht beantworten, aber bei {employer} kann man Ihnen weiterhelfen."
HOLD_ON = "Natürlich, ich warte. Sprechen Sie, sobald Sie so weit sind."
PREFACES = {
    Preface.NONE: "",
    Preface.UNCLEAR: "Entschuldigung, das habe ich nicht verstanden.",
    Preface.UNCLEAR_AGAIN: "Ich habe Sie leider wieder nicht verstanden.",
    Preface.SILENCE: "Entschuldigung, ich kann Sie nicht hören.",
    Preface.SILENCE_AGAIN: "Ich höre Sie leider immer noch nicht.",
    Preface.CALLER: "Hier ist der automatische Assistent von {employer}.",
    Preface.MATTER: "Ich rufe im Auftrag von {employer} an. Es ist eine persönliche Angelegenheit für {name}.",
    Preface.APPLICATION: "Es geht um Ihre Bewerbung auf die Stelle {job} bei {employer}.",
    Preface.ROBOT: "Ich bin ein automatischer Assistent, kein Mensch.",
    Preface.RECORDED: (
        "Ich nehme erst auf, wenn Sie zugestimmt haben. Menschen bei {employer} können die Aufnahme anhören, und "
        "Menschen entscheiden."
    ),
    Preface.GENUINE: "Ich rufe im Auftrag von {employer} an. Dort ist diese Nummer für {name} hinterlegt.",
    Preface.GENUINE_APPLICATION: (
        "Ich rufe im Auftrag von {employer} an, wegen Ihrer Bewerbung auf die Stelle {job}. Daher ist Ihre Nummer "
        "bekannt."
    ),
    Preface.LENGTH: "Ich habe {count}. Das dauert etwa {minutes}.",
    Preface.OTHER_QUESTION: OTHER_QUESTION,
    Preface.SLOWER: "Natürlich. Ich spreche langsamer und deutlicher.",
    Preface.NEARLY: "Ich möchte sichergehen.",
}
NOTICE = "Unseren Datenschutzhinweis finden Sie unter {notice}."
DISCLOSURE = (
    "Danke. Es geht um Ihre Bewerbung auf die Stelle {job}. Etwa {minutes} lang stellt Ihnen eine künstliche "
    "Intelligenz {count}{judge} Der Anruf wird aufgezeichnet. Datenschutzhinweis: {notice}. Zum Beenden legen Sie "
    "auf. Für einen Menschen oder einen anderen Weg drücken Sie die 0 oder sagen Sie Mensch."
)
RESUMED_DISCLOSURE = (
    "Danke. Wir wurden unterbrochen. Es geht um die Stelle {job}. Etwa {minutes} lang stellt Ihnen wieder eine "
    "künstliche Intelligenz {count}{judge} Der Anruf wird aufgezeichnet. Datenschutzhinweis: {notice}. Zum Beenden "
    "legen Sie auf. Für einen Menschen oder einen anderen Weg drücken Sie die 0 oder sagen Sie Mensch."
)
JUDGED_BY_MODEL = " und bewertet Ihre Antworten. Ein Mensch entscheidet."
JUDGED_BY_PERSON = ". Ein Mensch bewertet Ihre Antworten und entscheidet."
CONSENT_AGAIN = (
    "Sind Sie einverstanden, jetzt von einer künstlichen Intelligenz befragt und dabei aufgenommen zu werden? Für ja "
    "drücken Sie die 1 oder sagen Sie einverstanden. Für nein drücken Sie die 2. Für einen späteren Anruf sagen Sie "
    "später. Für einen Menschen drücken Sie die 0."
)
CONSENT_CHOICE = (
    "Wenn Sie einverstanden sind, jetzt von einer künstlichen Intelligenz befragt und dabei aufgenommen zu werden, "
    "drücken Sie die 1 oder sagen Sie einverstanden. Wenn es gerade nicht passt, sagen Sie später. Wenn Sie nicht "
    "einverstanden sind, drücken Sie die 2. Wenn Sie nicht mehr angerufen werden möchten, drücken Sie die 9."
)
CONSENT_BY_KEYS = (
    "Bitte benutzen Sie die Tasten Ihres Telefons. Um jetzt von einer künstlichen Intelligenz befragt und dabei "
    "aufgenommen zu werden, drücken Sie die 1. Wenn Sie nicht einverstanden sind, drücken Sie die 2. Für einen "
    "Menschen oder einen anderen Weg drücken Sie die 0. Wenn Sie nicht mehr angerufen werden möchten, drücken Sie die "
    "9."
)
LEAD_INS = {
    LeadIn.FIRST: (
        "Danke. Bitte antworten Sie nach dem Ton. Um eine Frage noch einmal zu hören, drücken Sie die Sterntaste. Um "
        "eine Antwort zu beenden, drücken Sie die Rautetaste. Das ist Frage {number} von {total}."
    ),
    LeadIn.NEXT: "Danke. Frage {number} von {total}.",
    LeadIn.REPEATED: "Hier ist die Frage noch einmal.",
    LeadIn.REPEATED_AGAIN: "Ich wiederhole die Frage:",
    LeadIn.ENCOURAGED: (
        "Ich habe keine Antwort gehört. Lassen Sie sich Zeit, es eilt nicht. Hier ist die Frage noch einmal."
    ),
    LeadIn.UNHEARD: "Ich habe keine Antwort gehört. Hier ist die Frage noch einmal.",
    LeadIn.UNHEARD_AGAIN: "Ich habe wieder nichts gehört. Ich lese die Frage ein weiteres Mal vor.",
    LeadIn.UNANSWERED: "Machen wir weiter. Frage {number} von {total}.",
    LeadIn.RESUMED: "Danke. Wir machen mit Frage {number} von {total} weiter.",
    LeadIn.EXPLAINED: "In der Frage geht es um: {competency}. Antworten Sie mit Ihren eigenen Worten. Noch einmal:",
    LeadIn.INTRODUCED: "Hier ist der automatische Assistent von {employer}. Die Frage noch einmal:",
    LeadIn.RECORDED: (
        "Ihre Antworten werden aufgenommen. Menschen bei {employer} können sie anhören, und Menschen entscheiden. Die "
        "Frage noch einmal:"
    ),
    LeadIn.GENUINE: "Ich rufe im Auftrag von {employer} an, wegen Ihrer Bewerbung auf die Stelle {job}.",
    LeadIn.LENGTH: (
        "Das ist Frage {number} von {total}, und eine Antwort darf höchstens {limit} dauern. Die Frage noch einmal:"
    ),
    LeadIn.OTHER_QUESTION: OTHER_QUESTION,
    LeadIn.SKIPPED: "Kein Problem. Frage {number} von {total}.",
    LeadIn.POSTPONED: "Gern. Wir kommen am Ende darauf zurück. Frage {number} von {total}.",
    LeadIn.RETURNED: "Jetzt zurück zu Frage {number}, die noch offen ist.",
}
ANSWER_LIMIT = "Die Antwort darf höchstens {limit} dauern."
NO_EXPLANATION = (
    "Ich kann die Frage nur wiederholen. Antworten Sie mit Ihren eigenen Worten. Ein Beispiel aus Ihrer Arbeit hilft."
)
TAKE_YOUR_TIME = (
    "Natürlich, lassen Sie sich Zeit. Antworten Sie nach dem Ton, sobald Sie so weit sind, und drücken Sie am Ende die "
    "Rautetaste."
)
GO_ON = (
    "Die Zeit für diese Antwort ist um. Wenn Sie etwas ergänzen möchten, sprechen Sie nach dem Ton weiter, höchstens "
    "{limit}. Drücken Sie am Ende die Rautetaste."
)
CHECK_ANSWER = (
    "War das Ihre Antwort, oder soll ich die Frage wiederholen? Wenn es Ihre Antwort war, drücken Sie die 1 oder sagen "
    "Sie ja. Um die Frage noch einmal zu hören, drücken Sie die Sterntaste oder sagen Sie wiederholen."
)
CHECK_ANSWER_AGAIN = (
    "War das Ihre ganze Antwort? Dann drücken Sie die 1 oder sagen Sie ja. Für die Frage drücken Sie die Sterntaste "
    "oder sagen Sie wiederholen."
)
CONFIRM_STOP = {
    Intent.REFUSE: "Möchten Sie das Interview hier beenden? Für ja drücken Sie die 1. Um weiterzumachen, die 2.",
    Intent.PERSON: (
        "Ich kann weitergeben, dass sich ein Mensch bei Ihnen meldet, und das Interview hier beenden. Dafür drücken "
        "Sie die 1 oder sagen Sie ja. Um mit dem Interview weiterzumachen, drücken Sie die 2."
    ),
    Intent.OTHER_LANGUAGE: (
        "Dieses Interview kann ich nur auf Deutsch führen. Soll sich stattdessen ein Mensch bei Ihnen melden? Für ja "
        "drücken Sie die 1. Um auf Deutsch weiterzumachen, drücken Sie die 2."
    ),
    Intent.NEVER: (
        "Sollen wir hier aufhören und Sie nie wieder anrufen? Wenn ja, drücken Sie die 1. Um mit dem Interview "
        "weiterzumachen, drücken Sie die 2."
    ),
}
CONFIRM_STOP_AGAIN = {
    Intent.REFUSE: "Soll ich das Interview beenden? Drücken Sie die 1 zum Beenden, oder die 2 zum Weitermachen.",
    Intent.PERSON: (
        "Soll sich ein Mensch bei Ihnen melden, und das Interview hier enden? Drücken Sie die 1 für ja, oder die 2 zum "
        "Weitermachen."
    ),
    Intent.OTHER_LANGUAGE: (
        "Drücken Sie die 1, wenn sich ein Mensch bei Ihnen melden soll, oder die 2, um auf Deutsch weiterzumachen."
    ),
    Intent.NEVER: (
        "Drücken Sie die 1, wenn wir aufhören und nie wieder anrufen sollen, oder die 2, um weiterzumachen."
    ),
}
ELIGIBILITY_LEADS = {
    EligibilityLead.FIRST: "Danke. Zuerst eine kurze Frage zu dem, was die Stelle voraussetzt.",
    EligibilityLead.NEXT: "Danke.",
    EligibilityLead.REPEATED: "Gern. Die Frage war:",
    EligibilityLead.UNCLEAR: "Das habe ich leider nicht verstanden.",
    EligibilityLead.SILENCE: "Ich kann Sie leider nicht hören.",
    EligibilityLead.EXPLAINED: (
        "Es geht um das, was die Stelle voraussetzt. Antworten Sie bitte so, wie es bei Ihnen ist."
    ),
    EligibilityLead.REASON: (
        "Der Arbeitgeber fragt, weil die Stelle es voraussetzt. Ihre Antwort wird nicht bewertet, und Sie müssen "
        "nicht antworten."
    ),
    EligibilityLead.OTHER_QUESTION: (
        "Das kann ich nicht beantworten, aber die Menschen bei {employer} können es. Noch einmal:"
    ),
    EligibilityLead.WAITING: "Gern, lassen Sie sich Zeit. Hier ist die Frage noch einmal.",
}
ELIGIBILITY_HINTS = {
    EligibilityKind.YES_NO: "Drücken Sie 1 für ja oder 2 für nein.",
    EligibilityKind.NUMBER: "Bitte nennen Sie eine Zahl, oder tippen Sie sie und drücken Sie die Rautetaste.",
    EligibilityKind.DATE: "Bitte nennen Sie Tag und Monat.",
    EligibilityKind.CHOICE: "Sie können wählen: {options}.",
}
ELIGIBILITY_OPTION = "{number} für {option}"
READ_BACK = (
    "Verstanden habe ich: {value}. Die Frage war: {question} Ist das richtig? Drücken Sie 1 für ja oder 2 für nein."
)
READ_BACK_AGAIN = "Stimmt es, dass Ihre Antwort lautet: {value}? Drücken Sie 1 für ja oder 2 für nein."
YES_NO_NAMES = {"yes": "ja", "no": "nein"}
UNIT_NAMES = {
    EligibilityUnit.NONE: "",
    EligibilityUnit.DAYS: "Tage",
    EligibilityUnit.WEEKS: "Wochen",
    EligibilityUnit.MONTHS: "Monate",
    EligibilityUnit.YEARS: "Jahre",
    EligibilityUnit.HOURS: "Stunden",
    EligibilityUnit.KILOGRAMS: "Kilogramm",
}
GOODBYES = {
    Ending.NOT_ELIGIBLE: (
        "Danke für Ihre Auskunft. Die Stelle setzt dies voraus, deshalb beende ich das Interview hier. Ein Mensch "
        "sieht sich Ihre Antworten an und entscheidet, wie es weitergeht."
    ),
    Ending.FINISHED: "Das war die letzte Frage. Danke für Ihre Zeit. Ein Mensch entscheidet, wie es weitergeht.",
    Ending.DECLINED: "Das ist in Ordnung. Wir rufen Sie in dieser Sache nicht mehr an. Danke.",
    Ending.OPTED_OUT: "Wir rufen Sie nicht mehr an.",
    Ending.WRONG_PERSON: "Entschuldigen Sie bitte die Störung.",
    Ending.PERSON_REQUESTED: "Gern. Ich gebe weiter, dass sich ein Mensch bei Ihnen melden soll.",
    Ending.CALL_LATER: "Danke. Ich rufe {when} wieder an.",
    Ending.NOT_HERE: "Danke für die Auskunft.",
    Ending.NO_REPLY: "Entschuldigung, ich konnte keine Antwort verstehen.",
}
GREETING_CALLED_BACK = (
    "Danke für Ihren Anruf. Hier ist der automatische Assistent von {employer}. Wir möchten gern mit {name} sprechen. "
    "Wenn Sie das sind, drücken Sie die 1 oder sagen Sie ja. Wenn nicht, drücken Sie die 2."
)
RECEPTION_GREETING = "Danke für Ihren Anruf. Hier ist der automatische Assistent von {employer}."
NO_INTERVIEW = "Für diese Nummer ist kein Anruf geplant."
CALL_RUNNING = "Wir rufen diese Nummer gerade an. Bitte nehmen Sie diesen Anruf an."
NOT_NOW = "Wir können jetzt nicht weitermachen. Wir rufen wieder an."
NOT_CALLED = "Wir wurden gebeten, diese Nummer nicht anzurufen, und rufen sie nicht an."
PERSON_INFORMED = "Es ist weitergegeben, dass sich ein Mensch bei Ihnen melden soll."
UNREACHED_CALLER = (
    "Danke. Wir wollten Sie wegen Ihrer Bewerbung auf die Stelle {job} erreichen. Ich habe weitergegeben, dass Sie "
    "angerufen haben, damit sich ein Mensch von {employer} bei Ihnen meldet."
)
OPT_OUT_OFFER = "Wenn Sie nicht von uns angerufen werden möchten, drücken Sie die 9."
VOICEMAIL = (
    "Guten Tag. Hier ist der automatische Assistent von {employer}. Bitte rufen Sie uns zurück, unter {callback}. Noch "
    "einmal die Nummer: {callback}. Danke. Auf Wiederhören."
)
LAST_CALL = "Das war unser letzter Versuch."
MAY_CALL_AGAIN = "Vielleicht versuchen wir es ein anderes Mal wieder."
REACH_US = "Sie erreichen uns unter {callback}."
FAREWELL = "Auf Wiederhören."
FALLBACK_APOLOGY = "Es tut uns leid. Bei uns ist ein Fehler aufgetreten. Wir rufen Sie wieder an. Auf Wiederhören."
INBOUND_FALLBACK = (
    "Es tut uns leid. Bei uns ist ein Fehler aufgetreten. Bitte rufen Sie später noch einmal an. Auf Wiederhören."
)
UNKNOWN_CALL = "Es tut uns leid. Dieser Anruf kann nicht fortgesetzt werden. Auf Wiederhören."

SEPARATOR_NAMES = {".": "Punkt", "/": "Schrägstrich", "-": "Bindestrich", "_": "Unterstrich", "~": "Tilde"}
PLUS = "plus"
ONE_MINUTE = "eine Minute"
MINUTES = "Minuten"
NEAR_DAYS = {0: "heute", 1: "morgen"}
WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
ORDINALS = (
    *("ersten", "zweiten", "dritten", "vierten", "fünften", "sechsten", "siebten", "achten", "neunten", "zehnten"),
    *("elften", "zwölften", "dreizehnten", "vierzehnten", "fünfzehnten", "sechzehnten", "siebzehnten", "achtzehnten"),
    *("neunzehnten", "zwanzigsten", "einundzwanzigsten", "zweiundzwanzigsten", "dreiundzwanzigsten"),
    *("vierundzwanzigsten", "fünfundzwanzigsten", "sechsundzwanzigsten", "siebenundzwanzigsten"),
    *("achtundzwanzigsten", "neunundzwanzigsten", "dreißigsten", "einunddreißigsten"),
)
"""In words, because a full stop after a digit would sound like the end of a sentence."""


def question_count(count: int) -> str:
    return "eine Frage" if count == 1 else f"{count} Fragen"


def weekday(at: datetime) -> str:
    return f"am {WEEKDAYS[at.weekday()]}"


def calendar_day(at: datetime) -> str:
    return f"{weekday(at)}, dem {ORDINALS[at.day - 1]} {MONTHS[at.month - 1]},"


def clock_time(at: datetime) -> str:
    hour = "ein" if at.hour == 1 else str(at.hour)
    return f"um {hour} Uhr {at.minute}" if at.minute else f"um {hour} Uhr"
