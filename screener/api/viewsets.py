"""What every resource of the API has in common, and what answers where there is none."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from screener.api.idempotency import carry_out


class ApiViewSet(GenericViewSet[Any]):
    """Change is all or nothing, and repeatable under an Idempotency-Key. There is no PUT and no DELETE."""

    http_method_names = ["get", "head", "post", "patch"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = str(request.method).lower()
        if method in ("post", "patch") and hasattr(self, method):
            setattr(self, method, partial(carry_out, getattr(self, method)))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Nobody on the way keeps what is about people: a cache does not know X-API-Key for the key to it."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Filters choose among a list. What is asked for by its id is not filtered."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset


class UnknownPath(APIView):
    """Every address under /api/ that nothing else answers."""

    authentication_classes = []
    permission_classes = []
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        hint = "" if request.path.endswith("/") else " Addresses here end with a slash."
        raise NotFound(f"There is nothing at {request.path[:200]}.{hint} What there is: /api/docs/.")
