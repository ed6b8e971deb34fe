"""Joins a module of JavaScript and the modules that it imports into one file.

A browser on a slow network waits for each level of imports anew, and asks for six files at a time. The notation that is
understood is that of the project's own modules: named imports, and exports of declarations. Any other raises
UnsupportedModule.
"""

import re
from collections.abc import Callable
from posixpath import dirname, join, normpath

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";\n', re.M)
DYNAMIC_IMPORT = re.compile(r'\bimport\("(\.[^"]+)"\)')
EXPORT = re.compile(r"^export ((?:async )?(?:class|function|const) (\w+))", re.M)
LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.M)


class UnsupportedModule(Exception):
    """A module has a notation that can't be joined."""


def bundle_modules(entry: str, read: Callable[[str], str]) -> str:
    """Return the module with all its imports, each in a function of its own, imported ones first.

    `read`: returns the source of a module by its path. A path within a module is relative to the file of the entry.
    """
    names: dict[str, str] = {}
    parts: list[str] = []

    def add(path: str, importers: tuple[str, ...]) -> str:
        if path in importers:
            raise UnsupportedModule(f"{path}: imports itself by way of {importers[-1]}")
        if path not in names:
            source = read(path)
            if "import.meta" in source and dirname(path) != dirname(entry):
                raise UnsupportedModule(f"{path}: import.meta.url would be that of {entry}")
            body = _convert_module(path, source, lambda target: add(target, (*importers, path)))
            names[path] = f"module{len(names)}"
            parts.append(f"const {names[path]} = {body};\n")
        return names[path]

    add(entry, ())
    return "".join(parts)


def _convert_module(path: str, source: str, name_of: Callable[[str], str]) -> str:
    """The module as a function that is called once and returns its exports."""

    def target(relative: str) -> str:
        return name_of(normpath(join(dirname(path), relative)))

    def bind(match: re.Match[str]) -> str:
        return f"const {{{match[1].replace(' as ', ': ')}}} = {target(match[2])};\n"

    exported = [match[2] for match in EXPORT.finditer(source)]
    body = EXPORT.sub(r"\1", IMPORT.sub(bind, source))
    body = DYNAMIC_IMPORT.sub(lambda match: f"Promise.resolve({target(match[1])})", body)
    if left_over := LEFT_OVER.search(body):
        raise UnsupportedModule(f"{path}: {left_over[0]}")
    return f"(() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})()"
