"""Interview templates over the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from jobs.api.template_serializers import FIXED_EXAMPLE, NEW_TEMPLATE, SLOT_EXAMPLE
from jobs.models import JobDescription, Template
from tests.support.api_problems import assert_problem
from tests.support.factories import API_ACTOR, make_job

ADDRESS = "/api/v1/templates/"
NIGHTS: Any = NEW_TEMPLATE["eligibility"][0]  # type: ignore[index]
DRIVERS = NEW_TEMPLATE | {
    "name": "Drivers",
    "parts": [FIXED_EXAMPLE, {"kind": "problem_solving", "family": "transport", "count": 2, "weight": 2.5}],
    "settings": {"channels": ["text"], "answer_pause_seconds": 10},
}


@pytest.fixture
def template(api: APIClient) -> Any:
    answer = api.post(ADDRESS, DRIVERS)
    assert answer.status_code == 201
    return answer.json()


@pytest.fixture
def job(db: None) -> JobDescription:
    return make_job(title="Lorry driver", description="Drive our lorry.")


def test_change_adds_version(api: APIClient, template: Any) -> None:
    address = f"{ADDRESS}{template['id']}/"
    assert (template["version"], template["author"], template["settings"]["takes_allowed"]) == (1, API_ACTOR, None)
    changed = api.patch(address, {"settings": {"takes_allowed": 3}, "note": "Longer."}).json()
    assert (changed["version"], changed["note"], changed["parts"]) == (2, "Longer.", template["parts"])
    assert changed["settings"] == template["settings"] | {"takes_allowed": 3}
    renamed = api.patch(address, {"name": "Truckers", "in_use": False}).json()
    assert (renamed["version"], renamed["name"], renamed["in_use"]) == (2, "Truckers", False)
    versions = api.get(f"{address}versions/").json()
    assert [(version["number"], version["settings"]["takes_allowed"]) for version in versions] == [(2, 3), (1, None)]
    difference = {"field": "takes_allowed", "before": None, "after": 3}
    assert api.get(f"{address}diff/").json()["settings"] == [difference]
    assert api.get(f"{address}diff/", {"before": 1, "after": 1}).json()["settings"] == []
    assert_problem(api.get(f"{address}diff/", {"before": "x"}), 400)


def test_part_is_removed_and_added_in_diff(api: APIClient, template: Any) -> None:
    address = f"{ADDRESS}{template['id']}/"
    api.patch(address, {"parts": [SLOT_EXAMPLE, FIXED_EXAMPLE]})
    changes = [entry["change"] for entry in api.get(f"{address}diff/").json()["parts"]]
    assert sorted(changes) == ["added", "kept", "removed"]


def test_job_is_filled(api: APIClient, template: Any, job: JobDescription) -> None:
    address = f"{ADDRESS}{template['id']}/"
    preview = api.post(f"{address}fill/", {"job": str(job.pk), "preview": True}).json()
    assert (preview["question_set"], job.question_sets.count()) == (None, 0)
    filled = api.post(f"{address}fill/", {"job": str(job.pk), "seed": preview["seed"]}).json()
    assert (filled["questions"], filled["version"]) == (preview["questions"], 1)
    read = api.get(f"/api/v1/jobs/{job.pk}/").json()
    assert (read["questions"], read["question_set"]["id"]) == (filled["questions"], filled["question_set"])
    assert (read["channels"], read["answer_pause_seconds"]) == (["text"], 10)
    used = api.get(f"/api/v1/question-sets/{filled['question_set']}/").json()["template_use"]
    assert used == {"template": template["id"], "version": 1, "seed": preview["seed"]}
    assert api.get(address).json()["jobs"] == 1


def test_older_version_is_filled(api: APIClient, template: Any, job: JobDescription) -> None:
    address = f"{ADDRESS}{template['id']}/"
    api.patch(address, {"parts": [SLOT_EXAMPLE]})
    assert api.post(f"{address}fill/", {"job": str(job.pk), "version": 1}).json()["version"] == 1
    assert_problem(api.post(f"{address}fill/", {"job": str(job.pk), "version": 3}), 400)


def test_unfilled_slot_is_named(api: APIClient, template: Any, job: JobDescription) -> None:
    address = f"{ADDRESS}{template['id']}/"
    api.patch(address, {"parts": [{"family": "transport", "kind": "communication", "difficulty": 3, "count": 2}]})
    problem = assert_problem(api.post(f"{address}fill/", {"job": str(job.pk)}), 409)
    slot = {"position": 0, "language": "en", "wanted": 2, "found": 0}
    assert (problem["code"], problem["slots"], job.question_sets.count()) == ("unfilled_slots", [slot], 0)
    gaps = [(gap["language"], gap["found"]) for gap in api.get(f"{address}gaps/").json()["gaps"]]
    assert gaps == [("en", 1), ("de", 1)]
    assert_problem(api.post(f"{address}fill/", {"job": template["id"]}), 400)


def test_unlawful_fixed_question_is_warned_about(api: APIClient, template: Any) -> None:
    fixed = FIXED_EXAMPLE | {"text": "How old are you?"}
    changed = api.patch(f"{ADDRESS}{template['id']}/", {"parts": [SLOT_EXAMPLE, fixed]}).json()
    assert changed["warnings"] == [{"position": 1, "topics": ["age"]}]


def test_eligibility_is_versioned_and_fills_jobs_that_have_none(
    api: APIClient, template: Any, job: JobDescription
) -> None:
    address = f"{ADDRESS}{template['id']}/"
    assert [entry["text"] for entry in template["eligibility"]] == [NIGHTS["text"]]
    age = {"text": "How old are you?", "language": "en", "kind": "number", "minimum": 18, "effect": "knock_out"}
    changed = api.patch(address, {"eligibility": [NIGHTS, age]}).json()
    assert (changed["version"], changed["eligibility_warnings"]) == (2, [{"position": 1, "topics": ["age"]}])
    changes = api.get(f"{address}diff/").json()["eligibility"]
    assert [(entry["change"], entry["question"]["language"]) for entry in changes] == [("kept", "en"), ("added", "en")]
    filled = api.post(f"{address}fill/", {"job": str(job.pk), "version": 1}).json()
    assert filled["eligibility"] == api.get(f"/api/v1/jobs/{job.pk}/").json()["eligibility"]
    assert [entry["text"] for entry in filled["eligibility"]] == [NIGHTS["text"]]
    for preview in (True, False):
        again = api.post(f"{address}fill/", {"job": str(job.pk), "preview": preview}).json()
        assert again["eligibility"] == filled["eligibility"]


INVALID_ELIGIBILITY: list[tuple[Any, str]] = [
    ([NIGHTS | {"accepted": ["maybe"]}], "0.accepted"),
    ([NIGHTS | {"language": ""}], "0.language"),
    ([NIGHTS, NIGHTS], "1.text"),
    ([NIGHTS, NIGHTS | {"language": "de"}, NIGHTS | {"language": "de", "text": "Dürfen Sie?"}], "2.language"),
    ([NIGHTS, NIGHTS | {"language": "de", "effect": "knock_out"}], "1.kind"),
]


def test_invalid_eligibility_is_refused(api: APIClient, template: Any) -> None:
    for questions, marked in INVALID_ELIGIBILITY:
        answer = api.patch(f"{ADDRESS}{template['id']}/", {"eligibility": questions})
        assert list(assert_problem(answer, 400)["errors"]) == [f"eligibility.{marked}"]


INVALID_FIELDS: list[tuple[str, Any]] = [
    ("parts", []),
    ("parts", [SLOT_EXAMPLE | {"count": 21}]),
    ("parts", [SLOT_EXAMPLE | {"family": "magic"}]),
    ("parts", [SLOT_EXAMPLE | {"language": "en"}]),
    ("parts", [FIXED_EXAMPLE | {"max_seconds": 5}]),
    ("parts", [SLOT_EXAMPLE] * 61),
    ("settings", {"channels": []}),
    ("settings", {"answer_pause_seconds": 99}),
    ("settings", {"magic": 1}),
    ("rubric", []),
    ("rubric", [{"key": "a"}]),
    ("name", "NURSE: HR interview"),
    ("interview_type", "magic"),
]


def test_invalid_field_is_refused(api: APIClient, template: Any) -> None:
    for field, content in INVALID_FIELDS:
        for answer in (
            api.post(ADDRESS, DRIVERS | {"name": "Others", field: content}),
            api.patch(f"{ADDRESS}{template['id']}/", {field: content}),
        ):
            assert any(name.startswith(field) for name in assert_problem(answer, 400)["errors"]), content
    assert Template.objects.get(pk=template["id"]).versions.count() == 1


def test_list_shows_newest_version(api: APIClient, template: Any) -> None:
    Template.objects.get(pk=template["id"]).add_version(by="hr", takes_allowed=3)
    listed = api.get(ADDRESS).json()["results"][0]
    assert (listed["id"], listed["version"], listed["settings"]["takes_allowed"]) == (template["id"], 2, 3)


def test_list_is_filtered(api: APIClient, template: Any, django_assert_max_num_queries: Any) -> None:
    for query, count in (({"interview_type": "hr"}, 6), ({"search": "driver"}, 4), ({"in_use": "false"}, 0)):
        with django_assert_max_num_queries(8):
            assert len(api.get(ADDRESS, query).json()["results"]) == count
