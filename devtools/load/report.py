"""Prints the results of a measurement as they arrive, and saves them in var/."""

import json
import os
import sys
from typing import Any

import psutil

from devtools.harness.database import ROOT
from devtools.load.targets import evaluate_goals


def print_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def print_section(name: str, section: dict[str, Any]) -> dict[str, Any]:
    """Print a section of the report, and return it."""
    print_line(format_table({name: section}))
    return section


def format_table(report: dict[str, Any], indent: str = "") -> str:
    lines = []
    for name, value in report.items():
        if isinstance(value, dict):
            lines += [f"{indent}{name}", format_table(value, indent + "  ")]
        else:
            lines.append(f"{indent}{name.replace('_', ' '):<40} {value}")
    return "\n".join(lines)


def describe_machine(**details: Any) -> dict[str, Any]:
    """Return facts about the machine. `load_before` shows whether it was idle."""
    loads = [round(load, 1) for load in psutil.getloadavg()]
    return {"cores": os.cpu_count(), "load_before": loads, **details}


def save_report(report: dict[str, Any], file: str) -> None:
    """Print for each goal whether it was met, and save the report as var/FILE."""
    print_line("\n".join(evaluate_goals(report)))
    path = ROOT / "var" / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(report, indent=2))
