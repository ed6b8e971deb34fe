"""The settings of Django REST framework and of the schema that drf-spectacular makes of it."""

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["screener.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["screener.api.authentication.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["screener.api.media_types.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "screener.api.media_types.FallbackNegotiation",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_PAGINATION_CLASS": "screener.api.pagination.CreatedCursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["screener.api.filters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "screener.api.schema.ProblemAutoSchema",
    "EXCEPTION_HANDLER": "screener.api.problem_details.problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Screener API",
    "DESCRIPTION": (
        "Conduct first-round phone interviews and read their results. Errors are `application/problem+json`. "
        "Lists are paginated, newest first, and reject unknown and empty filters. "
        "A POST may have an `Idempotency-Key`."
    ),
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "GET_LIB_DOC_EXCLUDES": "screener.api.schema.classes_without_description",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "screener.api.schema.forbid_unknown_fields",
    ],
    "ENUM_NAME_OVERRIDES": {
        "BankFamily": "jobs.bank.families.Family",
        "BankQuestionKind": "jobs.bank.families.QuestionKind",
        "EligibilityKind": "jobs.eligibility.question.EligibilityKind",
        "QuestionSetStatus": "jobs.models.QuestionSet.Status",
        "QuestionsStatus": "jobs.models.JobDescription.QuestionsStatus",
        "ResumeStatus": "candidates.models.Candidate.ResumeStatus",
        "ConsentKind": "candidates.models.Consent.Kind",
        "DoNotCallKind": "candidates.models.DoNotCall.Kind",
        "PublicEventType": "interviews.models.PublicEventType",
        "PersonalQuestionsStatus": "interviews.models.PersonalQuestions.Status",
        "WebhookStatus": "webhooks.models.Subscription.Status",
        "DeliveryStatus": "webhooks.models.Delivery.Status",
        "InterviewStatus": "interviews.models.Interview.Status",
        "InterviewOutcome": "interviews.models.Interview.Outcome",
        "ResultStatus": "interviews.models.Interview.ResultStatus",
        "ResponseStatus": "interviews.models.InterviewResponse.Status",
        "AttemptOutcome": "interviews.models.Attempt.Outcome",
        "CandidateChoice": "interviews.writing.question.Choice",
        "QuestionStage": "interviews.writing.question.Stage",
        "ChannelEnum": "jobs.channels.Channel",
        "CallStatus": "interviews.models.Call.Status",
        "Recommendation": "interviews.models.result.Recommendation",
        "CampaignStatus": "interviews.models.Campaign.Status",
    },
}
