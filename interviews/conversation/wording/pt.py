"""Portuguese texts of prompts, as spoken in Brazil. Candidates are addressed as você."""

from datetime import datetime

from interviews.conversation.eligibility_question import EligibilityKind, EligibilityUnit
from interviews.conversation.engine import EligibilityLead, Ending, LeadIn, Preface
from interviews.conversation.phrases.intent import Intent

LANGUAGE_NAME = "Portuguese"
SPEECH_LOCALE = "pt-BR"

GREETING = (
    "Olá. Aqui é o assistente automático de {employer}. Gostaria de falar com {name}. Se é você, aperte 1 ou diga sim. "
    "Se não, aperte 2."
)
GREETING_AGAIN = (
    "Aqui é o assistente automático de {employer}. Estou falando com {name}? Aperte 1 para sim, ou 2 para não."
)
IDENTITY_BY_KEYS = (
    "Aqui é o assistente automático de {employer}. Por favor, use as teclas do seu telefone. Se você é {name}, aperte "
    "1. Se não, aperte 2."
)
ASK_REACHABLE = (
    "Consigo falar com {name} neste número em outro momento? Se sim, aperte 1, ou me diga quando ligar. Se este número "
    "está errado, aperte 2."
)
ASK_REACHABLE_AGAIN = (
    "Posso ligar de novo para {name} neste número? Aperte 1 para sim, ou diga um horário. Aperte 2 se o número está "
    "errado."
)
REACHABLE_BY_KEYS = (
    "Por favor, use as teclas do seu telefone. Se consigo falar com {name} neste número em outro momento, aperte 1. Se "
    "o número está errado, aperte 2."
)
CALL_TIME = (
    "Quando posso ligar de novo? Me diga um horário, por exemplo hoje às cinco, ou amanhã de manhã. Aperte 1 se eu "
    "posso escolher o horário. Se você não quer a entrevista, aperte 2."
)
CALL_TIME_AGAIN = (
    "Qual dia e qual horário são bons para você? Aperte 1 para eu escolher. Aperte 2 se você não quer a entrevista."
)
CALL_TIME_BY_KEYS = (
    "Por favor, use as teclas do seu telefone. Se eu posso escolher o horário da próxima ligação, aperte 1. Se você "
    "não quer a entrevista, aperte 2."
)
ASK_OPT_OUT = (
    "Quer que nunca mais liguemos para este número? Se sim, pressione 1 ou diga sim. Se ainda podemos ligar, "
    "pressione 2 ou diga não."
)
ASK_OPT_OUT_AGAIN = (
    "Não deseja receber mais nenhuma ligação nossa? Pressione 1 para não receber mais ligações. Pressione 2 se "
    "podemos ligar."
)
OPT_OUT_BY_KEYS = (
    "Por favor, use as teclas do seu telefone. Se nunca mais devemos ligar para este número, pressione 1. Se "
    "podemos ligar, pressione 2."
)
OTHER_QUESTION = "Não posso responder a esse tipo de pergunta, mas as pessoas de {employer} podem."
HOLD_ON = "Claro, eu espero. Fale quando quiser."
PREFACES = {
    Preface.NONE: "",
    Preface.UNCLEAR: "Desculpe, não entendi.",
    Preface.UNCLEAR_AGAIN: "Ainda não entendi a resposta.",
    Preface.SILENCE: "Desculpe, não estou ouvindo você.",
    Preface.SILENCE_AGAIN: "Continuo sem ouvir nada.",
    Preface.CALLER: "Aqui é o assistente automático de {employer}.",
    Preface.MATTER: "Ligo em nome de {employer}, sobre um assunto pessoal para {name}.",
    Preface.APPLICATION: "É sobre a sua candidatura à vaga de {job} em {employer}.",
    Preface.ROBOT: "Eu sou um assistente automático, não uma pessoa.",
    Preface.RECORDED: (
        "Só gravo depois que você concordar. Pessoas de {employer} podem ouvir a gravação, e são pessoas que decidem."
    ),
    Preface.GENUINE: "Ligo em nome de {employer}, que tem este número como contato de {name}.",
    Preface.GENUINE_APPLICATION: (
        "Ligo em nome de {employer}, sobre a sua candidatura à vaga de {job}. O seu número está nela."
    ),
    Preface.LENGTH: "Tenho {count}. Leva cerca de {minutes}.",
    Preface.OTHER_QUESTION: OTHER_QUESTION,
    Preface.SLOWER: "Claro. Vou falar mais devagar e com mais clareza.",
    Preface.NEARLY: "Só para confirmar.",
}
NOTICE = "O nosso aviso de privacidade está em {notice}."
DISCLOSURE = (
    "Certo. É sobre a sua candidatura à vaga de {job}. Uma inteligência artificial faz {count}, em cerca de "
    "{minutes}{judge} A ligação é gravada. Aviso de privacidade: {notice}. Para parar, desligue. Para uma pessoa ou "
    "outro meio, aperte 0 ou diga uma pessoa."
)
RESUMED_DISCLOSURE = (
    "Certo. A ligação caiu. Ainda tenho {count} para a vaga de {job}, cerca de {minutes}. Como antes, uma "
    "inteligência artificial pergunta{judge} A ligação é gravada. Aviso de privacidade: {notice}. Para parar, "
    "desligue. Para uma pessoa ou outro meio, aperte 0 ou diga uma pessoa."
)
JUDGED_BY_MODEL = ", e pontua as suas respostas. Uma pessoa decide."
JUDGED_BY_PERSON = ". Uma pessoa pontua as suas respostas e decide."
CONSENT_AGAIN = (
    "Você concorda com uma entrevista por inteligência artificial, gravada, agora? Para sim, aperte 1 ou diga "
    "concordo. Para não, aperte 2. Para outra ligação, diga mais tarde. Para uma pessoa, aperte 0."
)
CONSENT_CHOICE = (
    "Se você concorda com uma entrevista por inteligência artificial, gravada, agora, aperte 1 ou diga concordo. Se "
    "agora não é um bom momento, diga mais tarde. Se você não concorda, aperte 2. Se não quer mais receber as nossas "
    "ligações, aperte 9."
)
CONSENT_BY_KEYS = (
    "Por favor, use as teclas do seu telefone. Para uma entrevista por inteligência artificial, gravada, agora, aperte "
    "1. Se você não concorda, aperte 2. Para uma pessoa ou outro meio, aperte 0. Se não quer mais receber as nossas "
    "ligações, aperte 9."
)
LEAD_INS = {
    LeadIn.FIRST: (
        "Certo, vamos começar. Responda depois do bipe. Para ouvir uma pergunta de novo, aperte asterisco. Para "
        "terminar uma resposta, aperte a tecla jogo da velha. Esta é a pergunta {number} de {total}."
    ),
    LeadIn.NEXT: "Anotado. Pergunta {number} de {total}.",
    LeadIn.REPEATED: "Vou repetir a pergunta.",
    LeadIn.REPEATED_AGAIN: "Mais uma vez, a pergunta é:",
    LeadIn.ENCOURAGED: "Não ouvi uma resposta. Fique à vontade, não há pressa. Vou repetir a pergunta.",
    LeadIn.UNHEARD: "Não ouvi uma resposta. Vou repetir a pergunta.",
    LeadIn.UNHEARD_AGAIN: "Continuo sem ouvir uma resposta. Leio a pergunta mais uma vez.",
    LeadIn.UNANSWERED: "Vamos em frente. Pergunta {number} de {total}.",
    LeadIn.RESUMED: "Certo. Continuamos com a pergunta {number} de {total}.",
    LeadIn.EXPLAINED: "A pergunta é sobre isto: {competency}. Responda com as suas próprias palavras. Vou repetir.",
    LeadIn.INTRODUCED: "Aqui é o assistente automático de {employer}. Vou repetir a pergunta.",
    LeadIn.RECORDED: (
        "As suas respostas são gravadas. Pessoas de {employer} podem ouvi-las, e são pessoas que decidem. Vou repetir "
        "a pergunta."
    ),
    LeadIn.GENUINE: "Ligo em nome de {employer}, sobre a sua candidatura à vaga de {job}.",
    LeadIn.LENGTH: (
        "Esta é a pergunta {number} de {total}, e uma resposta pode durar até {limit}. Vou repetir a pergunta."
    ),
    LeadIn.OTHER_QUESTION: OTHER_QUESTION,
    LeadIn.SKIPPED: "Tudo bem. Pergunta {number} de {total}.",
    LeadIn.POSTPONED: "Claro. Voltamos a ela no final. Pergunta {number} de {total}.",
    LeadIn.RETURNED: "Agora voltamos à pergunta {number}, que ficou em aberto.",
}
ANSWER_LIMIT = "A resposta pode durar até {limit}."
NO_EXPLANATION = (
    "Só posso repetir a pergunta. Responda com as suas próprias palavras; um exemplo do seu trabalho ajuda."
)
TAKE_YOUR_TIME = (
    "Claro, fique à vontade. Responda depois do bipe quando quiser, e aperte a tecla jogo da velha no final."
)
GO_ON = (
    "O tempo desta resposta acabou. Se quiser acrescentar algo, continue depois do bipe, por até {limit}. Ao terminar, "
    "aperte a tecla jogo da velha."
)
CHECK_ANSWER = (
    "Essa foi a sua resposta, ou quer que eu repita a pergunta? Se foi a sua resposta, aperte 1 ou diga sim. Para "
    "ouvir a pergunta de novo, aperte asterisco ou diga repetir."
)
CHECK_ANSWER_AGAIN = (
    "Foi essa a resposta toda? Aperte 1 ou diga sim para continuar. Aperte asterisco ou diga repetir para ouvir a "
    "pergunta."
)
CONFIRM_STOP = {
    Intent.REFUSE: "Você quer encerrar a entrevista aqui? Para sim, aperte 1. Para continuar, aperte 2.",
    Intent.PERSON: (
        "Posso pedir que uma pessoa entre em contato com você, e encerrar a entrevista aqui. Para isso, aperte 1 ou "
        "diga sim. Para continuar a entrevista, aperte 2."
    ),
    Intent.OTHER_LANGUAGE: (
        "Só posso fazer esta entrevista em português. Quer que uma pessoa entre em contato com você? Para sim, aperte "
        "1. Para continuar em português, aperte 2."
    ),
    Intent.NEVER: (
        "Quer que terminemos aqui e nunca mais liguemos? Se sim, pressione 1. Para continuar a entrevista, pressione 2."
    ),
}
CONFIRM_STOP_AGAIN = {
    Intent.REFUSE: "Encerro a entrevista? Aperte 1 para encerrar, ou 2 para continuar.",
    Intent.PERSON: (
        "Prefere que uma pessoa entre em contato, e encerrar por aqui? Aperte 1 para sim, ou 2 para continuar."
    ),
    Intent.OTHER_LANGUAGE: (
        "Aperte 1 se quer que uma pessoa entre em contato com você, ou 2 para continuar em português."
    ),
    Intent.NEVER: ("Pressione 1 se devemos parar e nunca mais ligar, ou 2 para continuar."),
}
ELIGIBILITY_LEADS = {
    EligibilityLead.FIRST: "Obrigado. Primeiro, uma pergunta curta sobre o que a vaga exige.",
    EligibilityLead.NEXT: "Obrigado.",
    EligibilityLead.REPEATED: "Claro. A pergunta era:",
    EligibilityLead.UNCLEAR: "Desculpe, não entendi.",
    EligibilityLead.SILENCE: "Desculpe, não consigo ouvir você.",
    EligibilityLead.EXPLAINED: "Trata-se do que a vaga exige. Responda conforme o seu caso.",
    EligibilityLead.REASON: (
        "O empregador pergunta porque a vaga exige isso. Sua resposta não recebe nota, e você não precisa responder."
    ),
    EligibilityLead.OTHER_QUESTION: "Não posso responder a isso, mas as pessoas da {employer} podem. Mais uma vez:",
    EligibilityLead.WAITING: "Claro, leve o tempo que precisar. Aqui está a pergunta de novo.",
}
ELIGIBILITY_HINTS = {
    EligibilityKind.YES_NO: "Tecle 1 para sim ou 2 para não.",
    EligibilityKind.NUMBER: "Diga um número, ou digite e tecle jogo da velha.",
    EligibilityKind.DATE: "Diga o dia e o mês.",
    EligibilityKind.CHOICE: "Você pode escolher: {options}.",
}
ELIGIBILITY_OPTION = "{number} para {option}"
READ_BACK = "Entendi: {value}. A pergunta era: {question} Está certo? Tecle 1 para sim ou 2 para não."
READ_BACK_AGAIN = "Está certo que a sua resposta é: {value}? Tecle 1 para sim ou 2 para não."
YES_NO_NAMES = {"yes": "sim", "no": "não"}
UNIT_NAMES = {
    EligibilityUnit.NONE: "",
    EligibilityUnit.DAYS: "dias",
    EligibilityUnit.WEEKS: "semanas",
    EligibilityUnit.MONTHS: "meses",
    EligibilityUnit.YEARS: "anos",
    EligibilityUnit.HOURS: "horas",
    EligibilityUnit.KILOGRAMS: "quilogramas",
}
GOODBYES = {
    Ending.NOT_ELIGIBLE: (
        "Obrigado por me dizer. A vaga exige isso, por isso encerro a entrevista aqui. Uma pessoa vai olhar suas "
        "respostas e decidir como continuar."
    ),
    Ending.FINISHED: "Essa foi a última pergunta. Agradeço pelo seu tempo. Uma pessoa decide os próximos passos.",
    Ending.DECLINED: "Tudo bem. Não vamos mais ligar para você sobre este assunto. Agradeço.",
    Ending.OPTED_OUT: "Não vamos mais ligar para você.",
    Ending.WRONG_PERSON: "Desculpe pelo incômodo.",
    Ending.PERSON_REQUESTED: "Claro. Vou avisar, para que uma pessoa entre em contato com você.",
    Ending.CALL_LATER: "Combinado. Vou ligar de novo {when}.",
    Ending.NOT_HERE: "Agradeço pela informação.",
    Ending.NO_REPLY: "Desculpe, não consegui entender uma resposta.",
}
GREETING_CALLED_BACK = (
    "Agradecemos a sua ligação. Aqui é o assistente automático de {employer}. Gostaríamos de falar com {name}. Se é "
    "você, aperte 1 ou diga sim. Se não, aperte 2."
)
RECEPTION_GREETING = "Agradecemos a sua ligação. Aqui é o assistente automático de {employer}."
NO_INTERVIEW = "Não há ligação prevista para este número."
CALL_RUNNING = "Estamos ligando para este número neste momento. Por favor, atenda essa ligação."
NOT_NOW = "Não podemos continuar agora. Vamos ligar de novo."
NOT_CALLED = "Recebemos o pedido de não ligar para este número, e não ligamos."
PERSON_INFORMED = "Já pedimos que uma pessoa entre em contato com você."
UNREACHED_CALLER = (
    "Agradecemos. Tentamos falar com você sobre a sua candidatura à vaga de {job}. Avisei que você ligou, para que uma "
    "pessoa de {employer} entre em contato com você."
)
OPT_OUT_OFFER = "Se você não quer receber as nossas ligações, aperte 9."
VOICEMAIL = (
    "Olá. Aqui é o assistente automático de {employer}. Por favor, ligue para nós no número {callback}. Vou repetir o "
    "número: {callback}. Agradecemos. Até logo."
)
LAST_CALL = "Essa foi a nossa última tentativa."
MAY_CALL_AGAIN = "Talvez tentemos de novo em outro momento."
REACH_US = "Você pode falar conosco pelo número {callback}."
FAREWELL = "Até logo."
FALLBACK_APOLOGY = "Pedimos desculpas. Houve um erro do nosso lado. Vamos ligar de novo para você. Até logo."
INBOUND_FALLBACK = "Pedimos desculpas. Houve um erro do nosso lado. Por favor, ligue mais tarde. Até logo."
UNKNOWN_CALL = "Pedimos desculpas. Esta ligação não pode continuar. Até logo."

