"""Spanish texts of prompts. Candidates are addressed as usted. Words are chosen that Spain and America share."""

from datetime import datetime

from interviews.conversation.eligibility_question import EligibilityKind, EligibilityUnit
from interviews.conversation.engine import EligibilityLead, Ending, LeadIn, Preface
from interviews.conversation.phrases.intent import Intent

LANGUAGE_NAME = "Spanish"
SPEECH_LOCALE = "es-US"

GREETING = (
    "Hola. Le habla el asistente automático de {employer}. Quisiera hablar con {name}. Si es usted, pulse 1 o diga sí. "
    "Si no, pulse 2."
)
GREETING_AGAIN = (
    "Le habla el asistente automático de {employer}. ¿Hablo con {name}? Pulse 1 si la respuesta es sí, o 2 si es no."
)
IDENTITY_BY_KEYS = (
    "Le habla el asistente automático de {employer}. Por favor, use las teclas de su teléfono. Si habla {name}, "
    "pulse 1. Si no, pulse 2."
)
ASK_REACHABLE = (
    "¿Puedo encontrar a {name} en este número en otro momento? Si es así, pulse 1, o dígame cuándo llamar. Si este "
    "número es equivocado, pulse 2."
)
ASK_REACHABLE_AGAIN = (
    "¿Puedo volver a llamar a {name} a este número? Pulse 1 si la respuesta es sí, o diga una hora. Pulse 2 si el "
    "número es equivocado."
)
REACHABLE_BY_KEYS = (
    "Por favor, use las teclas de su teléfono. Si puedo encontrar a {name} en este número en otro momento, pulse 1. Si "
    "el número es equivocado, pulse 2."
)
CALL_TIME = (
    "¿Cuándo puedo volver a llamar? Dígame una hora, por ejemplo hoy a las cinco, o mañana por la mañana. Pulse 1 si "
    "puedo elegir yo la hora. Si no desea la entrevista, pulse 2."
)
CALL_TIME_AGAIN = (
    "¿Qué día y a qué hora le conviene? Pulse 1 para que elija yo la hora. Pulse 2 si no desea la entrevista."
)
CALL_TIME_BY_KEYS = (
    "Por favor, use las teclas de su teléfono. Si puedo elegir yo la hora de la próxima llamada, pulse 1. Si no desea "
    "la entrevista, pulse 2."
)
ASK_OPT_OUT = (
    "¿Quiere que no volvamos a llamar nunca a este número? Si es así, pulse 1 o diga sí. Si podemos seguir "
    "llamando, pulse 2 o diga no."
)
ASK_OPT_OUT_AGAIN = (
    "¿No desea recibir ninguna llamada más de nosotros? Pulse 1 para no recibir más llamadas. Pulse 2 si podemos "
    "llamar."
)
OPT_OUT_BY_KEYS = (
    "Por favor, use las teclas de su teléfono. Si no debemos volver a llamar nunca a este número, pulse 1. Si "
    "podemos llamar, pulse 2."
)
OTHER_QUESTION = "No puedo responder a ese tipo de preguntas, pero en {employer} sí pueden hacerlo."
HOLD_ON = "Por supuesto, espero. Hable cuando quiera."
PREFACES = {
    Preface.NONE: "",
    Preface.UNCLEAR: "Disculpe, no entendí bien.",
    Preface.UNCLEAR_AGAIN: "Todavía no entiendo la respuesta.",
    Preface.SILENCE: "Disculpe, no le oigo.",
    Preface.SILENCE_AGAIN: "Sigo sin oír nada.",
    Preface.CALLER: "Soy el asistente automático de {employer}.",
    Preface.MATTER: "Llamo de parte de {employer}, por un asunto personal para {name}.",
    Preface.APPLICATION: "Se trata de su candidatura al puesto de {job} en {employer}.",
    Preface.ROBOT: "Soy un asistente automático, no una persona.",
    Preface.RECORDED: (
        "Solo grabo después de que usted acepte. Personas de {employer} pueden escuchar la grabación, y son personas "
        "quienes deciden."
    ),
    Preface.GENUINE: "Llamo de parte de {employer}, que tiene este número para {name}.",
    Preface.GENUINE_APPLICATION: (
        "Llamo de parte de {employer}, por su candidatura al puesto de {job}. Su número figura en ella."
    ),
    Preface.LENGTH: "Tengo {count}. En total, cerca de {minutes}.",
    Preface.OTHER_QUESTION: OTHER_QUESTION,
    Preface.SLOWER: "Por supuesto. Hablaré más despacio y más claro.",
    Preface.NEARLY: "Permítame comprobarlo.",
}
NOTICE = "Nuestro aviso de privacidad está en {notice}."
DISCLOSURE = (
    "Gracias. Se trata de su candidatura al puesto de {job}. Una inteligencia artificial le hace {count}, en cerca de "
    "{minutes}{judge} La llamada se graba. Aviso de privacidad: {notice}. Para terminar, cuelgue. Para una persona u "
    "otra vía, pulse 0 o diga una persona."
)
RESUMED_DISCLOSURE = (
    "Gracias. Se cortó la llamada. Tengo aún {count} para el puesto de {job}, cerca de {minutes}. Como antes, una "
    "inteligencia artificial pregunta{judge} La llamada se graba. Aviso de privacidad: {notice}. Para terminar, "
    "cuelgue. Para una persona u otra vía, pulse 0 o diga una persona."
)
JUDGED_BY_MODEL = ", y puntúa sus respuestas. Decide una persona."
JUDGED_BY_PERSON = ". Una persona puntúa sus respuestas y decide."
CONSENT_AGAIN = (
    "¿Acepta que una inteligencia artificial le entreviste ahora y que se grabe? Si acepta, pulse 1 o diga acepto. Si "
    "no, pulse 2. Para otra llamada, diga más tarde. Para una persona, pulse 0."
)
CONSENT_CHOICE = (
    "Si acepta que una inteligencia artificial le entreviste ahora y que se grabe, pulse 1 o diga acepto. Si ahora no "
    "es buen momento, diga más tarde. Si no acepta, pulse 2. Si no quiere que volvamos a llamarle, pulse 9."
)
CONSENT_BY_KEYS = (
    "Por favor, use las teclas de su teléfono. Para que una inteligencia artificial le entreviste ahora y se grabe, "
    "pulse 1. Si no acepta, pulse 2. Para una persona u otra vía, pulse 0. Si no quiere que volvamos a llamarle, "
    "pulse 9."
)
LEAD_INS = {
    LeadIn.FIRST: (
        "Gracias. Responda después del tono. Para oír otra vez una pregunta, pulse asterisco. Para terminar una "
        "respuesta, pulse la tecla numeral, o almohadilla. Esta es la pregunta {number} de {total}."
    ),
    LeadIn.NEXT: "Gracias. Pregunta {number} de {total}.",
    LeadIn.REPEATED: "Repito la pregunta.",
    LeadIn.REPEATED_AGAIN: "Una vez más, la pregunta es:",
    LeadIn.ENCOURAGED: "No oí ninguna respuesta. Tómese su tiempo, no hay prisa. Repito la pregunta.",
    LeadIn.UNHEARD: "No oí ninguna respuesta. Repito la pregunta.",
    LeadIn.UNHEARD_AGAIN: "Sigo sin oír una respuesta. Leo la pregunta una vez más.",
    LeadIn.UNANSWERED: "Sigamos. Pregunta {number} de {total}.",
    LeadIn.RESUMED: "Gracias. Seguimos con la pregunta {number} de {total}.",
    LeadIn.EXPLAINED: "La pregunta trata de esto: {competency}. Responda con sus propias palabras. La repito.",
    LeadIn.INTRODUCED: "Soy el asistente automático de {employer}. Repito la pregunta.",
    LeadIn.RECORDED: (
        "Sus respuestas se graban. Personas de {employer} pueden escucharlas, y son personas quienes deciden. Repito "
        "la pregunta."
    ),
    LeadIn.GENUINE: "Llamo de parte de {employer}, por su candidatura al puesto de {job}.",
    LeadIn.LENGTH: (
        "Esta es la pregunta {number} de {total}, y una respuesta puede durar hasta {limit}. Repito la pregunta."
    ),
    LeadIn.OTHER_QUESTION: OTHER_QUESTION,
    LeadIn.SKIPPED: "No hay problema. Pregunta {number} de {total}.",
    LeadIn.POSTPONED: "Por supuesto. Volveremos a ella al final. Pregunta {number} de {total}.",
    LeadIn.RETURNED: "Ahora volvemos a la pregunta {number}, que quedó pendiente.",
}
ANSWER_LIMIT = "La respuesta puede durar hasta {limit}."
NO_EXPLANATION = "Solo puedo repetir la pregunta. Responda con sus propias palabras; un ejemplo de su trabajo ayuda."
TAKE_YOUR_TIME = (
    "Por supuesto, tómese su tiempo. Responda después del tono cuando quiera, y pulse al final la tecla numeral, o "
    "almohadilla."
)
GO_ON = (
    "Se acabó el tiempo para esta respuesta. Si quiere añadir algo, siga después del tono, hasta {limit}. Al terminar, "
    "pulse la tecla numeral, o almohadilla."
)
CHECK_ANSWER = (
    "¿Era esa su respuesta, o repito la pregunta? Si era su respuesta, pulse 1 o diga sí. Para oír otra vez la "
    "pregunta, pulse asterisco o diga repetir."
)
CHECK_ANSWER_AGAIN = (
    "¿Era esa toda su respuesta? Pulse 1 o diga sí para seguir. Pulse asterisco o diga repetir para oír la pregunta."
)
CONFIRM_STOP = {
    Intent.REFUSE: "¿Quiere terminar aquí la entrevista? Si es así, pulse 1. Para seguir, pulse 2.",
    Intent.PERSON: (
        "Puedo pedir que una persona se ponga en contacto con usted, y terminar aquí la entrevista. Si lo desea, pulse "
        "1 o diga sí. Para seguir con la entrevista, pulse 2."
    ),
    Intent.OTHER_LANGUAGE: (
        "Solo puedo hacer esta entrevista en español. ¿Quiere que una persona se ponga en contacto con usted? Si es "
        "así, pulse 1. Para seguir en español, pulse 2."
    ),
    Intent.NEVER: (
        "¿Quiere que terminemos aquí y no volvamos a llamarle nunca? Si es así, pulse 1. Para seguir con la entrevista,"
        " pulse 2."
    ),
}
CONFIRM_STOP_AGAIN = {
    Intent.REFUSE: "¿Termino la entrevista? Pulse 1 para terminar, o 2 para seguir.",
    Intent.PERSON: (
        "¿Prefiere que una persona le contacte, y terminar aquí? Pulse 1 si la respuesta es sí, o 2 para seguir."
    ),
    Intent.OTHER_LANGUAGE: "Pulse 1 si quiere que una persona le contacte, o 2 para seguir en español.",
    Intent.NEVER: ("Pulse 1 si debemos terminar y no volver a llamar nunca, o 2 para seguir."),
}
ELIGIBILITY_LEADS = {
    EligibilityLead.FIRST: "Gracias. Primero, una pregunta breve sobre lo que exige el puesto.",
    EligibilityLead.NEXT: "Gracias.",
    EligibilityLead.REPEATED: "Por supuesto. La pregunta era:",
    EligibilityLead.UNCLEAR: "Perdone, no lo he entendido.",
    EligibilityLead.SILENCE: "Perdone, no le oigo.",
    EligibilityLead.EXPLAINED: "Se trata de lo que exige el puesto. Responda según su caso, por favor.",
    EligibilityLead.REASON: (
        "La empresa lo pregunta porque el puesto lo exige. Su respuesta no se puntúa, y no tiene que responder."
    ),
    EligibilityLead.OTHER_QUESTION: "No puedo responder a eso, pero las personas de {employer} sí. Otra vez:",
    EligibilityLead.WAITING: "Por supuesto, tómese su tiempo. Aquí tiene la pregunta de nuevo.",
}
ELIGIBILITY_HINTS = {
    EligibilityKind.YES_NO: "Pulse 1 para sí o 2 para no.",
    EligibilityKind.NUMBER: "Diga un número, por favor, o márquelo y pulse almohadilla.",
    EligibilityKind.DATE: "Diga el día y el mes, por favor.",
    EligibilityKind.CHOICE: "Puede elegir: {options}.",
}
ELIGIBILITY_OPTION = "{number} para {option}"
READ_BACK = "He entendido: {value}. La pregunta era: {question} ¿Es correcto? Pulse 1 para sí o 2 para no."
READ_BACK_AGAIN = "¿Es correcto que su respuesta es: {value}? Pulse 1 para sí o 2 para no."
YES_NO_NAMES = {"yes": "sí", "no": "no"}
UNIT_NAMES = {
    EligibilityUnit.NONE: "",
    EligibilityUnit.DAYS: "días",
    EligibilityUnit.WEEKS: "semanas",
    EligibilityUnit.MONTHS: "meses",
    EligibilityUnit.YEARS: "años",
    EligibilityUnit.HOURS: "horas",
    EligibilityUnit.KILOGRAMS: "kilogramos",
}
GOODBYES = {
    Ending.NOT_ELIGIBLE: (
        "Gracias por decírmelo. El puesto lo exige, así que termino aquí la entrevista. Una persona verá sus "
        "respuestas y decidirá cómo seguir."
    ),
    Ending.FINISHED: "Era la última pregunta. Gracias por su tiempo. Una persona decide cómo continuamos.",
    Ending.DECLINED: "De acuerdo. No volveremos a llamarle por este asunto. Gracias.",
    Ending.OPTED_OUT: "No volveremos a llamarle.",
    Ending.WRONG_PERSON: "Disculpe la molestia.",
    Ending.PERSON_REQUESTED: "Por supuesto. Avisaré para que una persona se ponga en contacto con usted.",
    Ending.CALL_LATER: "Gracias. Volveré a llamar {when}.",
    Ending.NOT_HERE: "Gracias por la información.",
    Ending.NO_REPLY: "Disculpe, no pude entender una respuesta.",
}
GREETING_CALLED_BACK = (
    "Gracias por llamar. Le habla el asistente automático de {employer}. Quisiéramos hablar con {name}. Si es usted, "
    "pulse 1 o diga sí. Si no, pulse 2."
)
RECEPTION_GREETING = "Gracias por llamar. Le habla el asistente automático de {employer}."
NO_INTERVIEW = "No hay ninguna llamada prevista a este número."
CALL_RUNNING = "Estamos llamando a este número en este momento. Por favor, conteste esa llamada."
NOT_NOW = "Ahora no podemos continuar. Volveremos a llamar."
NOT_CALLED = "Se nos pidió que no llamáramos a este número, y no lo llamamos."
PERSON_INFORMED = "Se ha pedido a una persona que se ponga en contacto con usted."
UNREACHED_CALLER = (
    "Gracias. Quisimos hablar con usted por su candidatura al puesto de {job}. He avisado de su llamada, para que una "
    "persona de {employer} se ponga en contacto con usted."
)
OPT_OUT_OFFER = "Si no quiere que le llamemos, pulse 9."
VOICEMAIL = (
    "Hola. Le habla el asistente automático de {employer}. Por favor, llámenos al número {callback}. Repito el número: "
    "{callback}. Gracias. Adiós."
)
LAST_CALL = "Este fue nuestro último intento."
MAY_CALL_AGAIN = "Quizá volvamos a intentarlo en otro momento."
REACH_US = "Puede llamarnos al número {callback}."
FAREWELL = "Adiós."
FALLBACK_APOLOGY = "Lo sentimos. Hubo un error de nuestra parte. Volveremos a llamarle. Adiós."
INBOUND_FALLBACK = "Lo sentimos. Hubo un error de nuestra parte. Por favor, llame más tarde. Adiós."
UNKNOWN_CALL = "Lo sentimos. Esta llamada no puede continuar. Adiós."

SEPARATOR_NAMES = {".": "punto", "/": "barra", "-": "guion", "_": "guion bajo", "~": "tilde"}
PLUS = "más"
ONE_MINUTE = "un minuto"
MINUTES = "minutos"
NEAR_DAYS = {0: "hoy", 1: "mañana"}
WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
NOON, EVENING = 12, 20


def question_count(count: int) -> str:
    return "una pregunta" if count == 1 else f"{count} preguntas"


def weekday(at: datetime) -> str:
    return f"el {WEEKDAYS[at.weekday()]}"


def calendar_day(at: datetime) -> str:
    return f"{weekday(at)} {at.day} de {MONTHS[at.month - 1]}"


def clock_time(at: datetime) -> str:
    """One o'clock is singular. Half past is "y media"."""
    hour = at.hour % 12 or 12
    article = "a la" if hour == 1 else "a las"
    minutes = {0: "", 30: " y media"}.get(at.minute, f" y {at.minute}")
    return f"{article} {hour}{minutes} {_part_of_day(at)}"


def _part_of_day(at: datetime) -> str:
    if at.hour < NOON:
        return "de la mañana"
    if at.hour == NOON:
        return "del mediodía"
    return "de la tarde" if at.hour < EVENING else "de la noche"
