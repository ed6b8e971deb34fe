from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import DefaultRouter

from candidates.api.events import CandidateEventViewSet
from candidates.api.views import CandidateViewSet
from desk.notices.unsubscribe import unsubscribe_page
from interviews.admin.costs import spending_page
from interviews.admin.may_call import may_call_page
from interviews.api.campaigns import CampaignViewSet
from interviews.api.do_not_call import DoNotCallViewSet
from interviews.api.personal.views import PersonalQuestionsViewSet
from interviews.api.views import InterviewViewSet
from interviews.importing.api import ImportViewSet
from interviews.retention.views import retention_page
from jobs.api.bank import BankQuestionViewSet
from jobs.api.templates import TemplateViewSet
from jobs.api.views import JobViewSet, QuestionSetViewSet
from screener.api.endpoints.config import ConfigViewSet
from screener.api.viewsets import UnknownPathView
from screener.background import health
from screener.metrics.views import metrics_page
from screener.models.keys.scopes import Resource
from screener.sign_in.login_page import login_page
from screener.tts import views
from screener.web.language import choose_language
from webhooks.api.views import PublicEventViewSet, WebhookViewSet

report_json = InterviewViewSet.as_view({"get": "report_json"}, resource=Resource.RESULTS)
report_pdf = InterviewViewSet.as_view({"get": "report_pdf"}, resource=Resource.RESULTS)

router = DefaultRouter()
router.register("jobs", JobViewSet, basename="job")
router.register("bank-questions", BankQuestionViewSet, basename="bank-question")
router.register("templates", TemplateViewSet, basename="template")
router.register("question-sets", QuestionSetViewSet, basename="question-set")
router.register("candidates", CandidateViewSet, basename="candidate")
router.register("candidate-events", CandidateEventViewSet, basename="candidate-event")
router.register("do-not-call", DoNotCallViewSet, basename="do-not-call")
router.register("interviews", InterviewViewSet, basename="interview")
router.register("imports", ImportViewSet, basename="import")
router.register("campaigns", CampaignViewSet, basename="campaign")
router.register("events", PublicEventViewSet, basename="event")
router.register("personal-questions", PersonalQuestionsViewSet, basename="personal-questions")
router.register("webhooks", WebhookViewSet, basename="webhook")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/language/", admin.site.admin_view(choose_language), name="choose-language"),
    path("admin/may-call/", admin.site.admin_view(may_call_page), name="may-call"),
    path("admin/retention/", admin.site.admin_view(retention_page), name="retention"),
    path("admin/spending/", admin.site.admin_view(spending_page), name="spending"),
    path("admin/login/", login_page, name="account_login"),
    path("admin/account/", include("screener.sign_in.urls")),
    path("admin/", include("desk.urls")),
    path("admin/", admin.site.urls),
    path("i/", include("portal.urls")),
    path("shared/", include("desk.sharing.urls")),
    path("api/v1/config/", ConfigViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="config"),
    path("api/v1/interviews/<uuid:pk>/report.json", report_json, name="report-json"),
    path("api/v1/interviews/<uuid:pk>/report.pdf", report_pdf, name="report-pdf"),
    path("api/v1/", include(router.urls)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    re_path(r"^api/", UnknownPathView.as_view()),
    path("notices/unsubscribe/<str:token>/", unsubscribe_page, name="notice-unsubscribe"),
    # Below /webhooks/, because the carrier fetches it: a proxy can open this path alone to the carrier.
    path("webhooks/speech/<str:token>", views.audio, name="speech"),
    path("webhooks/", include("webhooks.urls")),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics_page, name="metrics"),
]

handler403 = "portal.errors.page_denied"
handler404 = "portal.errors.page_missing"
handler500 = "portal.errors.server_error"
