"""The page on which the members of a job are added, changed and removed."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanWidget

from jobs.models import JobDescription, JobMembership
from screener.access.viewer import VIEW_CONTACT_DATA, require_permissions
from screener.admin.actions import page_button
from screener.admin.base import ScreenerAdmin

USERS_PER_PAGE = 20
MAX_ID_LENGTH = 9


def staff_users() -> QuerySet[User]:
    """The users who can be members: those who can log in to the admin."""
    return User.objects.filter(is_active=True, is_staff=True).order_by("username")


def user_label(user: User) -> str:
    full_name = user.get_full_name()
    return f"{full_name} ({user.username})" if full_name else user.username


class UserSelect(AutocompleteSelect):
    """Searches users by name. The list of users needs a permission that those who add members may lack."""

    def __init__(self) -> None:
        super().__init__(JobMembership._meta.get_field("user"), admin.site)

    def get_url(self) -> str:
        return reverse("admin:jobs_jobdescription_user_search")

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        return attrs | {"data-placeholder": gettext("Search by name")}

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        ids = [selected for selected in value if selected.isdecimal() and len(selected) <= MAX_ID_LENGTH]
        return super().optgroups(name, ids, attrs)


class UserField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: User) -> str:
        return user_label(obj)


class NewMemberForm(forms.Form):
    user = UserField(User.objects.none(), widget=UserSelect)
    may_see_contact_data = forms.BooleanField(
        label=_("May see contact data"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=JobMembership._meta.get_field("may_see_contact_data").help_text,
    )

    def __init__(self, data: Any = None, *, may_grant_contact_data: bool) -> None:
        super().__init__(data)
        cast(UserField, self.fields["user"]).queryset = staff_users()
        if not may_grant_contact_data:
            del self.fields["may_see_contact_data"]


class MemberCommandForm(forms.Form):
    command = forms.ChoiceField(choices=[(name, name) for name in ("allow", "forbid", "remove")])
    membership = forms.ModelChoiceField(JobMembership.objects.none())

    def __init__(self, data: Any, *, job: JobDescription) -> None:
        super().__init__(data)
        choice: Any = self.fields["membership"]
        choice.queryset = job.memberships.select_related("user")


class MemberPages(ScreenerAdmin):
    """The admin of jobs with this page."""

    def get_urls(self) -> list[URLPattern]:
        search = self.admin_site.admin_view(self.search_users)
        return [path("users/", search, name="jobs_jobdescription_user_search"), *super().get_urls()]

    def search_users(self, request: HttpRequest) -> JsonResponse:
        """`?term=…&page=…`: the users who can be members, for the select widget."""
        require_permissions(request.user, "jobs.add_jobmembership")
        users = staff_users()
        for word in request.GET.get("term", "").replace("\0", "").split():
            users = users.filter(
                Q(username__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word)
            )
        page = Paginator(users, USERS_PER_PAGE).get_page(request.GET.get("page"))
        results = [{"id": str(user.pk), "text": user_label(user)} for user in page]
        return JsonResponse({"results": results, "pagination": {"more": page.has_next()}})

    @page_button(_("Members"), permission="jobs.view_jobmembership", icon="group")
    def members(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the members of the job with a form to add one. POST adds, changes or removes one."""
        job = self.get_object(request, object_id)
        if job is None:
            return cast(HttpResponse, self._get_obj_does_not_exist_redirect(request, self.opts, object_id))
        is_command = "command" in request.POST
        data = request.POST if request.method == "POST" and not is_command else None
        may_grant = _may_grant_contact_data(request, job)
        form = NewMemberForm(data, may_grant_contact_data=may_grant)
        done = self._run_command(request, job, may_grant) if is_command else self._add_member(request, job, form)
        if done:
            self.log_change(request, job, done)
            messages.success(request, done)
            return HttpResponseRedirect(request.path)
        page = {
            "title": gettext("Members"),
            "original": job,
            "opts": self.opts,
            "form": form,
            "memberships": job.memberships.select_related("user").prefetch_related("user__groups__role"),
            "may_grant_contact_data": may_grant,
            "back_url": self.change_url(job),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/jobs/members.html", self.admin_site.each_context(request) | page)

    def _add_member(self, request: HttpRequest, job: JobDescription, form: NewMemberForm) -> str:
        if not form.is_bound:
            return ""
        require_permissions(request.user, "jobs.add_jobmembership")
        if not form.is_valid():
            return ""
        user, is_allowed = form.cleaned_data["user"], form.cleaned_data.get("may_see_contact_data", False)
        job.add_member(user, by=request.user.get_username(), may_see_contact_data=is_allowed)
        return gettext("%(name)s is a member of this job.") % {"name": user_label(user)}

    def _run_command(self, request: HttpRequest, job: JobDescription, may_grant: bool) -> str:
        form = MemberCommandForm(request.POST, job=job)
        if not form.is_valid():
            return ""
        command, membership = form.cleaned_data["command"], form.cleaned_data["membership"]
        label = user_label(membership.user)
        if command == "remove":
            require_permissions(request.user, "jobs.delete_jobmembership")
            membership.delete()
            return gettext("%(name)s is no member of this job any more.") % {"name": label}
        require_permissions(request.user, "jobs.change_jobmembership")
        is_allowed = command == "allow"
        if is_allowed and not may_grant:
            raise PermissionDenied
        membership.update_fields(may_see_contact_data=is_allowed)
        if is_allowed:
            return gettext("%(name)s may see contact data of this job.") % {"name": label}
        return gettext("%(name)s does not see contact data of this job.") % {"name": label}


def _may_grant_contact_data(request: HttpRequest, job: JobDescription) -> bool:
    """Only who sees contact data may let others see it."""
    if request.user.has_perm(VIEW_CONTACT_DATA):
        return True
    return job.memberships.filter(user=request.user.pk, may_see_contact_data=True).exists()
