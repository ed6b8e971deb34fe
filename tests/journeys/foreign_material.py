"""Jobs that are not in English, and the answers of a candidate."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ForeignJob:
    """`criterion`: its rubric. `answers`: one for each question."""

    language: str
    title: str
    description: str
    criterion: str
    definition: str
    questions: tuple[str, ...]
    answers: tuple[str, ...]


GERMAN = ForeignJob(
    language="de",
    title="Kundenberater im Innendienst",
    description="Sie beraten Kunden am Telefon, nehmen Beschwerden auf und suchen mit der Technik nach Ursachen.",
    criterion="Nachvollziehbarkeit",
    definition="Beschreibt das eigene Vorgehen so, dass es nachvollzogen werden kann.",
    questions=(
        "Welche Erfahrung haben Sie mit Beschwerden von Kunden?",
        "Erzählen Sie von einem Tag mit langen Warteschlangen. Wie ging er aus?",
    ),
    answers=(
        "Ich habe drei Jahre lang Beschwerden von Arztpraxen aufgenommen und selbst nachgestellt.",
        "Als die Anmeldung ausfiel, habe ich jede Praxis zurückgerufen, bevor sie fragen musste.",
    ),
)
SPANISH = ForeignJob(
    language="es",
    title="Agente de atención al cliente",
    description="Atiende a los clientes por teléfono, recoge sus quejas y busca las causas junto con los técnicos.",
    criterion="Claridad",
    definition="Describe lo que hizo de forma que se pueda seguir.",
    questions=(
        "¿Qué experiencia tiene con las quejas de los clientes?",
        "Hábleme de un día con colas muy largas. ¿Cómo terminó?",
    ),
    answers=(
        "Durante tres años recogí las quejas de las clínicas y reproduje cada fallo yo misma.",
        "Cuando falló el registro, llamé a cada clínica antes de que tuvieran que preguntar.",
    ),
)
