"""API of the invitation to an interview."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from interviews.invitations import inviting
from interviews.invitations.links import invitation_url
from interviews.models import Invitation
from interviews.models.invitations.invitation import DEFAULT_DAYS, MOST_DAYS
from screener.api.authentication import request_actor
from screener.api.idempotency import replayed_by
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.models.keys.scopes import Verb

NO_INVITATION = "There is no invitation to this interview. POST to this address to invite the candidate."


NEW_INVITATION = [request_example("For two weeks", {"days": 14})]
INVITATION = [
    response_example(
        "An open invitation",
        {
            "url": "https://screener.example.com/i/W4oY7T1kTz6bq0V0sUq8wA.2oVnQ0c1Zl8m3Xk5Jt7Rb9Ha4Wd6Fs2Ye1Pg0Lu8Cq4/",
            "state": "open",
            "expires_at": "2026-12-05T09:00:00Z",
            "created_by": "api key ats",
            "created_at": "2026-11-21T09:00:00Z",
        },
    )
]


@extend_schema_serializer(examples=INVITATION)
class InvitationSerializer(StrictModelSerializer[Invitation]):
    """The link that lets the candidate act for themselves. Send it to them alone."""

    url = serializers.SerializerMethodField(help_text="The link. It is a secret: who has it acts for the candidate")
    state = serializers.ChoiceField(Invitation.State.choices, read_only=True)

    class Meta:
        model = Invitation
        fields = ["url", "state", "expires_at", "created_by", "created_at"]
        read_only_fields = fields

    def get_url(self, invitation: Invitation) -> str:
        return invitation_url(invitation)


@extend_schema_serializer(examples=NEW_INVITATION)
class NewInvitationSerializer(StrictSerializer):
    days = serializers.IntegerField(
        min_value=1, max_value=MOST_DAYS, default=DEFAULT_DAYS, help_text="For how many days the link works from now"
    )
    send = serializers.BooleanField(
        default=True, help_text="Mail the link to the candidate. false: you send it to them yourself"
    )


class InvitationActions:
    """Actions of the interview viewset."""

    get_object: Any

    @extend_schema(responses=InvitationSerializer)
    @action(detail=True, read_verb=Verb.WRITE)
    def invitation(self, request: Request, **kwargs: Any) -> Response:
        """Return the invitation with its link. A key needs the write scope, because the link lets its holder act."""
        return Response(InvitationSerializer(self._get_invitation()).data)

    @replayed_by("invitation")
    @extend_schema(request=NewInvitationSerializer, responses=InvitationSerializer)
    @invitation.mapping.post
    def invite(self, request: Request, **kwargs: Any) -> Response:
        """Invite the candidate, by mail. If they are invited already, the same link works for so many days from now.

        An interview has at most three messages, one of which is kept for the outcome: 409 says when there is no room.
        """
        interview = self.get_object()
        serializer = NewInvitationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        invitation, _is_new = inviting.invite_or_renew(
            interview, **serializer.validated_data, actor=request_actor(request)
        )
        return Response(InvitationSerializer(invitation).data)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"], url_path="invitation/revoke")
    def revoke_invitation(self, request: Request, **kwargs: Any) -> Response:
        """Close the link for ever. Another invitation has another link.

        Calls that waited for the candidate's choice are placed five minutes later, as the dial rules allow, unless the
        candidate is invited again before.
        """
        invitation = self._get_invitation()
        inviting.revoke(invitation, actor=request_actor(request))
        return Response(InvitationSerializer(invitation).data)

    def _get_invitation(self) -> Invitation:
        invitation = inviting.current_invitation(self.get_object())
        if invitation is None:
            raise NotFound(NO_INVITATION)
        return invitation
