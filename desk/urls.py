"""Pages of the desk. They lie below /admin/ and come before the admin's own."""

from django.contrib import admin
from django.urls import path

from desk.blind_mode import switch_blind_mode
from desk.call_again.views import call_again_page
from desk.campaign.views import campaign_page
from desk.compare.views import compare_page
from desk.export import views as export
from desk.home import views as home
from desk.intake import views as intake
from desk.job import views as job
from desk.merging import views as merging
from desk.notes import views as notes
from desk.notices import views as notices
from desk.report import views as report
from desk.review import views as review
from desk.session import session_state
from desk.sharing import views as sharing
from desk.unreachable.views import unreachable_page

urlpatterns = [
    path("desk/blind-mode/", admin.site.admin_view(switch_blind_mode), name="desk-blind-mode"),
    path("compare/", admin.site.admin_view(compare_page), name="desk-compare"),
    path("", admin.site.admin_view(home.home_page), name="desk-home"),
    path("interviews/campaign/<uuid:campaign_id>/change/", admin.site.admin_view(campaign_page), name="desk-campaign"),
    path(
        "interviews/interview/add/",
        admin.site.admin_view(intake.new_interview_page),
        name="desk-new-interview",
    ),
    path(
        "desk/interviews/new/check/",
        admin.site.admin_view(intake.check_new_interview),
        name="desk-new-interview-check",
    ),
    path(
        "desk/candidates/<uuid:candidate_id>/merge/",
        admin.site.admin_view(merging.merge_page),
        name="desk-candidate-merge",
    ),
    path("desk/call-again/", admin.site.admin_view(call_again_page), name="desk-call-again"),
    path("desk/unreachable/", admin.site.admin_view(unreachable_page), name="desk-unreachable"),
    path("desk/duplicates/", admin.site.admin_view(merging.duplicates_page), name="desk-duplicates"),
    path("desk/session/", session_state, name="desk-session"),
    path(
        "interviews/interview/<uuid:interview_id>/change/",
        admin.site.admin_view(review.review_page),
        name="desk-review",
    ),
    path(
        "desk/recordings/<uuid:recording_id>/peaks/",
        admin.site.admin_view(review.recording_peaks, cacheable=True),
        name="desk-recording-peaks",
    ),
    path("desk/interviews/<uuid:interview_id>/report/", admin.site.admin_view(report.report_page), name="desk-report"),
    path(
        "desk/interviews/<uuid:interview_id>/report.pdf",
        admin.site.admin_view(report.report_pdf_file),
        name="desk-report-pdf",
    ),
    path(
        "desk/interviews/<uuid:interview_id>/report.json",
        admin.site.admin_view(report.report_json_file),
        name="desk-report-json",
    ),
    path(
        "desk/interviews/<uuid:interview_id>/share/", admin.site.admin_view(sharing.share_interview), name="desk-share"
    ),
    path("desk/jobs/<uuid:job_id>/share/", admin.site.admin_view(sharing.share_job), name="desk-share-job"),
    path("desk/links/<uuid:link_id>/revoke/", admin.site.admin_view(sharing.revoke_link), name="desk-share-revoke"),
    path("desk/jobs/<uuid:job_id>/shortlist/", admin.site.admin_view(report.shortlist_page), name="desk-shortlist"),
    path(
        "desk/jobs/<uuid:job_id>/shortlist.pdf",
        admin.site.admin_view(report.shortlist_pdf_file),
        name="desk-shortlist-pdf",
    ),
    path("desk/review/resume/", admin.site.admin_view(review.place_resume), name="desk-resume-place"),
    path("desk/interviews/<uuid:interview_id>/notes/", admin.site.admin_view(notes.add_note), name="desk-note-add"),
    path(
        "desk/interviews/<uuid:interview_id>/mentions/",
        admin.site.admin_view(notes.mention_suggestions),
        name="desk-note-mentions",
    ),
    path("desk/notices/", admin.site.admin_view(notices.notices_page), name="desk-notices"),
    path("desk/notices/read/", admin.site.admin_view(notices.read_all), name="desk-notices-read"),
    path("desk/notices/count/", admin.site.admin_view(notices.unread_count), name="desk-notice-count"),
    path("desk/notices/settings/", admin.site.admin_view(notices.settings_page), name="desk-notice-settings"),
    path("desk/notices/<uuid:notice_id>/read/", admin.site.admin_view(notices.read_notice), name="desk-notice-read"),
    path("desk/jobs/<uuid:job_id>/watch/", admin.site.admin_view(notices.watch_job), name="desk-job-watch"),
    path("desk/notes/<uuid:note_id>/", admin.site.admin_view(notes.change_note), name="desk-note-change"),
    path("desk/notes/<uuid:note_id>/delete/", admin.site.admin_view(notes.remove_note), name="desk-note-remove"),
    path("jobs/jobdescription/<uuid:job_id>/change/", admin.site.admin_view(job.job_page), name="desk-job"),
    path(
        "desk/jobs/<uuid:job_id>/export.csv",
        admin.site.admin_view(export.export_job),
        {"extension": "csv"},
        name="desk-job-csv",
    ),
    path(
        "desk/jobs/<uuid:job_id>/export.xlsx",
        admin.site.admin_view(export.export_job),
        {"extension": "xlsx"},
        name="desk-job-xlsx",
    ),
    path("desk/jobs/<uuid:job_id>/columns/", admin.site.admin_view(job.choose_columns), name="desk-job-columns"),
    path("desk/jobs/<uuid:job_id>/scoring/", admin.site.admin_view(job.choose_scoring), name="desk-job-scoring"),
    path("desk/jobs/<uuid:job_id>/decide/", admin.site.admin_view(job.decide_page), name="desk-job-decide"),
    path("desk/jobs/<uuid:job_id>/call/", admin.site.admin_view(job.call_page), name="desk-job-call"),
]
