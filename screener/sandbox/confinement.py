"""Confines a child process that reads hostile files. Imports neither Django nor the settings."""

import resource
import sys
from collections.abc import Iterable

from screener.sandbox import landlock, seccomp

LANDLOCK, SECCOMP = "Landlock", "seccomp"


def available_mechanisms() -> list[str]:
    """What this kernel offers beside limits of memory and time."""
    offered = {LANDLOCK: landlock.kernel_version() > 0, SECCOMP: seccomp.is_supported()}
    return [name for name, is_offered in offered.items() if is_offered]


def confine(*, memory_bytes: int, cpu_seconds: int, readable: Iterable[str] = ()) -> None:
    """Take from this process all that it does not need. Call it after the imports and before the first hostile byte.

    What is left: memory and CPU time up to the limits, the open files, and to read Python's own files and `readable`.
    The network, other processes, programs, writing, and all other files are refused, as far as the kernel can.
    Raises OSError where a mechanism that the kernel offers fails: nothing is read without it.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    mechanisms = available_mechanisms()
    if SECCOMP in mechanisms:
        seccomp.refuse_calls()  # at first: it forbids new privileges, which Landlock asks for
    if LANDLOCK in mechanisms:
        landlock.restrict_files([*_python_folders(), *readable])


def _python_folders() -> list[str]:
    """Where modules are that are imported late."""
    return [folder for folder in {*sys.path, sys.prefix, sys.base_prefix} if "/lib/python" in folder]
