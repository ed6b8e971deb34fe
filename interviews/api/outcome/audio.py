"""API of the recordings of answers."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from interviews.models import Recording
from screener.api.problem_details import RangeOutsideFile
from screener.models.keys.scopes import Resource
from screener.web.byte_ranges import ranged_response

NO_AUDIO = "There is no stored recording of this answer: it was not spoken, is not here yet, or was erased."
RANGE = OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="A part: `bytes=0-65535`")
POSITION = OpenApiParameter("position", int, OpenApiParameter.PATH, description="Of the question, from 0")
WAV = OpenApiExample(
    "A WAV file", value="RIFF…", media_type="audio/wav", response_only=True, status_codes=["200", "206"]
)


class AudioActions:
    """Actions of the interview viewset."""

    get_object: Any

    @extend_schema(
        parameters=[POSITION, RANGE],
        responses={(200, "audio/wav"): OpenApiTypes.BINARY, (206, "audio/wav"): OpenApiTypes.BINARY},
        examples=[WAV],
    )
    @action(detail=True, url_path=r"responses/(?P<position>\d{1,4})/audio", resource=Resource.FILES)
    def audio(self, request: Request, position: str, **kwargs: Any) -> HttpResponseBase:
        """Return the recording of the answer that counts, as WAV, whole or a range of it."""
        recordings = Recording.objects.filter(
            response__interview=self.get_object(),
            response__position=int(position),
            chosen=True,
            status=Recording.Status.STORED,
        )
        recording = recordings.first()
        if recording is None:
            raise NotFound(NO_AUDIO)
        try:
            file = recording.file.open("rb")
        except FileNotFoundError:
            raise NotFound(NO_AUDIO) from None
        response = ranged_response(file, content_type="audio/wav", range_header=request.headers.get("Range", ""))
        if response.status_code == status.HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE:
            raise RangeOutsideFile
        response["Content-Disposition"] = f'attachment; filename="answer-{recording.pk}.wav"'
        return response
