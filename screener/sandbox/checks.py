"""System check of the sandbox for hostile files."""

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from screener.sandbox import confinement
from screener.sandbox.confinement import LANDLOCK, SECCOMP


@register("screener")
def check_sandbox(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    available = confinement.available_mechanisms()
    missing = [name for name in (LANDLOCK, SECCOMP) if name not in available]
    if not missing:
        return []
    return [
        Warning(
            f"Resumes and imports are read without {' and '.join(missing)}, which this kernel does not offer.",
            hint="A file that exploits a fault in a reader could then use the network or read files. Run the worker on "
            "Linux 5.13 or newer, with landlock in the kernel's list of security modules.",
            id="screener.W026",
        )
    ]
