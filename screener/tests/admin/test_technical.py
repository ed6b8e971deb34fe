"""The admin as a whole: every list, every page, permissions, and actions that no page offers."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import WARNING, get_messages
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidates.models import (
    CandidateEvent,
    DoNotCallKey,
    ErasedItem,
    ImportRow,
    KeptUpload,
    MergedRecord,
    ResumeArchive,
    ResumeFile,
)
from interviews.models import (
    AccessEvent,
    AnswerDraft,
    CandidateMessage,
    Clip,
    ClipChunk,
    DialRate,
    EligibilityAnswer,
    Feedback,
    Interview,
    Invitation,
    JobWatch,
    LiveTranscript,
    Note,
    NoteVersion,
    Notice,
    NoticeSettings,
    PersonalQuestions,
    RoomVisit,
    Take,
    TakeChunk,
    TurnReply,
    VideoChoice,
)
from jobs.models import BankEvent, BankText, BankUsage, JobMembership, TemplateUse, TemplateVersion
from screener.admin.base import ReadOnlyAdmin, interviewer_badge
from screener.models import (
    ApiKey,
    ApiKeyUse,
    BrowserSession,
    DataKey,
    MasterKeyRecord,
    Preference,
    RestoredBackup,
    Role,
    RoleKey,
)
from screener.models.keys.scopes import READING_SCOPES
from screener.services.interviewer.protocol import SIMULATED_LABEL
from screener.services.interviewer.without_model import WithoutModel
from tests.support.admin_client import object_actions, page_url
from tests.support.sample_rows import HOSTILE, make_all_rows
from webhooks.models import PublicEvent, WebhookArchive

OURS = ("screener", "candidates", "jobs", "interviews", "webhooks")
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
READ_ONLY = [model for model in MODELS if isinstance(admin.site._registry[model], ReadOnlyAdmin)]
HAVE_A_FORM = {"interviews.Interview", "candidates.DoNotCall"}


def label(model: Any) -> str:
    return str(model._meta.label)


@pytest.fixture
def onlooker(db: None) -> Client:
    """A client logged in as staff with all view permissions and no others."""
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(user)
    return client


def test_every_model_of_ours_has_page() -> None:
    ours = {model for model in apps.get_models() if model._meta.app_label in OURS}
    # One row that the dialer counts with; the page of a Twilio event shows its reply; the words of a call in progress,
    # which the response shows later; hashes; what each role was given; memberships, which the page of their job shows;
    # notes, notices and personal questions, which pages of the desk show to their readers;
    # the page of a candidate shows its events, that of an erasure its items, that of a link who opened it; what users
    # set on the pages themselves, and their sessions, which they see;
    # uploads of a form that is not saved yet; former ids, which lead to the kept record;
    # the sound of the room until it is stored as a recording, and what a candidate has written and not sent;
    # video, which the page of its interview plays;
    # texts, history and usage of a question of the bank, and versions and uses of a template, which their pages show;
    # rows of an import, which its page counts, and its archives of resumes, which the page lists;
    # the use of keys, which the page of the key shows; keys of stored data;
    # events for other systems, which their deliveries show;
    # a restore, which the page about the system shows until it is confirmed; files of old webhooks;
    # answers about requirements, invitations, messages and feedback, which the pages of their interview and job show.
    without_page = {AccessEvent, CandidateEvent, DialRate, DoNotCallKey, ErasedItem, JobMembership, LiveTranscript}
    of_the_desk = {JobWatch, Note, NoteVersion, Notice, NoticeSettings, PersonalQuestions}
    of_the_portal = {AnswerDraft, CandidateMessage, Feedback, Invitation, RoomVisit, Take, TakeChunk}
    of_video = {Clip, ClipChunk, VideoChoice}
    of_the_bank = {BankEvent, BankText, BankUsage}
    of_templates = {TemplateVersion, TemplateUse}
    assert ours - set(MODELS) == without_page | of_the_desk | of_the_portal | of_video | of_the_bank | of_templates | {
        ApiKeyUse,
        BrowserSession,
        EligibilityAnswer,
        DataKey,
        ImportRow,
        KeptUpload,
        MasterKeyRecord,
        MergedRecord,
        Preference,
        PublicEvent,
        ResumeArchive,
        ResumeFile,
        RestoredBackup,
        Role,
        TurnReply,
        WebhookArchive,
    }


def test_menu_leads_to_every_list(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:index")).content.decode()
    assert [label(model) for model in MODELS if f'href="{page_url(model, "changelist")}"' not in page] == []


class TestLists:
    def test_lists_have_constant_query_count(self, admin_client: Client, reviewer: User) -> None:
        for number in range(3):  # events fill more than one page from here on, which takes one query more
            make_all_rows(number, by=reviewer)
        ContentType.objects.get_for_models(*MODELS)  # cached from the first page on
        at_three = {model: self.queries(admin_client, model) for model in MODELS}
        for number in range(3, 5):
            make_all_rows(number, by=reviewer)
        at_five = {model: self.queries(admin_client, model) for model in MODELS}
        assert {label(m): n for m, n in at_five.items()} == {label(m): n for m, n in at_three.items()}

    def queries(self, admin_client: Client, model: Any) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert admin_client.get(page_url(model, "changelist")).status_code == 200
        return len(queries)

    @pytest.mark.slow
    @pytest.mark.parametrize("sought", ["+1 415 555'; drop table", "\x00ü%" * 100])
    def test_can_be_searched_for_anything(self, admin_client: Client, sought: str) -> None:
        for model in MODELS:
            page = page_url(model, "changelist")
            answer = admin_client.get(page, {"q": sought})
            assert answer.status_code == 200 or answer.headers["Location"] == page, label(model)

    @pytest.mark.slow
    def test_can_be_filtered_by_anything(self, admin_client: Client) -> None:
        for model in MODELS:
            for wanted in admin.site._registry[model].get_list_filter(None):  # type: ignore[arg-type]
                named = wanted[0] if isinstance(wanted, tuple) else f"{wanted}__exact"
                field = getattr(wanted, "parameter_name", named)
                for value in ("no such thing", "\x00"):
                    answer = admin_client.get(page_url(model, "changelist"), {str(field): value})
                    assert answer.status_code in (200, 302), (label(model), field)

    def test_of_choices_can_be_searched_for_anything(self, admin_client: Client) -> None:
        of_candidates = {"app_label": "interviews", "model_name": "interview", "field_name": "candidate"}
        assert admin_client.get(reverse("admin:autocomplete"), {**of_candidates, "term": "\x00ada"}).status_code == 200

    def test_are_titled_by_what_they_list(self, admin_client: Client) -> None:
        page = admin_client.get(page_url(Interview, "changelist")).content.decode()
        assert re.search(r"<title>\s*Interviews \| Screener\s*</title>", page)

    def test_find_interview_by_its_candidate(self, admin_client: Client, reviewer: User) -> None:
        make_all_rows(1, by=reviewer)
        make_all_rows(2, by=reviewer)
        page = admin_client.get(page_url(Interview, "changelist"), {"q": "+14155550001"}).content.decode()
        assert re.search(r"1 result\b", page)


class TestPages:
    @pytest.fixture
    def row(self, reviewer: User) -> Interview:
        return make_all_rows(1, by=reviewer)

    @pytest.mark.slow
    def test_pages_escape_hostile_text(self, admin_client: Client, row: Interview) -> None:
        for model in MODELS:
            for page in (
                page_url(model, "changelist"),
                page_url(model, "change", model._default_manager.values_list("pk", flat=True)[0]),
            ):
                answer = admin_client.get(page)
                assert answer.status_code == 200, page
                text = answer.content.decode()
                assert HOSTILE not in text, page
                assert re.findall(r'(?:src|href|action)="(?:https?:)?//(?!testserver)[^"]*"', text) == [], page

    def test_show_it_as_text_on_front_page(self, admin_client: Client, row: Interview) -> None:
        row.job.set_questions_error(HOSTILE)
        row.candidate.set_resume_error(HOSTILE)
        page = admin_client.get(reverse("admin:index")).content.decode()
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page

    def test_of_what_program_writes_are_read_only(self, admin_client: Client, row: Interview) -> None:
        for model in READ_ONLY:
            pk, name = model._default_manager.values_list("pk", flat=True)[0], label(model)
            assert admin_client.post(page_url(model, "change", pk), {"status": "completed"}).status_code == 403, name
            assert admin_client.post(page_url(model, "delete", pk), {"post": "yes"}).status_code == 403, name
            if name not in HAVE_A_FORM:
                assert admin_client.post(page_url(model, "add"), {}).status_code == 403, name

    @pytest.mark.parametrize("model", [Interview, ApiKey], ids=label)
    def test_of_something_gone_lead_back_with_sentence(self, admin_client: Client, model: Any) -> None:
        answer = admin_client.get(page_url(model, "change", "5eed2e45-cb5c-4e02-ad3a-d7388bcca398"))
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("admin:index"))
        assert [message.level for message in get_messages(answer.wsgi_request)] == [WARNING]

    def test_say_that_no_real_model_judges(self, admin_client: Client, settings: Any) -> None:
        assert SIMULATED_LABEL in admin_client.get(reverse("admin:index")).content.decode()
        settings.OPENAI_MODEL = "gpt-6-luna"
        assert interviewer_badge(RequestFactory().get("/")) is None
        settings.JUDGE = "person"
        assert WithoutModel().label in admin_client.get(reverse("admin:index")).content.decode()


class TestAnOnlooker:
    @pytest.mark.slow
    def test_may_look_and_not_touch(self, onlooker: Client, reviewer: User) -> None:
        make_all_rows(1, by=reviewer)
        for model in MODELS:
            pk, name = model._default_manager.values_list("pk", flat=True)[0], label(model)
            assert onlooker.get(page_url(model, "changelist")).status_code == 200, name
            page = onlooker.get(page_url(model, "change", pk))
            assert page.status_code == 200, name
            assert onlooker.get(page_url(model, "add")).status_code == 403, name
            assert onlooker.post(page_url(model, "change", pk), {}).status_code == 403, name
            assert onlooker.post(page_url(model, "delete", pk), {"post": "yes"}).status_code == 403, name
            for door in (page_url(model, action, pk) for action in self.changing_actions(model)):
                assert door not in page.content.decode()
                assert onlooker.get(door).status_code == 403, door
                assert onlooker.post(door, {}).status_code == 403, door

    def changing_actions(self, model: Any) -> list[str]:
        """The buttons of a page, without those that lead to visible pages."""
        shown: Any = admin.site._registry[model]
        permissions = {name: getattr(shown, name).permission for name in object_actions(model)}
        return [name for name, permission in permissions.items() if ".view_" not in permission]

    def test_no_staff_sees_nothing(self, client: Client, db: None) -> None:
        client.force_login(User.objects.create_user("stranger"))
        answer = client.get(page_url(Interview, "changelist"))
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("admin:login"))


class TestApiKeys:
    def test_show_key_exactly_once(self, admin_client: Client) -> None:
        answer = admin_client.post(page_url(ApiKey, "add"), {"name": "ATS", "preset": "read"}, follow=True)
        made = ApiKey.objects.get()
        match = re.search(rf"The key is: ({made.prefix}\.\w+)", answer.content.decode())
        assert match
        assert made.is_valid(match[1])
        assert (made.scopes, made.made_by) == (list(READING_SCOPES), User.objects.get())
        for page in (page_url(ApiKey, "change", made.pk), page_url(ApiKey, "changelist")):
            assert match[1] not in admin_client.get(page).content.decode()

    def test_never_show_or_take_hash(self, admin_client: Client) -> None:
        made, _ = ApiKey.objects.create_key(name="ATS")
        page = page_url(ApiKey, "change", made.pk)
        secret_part = made.hashed_key.split("$")[-1]
        assert secret_part not in re.sub(r'(href|action|value)="[^"]*"', "", admin_client.get(page).content.decode())
        admin_client.post(page, {"name": "ATS 2", "hashed_key": "x", "prefix": "x", "preset": "everything"})
        again = ApiKey.objects.get()
        assert (again.name, again.hashed_key, again.prefix, again.scopes) == ("ATS 2", made.hashed_key, made.prefix, [])

    def test_are_revoked_for_good_and_never_deleted(self, admin_client: Client) -> None:
        made, key = ApiKey.objects.create_key(name="ATS")
        page = page_url(ApiKey, "change", made.pk)
        admin_client.post(page, {"name": "ATS", "revoked": "on"})
        assert not ApiKey.objects.is_valid(key)
        admin_client.post(page, {"name": "ATS"})
        assert ApiKey.objects.get().revoked
        assert admin_client.post(page_url(ApiKey, "delete", made.pk), {"post": "yes"}).status_code == 403


class TestUsers:
    def test_are_added_with_password(self, admin_client: Client) -> None:
        passwords = {"password1": "correct horse battery", "password2": "correct horse battery"}
        role = Role.objects.get(key=RoleKey.RECRUITER).pk
        new = {"username": "new", "usable_password": "true", "role": role, **passwords}
        answer = admin_client.post(page_url(User, "add"), new)
        assert answer.status_code == 302
        assert User.objects.get(username="new").check_password("correct horse battery")

    def test_who_have_decided_are_not_deleted(self, admin_client: Client, reviewer: User) -> None:
        decider = User.objects.create_superuser("decider")
        make_all_rows(1, by=decider)
        for answer in (
            admin_client.post(page_url(User, "delete", decider.pk), {"post": "yes"}),
            admin_client.post(
                page_url(User, "changelist"),
                {"action": "delete_selected", "_selected_action": [decider.pk], "post": "yes"},
            ),
        ):
            assert answer.status_code == 200
            assert answer.context["protected"]
        assert User.objects.filter(pk=decider.pk).exists()

    @pytest.fixture
    def warden(self, db: None) -> Client:
        """A client logged in as staff that may only add, change and delete users and groups."""
        user = User.objects.create_user("warden", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__regex="_(user|group)$"))
        client = Client()
        client.force_login(user)
        return client

    def test_staff_with_permission_changes_rows(self, warden: Client) -> None:
        clerk = User.objects.create_user("clerk", is_staff=True)
        passwords = {"password1": "correct horse battery", "password2": "correct horse battery"}
        assert warden.post(reverse("admin:auth_user_password_change", args=[clerk.pk]), passwords).status_code == 302
        clerk.refresh_from_db()
        assert clerk.check_password("correct horse battery")
        assert (
            warden.post(page_url(User, "change", clerk.pk), {"username": "clark", "is_staff": "on"}).status_code == 302
        )
        clerk.refresh_from_db()
        assert (clerk.username, clerk.is_active) == ("clark", False)
        assert warden.post(page_url(User, "delete", clerk.pk), {"post": "yes"}).status_code == 302
        assert not User.objects.filter(pk=clerk.pk).exists()

    def test_staff_grant_only_own_rights(self, warden: Client) -> None:
        me = User.objects.get(username="warden")
        had = me.get_all_permissions()
        everything = list(Permission.objects.values_list("pk", flat=True))
        group = Group.objects.create(name="all")
        group.permissions.set(everything)
        Group.objects.create(name="mine").user_set.add(me)
        rights = {"is_superuser": "on", "groups": [group.pk], "user_permissions": everything}
        form = {"username": "warden", "is_active": "on", "is_staff": "on", **rights}
        assert warden.post(page_url(User, "change", me.pk), form).status_code == 302
        mine = page_url(Group, "change", Group.objects.get(name="mine").pk)
        assert warden.post(mine, {"name": "mine", "permissions": everything}).status_code == 403
        assert warden.post(page_url(Group, "add"), {"name": "more", "permissions": everything}).status_code == 403
        me = User.objects.get(pk=me.pk)
        assert not me.is_superuser
        assert me.get_all_permissions() == had

    @pytest.mark.parametrize("is_active", [True, False])
    @pytest.mark.parametrize("more", ["superuser", "permission", "group"])
    def test_weaker_staff_cannot_take_over(self, warden: Client, more: str, is_active: bool) -> None:
        other = User.objects.create_user("other", password="a long password", is_staff=True, is_active=is_active)
        may = Permission.objects.get(codename="add_decision")
        if more == "superuser":
            User.objects.filter(pk=other.pk).update(is_superuser=True)
        elif more == "permission":
            other.user_permissions.add(may)
        else:
            group = Group.objects.create(name="deciders")
            group.permissions.add(may)
            other.groups.add(group)
        passwords = {"password1": "correct horse battery", "password2": "correct horse battery"}
        assert warden.post(reverse("admin:auth_user_password_change", args=[other.pk]), passwords).status_code == 403
        form = {"username": "other", "email": "warden@example.com", "is_active": "on", "is_staff": "on"}
        assert warden.post(page_url(User, "change", other.pk), form).status_code == 403
        assert warden.post(page_url(User, "delete", other.pk), {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"}
        warden.post(page_url(User, "changelist"), chosen)
        other.refresh_from_db()
        assert other.check_password("a long password")
        assert (other.email, other.is_active) == ("", is_active)
        assert warden.get(page_url(User, "change", other.pk)).status_code == 200

    def test_login_leads_to_front_page(self, db: None, client: Client) -> None:
        User.objects.create_superuser("hr", password="a long password")
        answer = client.post(reverse("admin:login"), {"username": "hr", "password": "a long password"})
        assert answer.headers["Location"] == reverse("admin:index")
