"""Programs that start the product, and therefore run without its settings."""

import os
import subprocess
import sys

PROGRAMS = (
    "devtools.demo.preflight",
    "devtools.demo.processes",
    "devtools.chaos",
    "devtools.harness.deployment",
    "devtools.load.calls",
    "devtools.load.pages.measure",
    "devtools.phone_simulator.server",
    "devtools.model_simulator.server",
)


def test_programs_load_without_settings() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-c", f"import {', '.join(PROGRAMS)}"], env=environment, check=True)
