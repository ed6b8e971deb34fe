"""The context of a page, as `response.context` of Django's test client."""

from copy import copy
from typing import Any

from django.template import Context, RequestContext, Template
from django.test.utils import ContextList


def store_page_context(store: dict[str, Any], template: Template, context: Context, **signal: Any) -> None:
    """Store the first template that is rendered for a request, and its context: the page, before its parts."""
    if "context" not in store and isinstance(context, RequestContext):
        store["templates"] = [template]
        store["context"] = ContextList([copy(context)])  # type: ignore[arg-type] # the stubs know dictionaries only
