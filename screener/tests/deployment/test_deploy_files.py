"""The files in `deploy/` against the program, and the steps of the image as plain commands."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from devtools.harness.deployment import find_free_port, wait_until
from screener.background.queue_figures import queue_figures
from screener.deployment.checks import PLACEHOLDER

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
PROCFILE = dict(re.findall(r"^(\w+): (.*)$", (ROOT / "Procfile").read_text(), re.MULTILINE))
SETTINGS = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
OF_OTHERS = {
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CA_BUNDLE", "SSL_CERT_FILE"),  # boto3, OpenSSL
    *("POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "SITE", "VERSION"),  # the images of compose.yaml
}
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
MANIFESTS = [
    manifest
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for manifest in yaml.safe_load_all(path.read_text())
]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
GUIDE = (ROOT / "docs/deploy.md").read_text()


def of_kind(kind: str) -> list[dict[str, Any]]:
    found = [manifest for manifest in MANIFESTS if manifest["kind"] == kind]
    assert found
    return found


def containers() -> Iterator[dict[str, Any]]:
    for manifest in [*of_kind("Deployment"), *of_kind("Job")]:
        yield from manifest["spec"]["template"]["spec"]["containers"]


def default_port(process: str) -> int:
    match = re.search(r":-([0-9]+)\}+ --no", PROCFILE[process])
    assert match
    return int(match[1])


def test_variables_are_settings() -> None:
    named = {name for manifest in of_kind("ConfigMap") for name in manifest["data"]}
    named |= {name for manifest in of_kind("Secret") for name in manifest["stringData"]}
    named |= {name for service in COMPOSE["services"].values() for name in service.get("environment", {})}
    named |= set(re.findall(r"`([A-Z]{2,}_[A-Z_]+|SITE)[=`]", GUIDE))
    named |= set(re.findall(r"\b([A-Z_]+)=", " ".join(re.findall(r"^ENV (.*)$", DOCKERFILE, re.MULTILINE))))
    assert named - SETTINGS - OF_OTHERS <= {"PATH", "PYTHONUNBUFFERED", "PIP_DISABLE_PIP_VERSION_CHECK"}


def test_processes_and_ports_are_those_of_the_procfile() -> None:
    services = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
    by_container = {container["name"]: container for container in containers()}
    assert {service["command"][0] for service in services.values()} <= PROCFILE.keys()
    assert {container["args"][0] for container in by_container.values()} <= PROCFILE.keys()
    assert {unit.stem.removeprefix("screener-") for unit in UNITS} <= PROCFILE.keys()
    caddy = dict(re.findall(r"reverse_proxy (\w+):([0-9]+)", (DEPLOY / "Caddyfile").read_text()))
    for process in ("web", "webhooks"):
        port = default_port(process)
        assert services[process]["expose"] == [str(port)]
        assert by_container[process]["ports"][0]["containerPort"] == port
        assert caddy[process] == str(port)
        assert f" {port}" in DOCKERFILE


def test_images_are_pinned_and_unprivileged() -> None:
    images = [
        *re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE),
        *(container["image"] for container in containers()),
    ]
    images += [service["image"] for service in COMPOSE["services"].values() if "build" not in service]
    assert [image for image in images if not re.search(r":v?[0-9]+\.[0-9]+(\.[0-9]+)?(-|$)", image)] == []
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE)[-1] == "10001:10001"
    assert not re.search(r"^(ARG|ENV).*(KEY|TOKEN|SECRET|PASSWORD)", DOCKERFILE, re.MULTILINE)
    assert {"**/.env", "deploy/metrics-token", "var", ".git"} <= set(
        (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    )
    ports = {(name, port) for name, service in COMPOSE["services"].items() for port in service.get("ports", [])}
    assert {name for name, port in ports if not port.startswith("127.0.0.1:")} == {"caddy"}
    assert all(container["securityContext"]["readOnlyRootFilesystem"] for container in containers())


@pytest.mark.django_db
def test_workers_are_scaled_by_a_metric_that_exists() -> None:
    (scaler,) = of_kind("HorizontalPodAutoscaler")
    (metric,) = scaler["spec"]["metrics"]
    assert metric["external"]["metric"]["name"] in {figure.name for figure in queue_figures()}
    assert scaler["spec"]["scaleTargetRef"]["name"] in {
        manifest["metadata"]["name"] for manifest in of_kind("Deployment")
    }


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_units_are_valid(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace("/opt/screener", str(ROOT)).replace("=screener\n", "=root\n")
        (tmp_path / unit.name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.glob("*.service"))]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in process.stderr.splitlines() if "screener-" in line] == []
    assert process.returncode == 0


def production_environment() -> dict[str, str]:
    """What the templates say, with secrets in place of placeholders."""
    secret = "c2VjcmV0IG9mIGFuIGV4cGVyaW1lbnQsIDMyIGJ5dGU="
    (plain,), (secrets,) = of_kind("ConfigMap"), of_kind("Secret")
    environment = {name: value.replace(PLACEHOLDER, secret) for name, value in secrets["stringData"].items()}
    database = secrets["stringData"]["DATABASE_URL"].replace(PLACEHOLDER, "0123456789abcdef")
    environment |= plain["data"] | {
        "SECRET_KEY": "0123456789abcdef" * 4,
        "DATABASE_URL": database.replace("@db.example.com", "@db.invalid"),
        "TWILIO_PHONE_NUMBER": "+12025550100",
        "WHITELISTED_NUMBERS": "*",
        "ALLOWED_COUNTRIES": "US",
        "DAILY_SPEND_LIMIT": "100",
        "OPENAI_API_KEY": "",  # the check would ask its server
        "JUDGE": "person",
        "DEBUG": "0",
    }
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **environment}


def image_files(folder: Path) -> None:
    """What `COPY . .` puts into the image."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    ignored = {
        line for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if not line.startswith("#")
    }
    for name in filter(None, listed.split("\0")):
        parts = Path(name).parts
        if parts[0] in ignored or ("tests" in parts and "**/tests" in ignored) or not (ROOT / name).is_file():
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)


