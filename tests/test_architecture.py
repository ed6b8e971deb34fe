"""The map of the packages: who may import whom, and how large a folder may grow."""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from rest_framework.serializers import ModelSerializer

import screener.urls  # noqa: F401 - it imports every serializer

ROOT = Path(__file__).resolve().parents[1]
APPS = ("screener", "candidates", "jobs", "interviews", "webhooks", "desk", "portal")
DEVTOOLS = "devtools"
MOST_MODULES_IN_A_FOLDER = 12
OWN = {
    "screener": {"screener"},
    "candidates": {"candidates", "screener"},
    "jobs": {"jobs", "screener"},
    "interviews": {"interviews", "candidates", "jobs", "screener"},
    "webhooks": {"webhooks", "interviews", "candidates", "jobs", "screener"},
    "desk": {"desk", "interviews", "candidates", "jobs", "screener"},
    "portal": {"portal", "interviews", "candidates", "jobs", "screener"},
}
MODELS = {model.__name__: model for app in APPS for model in apps.get_app_config(app).get_models()}
STATE_FIELDS = {
    field.name
    for model in MODELS.values()
    for field in model._meta.fields
    if field.name.endswith(("status", "outcome"))
}
ROW_WRITERS = {
    *("update_fields", "release", "save", "setattr", "update", "bulk_update"),
    *("create", "get_or_create", "update_or_create", "bulk_create"),
}
DOORS = {"admin", "api", "views", "tasks", "serializers"}


def modules_below(*folders: str) -> list[Path]:
    """The product's modules, without tests and migrations."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in paths if not {"migrations", "tests"} & set(path.relative_to(ROOT).parts)]


SOURCES = modules_below(*APPS)


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """Every node of the file's syntax tree."""
    return list(ast.walk(ast.parse(path.read_text())))


@cache
def imported_by(path: Path) -> set[str]:
    """Every module that the file imports, at any depth."""
    modules: set[str] = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def breaches(where: Callable[[Path], bool], wrong: Callable[[Path, str], bool]) -> dict[str, set[str]]:
    """The modules below `where`, each with its forbidden imports."""
    checked = {
        module_of(path): {module for module in imported_by(path) if wrong(path, module)}
        for path in SOURCES
        if where(path)
    }
    assert checked  # a rule that applies to no file can't fail
    return {module: imports for module, imports in checked.items() if imports}


def is_ours(module: str) -> bool:
    return module.split(".")[0] in APPS


def app_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def test_imports_point_only_downwards() -> None:
    """The URL configuration is the one exception: it names the views of every app."""
    assert not breaches(
        lambda path: module_of(path) != "screener.urls",
        lambda path, module: is_ours(module) and module.split(".")[0] not in OWN[app_of(path)],
    )


def test_apps_import_no_devtools() -> None:
    assert not breaches(lambda _: True, lambda _, module: module.split(".")[0] in (DEVTOOLS, "tests"))


def package_of(path: Path) -> str:
    """The folder of a module. A module that lies beside packages stands for itself."""
    has_packages = any(
        folder.name != "migrations" for folder in path.parent.iterdir() if (folder / "__init__.py").exists()
    )
    return module_of(path) if has_packages else module_of(path).rpartition(".")[0]


def test_packages_have_no_import_cycle() -> None:
    paths = {module_of(path): path for path in modules_below(*APPS, DEVTOOLS)}
    graph: dict[str, set[str]] = {}
    for path in paths.values():
        for name in imported_by(path):
            module = name if name in paths else name.rpartition(".")[0]
            if module in paths and paths[module].name != "__init__.py":
                graph.setdefault(package_of(path), set()).add(package_of(paths[module]))
    edges = {package: imported - {package} for package, imported in graph.items()}
    assert list(TopologicalSorter(edges).static_order())  # raises CycleError, which names the cycle


def test_folders_stay_small() -> None:
    modules = [path for path in modules_below(*APPS, DEVTOOLS) if path.name != "__init__.py"]
    crowded = {str(folder): count for folder, count in Counter(path.parent for path in modules).items()}
    assert {folder: count for folder, count in crowded.items() if count > MOST_MODULES_IN_A_FOLDER} == {}


def test_twilio_webhooks_stay_thin() -> None:
    lines = sum(len(path.read_text().splitlines()) for path in (ROOT / "webhooks" / "twilio").glob("*.py"))
    assert 0 < lines < 1000


