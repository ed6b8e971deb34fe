"""The costs of models and calls, against their budgets."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interviews.calling.spend_limit import spent_in_last_day
from screener.costs.monthly_budget import month_spending
from screener.costs.totals import format_dollars
from screener.labels import Label

SPEND_PERMISSION = "screener.view_modelcall"
FULL = 100


@dataclass(frozen=True)
class Spending:
    """`limit`: None where none is set."""

    label: Label
    spent: Decimal
    limit: Decimal | None
    no_limit: Label

    @property
    def amount(self) -> str:
        return format_dollars(self.spent)

    @property
    def limit_amount(self) -> str:
        return format_dollars(self.limit) if self.limit else ""

    @property
    def percent(self) -> int:
        """The part of the limit that is spent, at most 100. 0 without a limit."""
        return min(FULL, int(FULL * self.spent / self.limit)) if self.limit else 0

    @property
    def is_spent(self) -> bool:
        return self.limit is not None and self.spent >= self.limit

    @property
    def href(self) -> str:
        return reverse("spending")


def load_spending(user: User) -> list[Spending]:
    """Return the costs; none for users who may not see them."""
    if not user.has_perm(SPEND_PERMISSION):
        return []
    calls = spent_in_last_day(timezone.now()).quantize(Decimal("0.01"))
    return [
        Spending(_("Models this month"), month_spending(), _limit(settings.MONTHLY_BUDGET), _("no monthly budget")),
        Spending(_("Calls in 24 hours"), calls, _limit(settings.DAILY_SPEND_LIMIT), _("no daily limit")),
    ]


def _limit(amount: float | Decimal) -> Decimal | None:
    return Decimal(str(amount)) if amount else None
