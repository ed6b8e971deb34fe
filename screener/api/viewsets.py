"""Base class of the API's viewsets, and the view for unknown paths."""

from functools import partial
from typing import Any, cast

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from screener.api.idempotency import run_idempotent
from screener.api.key_rates import add_rate_headers, count_request
from screener.models.keys.scopes import Resource, Verb


class ApiViewSet(GenericViewSet[Any]):
    """Runs changes in one transaction, and POST idempotently by key. PUT and DELETE are not supported.

    `resource` and `read_verb` say which scope a key needs (`required_scope`). An action may have others: they are
    options of its decorator.
    """

    resource: Resource
    read_verb: Verb = Verb.READ
    http_method_names = ["get", "head", "post", "patch"]

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows that the client may see."""
        rows: Any = super().get_queryset()
        viewer = getattr(self.request, "user", None)  # without one the schema is generated
        return cast("QuerySet[Any]", rows.visible_to(viewer) if viewer else rows)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        count_request(request)
        method = str(request.method).lower()
        if method in ("post", "patch") and hasattr(self, method):
            setattr(self, method, partial(run_idempotent, getattr(self, method)))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Forbid caching: responses hold personal data, and caches do not treat X-API-Key as a credential."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        add_rate_headers(request, final)
        return final

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Filter lists only. An object that is requested by its id is not filtered."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset


class UnknownPathView(APIView):
    """Answers 404 for all other paths under /api/."""

    authentication_classes = []
    permission_classes = []
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        hint = "" if request.path.endswith("/") else " Paths of the API end with a slash."
        raise NotFound(f"Unknown path {request.path[:200]}.{hint} All paths are listed at /api/docs/.")
