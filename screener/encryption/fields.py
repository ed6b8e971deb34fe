"""Model fields whose content is encrypted in the database. No query can look into it."""

import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact, IsNull

from screener.encryption.texts import decrypt_text, encrypt_text

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    _TextField = models.TextField[str | Combinable, str]
else:
    _TextField = models.TextField


class EncryptedField:
    """Mixin of the encrypted fields. A stored text is bound to `column_label`."""

    model: type[models.Model]
    name: str
    column: str | None
    column_label = ""
    is_encrypted = True

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)  # type: ignore[misc] # of the field after it
        self.column_label = f"{cls._meta.label_lower}.{name}"

    def encrypt(self, value: Any) -> Any:
        """Return the value as it is stored. None stays."""
        raise NotImplementedError

    def decrypt(self, stored: Any) -> Any:
        """Return the value that was stored, now or by an earlier version. None stays."""
        raise NotImplementedError

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        stored = value if hasattr(value, "as_sql") else self.encrypt(value)
        return super().get_db_prep_save(stored, connection)  # type: ignore[misc]


class EncryptedTextField(EncryptedField, _TextField):
    """A text. Queries can only ask whether it is empty."""

    def encrypt(self, value: Any) -> Any:
        return None if value is None else encrypt_text(str(value), self.column_label)

    def decrypt(self, stored: Any) -> Any:
        return None if stored is None else decrypt_text(stored, self.column_label)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """None for other lookups, which Django rejects: on an encrypted text they would silently find nothing."""
        return {"exact": IsEmpty, "isnull": IsNull}.get(lookup_name)


class IsEmpty(Exact):
    """Whether an encrypted text is empty: an empty text is stored as it is."""

    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise FieldError("An encrypted text can only be compared with the empty text.")
        return self.rhs


class _JSONField(EncryptedField, models.JSONField):
    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.decrypt(super().from_db_value(value, expression, connection))


class EncryptedJSONField(_JSONField):
    """A list or an object of JSON, encrypted as a whole. Queries can only ask whether it is null."""

    def encrypt(self, value: Any) -> Any:
        return None if value is None else encrypt_text(json.dumps(value, cls=self.encoder), self.column_label)

    def decrypt(self, stored: Any) -> Any:
        is_encrypted = isinstance(stored, str)
        return json.loads(decrypt_text(stored, self.column_label), cls=self.decoder) if is_encrypted else stored


class EncryptedValuesField(_JSONField):
    """A JSON object in which the texts under these names are encrypted; without names, all texts."""

    def __init__(self, *args: Any, names: tuple[str, ...] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | ({"names": self.names} if self.names is not None else {})

    def encrypt(self, value: Any) -> Any:
        return self._map_texts(value, encrypt_text)

    def decrypt(self, stored: Any) -> Any:
        return self._map_texts(stored, decrypt_text)

    def _map_texts(self, content: Any, convert: Any) -> Any:
        if not isinstance(content, dict):
            return content
        secret_names = content if self.names is None else self.names
        return {
            name: convert(part, self.column_label) if name in secret_names and isinstance(part, str) else part
            for name, part in content.items()
        }
