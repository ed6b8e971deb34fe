"""Filters of the lists of interviews and campaigns. The numbers of the home page link to them."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from interviews.models.result import Recommendation
from interviews.reports.funnel import CONDITIONS, Stage


class AttentionFilter(DropdownFilter):
    title = _("attention")
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Needs attention"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.needing_attention() if self.value() == "yes" else queryset


class DecisionFilter(DropdownFilter):
    title = _("decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("To decide")), *Recommendation.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value == "none":
            return queryset.to_decide()
        return queryset.filter(decided=value) if value in Recommendation.values else queryset


class NowFilter(DropdownFilter):
    """Interviews by their present state."""

    title = _("now")
    parameter_name = "now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("talking", _("Under way")),
            ("waiting", _("Waiting")),
            ("assessing", _("Being assessed")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "talking":
                return queryset.on_the_phone()
            case "waiting":
                return queryset.waiting_for_call()
            case "assessing":
                return queryset.being_assessed()
            case _:
                return queryset


class StageFilter(DropdownFilter):
    title = _("how far")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return Stage.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return queryset.filter(CONDITIONS[Stage(value)]) if value in Stage.values else queryset


class RunningFilter(DropdownFilter):
    """Of campaigns."""

    title = _("running")
    parameter_name = "running"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Running now"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.unfinished() if self.value() == "yes" else queryset
