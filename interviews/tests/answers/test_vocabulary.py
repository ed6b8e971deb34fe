"""The terms of a job that a transcriber is told of."""

import pytest

from interviews.answers.vocabulary import job_terms

ADVERTISEMENT = """We are Acme. You will build services in Python and Django on AWS, with python scripts.
Requirements:
- 5+ years of Node.js, C++, C# or .NET
- Kubernetes, Terraform and CI/CD
Build things that last."""


def test_names_and_symbols_are_terms() -> None:
    expected = ("Acme", "Django", "AWS", "Node.js", "C++", "C#", ".NET", "Kubernetes", "Terraform", "CI/CD")
    assert job_terms(ADVERTISEMENT) == expected


def test_question_comes_first() -> None:
    assert job_terms("How did you use Kafka on AWS?", ADVERTISEMENT)[:3] == ("Kafka", "AWS", "Acme")


@pytest.mark.parametrize("text", ["", "What did you do?", "12 + 30", "Tell me. Then stop!", "a " * 50_000])
def test_plain_words_are_no_terms(text: str) -> None:
    assert job_terms(text) == ()


def test_other_scripts_have_no_case() -> None:
    assert job_terms("我们使用 PostgreSQL 和容器") == ("PostgreSQL",)
