"""A job's title and description from a file, over the API."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from rest_framework import serializers

from jobs import field_limits
from jobs.description_file import read_description
from jobs.models import JobDescription
from screener.api.fields import OptionalBooleanField
from screener.api.serializers import StrictModelSerializer
from screener.documents.upload import InvalidDocument, UnreadableDocument

FILE_FIELD = "description_file"
NO_DESCRIPTION = "Describe the job. The questions are written from this text."
NO_TITLE = "The file has no recognisable title. Send one."
TWO_DESCRIPTIONS = "Send the text or the file, not both."


class DescribedSerializer(StrictModelSerializer[JobDescription]):
    """Takes a description, or a file with it, which also gives the title where none is sent."""

    serializer_field_mapping = {
        **StrictModelSerializer.serializer_field_mapping,
        models.BooleanField: OptionalBooleanField,  # a file comes in a form
    }

    title = serializers.CharField(
        max_length=field_limits.MAX_TITLE_LENGTH,
        required=False,
        help_text="Required, unless the title can be taken from `description_file`",
    )
    description = serializers.CharField(
        max_length=field_limits.MAX_DESCRIPTION_LENGTH,
        required=False,
        error_messages=dict.fromkeys(("blank", "null", "required"), NO_DESCRIPTION),
        help_text="Required, unless `description_file` is sent",
    )
    description_file = serializers.FileField(
        required=False,
        write_only=True,
        allow_empty_file=True,  # rejected below with a better message
        help_text="The description as PDF, DOCX, HTML or plain text, at most 5 MB; only as multipart/form-data. Its "
        "text becomes `description`, cut after 20,000 characters. The file is not kept",
        error_messages={"invalid": "Send the file itself, as multipart/form-data."},
    )

    def to_internal_value(self, data: Any) -> Any:
        """Without a file its two texts are required, and reported as missing with all other errors."""
        has_file = isinstance(data, Mapping) and FILE_FIELD in data
        for name in ("title", "description"):
            self.fields[name].required = not has_file
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        file = attrs.pop(FILE_FIELD, None)
        if file is not None:
            self._fill_in(attrs, file)
        return attrs

    def _fill_in(self, attrs: dict[str, Any], file: Any) -> None:
        if "description" in attrs:
            raise serializers.ValidationError({FILE_FIELD: [TWO_DESCRIPTIONS]})
        try:
            described = read_description(file)
        except (InvalidDocument, UnreadableDocument) as error:
            raise serializers.ValidationError({FILE_FIELD: [str(error)]}) from None
        attrs["description"] = described.text
        if self.instance is None and not attrs.setdefault("title", described.title):
            raise serializers.ValidationError({"title": [NO_TITLE]})
