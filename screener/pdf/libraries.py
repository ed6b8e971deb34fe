"""The libraries of the operating system that PDF files need. It imports no Django: the child process uses it."""

from contextlib import suppress
from ctypes import CDLL

LIBRARIES_MISSING = 3
"""The exit code of the child process where one of the libraries is not installed."""
LIBRARIES = {
    "GObject": ("libgobject-2.0.so.0", "libgobject-2.0.0.dylib", "gobject-2.0-0"),
    "Pango": ("libpango-1.0.so.0", "libpango-1.0.dylib", "pango-1.0-0"),
    "PangoFT2": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "pangoft2-1.0-0"),
    "HarfBuzz": ("libharfbuzz.so.0", "libharfbuzz.0.dylib", "harfbuzz"),
    "HarfBuzz subset": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "harfbuzz-subset"),
    "Fontconfig": ("libfontconfig.so.1", "libfontconfig.1.dylib", "fontconfig-1"),
}
"""By name, the file on Linux, macOS and Windows."""
INSTALL_LIBRARIES = (
    "On Debian and Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. On macOS: brew "
    "install pango. Elsewhere install Pango. Until then the report prints from the browser, which can save it as PDF."
)


def find_missing_libraries() -> list[str]:
    """The names of the libraries that can't be loaded."""
    return [name for name, files in LIBRARIES.items() if not any(map(_can_load, files))]


def _can_load(file: str) -> bool:
    with suppress(OSError):
        return bool(CDLL(file))
    return False
