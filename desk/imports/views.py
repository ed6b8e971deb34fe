"""Importing candidates from a file: upload, columns and preview, progress and result, undo."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candidates.admin.candidate import JOB_TO_CALL_FOR
from candidates.importing.creation import preview_import, read_first_rows, start_import, upload_import
from candidates.importing.presentation import refused_table
from candidates.importing.resumes import upload_archive
from candidates.models import Import
from desk.imports.forms import ImportColumnsForm, ImportFileForm, ResumesForm
from desk.imports.page import ImportPage
from desk.live_page import render_live_page
from desk.record_page import record_page
from interviews.campaigns.adding import why_no_campaign
from screener.access.viewer import VIEW_CONTACT_DATA, require_permissions
from screener.documents.archive import UnreadableArchive
from screener.documents.table_rows import UnreadableTable
from screener.exports.files import csv_response
from screener.models import InvalidTransition, parse_id

ADDING = ("candidates.add_import", "candidates.add_candidate", "candidates.change_candidate", VIEW_CONTACT_DATA)
"""An import adds candidates and updates others, and its pages show contact data."""
VIEW = "candidates.view_import"
START = "start"


@require_http_methods(["GET", "HEAD", "POST"])
def new_import_page(request: HttpRequest) -> HttpResponse:
    """GET shows the form for the file. POST stores it, and leads to its columns."""
    require_permissions(request.user, *ADDING)
    form = ImportFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            imported = upload_import(
                form.cleaned_data["file"], author=request.user.get_username(), user_id=request.user.pk
            )
            _add_resumes(request, imported, form)
        except UnreadableTable as error:
            form.add_error("file", str(error))
        except UnreadableArchive as error:
            imported.discard()
            form.add_error("resumes", str(error))
        else:
            job = parse_id(request.GET.get("job", ""))
            columns = reverse("desk-import-columns", args=[imported.pk])
            return HttpResponseRedirect(f"{columns}?job={job}" if job else columns)
    return render(request, "desk/imports/new.html", _context(request, title=_("Import candidates"), form=form))


@require_http_methods(["GET", "HEAD", "POST"])
def columns_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET shows the columns as they were guessed, and the first rows with their errors (`?job=`: to call for).

    POST shows them with the user's choice, or starts the import. `start`: the job or campaign that the button has
    announced. If another one was chosen since, the page is shown again, so that no calls begin unannounced.
    """
    require_permissions(request.user, *ADDING)
    imported = get_object_or_404(_imports(request), pk=pk)
    if imported.status != Import.Status.UPLOADED:
        return HttpResponseRedirect(_address(imported))
    try:
        first_rows = read_first_rows(imported)
    except UnreadableTable as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("desk-new-import"))
    form = ImportColumnsForm(
        request.POST if request.method == "POST" else None,
        imported=imported,
        job=parse_id(request.GET.get("job", "")),
        viewer=request.user,
        samples=[row.cells for row in first_rows.rows],
    )
    fields = imported.fields
    if form.is_bound and form.is_valid():
        if START in request.POST and _is_announced(request, form) and _may_call(form):
            return _start(request, imported, form)
        fields = form.chosen_fields
        for name in ("region", "consent_source"):
            setattr(imported, name, form.settings.get(name, ""))
    preview = preview_import(imported, fields, first_rows)
    shown = {"form": form, "imported": imported, "original": imported, "preview": preview}
    context = _context(request, title=_("Columns of the file"), **shown)
    return render(request, "desk/imports/columns.html", context)


def _is_announced(request: HttpRequest, form: ImportColumnsForm) -> bool:
    is_announced = request.POST[START] == form.start_value
    if not is_announced:
        messages.warning(
            request,
            _(
                "The import has not started, because the job, the start or the campaign was changed. Check above the "
                "button whether candidates are called."
            ),
        )
    return is_announced