@pytest.mark.slow
def test_steps_of_the_image_work_in_a_clean_folder(tmp_path: Path) -> None:
    """The packages are those of this environment: the image installs the same files of requirements.

    Compressing static files takes a minute; `make serve` does it in the journeys.
    """
    image_files(tmp_path)
    environment = production_environment()
    assert all((tmp_path / name).exists() for name in re.findall(r"-r (\S+)", DOCKERFILE))
    (collect,) = re.findall(r"^RUN (.*collectstatic.*)$", DOCKERFILE, re.MULTILINE)
    path = {"PATH": environment["PATH"]}
    subprocess.run(["sh", "-c", f"{collect} --no-post-process"], cwd=tmp_path, env=path, check=True, timeout=120)
    subprocess.run(["sh", "-c", "rm -rf var"], cwd=tmp_path, check=True)
    check = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stderr
    assert "no issues" in check.stdout
    (entrypoint,), (command,) = (
        re.findall(rf"^{word} \[(.*)\]$", DOCKERFILE, re.MULTILINE) for word in ("ENTRYPOINT", "CMD")
    )
    port = find_free_port()
    arguments = [part.strip('"') for part in (entrypoint, command)]
    log = (tmp_path / "web.log").open("wb")
    with (
        log,
        subprocess.Popen(
            [str(tmp_path / arguments[0]), *arguments[1:]],
            cwd=tmp_path,
            env=environment | {"WEB_PORT": str(port), "WEB_WORKERS": "1"},
            stdout=log,
            stderr=log,
        ) as web,
    ):
        try:
            wait_until(lambda: is_healthy(port), 60, "the web process of the image")
            assert requests.get(f"http://127.0.0.1:{port}/static/screener/icon.svg", timeout=10).ok
        finally:
            web.terminate()
            web.wait(timeout=30)


def is_healthy(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).ok
    except requests.RequestException:
        return False
