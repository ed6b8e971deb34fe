"""Finds the candidate whom a row means, among those of the database and those that earlier rows have added."""

import unicodedata
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

FILLED_FIELDS = ("full_name", "phone", "email", "external_id", "locale", "timezone")
"""The fields of a candidate that a file can fill."""


@dataclass(slots=True, eq=False)
class KnownCandidate:
    """The part of a candidate that an import reads and writes. An instance of the model per row took most of the time.

    `values`: by the names of FILLED_FIELDS.
    """

    id: UUID
    values: dict[str, str]
    former_names: list[str] = field(default_factory=list)

    @property
    def contacts(self) -> list[str]:
        return contacts_of(self.values["phone"], self.values["email"])


@dataclass
class KnownCandidates:
    """The candidates that the rows may mean."""

    by_external_id: dict[str, KnownCandidate] = field(default_factory=dict)
    by_contact: dict[str, list[KnownCandidate]] = field(default_factory=dict)
    """By number and by e-mail address."""
    by_id: dict[UUID, KnownCandidate] = field(default_factory=dict)
    merged_ids: dict[str, UUID] = field(default_factory=dict)
    """By the external id of a merged record: the candidate whose record it is part of now."""
    traces: dict[UUID, set[str]] = field(default_factory=dict)
    """The numbers and addresses that merged records of a candidate had."""

    def add_candidate(self, candidate: KnownCandidate) -> None:
        """Add the candidate, or their new contacts and external id. Earlier ones still lead to them."""
        self.by_id[candidate.id] = candidate
        external_id = candidate.values["external_id"]
        if external_id:
            self.by_external_id[external_id] = candidate
        for contact in self._contacts_of(candidate):
            holders = self.by_contact.setdefault(contact, [])
            if candidate not in holders:
                holders.append(candidate)

    def find_candidate(self, values: dict[str, Any]) -> KnownCandidate | None:
        """By the external id, else by number or address.

        A number or an address alone may belong to two persons of one household: the name must be the same as well, or
        both number and address. Two different external ids are two persons.
        """
        external_id = values.get("external_id", "")
        if external_id in self.by_external_id:
            return self.by_external_id[external_id]
        if external_id in self.merged_ids:
            return self.by_id.get(self.merged_ids[external_id])
        contacts = contacts_of(values["phone"], values.get("email", ""))
        for contact in contacts:
            for candidate in self.by_contact.get(contact, ()):
                has_other_id = bool(external_id and candidate.values["external_id"])
                if not has_other_id and self._is_same_person(candidate, values["full_name"], contacts):
                    return candidate
        return None

    def is_shared(self, contact: str) -> bool:
        """Whether several candidates have this number or address."""
        return len(self.by_contact.get(contact, ())) > 1

    def _contacts_of(self, candidate: KnownCandidate) -> set[str]:
        return self.traces.get(candidate.id, set()).union(candidate.contacts)

    def _is_same_person(self, candidate: KnownCandidate, full_name: str, contacts: list[str]) -> bool:
        """`contacts`: of the row, one of which is the candidate's."""
        if len(contacts) > 1 and self._contacts_of(candidate).issuperset(contacts):
            return True
        names = map(_name_words, (candidate.values["full_name"], *candidate.former_names))
        return _name_words(full_name) in list(names)


def contacts_of(phone_number: str, email: str) -> list[str]:
    return [contact for contact in (phone_number, email.upper()) if contact]


def _name_words(full_name: str) -> set[str]:
    """The words of a name without differences of case, accents, order and commas."""
    letters = unicodedata.normalize("NFKD", full_name.casefold()).replace(",", " ")
    return set("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
