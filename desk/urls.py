"""Pages of the desk. They lie below /admin/ and come before the admin's own."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpResponseBase
from django.urls import URLPattern, path

from desk.blind_mode import switch_blind_mode
from desk.call_again.reschedule import reschedule_page
from desk.call_again.views import call_again_page
from desk.campaign import actions as campaign_actions
from desk.campaign import views as campaign
from desk.candidate.views import candidate_page, take_over_contact
from desk.compare.views import compare_page
from desk.eligibility.views import correct_eligibility
from desk.export import views as export
from desk.feedback.views import feedback_page
from desk.home import views as home
from desk.imports import views as imports
from desk.insights.views import insights_page
from desk.intake import views as intake
from desk.invitation import views as invitation
from desk.job import views as job
from desk.merging import views as merging
from desk.messages.views import outcome_page
from desk.notes import views as notes
from desk.notices import views as notices
from desk.personal.views import personal_questions_page
from desk.questions import views as questions
from desk.report import views as report
from desk.review import views as review
from desk.session import session_state
from desk.sharing import views as sharing
from desk.sound import switch_sound
from desk.steps.views import after_step
from desk.system.views import ACTIONS as SYSTEM_ACTIONS
from desk.system.views import system_action, system_page
from desk.trial.views import trial_page
from desk.unreachable.views import unreachable_page


def page(
    route: str, view: Callable[..., HttpResponseBase], name: str, *, cacheable: bool = False, **arguments: Any
) -> URLPattern:
    """A page for staff. `cacheable`: browsers may keep it. `arguments`: those of the view beside the address."""
    return path(route, admin.site.admin_view(view, cacheable=cacheable), arguments, name=name)


INTERVIEW, JOB = "interviews/<uuid:interview_id>", "jobs/<uuid:job_id>"

urlpatterns = [
    path("desk/session/", session_state, name="desk-session"),
    page("", home.home_page, "desk-home"),
    page("candidates/candidate/<uuid:pk>/change/", candidate_page, "desk-candidate"),
    page("candidates/import/<uuid:pk>/change/", imports.import_page, "desk-import"),
    page("compare/", compare_page, "desk-compare"),
    page("interviews/campaign/<uuid:pk>/change/", campaign.campaign_page, "desk-campaign"),
    page("interviews/interview/add/", intake.new_interview_page, "desk-new-interview"),
    page("interviews/interview/<uuid:pk>/change/", review.review_page, "desk-review"),
    page("jobs/jobdescription/<uuid:pk>/change/", job.job_page, "desk-job"),
    page("jobs/questionset/<uuid:pk>/change/", questions.question_set_page, "desk-question-set"),
    page("desk/blind-mode/", switch_blind_mode, "desk-blind-mode"),
    page("desk/call-again/", call_again_page, "desk-call-again"),
    page("desk/sound/", switch_sound, "desk-sound"),
    page("desk/insights/", insights_page, "desk-insights"),
    page("desk/system/", system_page, "desk-system"),
    *(page(f"desk/system/{name}/", system_action, f"desk-system-{name}", action=name) for name in SYSTEM_ACTIONS),
    page("desk/unreachable/", unreachable_page, "desk-unreachable"),
    page("desk/duplicates/", merging.duplicates_page, "desk-duplicates"),
    page("desk/candidates/<uuid:candidate_id>/merge/", merging.merge_page, "desk-candidate-merge"),
    page("desk/candidates/<uuid:pk>/take-over/", take_over_contact, "desk-candidate-take-over"),
    page("desk/campaigns/<uuid:pk>/estimate/", campaign.estimate_page, "desk-campaign-estimate"),
    page("desk/campaigns/<uuid:pk>/launch/", campaign_actions.launch_page, "desk-campaign-launch"),
    page("desk/campaigns/<uuid:pk>/pause/", campaign_actions.action_page, "desk-campaign-pause", action="pause"),
    page("desk/campaigns/<uuid:pk>/resume/", campaign_actions.action_page, "desk-campaign-resume", action="resume"),
    page("desk/campaigns/<uuid:pk>/cancel/", campaign_actions.action_page, "desk-campaign-cancel", action="cancel"),
    page("desk/imports/new/", imports.new_import_page, "desk-new-import"),
    page("desk/imports/<uuid:pk>/columns/", imports.columns_page, "desk-import-columns"),
    page("desk/imports/<uuid:pk>/discard/", imports.discard_import, "desk-import-discard"),
    page("desk/imports/<uuid:pk>/refused.csv", imports.refused_file, "desk-import-refused"),
    page("desk/imports/<uuid:pk>/resumes/", imports.add_resumes, "desk-import-resumes"),
    page("desk/imports/<uuid:pk>/undo/", imports.undo_page, "desk-import-undo"),
    page("desk/interviews/new/check/", intake.check_new_interview, "desk-new-interview-check"),
    page("desk/eligibility/<uuid:answer_id>/correct/", correct_eligibility, "desk-eligibility-correct"),
    page(f"desk/{INTERVIEW}/report/", report.report_page, "desk-report"),
    page(f"desk/{INTERVIEW}/report.pdf", report.report_pdf_file, "desk-report-pdf"),
    page(f"desk/{INTERVIEW}/report.json", report.report_json_file, "desk-report-json"),
    page(f"desk/{INTERVIEW}/reschedule/", reschedule_page, "desk-reschedule"),
    page(f"desk/{INTERVIEW}/invitation/", invitation.invitation_page, "desk-invitation"),
    page(f"desk/{INTERVIEW}/invitation/revoke/", invitation.revoke_invitation, "desk-invitation-revoke"),
    page(f"desk/{INTERVIEW}/outcome/", outcome_page, "desk-outcome"),
    page(f"desk/{INTERVIEW}/share/", sharing.share_interview, "desk-share"),
    page(f"desk/{INTERVIEW}/notes/", notes.add_note, "desk-note-add"),
    page(f"desk/{INTERVIEW}/mentions/", notes.mention_suggestions, "desk-note-mentions"),
    page("desk/notes/<uuid:note_id>/", notes.change_note, "desk-note-change"),
    page("desk/notes/<uuid:note_id>/delete/", notes.remove_note, "desk-note-remove"),
    page("desk/recordings/<uuid:recording_id>/peaks/", review.recording_peaks, "desk-recording-peaks", cacheable=True),
    page("desk/clips/<uuid:clip_id>/video/", review.stream_clip, "desk-clip"),
    page("desk/review/resume/", review.place_resume, "desk-resume-place"),
    page(f"desk/{JOB}/call-many/", job.call_many, "desk-job-call-many"),
    page(f"desk/{JOB}/call/", job.call_page, "desk-job-call"),
    page(f"desk/{JOB}/candidates/<uuid:candidate_id>/questions/", personal_questions_page, "desk-personal-questions"),
    page(f"desk/{JOB}/columns/", job.choose_columns, "desk-job-columns"),
    page(f"desk/{JOB}/decide/", job.decide_page, "desk-job-decide"),
    page(f"desk/{JOB}/export.csv", export.export_job, "desk-job-csv", extension="csv"),
    page(f"desk/{JOB}/export.xlsx", export.export_job, "desk-job-xlsx", extension="xlsx"),
    page(f"desk/{JOB}/feedback/", feedback_page, "desk-job-feedback"),
    page(f"desk/{JOB}/questions/", questions.questions_page, "desk-job-questions"),
    page(f"desk/{JOB}/scoring/", job.choose_scoring, "desk-job-scoring"),
    page(f"desk/{JOB}/share/", sharing.share_job, "desk-share-job"),
    page(f"desk/{JOB}/shortlist/", report.shortlist_page, "desk-shortlist"),
    page(f"desk/{JOB}/shortlist.pdf", report.shortlist_pdf_file, "desk-shortlist-pdf"),
    page(f"desk/{JOB}/steps/<slug:step>/after/", after_step, "desk-job-after-step"),
    page(f"desk/{JOB}/try/", trial_page, "desk-job-trial"),
    page(f"desk/{JOB}/watch/", notices.watch_job, "desk-job-watch"),
    page("desk/links/<uuid:link_id>/revoke/", sharing.revoke_link, "desk-share-revoke"),
    page("desk/notices/", notices.notices_page, "desk-notices"),
    page("desk/notices/count/", notices.unread_count, "desk-notice-count"),
    page("desk/notices/read/", notices.read_all, "desk-notices-read"),
    page("desk/notices/settings/", notices.settings_page, "desk-notice-settings"),
    page("desk/notices/<uuid:notice_id>/read/", notices.read_notice, "desk-notice-read"),
]
