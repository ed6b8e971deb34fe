"""The part of a job's form that fills in title and description from a document. Nothing is saved meanwhile."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import normalize_newlines
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from jobs.description_file import Description, read_description
from screener.documents.upload import MAX_BYTES, InvalidDocument, UnreadableDocument

FILE_FIELD = "description_file"
FILL_BUTTON = "fill_from_file"
GUESSED_TITLE = "guessed_title"
FILLED_TEXT = "filled_text"
REPLACED_TEXT = "replaced_text"
"""Hidden fields: the title that was guessed, a digest of the text that was filled in, the typed text before that."""

TOO_LARGE = _("The file is larger than 5 MB, which is the limit.")


@dataclass(frozen=True)
class Filling:
    """The changes of a document to the form. `other_title`: its title, where the typed one stays."""

    file_name: str
    is_cut: bool
    other_title: str


class DescriptionFileInput(UnfoldAdminFileFieldWidget):  # type: ignore[misc]
    """A file, the button that reads it, and the texts that it filled in."""

    filling: Filling | None = None
    hidden_values: dict[str, str] = {}

    class Media:
        js = ["screener/description_file.js"]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = {
            "file_input": super().render(name, value, attrs, renderer),
            "fill_button": FILL_BUTTON,
            "filling": self.filling,
            "kept_values": {name: self.hidden_values.get(name, "") for name in (GUESSED_TITLE, FILLED_TEXT)},
            "replaced_text_name": REPLACED_TEXT,
            "replaced_text": self.hidden_values.get(REPLACED_TEXT, ""),
        }
        return render_to_string("admin/jobs/description_file.html", context)


class DescriptionFileForm(forms.ModelForm):  # type: ignore[type-arg]
    """A job's form that shows the texts of a chosen file, and is saved when it is sent again."""

    description_file = forms.FileField(
        label=_("Description from a file"),
        required=False,
        allow_empty_file=True,  # rejected when it is read, with a better message
        help_text=_(
            "PDF, DOCX, HTML or plain text, at most 5 MB. Title and description are filled in, and you read them "
            "before you save. The file itself is not kept."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filling: Filling | None = None
        self._problem = ""
        if FILE_FIELD in self.fields:
            self._widget = DescriptionFileInput({"data-max-bytes": MAX_BYTES, "data-too-large": TOO_LARGE})
            self.fields[FILE_FIELD].widget = self._widget

    def full_clean(self) -> None:
        """Read the file first: the fields that it fills in are checked with its texts."""
        if self.is_bound and FILE_FIELD in self.fields:
            self._read_file()
            hidden_values = {name: self.data.get(name, "") for name in (GUESSED_TITLE, FILLED_TEXT, REPLACED_TEXT)}
            self._widget.filling, self._widget.hidden_values = self.filling, hidden_values
        super().full_clean()
        if self._problem:
            self.add_error(FILE_FIELD, self._problem)

    def is_valid(self) -> bool:
        return super().is_valid() and self.filling is None

    def clean_description_file(self) -> None:
        if FILL_BUTTON in self.data and not self.files.get(FILE_FIELD):
            raise ValidationError(_("Choose a file first."))

    def _read_file(self) -> None:
        file = self.files.get(FILE_FIELD)
        if file is None or self.filling:
            return
        try:
            description = read_description(file)
        except (InvalidDocument, UnreadableDocument) as error:
            self._problem = str(error)
            return
        self._fill_in(str(file.name), description)

    def _fill_in(self, file_name: str, description: Description) -> None:
        title, replaced_text = self._typed_title(), self._typed_text()
        other_title = description.title if title and title != description.title else ""
        self.filling = Filling(file_name, description.is_cut, other_title)
        filled_values = {
            "title": title or description.title,
            "description": description.text,
            GUESSED_TITLE: description.title,
            FILLED_TEXT: _digest(description.text),
            REPLACED_TEXT: "" if replaced_text == description.text else replaced_text,
        }
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict: a field may have several values
        for name, value in filled_values.items():
            data[name] = value
        self.data = data

    def _typed_title(self) -> str:
        """The title, unless it was guessed from an earlier file."""
        title = str(self.data.get("title", "")).strip()
        return "" if title == self.data.get(GUESSED_TITLE) else title

    def _typed_text(self) -> str:
        """The description, unless it was filled in from an earlier file: then what that one replaced."""
        text = str(normalize_newlines(self.data.get("description", ""))).strip()
        if self.data.get(FILLED_TEXT) == _digest(text):
            return str(self.data.get(REPLACED_TEXT, ""))
        return text


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