def _may_call(form: ImportColumnsForm) -> bool:
    campaign = form.settings.get("campaign")
    job = campaign.job if campaign else form.settings.get("job")
    problem = why_no_campaign(job) if job else ""
    if problem:
        form.add_error("campaign" if campaign else "job", problem)
    return not problem


def _start(request: HttpRequest, imported: Import, form: ImportColumnsForm) -> HttpResponse:
    try:
        start_import(imported, form.chosen_fields, **form.settings)
    except InvalidTransition as error:
        messages.error(request, str(error))
    request.session.pop(JOB_TO_CALL_FOR, None)
    return HttpResponseRedirect(_address(imported))


@record_page(Import)
def import_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the progress and the results of the rows. Redirects to the columns if the import is not started."""
    require_permissions(request.user, VIEW)
    imported = _imports(request).select_related("job", "campaign").get(pk=pk)
    if imported.status == Import.Status.UPLOADED:
        return HttpResponseRedirect(reverse("desk-import-columns", args=[pk]))
    page = ImportPage.load(imported, shows_refused=_shows_rows(request))
    return render_live_page(
        request,
        "desk/imports",
        {"page": page, "imported": imported},
        version=page.version,
        frame=lambda: {
            "title": imported.name,
            "opts": Import._meta,
            "original": imported,
            "resumes_form": ResumesForm() if page.takes_resumes and request.user.has_perms(ADDING) else None,
        },
    )


@require_POST
def add_resumes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Store a ZIP of resumes for the candidates of the import. The page of the import shows the result of each file."""
    require_permissions(request.user, *ADDING)
    imported = get_object_or_404(_imports(request), pk=pk)
    form = ResumesForm(request.POST, request.FILES)
    form.is_valid()
    try:
        if not _add_resumes(request, imported, form):
            messages.error(request, _("Choose a ZIP with resumes."))
    except (UnreadableArchive, InvalidTransition) as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(_address(imported))


def _add_resumes(request: HttpRequest, imported: Import, form: ResumesForm) -> bool:
    """False: there is no file. Raises UnreadableArchive and InvalidTransition."""
    file = form.cleaned_data.get("resumes")
    if file is None:
        return False
    replace_resumes = form.cleaned_data["replace_resumes"]
    upload_archive(imported, file, author=request.user.get_username(), replace_resumes=replace_resumes)
    return True


@require_safe
def refused_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The refused rows as CSV, to be corrected and imported again."""
    require_permissions(request.user, VIEW)
    if not _shows_rows(request):
        raise PermissionDenied
    return csv_response(refused_table(get_object_or_404(_imports(request), pk=pk)))


@require_http_methods(["GET", "HEAD", "POST"])
def undo_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET says what an undo does. POST begins it."""
    require_permissions(request.user, VIEW, "candidates.change_import", "candidates.delete_candidate")
    imported = get_object_or_404(_imports(request), pk=pk)
    if request.method == "POST":
        try:
            imported.undo(actor=request.user.get_username())
        except InvalidTransition as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(_address(imported))
    context = _context(request, title=_("Undo the import"), imported=imported, original=imported)
    return render(request, "desk/imports/undo.html", context)


@require_POST
def discard_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete an upload that was not started."""
    require_permissions(request.user, *ADDING)
    get_object_or_404(_imports(request), pk=pk).discard()
    return HttpResponseRedirect(reverse("admin:candidates_candidate_changelist"))


def _shows_rows(request: HttpRequest) -> bool:
    """Refused rows have names and contact data. In blind mode these pages are closed."""
    return bool(request.user.has_perm(VIEW_CONTACT_DATA))


def _imports(request: HttpRequest) -> Any:
    assert isinstance(request.user, User)
    return Import.objects.visible_to(request.user)


def _address(imported: Import) -> str:
    return reverse("admin:candidates_import_change", args=[imported.pk])


def _context(request: HttpRequest, **values: Any) -> dict[str, Any]:
    context: dict[str, Any] = admin.site.each_context(request)
    return context | {"opts": Import._meta} | values
