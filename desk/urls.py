"""Pages of the desk. They lie below /admin/ and come before the admin's own."""

from django.contrib import admin
from django.urls import path

from desk.job import views as job

urlpatterns = [
    path("jobs/jobdescription/<uuid:job_id>/change/", admin.site.admin_view(job.job_page), name="desk-job"),
    path("desk/jobs/<uuid:job_id>/columns/", admin.site.admin_view(job.choose_columns), name="desk-job-columns"),
    path("desk/jobs/<uuid:job_id>/decide/", admin.site.admin_view(job.decide_page), name="desk-job-decide"),
    path("desk/jobs/<uuid:job_id>/call/", admin.site.admin_view(job.call_page), name="desk-job-call"),
]
