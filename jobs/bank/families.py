"""The occupational families and the types of questions in the bank."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Family(TextChoices):
    GENERAL = "general", _("Any occupation")
    CARE = "care", _("Nursing and care")
    TRANSPORT = "transport", _("Driving and delivery")
    WAREHOUSE = "warehouse", _("Warehouse and logistics")
    TRADES = "trades", _("Trades, construction and production")
    SOFTWARE = "software", _("Software and IT")
    FINANCE = "finance", _("Finance and accounting")
    RETAIL = "retail", _("Retail")
    SERVICE = "service", _("Customer service")
    HOSPITALITY = "hospitality", _("Kitchen, hotel and cleaning")
    EDUCATION = "education", _("Teaching and childcare")
    SALES = "sales", _("Sales and marketing")
    OFFICE = "office", _("HR and office")


class QuestionKind(TextChoices):
    TECHNICAL = "technical", _("Technical")
    PROBLEM_SOLVING = "problem_solving", _("Problem solving")
    COMMUNICATION = "communication", _("Communication")
    CULTURE = "culture", _("Culture")
    ACHIEVEMENTS = "achievements", _("Achievements")