def test_services_are_leaves() -> None:
    leaves = ("screener.services", "screener.records", "screener.judge", "screener.language_tag")
    forbidden = ("django.db", "django.http", "rest_framework")
    assert not breaches(
        lambda path: "services" in path.parts,
        lambda _, module: (is_ours(module) and not module.startswith(leaves)) or module.startswith(forbidden),
    )


def test_sdks_are_used_only_where_they_belong() -> None:
    def wrong(path: Path, module: str) -> bool:
        if app_of(path) == "webhooks" and module.startswith(("twilio.request_validator", "twilio.twiml")):
            return False
        return module.split(".")[0] in ("openai", "twilio")

    assert not breaches(lambda path: "services" not in path.parts, wrong)


def test_models_never_reach_for_network() -> None:
    network = ("screener.services", "requests", "httpx", "urllib.request", "aiohttp")
    assert not breaches(
        lambda path: path.name == "models.py" or "models" in path.parts, lambda _, module: module.startswith(network)
    )


def test_conversation_knows_no_channel() -> None:
    pure = tuple(
        "re dataclasses datetime difflib enum typing math collections functools hashlib itertools pathlib".split()
    )
    assert not breaches(
        lambda path: module_of(path).startswith("interviews.conversation"),
        lambda _, module: not module.startswith("interviews.conversation") and module.split(".")[0] not in pure,
    )


def catches_all(case: ast.match_case) -> bool:
    """Whether no value can get past this case, as with `case _` and `case _ as name`."""
    pattern: ast.pattern | None = case.pattern
    while isinstance(pattern, ast.MatchAs) and pattern.pattern:
        pattern = pattern.pattern
    return case.guard is None and isinstance(pattern, ast.MatchAs)


def test_every_match_is_exhaustive() -> None:
    """Over a closed union the last case is `assert_never`, which mypy checks; elsewhere it gives the default."""
    falling_through = [
        f"{module_of(path)}:{node.lineno}"
        for path in SOURCES
        for node in nodes_of(path)
        if isinstance(node, ast.Match) and not catches_all(node.cases[-1])
    ]
    assert falling_through == []


def caught_names(path: Path) -> set[str]:
    """The exceptions that `except` clauses name."""
    clauses = [node.type for node in nodes_of(path) if isinstance(node, ast.ExceptHandler) and node.type]
    parts = [part for clause in clauses for part in ast.walk(clause)]
    return {part.id for part in parts if isinstance(part, ast.Name)} | {
        part.attr for part in parts if isinstance(part, ast.Attribute)
    }


def test_only_steps_postpone_unsent_requests() -> None:
    catching = {module_of(path) for path in SOURCES if "NotSent" in caught_names(path)}
    assert catching == {"screener.background.steps"}


def test_no_vendor_is_compared_by_name() -> None:
    """Code that depends on a vendor stands behind a protocol."""
    vendors = {"twilio", "openai"}
    compared = [
        f"{module_of(path)}:{node.lineno}"
        for path in SOURCES
        for node in nodes_of(path)
        if isinstance(node, ast.Compare)
        and any(isinstance(part, ast.Constant) and part.value in vendors for part in ast.walk(node))
    ]
    assert compared == []


def test_phone_simulator_stands_alone() -> None:
    """It knows the application by HTTP only."""
    imports = {path: imported_by(path) for path in modules_below("devtools/phone_simulator")}
    foreign = {
        module_of(path): module
        for path, modules in imports.items()
        for module in modules
        if module.startswith((*APPS, "django"))
        or (module.startswith(DEVTOOLS) and not module.startswith("devtools.phone_simulator"))
    }
    assert imports
    assert foreign == {}


def test_nobody_imports_door() -> None:
    """Entry points do not import each other; shared code belongs below both."""

    def is_door(path: Path) -> bool:
        # Deliveries speak the format of the API.
        is_in_door = bool({"admin", "api", "outgoing"} & set(path.parts)) or app_of(path) in ("desk", "portal")
        return is_in_door or path.stem in DOORS | {"urls"}

    def wrong(_: Path, module: str) -> bool:
        inner = module.split(".")[1:]
        return is_ours(module) and bool(DOORS & set(inner[:-1] or inner)) and not module.startswith("screener.api")

    assert not breaches(lambda path: not is_door(path), wrong)


