"""Each page and message for candidates in each of their languages, compared with the English one."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from candidates.data_rights.erasure import erase_candidate
from candidates.timezones import iana_time_zones
from interviews.conversation import wording
from interviews.invitations import choices, inviting
from interviews.messages.composition import compose_message
from interviews.messages.texts import load_wording
from interviews.models import CandidateMessage, Decision, Interview, Invitation, MessageKind, lock_interview
from interviews.models.result import Recommendation
from jobs.channels import Channel
from jobs.models import JobDescription
from portal.access import GONE, TOO_MANY
from portal.urls import urlpatterns
from screener.models import Organisation
from tests.support.factories import make_approved_job, make_interview

pytestmark = pytest.mark.django_db
OK, SEEN, CONFLICT, UNPROCESSABLE = 200, 302, 409, 422
LANGUAGES = [tag for tag in dict(settings.CANDIDATE_LANGUAGES) if tag != "en"]
SHOWN_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title", "data-kept", "data-not-kept"}
SAME_AS_IN_ENGLISH = {"no", "Pause"}
"""Texts that are the same words in another language."""


class ShownTexts(HTMLParser):
    """Collects what a page shows, part by part."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts += [value or "" for name, value in attrs if name in SHOWN_ATTRIBUTES]

    def handle_data(self, data: str) -> None:
        self.parts.append(" ".join(data.split()))


