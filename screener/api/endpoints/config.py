"""The API endpoint for the set-up of this deployment."""

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from screener.api.fields import PhoneField
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.api.viewsets import ApiViewSet
from screener.models import Organisation
from screener.models.keys.scopes import Resource
from screener.models.organisation import validate_callback_number

ORGANISATION = {
    "name": "Northwind Logistics, Inc.",
    "spoken_name": "Northwind Logistics",
    "callback_number": "+14155550123",
    "privacy_notice_url": "https://northwind.example/privacy",
}


class OrganisationSerializer(StrictModelSerializer[Organisation]):
    callback_number = PhoneField(
        validators=[validate_callback_number], help_text=Organisation._meta.get_field("callback_number").help_text
    )

    class Meta:
        model = Organisation
        fields = ["name", "spoken_name", "callback_number", "privacy_notice_url"]


@extend_schema_serializer(
    component_name="Config",
    examples=[
        response_example("A deployment that may call", {"organisation": ORGANISATION}),
        response_example("No call is placed yet", {"organisation": None}, 200),
    ],
)
class ConfigSerializer(StrictSerializer):
    organisation = OrganisationSerializer(
        allow_null=True, help_text="The employer that calls name; null: not entered yet, and no call is placed"
    )


@extend_schema_serializer(
    component_name="ConfigChange", examples=[request_example("The employer", {"organisation": ORGANISATION})]
)
class ConfigChangeSerializer(StrictSerializer):
    organisation = OrganisationSerializer(help_text="The employer that calls name, with all its fields")


class ConfigViewSet(ApiViewSet):
    """The set-up of this deployment."""

    resource = Resource.SETTINGS
    serializer_class = ConfigSerializer
    summaries = {"retrieve": "Read the set-up", "partial_update": "Enter the employer"}
    problem_examples = {
        "partial_update": {400: {"organisation.spoken_name": ["The name is said in a call. Use at most 8 words."]}}
    }

    def retrieve(self, request: Request) -> Response:
        """Whom calls speak for."""
        return Response(ConfigSerializer({"organisation": Organisation.current()}).data)

    @extend_schema(request=ConfigChangeSerializer, responses=ConfigSerializer)
    def partial_update(self, request: Request) -> Response:
        """Enter or change the employer that calls name. No call is placed before."""
        change = ConfigChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        Organisation.objects.update_or_create(defaults=change.validated_data["organisation"])
        return self.retrieve(request)
