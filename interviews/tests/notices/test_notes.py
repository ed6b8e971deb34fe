"""Notes: their text, history and mentions, who reads them, and their export and erasure."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from candidates.data_rights.erasure import erase_candidate
from interviews.data_rights.documents import interview_documents
from interviews.decisions import record_decision
from interviews.models import Interview, Note, Notice, NoticeKind
from interviews.notes.mentions import find_mentions, split_at_mentions, suggest_users
from interviews.notes.visibility import count_notes, visible_notes
from interviews.notes.writing import delete_note, edit_note, write_note
from screener.models import InvalidTransition, RoleKey
from tests.support.factories import make_api_client, make_approved_job
from tests.support.role_accounts import make_role_user
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db


@pytest.fixture
def interview() -> Interview:
    return make_completed_interview()


@pytest.fixture
def author() -> User:
    return User.objects.create_superuser("hanna")


def add_note(interview: Interview, author: User, text: str = "Clear.") -> Note:
    return write_note(interview, text, author=author, author_name=author.get_username()).note


def texts_of(note: Note) -> list[str]:
    return list(note.versions.values_list("text", flat=True))


class TestWriting:
    def test_edit_keeps_earlier_text(self, interview: Interview, author: User) -> None:
        note = add_note(interview, author, " One\r\ntwo ")
        edit_note(note, "Three", by=author)
        edit_note(note, "Three", by=author)
        assert texts_of(note) == ["One\ntwo", "Three"]

    def test_deletion_is_final(self, interview: Interview, author: User) -> None:
        note = add_note(interview, author)
        delete_note(note, by=author)
        with pytest.raises(InvalidTransition):
            edit_note(note, "Back", by=author)
        assert Note.objects.get().deleted_at
        assert count_notes(author, [interview.pk]) == {}

    def test_only_author_changes_note(self, interview: Interview, author: User) -> None:
        colleague = User.objects.create_superuser("carla")
        note = add_note(interview, author)
        for verb in (lambda: edit_note(note, "Mine", by=colleague), lambda: delete_note(note, by=colleague)):
            with pytest.raises(InvalidTransition):
                verb()
        assert texts_of(note) == ["Clear."]

    @pytest.mark.parametrize("text", ["", " \n\0 ", "x" * 5001])
    def test_unfit_text_is_refused(self, interview: Interview, author: User, text: str) -> None:
        with pytest.raises(InvalidTransition):
            add_note(interview, author, text)
        assert not Note.objects.exists()


class TestMentions:
    def test_only_readers_get_notices(self, interview: Interview, author: User) -> None:
        member = make_role_user(RoleKey.HIRING_MANAGER, interview.job)
        stranger = make_role_user(RoleKey.HIRING_MANAGER)
        for user, name in ((member, "Ben.Berg"), (stranger, "stranger")):
            User.objects.filter(pk=user.pk).update(username=name)
        written = write_note(
            interview, "@ben.berg. @stranger, @hanna? mail@ben.berg @nil", author=author, author_name="hanna"
        )
        assert written.unknown == ["stranger", "nil"]
        assert list(Notice.objects.values_list("recipient", "kind", "note")) == [
            (member.pk, NoticeKind.MENTION, written.note.pk)
        ]
        edit_note(written.note, "@Ben.Berg again", by=author)
        assert Notice.objects.count() == 1
        delete_note(written.note, by=author)
        assert not Notice.objects.exists()

    def test_longest_username_is_meant(self, author: User) -> None:
        User.objects.create_superuser("hanna.")
        job = make_approved_job()
        assert [user.username for user in find_mentions("@hanna.", job).users] == ["hanna."]
        assert [user.username for user in find_mentions("@hanna..", job).users] == ["hanna."]

    def test_suggestions_are_readers(self, author: User) -> None:
        job = make_approved_job()
        member = make_role_user(RoleKey.HIRING_MANAGER, job)
        User.objects.filter(pk=member.pk).update(username="ben", last_name="Hansen")
        make_role_user(RoleKey.HIRING_MANAGER)
        User.objects.create_user("former", is_active=False, is_superuser=True, is_staff=True)
        assert [user.username for user in suggest_users(job, "", limit=9)] == ["ben", "hanna"]
        assert [user.username for user in suggest_users(job, "han", limit=9)] == ["ben", "hanna"]

    @given(st.text("@ab. <é\n", max_size=40), st.lists(st.sampled_from(["a", "ab", "b."]), max_size=3))
    def test_pieces_are_complete(self, text: str, names: list[str]) -> None:
        pieces = split_at_mentions(text, names)
        assert "".join(piece.text for piece in pieces) == text
        assert {piece.text[1:] for piece in pieces if piece.is_mention} <= set(names)


class TestReading:
    def test_blind_reviewer_sees_own_notes(self, author: User) -> None:
        interview = make_completed_interview(job=make_approved_job(blind_review=True))
        manager = make_role_user(RoleKey.HIRING_MANAGER, interview.job)
        add_note(interview, author, "The machine says 7.5")
        own = add_note(interview, manager, "Mine")
        assert list(visible_notes(manager)) == [own]
        assert count_notes(manager, [interview.pk]) == {interview.pk: 1}
        seen = interview.results.get(is_current=True)
        record_decision(interview, by=manager, verdict="hire", reason="Good.", seen=seen)
        assert visible_notes(manager).count() == visible_notes(author).count() == 2

    def test_notes_of_other_jobs_are_hidden(self, interview: Interview, author: User) -> None:
        add_note(interview, author)
        assert not visible_notes(make_role_user(RoleKey.HIRING_MANAGER)).exists()
        assert not visible_notes(User.objects.create_user("no permission")).exists()

    def test_client_reads_and_writes(self, interview: Interview, author: User) -> None:
        client, address = make_api_client(), f"/api/v1/interviews/{interview.pk}/notes/"
        edit_note(add_note(interview, author), "Clearer.", by=author)
        delete_note(add_note(interview, author, "Gone"), by=author)
        added = client.post(address, {"text": "@hanna look"})
        assert (added.status_code, added.json()["text"]) == (201, "@hanna look")
        notes = client.get(address).json()
        assert [note["text"] for note in notes] == ["Clearer.", "", "@hanna look"]
        assert [bool(note["edited_at"]) for note in notes] == [True, False, False]
        assert Notice.objects.get().recipient == author
        for body in ({"text": ""}, {"text": "x" * 5001}, {"text": "x", "author": "me"}):
            assert client.post(address, body).status_code == 400


class TestDataRights:
    def test_export_names_no_staff(self, interview: Interview, author: User) -> None:
        delete_note(add_note(interview, author, "Ask @hanna about it"), by=author)
        documents = interview_documents(interview.candidate, Interview.objects.filter(pk=interview.pk))
        records: Any = next(document.content for document in documents if document.path == "notes.json")
        assert [record["text"] for record in records] == ["Ask @staff about it"]
        assert "hanna" not in str(records)

    def test_erasure_blanks_notes_and_notices(self, interview: Interview, author: User) -> None:
        colleague = User.objects.create_superuser("carla")
        note = add_note(interview, author, "Ada told @carla of her illness")
        assert colleague.notices.exists()
        erase_candidate(interview.candidate, actor="hanna", reason="x")
        assert texts_of(note) == [""]
        assert not Notice.objects.exists()
        with pytest.raises(InvalidTransition):
            add_note(interview, author)
