"""French texts of prompts. Candidates are addressed as vous. No text elides before a name or a title."""

from datetime import datetime

from interviews.conversation.eligibility_question import EligibilityKind, EligibilityUnit
from interviews.conversation.engine import EligibilityLead, Ending, LeadIn, Preface
from interviews.conversation.phrases.intent import Intent

LANGUAGE_NAME = "French"
SPEECH_LOCALE = "fr-FR"

GREETING = (
    "Bonjour. Ici l'assistant automatique qui appelle pour {employer}. Je souhaite parler à {name}. Si c'est vous, "
    "appuyez sur 1 ou dites oui. Sinon, appuyez sur 2."
)
GREETING_AGAIN = (
    "Ici l'assistant automatique qui appelle pour {employer}. Est-ce que je parle à {name} ? Appuyez sur 1 pour oui, "
    "ou sur 2 pour non."
)
IDENTITY_BY_KEYS = (
    "Ici l'assistant automatique qui appelle pour {employer}. Merci d'utiliser les touches de votre téléphone. Si vous "
    "êtes {name}, appuyez sur 1. Sinon, appuyez sur 2."
)
ASK_REACHABLE = (
    "Puis-je joindre {name} à ce numéro à un autre moment ? Si oui, appuyez sur 1, ou dites-moi quand appeler. Si ce "
    "n'est pas le bon numéro, appuyez sur 2."
)
ASK_REACHABLE_AGAIN = (
    "Est-ce que je peux rappeler {name} à ce numéro ? Appuyez sur 1 pour oui, ou donnez une heure. Appuyez sur 2 si le "
    "numéro n'est pas le bon."
)
REACHABLE_BY_KEYS = (
    "Merci d'utiliser les touches de votre téléphone. Si je peux joindre {name} à ce numéro à un autre moment, appuyez "
    "sur 1. Si ce n'est pas le bon numéro, appuyez sur 2."
)
CALL_TIME = (
    "Quand puis-je rappeler ? Donnez-moi une heure, par exemple aujourd'hui à cinq heures, ou demain matin. Appuyez "
    "sur 1 si je peux choisir l'heure. Si vous ne souhaitez pas d'entretien, appuyez sur 2."
)
CALL_TIME_AGAIN = (
    "Quel jour et quelle heure vous conviennent ? Appuyez sur 1 pour me laisser choisir. Appuyez sur 2 si vous ne "
    "souhaitez pas d'entretien."
)
CALL_TIME_BY_KEYS = (
    "Merci d'utiliser les touches de votre téléphone. Si je peux choisir l'heure du prochain appel, appuyez sur 1. Si "
    "vous ne souhaitez pas d'entretien, appuyez sur 2."
)
ASK_OPT_OUT = (
    "Souhaitez-vous que nous n'appelions plus jamais ce numéro ? Si oui, appuyez sur 1 ou dites oui. Si nous "
    "pouvons encore appeler, appuyez sur 2 ou dites non."
)
ASK_OPT_OUT_AGAIN = (
    "Ne voulez-vous plus aucun appel de notre part ? Appuyez sur 1 pour ne plus recevoir d'appels. Appuyez sur 2 si"
    " nous pouvons appeler."
)
OPT_OUT_BY_KEYS = (
    "Veuillez utiliser les touches de votre téléphone. Si nous ne devons plus jamais appeler ce numéro, appuyez sur"
    " 1. Si nous pouvons appeler, appuyez sur 2."
)
OTHER_QUESTION = "Je ne peux pas répondre à ce genre de question, mais on peut vous renseigner chez {employer}."
HOLD_ON = "Bien sûr, je patiente. Parlez quand vous voulez."
PREFACES = {
    Preface.NONE: "",
    Preface.UNCLEAR: "Pardon, je n'ai pas compris.",
    Preface.UNCLEAR_AGAIN: "Je n'ai toujours pas compris.",
    Preface.SILENCE: "Pardon, je ne vous entends pas.",
    Preface.SILENCE_AGAIN: "Je ne vous entends toujours pas.",
    Preface.CALLER: "Je suis l'assistant automatique qui appelle pour {employer}.",
    Preface.MATTER: "J'appelle pour {employer}, au sujet d'une affaire personnelle qui concerne {name}.",
    Preface.APPLICATION: "C'est au sujet de votre candidature chez {employer}, pour le poste : {job}.",
    Preface.ROBOT: "Je suis un assistant automatique, pas une personne.",
    Preface.RECORDED: (
        "Je n'enregistre qu'après votre accord. Des personnes chez {employer} peuvent écouter l'enregistrement, et ce "
        "sont des personnes qui décident."
    ),
    Preface.GENUINE: "J'appelle pour {employer}, qui a ce numéro pour joindre {name}.",
    Preface.GENUINE_APPLICATION: (
        "J'appelle pour {employer}, au sujet de votre candidature pour le poste : {job}. Votre numéro y figure."
    ),
    Preface.LENGTH: "J'ai {count}. Cela dure environ {minutes}.",
    Preface.OTHER_QUESTION: OTHER_QUESTION,
    Preface.SLOWER: "Bien sûr. Je vais parler plus lentement et plus clairement.",
    Preface.NEARLY: "Je préfère vérifier.",
}
NOTICE = "Notre notice de confidentialité est à l'adresse {notice}."
DISCLOSURE = (
    "Merci. Il s'agit de votre candidature pour le poste : {job}. Une intelligence artificielle vous pose {count}, en "
    "environ {minutes}{judge} L'appel est enregistré. Notice de confidentialité : {notice}. Pour arrêter, raccrochez. "
    "Pour une personne ou un autre moyen, appuyez sur 0 ou dites une personne."
)
RESUMED_DISCLOSURE = (
    "Merci. L'appel a été coupé. Il me reste {count} pour le poste {job}, environ {minutes}. Comme avant, une "
    "intelligence artificielle interroge{judge} L'appel est enregistré. Notice de confidentialité : {notice}. Pour "
    "arrêter, raccrochez. Pour une personne ou un autre moyen, appuyez sur 0 ou dites une personne."
)
JUDGED_BY_MODEL = ", et note vos réponses. Une personne décide."
JUDGED_BY_PERSON = ". Une personne note vos réponses et décide."
CONSENT_AGAIN = (
    "Acceptez-vous un entretien avec une intelligence artificielle, enregistré, maintenant ? Pour oui, appuyez sur 1 "
    "ou dites j'accepte. Pour non, appuyez sur 2. Pour un autre appel, dites plus tard. Pour une personne, appuyez sur "
    "0."
)
CONSENT_CHOICE = (
    "Si vous acceptez un entretien avec une intelligence artificielle, enregistré, maintenant, appuyez sur 1 ou dites "
    "j'accepte. Si ce n'est pas le bon moment, dites plus tard. Si vous n'acceptez pas, appuyez sur 2. Si vous ne "
    "voulez plus recevoir nos appels, appuyez sur 9."
)
CONSENT_BY_KEYS = (
    "Merci d'utiliser les touches de votre téléphone. Pour un entretien avec une intelligence artificielle, "
    "enregistré, maintenant, appuyez sur 1. Si vous n'acceptez pas, appuyez sur 2. Pour une personne ou un autre "
    "moyen, appuyez sur 0. Si vous ne voulez plus recevoir nos appels, appuyez sur 9."
)
LEAD_INS = {
    LeadIn.FIRST: (
        "Merci. Répondez après le bip. Pour réentendre une question, appuyez sur étoile. Pour terminer une réponse, "
        "appuyez sur dièse. Voici la question {number} sur {total}."
    ),
    LeadIn.NEXT: "Merci. Question {number} sur {total}.",
    LeadIn.REPEATED: "Je répète la question.",
    LeadIn.REPEATED_AGAIN: "Encore une fois, voici la question :",
    LeadIn.ENCOURAGED: (
        "Je n'ai pas entendu de réponse. Prenez votre temps, rien ne presse. Voici la question encore une fois."
    ),
    LeadIn.UNHEARD: "Je n'ai pas entendu de réponse. Voici la question encore une fois.",
    LeadIn.UNHEARD_AGAIN: "Je n'entends toujours pas de réponse. Je vais la relire.",
    LeadIn.UNANSWERED: "Continuons. Question {number} sur {total}.",
    LeadIn.RESUMED: "Merci. Nous continuons avec la question {number} sur {total}.",
    LeadIn.EXPLAINED: "La question porte sur ceci : {competency}. Répondez avec vos propres mots. Je la répète.",
    LeadIn.INTRODUCED: "Je suis l'assistant automatique qui appelle pour {employer}. Je répète la question.",
    LeadIn.RECORDED: (
        "Vos réponses sont enregistrées. Des personnes chez {employer} peuvent les écouter, et ce sont des personnes "
        "qui décident. Je répète la question."
    ),
    LeadIn.GENUINE: "J'appelle pour {employer}, au sujet de votre candidature pour le poste : {job}.",
    LeadIn.LENGTH: (
        "C'est la question {number} sur {total}, et une réponse peut durer jusqu'à {limit}. Je répète la question."
    ),
    LeadIn.OTHER_QUESTION: OTHER_QUESTION,
    LeadIn.SKIPPED: "Pas de problème. Question {number} sur {total}.",
    LeadIn.POSTPONED: "Bien sûr. Nous y reviendrons à la fin. Question {number} sur {total}.",
    LeadIn.RETURNED: "Revenons maintenant à la question {number}, restée en attente.",
}
ANSWER_LIMIT = "La réponse peut durer jusqu'à {limit}."
NO_EXPLANATION = (
    "Je peux seulement répéter la question. Répondez avec vos propres mots ; un exemple tiré de votre travail aide."
)
TAKE_YOUR_TIME = "Bien sûr, prenez votre temps. Répondez après le bip quand vous voulez, et appuyez sur dièse à la fin."
GO_ON = (
    "Le temps pour cette réponse est écoulé. Si vous voulez ajouter quelque chose, continuez après le bip, jusqu'à "
    "{limit}. Appuyez sur dièse à la fin."
)
CHECK_ANSWER = (
    "Était-ce votre réponse, ou dois-je répéter la question ? Si c'était votre réponse, appuyez sur 1 ou dites oui. "
    "Pour réentendre la question, appuyez sur étoile ou dites répétez."
)
CHECK_ANSWER_AGAIN = (
    "Était-ce toute votre réponse ? Appuyez sur 1 ou dites oui pour continuer. Appuyez sur étoile ou dites répétez "
    "pour entendre la question."
)
CONFIRM_STOP = {
    Intent.REFUSE: "Voulez-vous arrêter l'entretien ici ? Pour oui, appuyez sur 1. Pour continuer, appuyez sur 2.",
    Intent.PERSON: (
        "Je peux demander qu'une personne vous contacte, et arrêter l'entretien ici. Pour cela, appuyez sur 1 ou dites "
        "oui. Pour continuer l'entretien, appuyez sur 2."
    ),
    Intent.OTHER_LANGUAGE: (
        "Je peux mener cet entretien en français seulement. Voulez-vous qu'une personne vous contacte ? Pour oui, "
        "appuyez sur 1. Pour continuer en français, appuyez sur 2."
    ),
    Intent.NEVER: (
        "Voulez-vous arrêter ici et ne plus jamais être appelé ? Si oui, appuyez sur 1. Pour continuer l'entretien, "
        "appuyez sur 2."
    ),
}
CONFIRM_STOP_AGAIN = {
    Intent.REFUSE: "Est-ce que j'arrête l'entretien ? Appuyez sur 1 pour arrêter, ou sur 2 pour continuer.",
    Intent.PERSON: (
        "Souhaitez-vous qu'une personne vous contacte, et arrêter ici ? Appuyez sur 1 pour oui, ou sur 2 pour "
        "continuer."
    ),
    Intent.OTHER_LANGUAGE: (
        "Appuyez sur 1 si vous voulez qu'une personne vous contacte, ou sur 2 pour continuer en français."
    ),
    Intent.NEVER: ("Appuyez sur 1 si nous devons arrêter et ne plus jamais appeler, ou sur 2 pour continuer."),
}
ELIGIBILITY_LEADS = {
    EligibilityLead.FIRST: "Merci. D'abord, une courte question sur ce que le poste exige.",
    EligibilityLead.NEXT: "Merci.",
    EligibilityLead.REPEATED: "Bien sûr. La question était :",
    EligibilityLead.UNCLEAR: "Désolé, je n'ai pas compris.",
    EligibilityLead.SILENCE: "Désolé, je ne vous entends pas.",
    EligibilityLead.EXPLAINED: "Il s'agit de ce que le poste exige. Répondez selon votre situation.",
    EligibilityLead.REASON: (
        "L'employeur le demande parce que le poste l'exige. Votre réponse n'est pas notée, et vous n'êtes pas obligé "
        "de répondre."
    ),
    EligibilityLead.OTHER_QUESTION: (
        "Je ne peux pas répondre à cela, mais les personnes de {employer} le peuvent. Encore une fois :"
    ),
    EligibilityLead.WAITING: "Bien sûr, prenez votre temps. Voici de nouveau la question.",
}
ELIGIBILITY_HINTS = {
    EligibilityKind.YES_NO: "Appuyez sur 1 pour oui, ou sur 2 pour non.",
    EligibilityKind.NUMBER: "Dites un nombre, ou composez-le puis appuyez sur dièse.",
    EligibilityKind.DATE: "Dites le jour et le mois.",
    EligibilityKind.CHOICE: "Vous pouvez choisir : {options}.",
}
ELIGIBILITY_OPTION = "{number} pour {option}"
READ_BACK = (
    "J'ai compris : {value}. La question était : {question} Est-ce exact ? Appuyez sur 1 pour oui, ou sur 2 pour non."
)
READ_BACK_AGAIN = "Est-il exact que votre réponse est : {value} ? Appuyez sur 1 pour oui, ou sur 2 pour non."
YES_NO_NAMES = {"yes": "oui", "no": "non"}
UNIT_NAMES = {
    EligibilityUnit.NONE: "",
    EligibilityUnit.DAYS: "jours",
    EligibilityUnit.WEEKS: "semaines",
    EligibilityUnit.MONTHS: "mois",
    EligibilityUnit.YEARS: "ans",
    EligibilityUnit.HOURS: "heures",
    EligibilityUnit.KILOGRAMS: "kilogrammes",
}
GOODBYES = {
    Ending.NOT_ELIGIBLE: (
        "Merci de me l'avoir dit. Le poste l'exige, je termine donc l'entretien ici. Une personne regardera vos "
        "réponses et décidera de la suite."
    ),
    Ending.FINISHED: "C'était la dernière question. Merci de votre temps. Une personne décide de la suite.",
    Ending.DECLINED: "C'est entendu. Nous ne vous rappellerons plus à ce sujet. Merci.",
    Ending.OPTED_OUT: "Nous ne vous appellerons plus.",
    Ending.WRONG_PERSON: "Veuillez nous excuser pour le dérangement.",
    Ending.PERSON_REQUESTED: "Bien sûr. Je transmets, pour qu'une personne vous contacte.",
    Ending.CALL_LATER: "Merci. Je rappellerai {when}.",
    Ending.NOT_HERE: "Merci de me l'avoir dit.",
    Ending.NO_REPLY: "Pardon, je n'ai pas pu comprendre de réponse.",
}
GREETING_CALLED_BACK = (
    "Merci de votre appel. Ici l'assistant automatique, pour {employer}. Nous souhaitons parler à {name}. Si c'est "
    "vous, appuyez sur 1 ou dites oui. Sinon, appuyez sur 2."
)
RECEPTION_GREETING = "Merci de votre appel. Ici l'assistant automatique, pour {employer}."
NO_INTERVIEW = "Aucun appel à ce numéro n'est prévu."
CALL_RUNNING = "Nous appelons ce numéro en ce moment. Merci de prendre cet appel."
NOT_NOW = "Nous ne pouvons pas continuer maintenant. Nous rappellerons."
NOT_CALLED = "On nous a demandé de ne pas appeler ce numéro, et nous ne l'appelons pas."
PERSON_INFORMED = "Une personne a été chargée de vous contacter."
UNREACHED_CALLER = (
    "Merci. Nous avons cherché à vous joindre au sujet de votre candidature pour le poste : {job}. J'ai transmis que "
    "vous avez appelé, pour qu'une personne de chez {employer} vous contacte."
)
OPT_OUT_OFFER = "Si vous ne voulez pas recevoir nos appels, appuyez sur 9."
VOICEMAIL = (
    "Bonjour. Ici l'assistant automatique, pour {employer}. Merci de nous rappeler au numéro {callback}. Je répète le "
    "numéro : {callback}. Merci. Au revoir."
)
LAST_CALL = "C'était notre dernier essai."
MAY_CALL_AGAIN = "Nous essaierons peut-être à un autre moment."
REACH_US = "Vous pouvez nous joindre au numéro {callback}."
FAREWELL = "Au revoir."
FALLBACK_APOLOGY = "Nous sommes désolés. Une erreur est survenue de notre côté. Nous vous rappellerons. Au revoir."
INBOUND_FALLBACK = "Nous sommes désolés. Une erreur est survenue de notre côté. Merci de rappeler plus tard. Au revoir."
UNKNOWN_CALL = "Nous sommes désolés. Cet appel ne peut pas continuer. Au revoir."

SEPARATOR_NAMES = {".": "point", "/": "slash", "-": "tiret", "_": "tiret bas", "~": "tilde"}
PLUS = "plus"
ONE_MINUTE = "une minute"
MINUTES = "minutes"
NEAR_DAYS = {0: "aujourd'hui", 1: "demain"}
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
NAMED_HOURS = {0: "minuit", 1: "une heure", 12: "midi", 21: "vingt et une heures"}


def question_count(count: int) -> str:
    return "une question" if count == 1 else f"{count} questions"


def weekday(at: datetime) -> str:
    return WEEKDAYS[at.weekday()]


def calendar_day(at: datetime) -> str:
    day = "premier" if at.day == 1 else str(at.day)
    return f"{weekday(at)} {day} {MONTHS[at.month - 1]}"


def clock_time(at: datetime) -> str:
    hour = NAMED_HOURS.get(at.hour, f"{at.hour} heures")
    return f"à {hour} {at.minute}" if at.minute else f"à {hour}"
