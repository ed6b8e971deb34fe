"""What a measurement found, for people to read as it comes, and kept in var/ for whoever compares."""

import json
import os
import sys
from typing import Any

import psutil

from devtools.harness.deployment import ROOT
from devtools.load.targets import verdicts


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def shown(name: str, found: dict[str, Any]) -> dict[str, Any]:
    say(table({name: found}))
    return found


def table(found: dict[str, Any], indent: str = "") -> str:
    lines = []
    for name, value in found.items():
        if isinstance(value, dict):
            lines += [f"{indent}{name}", table(value, indent + "  ")]
        else:
            lines.append(f"{indent}{name.replace('_', ' '):<40} {value}")
    return "\n".join(lines)


def machine(**more: Any) -> dict[str, Any]:
    """Where it was measured; `load_before` tells whether anything else was going on."""
    return {"cores": os.cpu_count(), "load_before": [round(one, 1) for one in psutil.getloadavg()], **more}


def keep(found: dict[str, Any], file: str) -> None:
    """Say of each goal whether it was met, and write all of it to this file of var/."""
    say("\n".join(verdicts(found)))
    report = ROOT / "var" / file
    report.parent.mkdir(exist_ok=True)
    report.write_text(json.dumps(found, indent=2))
