"""API of the file of a resume."""

from pathlib import PurePath
from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from candidates.contact_data import may_see_contact_data
from screener.models.keys.scopes import Resource

MEDIA_TYPE = "application/octet-stream"
NO_RESUME = "There is no resume of this candidate: none was sent, or it was erased."


class ResumeFileActions:
    """Actions of the candidate viewset."""

    get_object: Any

    @extend_schema(
        responses={(200, MEDIA_TYPE): OpenApiTypes.BINARY},
        examples=[OpenApiExample("A file", value="%PDF-1.7 …", media_type=MEDIA_TYPE, response_only=True)],
    )
    @action(detail=True, url_path="resume-file", resource=Resource.FILES)
    def resume_file(self, request: Request, **kwargs: Any) -> FileResponse:
        """Return the resume as it was sent. Its content is untrusted: never let a browser render it."""
        candidate = self.get_object()
        if not candidate.resume or not may_see_contact_data(request.user, candidate):
            raise NotFound(NO_RESUME)
        try:
            file = candidate.resume.open("rb")
        except FileNotFoundError:
            raise NotFound(NO_RESUME) from None
        name = f"resume-{candidate.pk}{PurePath(candidate.resume.name).suffix}"
        headers = {"X-Content-Type-Options": "nosniff"}
        return FileResponse(file, as_attachment=True, filename=name, content_type=MEDIA_TYPE, headers=headers)