SEPARATOR_NAMES = {".": "ponto", "/": "barra", "-": "hífen", "_": "sublinhado", "~": "til"}
PLUS = "mais"
ONE_MINUTE = "um minuto"
MINUTES = "minutos"
NEAR_DAYS = {0: "hoje", 1: "amanhã"}
WEEKDAYS = (
    *("na segunda-feira", "na terça-feira", "na quarta-feira", "na quinta-feira", "na sexta-feira"),
    *("no sábado", "no domingo"),
)
MONTHS = (
    *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
    *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
)
NAMED_HOURS = {0: "à meia-noite", 12: "ao meio-dia"}
FEMININE_NUMBERS = {1: "uma", 2: "duas", 21: "vinte e uma", 22: "vinte e duas"}
HALF = 30


def question_count(count: int) -> str:
    """The noun is feminine, and so is its number."""
    return f"{FEMININE_NUMBERS.get(count, count)} {'pergunta' if count == 1 else 'perguntas'}"


def weekday(at: datetime) -> str:
    return WEEKDAYS[at.weekday()]


def calendar_day(at: datetime) -> str:
    day = "primeiro" if at.day == 1 else str(at.day)
    return f"{weekday(at)}, {day} de {MONTHS[at.month - 1]},"


def clock_time(at: datetime) -> str:
    """Hours are feminine. Half past is "e meia"."""
    minutes = {0: "", HALF: " e meia"}.get(at.minute, f" e {at.minute}")
    if at.hour in NAMED_HOURS:
        return f"{NAMED_HOURS[at.hour]}{minutes}"
    hour, article = FEMININE_NUMBERS.get(at.hour, at.hour), "à" if at.hour == 1 else "às"
    unit = "" if minutes else (" hora" if at.hour == 1 else " horas")
    return f"{article} {hour}{unit}{minutes}"
