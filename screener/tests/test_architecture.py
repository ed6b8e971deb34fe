"""Who may import whom (docs: DESIGN, section 2)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("screener", "candidates", "jobs", "interviews", "webhooks")
OWN = {
    "screener": {"screener"},
    "candidates": {"candidates", "screener"},
    "jobs": {"jobs", "screener"},
    "interviews": {"interviews", "candidates", "jobs", "screener"},
    "webhooks": {"webhooks", "interviews", "candidates", "jobs", "screener"},
}
DOORS = {"admin", "api", "views", "tasks", "serializers"}
SOURCES = [
    path
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in path.parts and "tests" not in path.parts
]


def imported_by(path: Path) -> set[str]:
    """Every module that the file names in an import, at whatever depth."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def of_our_apps(modules: set[str]) -> set[str]:
    return {module for module in modules if module.split(".")[0] in APPS}


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
class TestImports:
    def test_point_only_downwards(self, path: Path) -> None:
        app = path.relative_to(ROOT).parts[0]
        if module_of(path) in ("screener.urls", "screener.testing"):
            return  # the top of the house, and the scaffold around it
        wrong = {module for module in of_our_apps(imported_by(path)) if module.split(".")[0] not in OWN[app]}
        assert not wrong

    def test_services_are_leaves(self, path: Path) -> None:
        if "services" not in path.parts:
            return
        modules = imported_by(path)
        assert {module for module in of_our_apps(modules) if not module.startswith("screener.services")} == set()
        assert not {module for module in modules if module.startswith(("django.db", "django.http", "rest_framework"))}

    def test_sdks_are_used_only_where_they_belong(self, path: Path) -> None:
        used = {module.split(".")[0] for module in imported_by(path)} & {"openai", "twilio"}
        if "services" in path.parts:
            return
        if path.relative_to(ROOT).parts[0] == "webhooks":
            assert used <= {"twilio"}
            allowed = ("twilio.request_validator", "twilio.twiml")
            assert all(m.startswith(allowed) for m in imported_by(path) if m.split(".")[0] == "twilio")
        else:
            assert not used

    def test_models_never_reach_for_the_network(self, path: Path) -> None:
        if path.name == "models.py" or "models" in path.parts:
            modules = imported_by(path)
            assert not {
                m for m in modules if m.startswith(("screener.services", "requests", "httpx", "urllib.request"))
            }

    def test_the_conversation_knows_no_channel(self, path: Path) -> None:
        if module_of(path) == "interviews.conversation":
            assert {m.split(".")[0] for m in imported_by(path)} <= {"re", "dataclasses", "enum"}

    def test_the_simulator_stands_alone(self, path: Path) -> None:
        if "simulator" in path.parts:
            assert {m for m in of_our_apps(imported_by(path)) if not m.startswith("webhooks.simulator")} == set()

    def test_nobody_imports_a_door(self, path: Path) -> None:
        """Doors call verbs; what one door needs of another belongs behind both."""
        if path.stem in DOORS | {"urls", "testing"} or "admin" in path.parts:
            return
        reached = {m for m in of_our_apps(imported_by(path)) if DOORS & set(m.split(".")[1:-1] or m.split(".")[1:])}
        assert {m for m in reached if not m.startswith("screener.api")} == set()

    def test_no_import_hides_in_a_function(self, path: Path) -> None:
        tree = ast.parse(path.read_text())
        hidden = [
            node.lineno
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        assert not hidden or path.name == "apps.py"


def test_production_code_has_no_branch_for_the_simulator() -> None:
    naming = [
        module_of(path)
        for path in SOURCES
        if "simulator" not in path.parts and any("simulator" in module for module in imported_by(path))
    ]
    assert naming in ([], ["webhooks.management.commands.simulate_phone"])


def test_statuses_are_written_by_their_models_alone() -> None:
    """The four doors call verbs; none of them writes a status itself."""
    writers = [
        module_of(path)
        for path in SOURCES
        if path.stem in DOORS or "admin" in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in ("status", "outcome")
    ]
    assert writers == []
