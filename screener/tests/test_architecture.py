"""Who may import whom (docs: DESIGN, section 2)."""

import ast
from collections.abc import Callable
from pathlib import Path

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


IMPORTS = {path: imported_by(path) for path in SOURCES}


def breaches(where: Callable[[Path], bool], wrong: Callable[[Path, str], bool]) -> dict[str, set[str]]:
    """The modules that keep to `where`, each with what it imports and must not."""
    found = {
        module_of(path): {module for module in modules if wrong(path, module)}
        for path, modules in IMPORTS.items()
        if where(path)
    }
    assert found, "the rule applies to no file: it can't fail"
    return {module: imports for module, imports in found.items() if imports}


def is_ours(module: str) -> bool:
    return module.split(".")[0] in APPS


def app_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def test_imports_point_only_downwards() -> None:
    """Except from the top of the house, and from the scaffold around it."""
    above = ("screener.urls", "screener.testing")
    assert not breaches(
        lambda path: module_of(path) not in above,
        lambda path, module: is_ours(module) and module.split(".")[0] not in OWN[app_of(path)],
    )


def test_services_are_leaves() -> None:
    forbidden = ("django.db", "django.http", "rest_framework")
    assert not breaches(
        lambda path: "services" in path.parts,
        lambda _, module: (
            (is_ours(module) and not module.startswith("screener.services")) or module.startswith(forbidden)
        ),
    )


def test_sdks_are_used_only_where_they_belong() -> None:
    def wrong(path: Path, module: str) -> bool:
        if app_of(path) == "webhooks" and module.startswith(("twilio.request_validator", "twilio.twiml")):
            return False
        return module.split(".")[0] in ("openai", "twilio")

    assert not breaches(lambda path: "services" not in path.parts, wrong)


def test_models_never_reach_for_the_network() -> None:
    network = ("screener.services", "requests", "httpx", "urllib.request", "aiohttp")
    assert not breaches(
        lambda path: path.name == "models.py" or "models" in path.parts, lambda _, module: module.startswith(network)
    )


def test_the_conversation_knows_no_channel() -> None:
    assert not breaches(
        lambda path: module_of(path) == "interviews.conversation",
        lambda _, module: module.split(".")[0] not in ("re", "dataclasses", "enum"),
    )


def test_the_simulator_stands_alone() -> None:
    assert not breaches(
        lambda path: "simulator" in path.parts,
        lambda _, module: (
            (is_ours(module) and not module.startswith("webhooks.simulator")) or module.startswith("django")
        ),
    )


def test_nobody_imports_a_door() -> None:
    """Doors call verbs; what one door needs of another belongs behind both."""

    def is_door(path: Path) -> bool:
        return path.stem in DOORS | {"urls", "testing"} or "admin" in path.parts

    def wrong(_: Path, module: str) -> bool:
        inner = module.split(".")[1:]
        return is_ours(module) and bool(DOORS & set(inner[:-1] or inner)) and not module.startswith("screener.api")

    assert not breaches(lambda path: not is_door(path), wrong)


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{module_of(path)}:{node.lineno}"
        for path in SOURCES
        if path.name != "apps.py"
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


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
