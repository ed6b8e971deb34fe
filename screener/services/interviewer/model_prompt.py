"""Prompts for the language model: templates, and a fence around each untrusted text."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template

from django.conf import settings

from screener.services.privacy.redaction import redact

USER_MESSAGE_LINE = "\n=== user ===\n"


@dataclass(frozen=True)
class ModelPrompt:
    """A template of `templates/prompts`: the system message, USER_MESSAGE_LINE, the user message."""

    system: str
    user: Template
    hash: str

    def user_message(self, facts: dict[str, str], untrusted: dict[str, str], private: tuple[str, ...]) -> str:
        """Fill in the user message. Each untrusted text is redacted, then fenced by a mark that it does not contain."""
        redacted = {name: redact(text, private) for name, text in untrusted.items()}
        mark = fence_mark(redacted.values())
        fenced = {name: f"BEGIN {name} {mark}\n{text}\nEND {name} {mark}" for name, text in redacted.items()}
        return self.user.substitute(facts | fenced)


@cache
def load_prompt(name: str) -> ModelPrompt:
    path = Path(settings.BASE_DIR) / "templates" / "prompts" / f"{name}.txt"
    text = path.read_text(encoding="utf-8")
    system, user = text.split(USER_MESSAGE_LINE)
    return ModelPrompt(system.strip(), Template(user.strip()), sha256(text.encode()).hexdigest())


def fence_mark(texts: Iterable[str]) -> str:
    """A mark that none of the texts contains. The same texts get the same mark."""
    all_texts = "\n".join(texts)
    mark = sha256(all_texts.encode("utf-8", "replace")).hexdigest()[:16]
    while mark in all_texts:
        mark = sha256(mark.encode()).hexdigest()[:16]
    return mark