def page_names(patterns: list[Any]) -> Iterator[str]:
    """The names of all addresses that need no more than the token."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from page_names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and set(pattern.pattern.converters) <= {"token"}:
            yield str(pattern.name)


def make_invitation() -> Invitation:
    job = make_approved_job(channels=list(Channel), preparation_seconds=20)
    return inviting.invite(make_interview(job=job), actor="hanna")


def address_of(name: str, token: str, language: str) -> str:
    return f"{reverse(name, args=[token])}?lang={language}"


def find_untranslated(english: Any, other: Any) -> list[str]:
    """The parts that are the same in both answers, though they are neither data nor the same words."""
    parts, other_parts = (ShownTexts(answer.content.decode()).parts for answer in (english, other))
    assert len(parts) == len(other_parts)
    interview, organisation = Interview.objects.select_related("job", "candidate").get(), Organisation.objects.get()
    employer, questions = organisation.name, interview.question_set.questions
    entered_texts = {
        interview.candidate.full_name,
        interview.job.title,
        employer,
        *dict(settings.CANDIDATE_LANGUAGES).values(),
    }
    entered_texts |= iana_time_zones() | {question.text for question in questions} | SAME_AS_IN_ENGLISH
    same = (part for part, other_part in zip(parts, other_parts, strict=True) if part == other_part)
    return [part for part in same if part not in entered_texts and any(letter.isalpha() for letter in part)]


def compare(name: str, token: str, *, status: int, method: str = "get") -> None:
    """The page is in each language, says so, and leads to all languages."""
    cache.clear()
    english, *others = (getattr(Client(), method)(address_of(name, token, tag)) for tag in ("en", *LANGUAGES))
    for language, other in zip(LANGUAGES, others, strict=True):
        compare_answers(english, other, language=language, status=status, name=name)


def compare_answers(english: Any, other: Any, *, language: str, status: int, name: str = "") -> None:
    assert (english.status_code, other.status_code) == (status, status), (name, language)
    assert (name, language, find_untranslated(english, other)) == (name, language, [])
    page = other.content.decode()
    assert f'<html lang="{language}">' in page
    assert other["Content-Language"] == language
    links = [f'href="?lang={tag}" lang="{tag}" hreflang="{tag}"' for tag in dict(settings.CANDIDATE_LANGUAGES)]
    assert all(link in page for link in links)


class TestPages:
    def test_open_pages_are_translated(self) -> None:
        token, client = make_invitation().token, Client()
        pages = [
            name for name in page_names(urlpatterns) if client.get(address_of(name, token, "en")).status_code == OK
        ]
        assert len(pages) >= 9
        for name in pages:
            compare(name, token, status=OK)

    def test_refused_forms_are_translated(self) -> None:
        token = make_invitation().token
        for name in ("portal-adjustment", "portal-feedback", "portal-schedule"):
            compare(name, token, status=UNPROCESSABLE, method="post")

    def test_later_pages_are_translated(self) -> None:
        invitation = make_invitation()
        choices.agree(invitation.interview, wording_version="x", language="en")
        choices.request_adjustment(invitation.interview, words="x", more_time=True, until=invitation.expires_at)
        compare("portal", invitation.token, status=OK)
        choices.decline(invitation.interview, language="en")
        compare("portal", invitation.token, status=OK)
        compare("portal-person", invitation.token, status=CONFLICT, method="post")

    def test_pages_after_the_interview_are_translated(self) -> None:
        invitation = make_invitation()
        with lock_interview(invitation.interview) as locked_interview:
            locked_interview.finish(Interview.Outcome.PARTIAL)
        for name in ("portal", "portal-feedback"):
            compare(name, invitation.token, status=OK)

    def test_written_interview_is_translated(self) -> None:
        token, client = make_invitation().token, Client()
        address = address_of("portal-text", token, "de")
        question = client.get(address).context["question"]
        agreement = {"choice": "agree", "turn": question.turn, "disclosure_version": question.disclosure.version}
        assert client.post(address, agreement).status_code == SEEN
        compare("portal-text", token, status=OK)
        turn = client.get(address).context["question"].turn
        assert client.post(address, {"choice": "stop", "turn": turn}).status_code == SEEN
        compare("portal-text", token, status=OK)
        compare("portal-text", token, status=CONFLICT, method="post")

    def test_refused_channel_is_translated(self) -> None:
        token = make_invitation().token
        JobDescription.objects.update(channels=[Channel.PHONE])
        compare("portal-text", token, status=CONFLICT)

    def test_closed_pages_are_translated(self) -> None:
        invitation = make_invitation()
        compare("portal", "forged", status=GONE)
        inviting.revoke(invitation, actor="hanna")
        compare("portal", invitation.token, status=GONE)
        erase_candidate(invitation.interview.candidate, actor="hanna", reason="asked")
        compare("portal", invitation.token, status=GONE)

    def test_refusal_of_many_requests_is_translated(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_invitation()
        monkeypatch.setattr("portal.access.is_over_limit", lambda *arguments, **options: True)
        compare("portal", "any", status=TOO_MANY)


def test_page_is_in_language_of_browser() -> None:
    """Without a choice and an interview in a language of the pages. The admin has no such language."""
    accepted = {"Accept-Language": "sv, pt-BR;q=0.8, de;q=0.5"}
    closed = Client().get(reverse("portal", args=["forged"]), headers=accepted)
    assert closed["Content-Language"] == "pt"
    assert Client().get(reverse("admin:login"), headers=accepted)["Content-Language"] == "de"


def test_links_keep_the_language() -> None:
    invitation = make_invitation()
    Interview.objects.update(language="fr-CA")
    token = invitation.token
    assert Client().get(reverse("portal", args=[token]))["Content-Language"] == "fr"
    page = Client().get(address_of("portal", token, "es")).content.decode()
    assert f'href="{address_of("portal-person", token, "es")}"' in page


def test_all_that_candidates_read_has_the_same_languages() -> None:
    assert set(dict(settings.CANDIDATE_LANGUAGES)) == set(wording.LANGUAGES) == set(load_wording())


def test_messages_have_no_english_text() -> None:
    wording = load_wording()
    same = [(tag, name) for tag in LANGUAGES for name, text in wording[tag].items() if text == wording["en"][name]]
    assert same == []


def test_mails_are_translated() -> None:
    invitation = make_invitation()
    drafts: list[tuple[str, Decision | None]] = [(kind, None) for kind in MessageKind if kind != MessageKind.OUTCOME]
    decisions = [Decision(verdict=verdict) for verdict in Recommendation]
    for kind, decision in [*drafts, *((MessageKind.OUTCOME, decision) for decision in decisions)]:
        mails = {}
        for tag in ("en", *LANGUAGES):
            invitation.interview.language = tag
            message = CandidateMessage(interview=invitation.interview, kind=kind, decision=decision)
            mails[tag] = compose_message(message, invitation)
        for language in LANGUAGES:
            english, other = mails["en"], mails[language]
            assert english.subject != other.subject, (kind, language)
            assert other.headers["Content-Language"] == language
            assert f'<html lang="{language}"' in other.html
            lines = set(english.text.splitlines()) & set(other.text.splitlines())
            same = [line for line in lines if line.strip("- ") and "://" not in line]
            assert (kind, language, same) == (kind, language, [])
