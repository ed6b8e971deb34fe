"""API of the notes on an interview."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from interviews.api.examples import EVENT_ID
from interviews.models import Note
from interviews.models.notices.note import MAX_NOTE_LENGTH
from interviews.notes.visibility import visible_notes
from interviews.notes.writing import write_note
from screener.api.authentication import request_actor
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.models.keys.scopes import Resource

NEW_NOTE = [request_example("A note", {"text": "Very clear about the outage. @hanna, please listen to question 2."})]
NOTE = [
    response_example(
        "A note",
        {
            "id": EVENT_ID,
            "author": "hanna",
            "text": "Very clear about the outage.",
            "created_at": "2026-11-21T10:00:00Z",
            "edited_at": None,
            "deleted_at": None,
        },
    )
]


@extend_schema_serializer(examples=NOTE)
class NoteSerializer(StrictModelSerializer[Note]):
    """A note of a colleague. It is for colleagues: do not show it to candidates."""

    author = serializers.CharField(source="author_name", help_text="A username, or `api key` and its name")
    text = serializers.SerializerMethodField(help_text="Empty for a deleted or an erased note")
    edited_at = serializers.SerializerMethodField(help_text="When the text was last changed, if it was")

    class Meta:
        model = Note
        fields = ["id", "author", "text", "created_at", "edited_at", "deleted_at"]
        read_only_fields = fields

    def get_text(self, note: Note) -> str:
        return "" if note.deleted_at else note.current.text

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_edited_at(self, note: Note) -> Any:
        return note.current.created_at if note.is_edited else None


@extend_schema_serializer(examples=NEW_NOTE)
class NewNoteSerializer(StrictSerializer):
    text = serializers.CharField(
        max_length=MAX_NOTE_LENGTH,
        help_text="`@` and a username send that user a notice, if they may see the interview",
    )


class NoteActions:
    """Actions of the interview viewset."""

    get_object: Any

    @extend_schema(responses=NoteSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None, resource=Resource.RESULTS)
    def notes(self, request: Request, **kwargs: Any) -> Response:
        """List the notes of colleagues, the oldest first."""
        notes = visible_notes(request.user).filter(interview=self.get_object()).prefetch_related("versions")
        return Response(NoteSerializer(notes, many=True).data)

    @extend_schema(request=NewNoteSerializer, responses={201: NoteSerializer})
    @notes.mapping.post
    def add_note(self, request: Request, **kwargs: Any) -> Response:
        """Add a note in the name of this client."""
        interview = self.get_object()
        serializer = NewNoteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        written = write_note(
            interview, serializer.validated_data["text"], author=None, author_name=request_actor(request)
        )
        return Response(NoteSerializer(written.note).data, status=201)
