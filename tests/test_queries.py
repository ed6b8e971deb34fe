"""Queries and branches look at codes. A sentence is for people: rewording it changes no behaviour."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.test_architecture import SOURCES, called_name, module_of, nodes_of

LOOKUPS = {"filter", "exclude", "get", "get_or_create", "update_or_create", "aggregate", "annotate", "Q", "When"}
TEXT_TESTS = {"startswith", "endswith", "removeprefix", "removesuffix", "find", "index", "count"}
WORDS_IN_SENTENCE = 3
PACKAGES_OF_EXTRAS = {"ctranslate2", "faster_whisper", "numpy", "onnxruntime"}


def is_sentence(text: str) -> bool:
    return sum(word.strip(".,:;!?'\"()").isalpha() for word in text.split()) >= WORDS_IN_SENTENCE


def texts_in(expression: ast.expr, names: Mapping[str, Any]) -> Iterator[str]:
    """String constants of the expression, written out or named by a module's constant."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name):
            value = names.get(node.id)
            values = value if isinstance(value, tuple | list | set | frozenset) else [value]
            yield from (str(text) for text in values if isinstance(text, str))


def compared_expressions(node: ast.AST) -> list[ast.expr]:
    """The values that this node compares with a column or a text."""
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if not isinstance(node, ast.Call):
        return []
    if called_name(node) in LOOKUPS:
        return [keyword.value for keyword in node.keywords]
    return node.args if called_name(node) in TEXT_TESTS else []


def sentence_comparisons(nodes: Iterable[ast.AST], names: Mapping[str, Any]) -> list[int]:
    """The line numbers at which these nodes compare with a sentence."""
    return sorted(
        {
            expression.lineno
            for node in nodes
            for expression in compared_expressions(node)
            if any(map(is_sentence, texts_in(expression, names)))
        }
    )


def names_of(path: Path) -> Mapping[str, Any]:
    """The names of the module. None where it needs a package of an extra, so that only written texts are checked."""
    try:
        return vars(import_module(module_of(path)))
    except ModuleNotFoundError as error:
        if error.name not in PACKAGES_OF_EXTRAS:
            raise
        return {}


def test_no_query_compares_with_sentence() -> None:
    comparisons = [
        f"{module_of(path)}:{line}" for path in SOURCES for line in sentence_comparisons(nodes_of(path), names_of(path))
    ]
    assert comparisons == []


@pytest.mark.parametrize(
    "source",
    [
        "Interview.objects.filter(waiting_for='All lines are busy.')",
        "Interview.objects.filter(waiting_for__in=[ALL_BUSY, 'other'])",
        "Interview.objects.exclude(Q(waiting_for__startswith='All lines are'))",
        "Case(When(reason=ALL_BUSY, then=1))",
        "interview.waiting_for == ALL_BUSY",
        "'lines are busy' in interview.waiting_for",
        "attempt.reason.startswith('The carrier took')",
        "interview.waiting_for in REASONS",
    ],
)
def test_sentence_comparisons_are_found(source: str) -> None:
    names = {"ALL_BUSY": "All lines are busy.", "REASONS": ("All lines are busy.", "The job is full.")}
    assert sentence_comparisons(ast.walk(ast.parse(source)), names) == [1]


@pytest.mark.parametrize(
    "source",
    [
        "Interview.objects.filter(wait_reason='no_capacity', status__in=LIVE)",
        "interview.update_fields(waiting_for='All lines are busy.')",
        "messages.get('All lines are busy.')",
        "raise NotPossible('All lines are busy.') if status == 'failed' else None",
    ],
)
def test_codes_and_written_sentences_are_allowed(source: str) -> None:
    nodes = ast.walk(ast.parse(source.replace("raise ", "")))
    assert sentence_comparisons(nodes, {"LIVE": ("pending", "in_progress")}) == []