def test_no_import_hides_in_function() -> None:
    hidden = [
        f"{module_of(path)}:{node.lineno}"
        for path in SOURCES
        if path.name != "apps.py"
        for function in nodes_of(path)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def has_models(path: Path) -> bool:
    return path.name == "models.py" or "models" in path.parts


def may_change_rows(path: Path) -> bool:
    """Services cannot import a model (see above)."""
    return "services" not in path.parts


def called_name(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def passes_state(node: ast.expr) -> bool:
    """Whether a state field is passed by keyword, in a dict literal or by name to a call that writes rows."""
    if not isinstance(node, ast.Call) or called_name(node) not in ROW_WRITERS | MODELS.keys():
        return False
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    constants = {inner.value for value in values for inner in ast.walk(value) if isinstance(inner, ast.Constant)}
    keywords = {keyword.arg for keyword in node.keywords}
    return bool(STATE_FIELDS & (keywords | constants))


def assigns_state(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in STATE_FIELDS


def state_writes(nodes: Iterable[ast.AST]) -> list[int]:
    """The line numbers at which these nodes write a state field."""
    expressions = [node for node in nodes if isinstance(node, ast.expr)]
    return [node.lineno for node in expressions if assigns_state(node) or passes_state(node)]


def test_state_changes_stay_in_models() -> None:
    """State transitions are verbs of the models; other modules call them."""
    outside = [path for path in SOURCES if may_change_rows(path) and not has_models(path)]
    writes = [f"{module_of(path)}:{line}" for path in outside for line in state_writes(nodes_of(path))]
    assert writes == []


@pytest.mark.parametrize(
    "source",
    [
        "interview.status = 'failed'",
        "self.interview.status, reason = 'failed', ''",
        "interview.update_fields(status='failed')",
        "response.release(tries=0, status='assessed')",
        "Attempt.objects.filter(status='pending').update(outcome='no_answer')",
        "Interview.objects.bulk_update(interviews, ['result_status'])",
        "interview.save(update_fields=['updated_at', 'result_status'])",
        "Call.objects.update_or_create(sid='CA1', defaults={'status': 'completed'})",
        "job.update_fields(**{'questions_status': 'ready'})",
        "setattr(candidate, 'resume_status', 'read')",
        "Interview(status='failed').save()",
    ],
)
def test_state_writes_are_found(source: str) -> None:
    assert state_writes(ast.walk(ast.parse(source))) == [1]


@pytest.mark.parametrize(
    "source",
    [
        "Interview.objects.filter(status='pending').update(updated_at=now)",
        "interview.update_fields(next_attempt_at=None)",
        "Response(body, status=202)",
        "status, outcome = interview.status, interview.outcome",
    ],
)
def test_state_reads_are_allowed(source: str) -> None:
    assert state_writes(ast.walk(ast.parse(source))) == []


def changes_row(node: ast.AST) -> bool:
    """Whether this is a call that updates the row of a leasable or base model, or one that adds an event."""
    return isinstance(node, ast.Call) and called_name(node) in {"update_fields", "release", "add_event"}


def test_only_locked_interviews_change() -> None:
    """The row classes have no transitions, so that mypy refuses the change of a row that is not locked."""
    files = [
        ROOT / "interviews" / "models" / f"{name}.py" for name in ("interview", "attempt", "response", "recording")
    ]
    changing = [path.name for path in files if any(map(changes_row, nodes_of(path)))]
    assert changing == []
    transitions = ROOT / "interviews" / "models" / "transitions" / "interview.py"
    assert any(map(changes_row, nodes_of(transitions)))


def test_models_import_nothing_for_types_alone() -> None:
    """Such an import hides a cycle."""
    assert not breaches(has_models, lambda _, module: module == "typing.TYPE_CHECKING")


def subclasses(parent: type[Any]) -> Iterator[type[Any]]:
    for child in parent.__subclasses__():
        yield child
        yield from subclasses(child)


def test_serializers_never_write_state() -> None:
    """Their validated data goes into `update_fields` as it is."""
    writable = {
        f"{serializer.__name__}.{field.source}"
        for serializer in subclasses(ModelSerializer)
        if serializer.__module__.split(".")[0] in APPS and hasattr(serializer, "Meta")
        for field in serializer().fields.values()
        if field.source in STATE_FIELDS and not field.read_only
    }
    assert writable == set()


def test_pages_show_names_by_candidate() -> None:
    """`{{ candidate }}` and `str(candidate)` are masked in blind mode, `full_name` is not."""
    templates = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if "candidate.full_name" in path.read_text()
    ]
    assert templates == ["templates/candidates/export_index.html"]
    reading = [
        f"{module_of(path)}:{node.lineno}"
        for path in modules_below("desk")
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute) and node.attr == "full_name"
    ]
    assert reading == []
